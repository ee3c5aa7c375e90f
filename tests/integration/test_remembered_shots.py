"""A shot that is saved, found again, loaded and judged, in a running ComfyUI."""

import json
import time
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from .client import ComfyClient, Node, Prompt, Run
from .server import ComfyServer
from .test_examples import SHIPPING_SECONDS, job_of, read_example

SIDE = 96


def shot(project: str, **clip: Any) -> tuple[Prompt, Node, Node, Node]:
    """A prompt with a clip, its loop score and a job."""
    prompt = Prompt()
    drawn = {"frames": 8, "width": SIDE, "height": SIDE, "period": 8, **clip}
    sample = prompt.add("AnimeSampleClip", fps=8.0, **drawn)
    score = prompt.add("AnimeLoopScore", images=sample.out(), fps=sample.out(1))
    job = prompt.add("AnimeJob", project=project, episode="01", shot="012", tags="snow")
    return prompt, sample, score, job


def save(client: ComfyClient, project: str, format: str = "webp", **clip: Any) -> Run:
    """Render and save one clip; waits until the job is in the database."""
    prompt, sample, score, job = shot(project, **clip)
    inputs = {"job": job.out(), "images": sample.out(), "report": score.out()}
    prompt.add("AnimeJobSave", **inputs, fps=sample.out(1), format=format)
    run = client.run(prompt)
    job_of(client, run.prompt_id)
    return run


def files_of(run: Run, server: ComfyServer) -> list[Path]:
    shown = [each for output in run.outputs.values() for each in output.get("images", ())]
    return [Path(server.base, "output", each["subfolder"], each["filename"]) for each in shown]


def said_in(path: Path) -> dict[str, Any]:
    """What a file says of itself, by key."""
    if path.suffix == ".mp4":
        with av.open(str(path)) as container:
            return {key: json.loads(value) for key, value in container.metadata.items()
                    if value.startswith("{")}  # fmt: skip
    with Image.open(path) as picture:
        if path.suffix == ".png":
            return {str(key): json.loads(value) for key, value in picture.info.items()}
        texts = [each for each in picture.getexif().values() if isinstance(each, str)]
    return {key: json.loads(value) for key, value in (text.split(":", 1) for text in texts)}


def load(**inputs: Any) -> tuple[Prompt, Node]:
    """A prompt that loads a job, shows its pictures and says what came out."""
    prompt = Prompt()
    loaded = prompt.add("AnimeJobLoad", **inputs)
    prompt.add("PreviewImage", images=loaded.out())
    for output in range(1, 6):
        prompt.add("PreviewAny", source=loaded.out(output))
    return prompt, loaded


@pytest.mark.parametrize("format", ["png", "webp", "mp4"])
def test_a_file_tells_its_job_report_and_graph_and_comes_back(client, server, format):
    run = save(client, f"told by {format}", format)
    record = job_of(client, run.prompt_id)
    paths = files_of(run, server)
    assert len(paths) == len(record["artifacts"]) == (8 if format == "png" else 1)
    for path in paths:
        said = said_in(path)
        assert said["anime_job"]["id"] == record["job"]["id"]
        assert said["anime_job"]["episode"] == "01"
        assert said["anime_report"]["subject"] == "loop"
        assert said["prompt"]["1"]["class_type"] == "AnimeSampleClip"
    prompt, _ = load(which="id", id=record["job"]["id"])
    shown = client.run(prompt)
    texts = [output["text"][0] for output in shown.outputs.values() if "text" in output]
    assert len(shown.outputs["2"]["images"]) == 8
    assert record["job"]["id"] in texts
    assert ("8.0" in texts) == (format != "png"), "stills have no rate"


def test_a_video_of_comfyuis_own_is_saved_and_comes_back(client, server):
    prompt, sample, _, job = shot("a video")
    video = prompt.add("CreateVideo", images=sample.out(), fps=8.0)
    prompt.add("AnimeJobSave", job=job.out(), video=video.out())
    run = client.run(prompt)
    record = job_of(client, run.prompt_id)
    (artifact,) = record["artifacts"]
    assert (artifact["kind"], artifact["frames"], artifact["fps"]) == ("video", 8, 8.0)
    (path,) = files_of(run, server)
    assert said_in(path)["anime_job"]["id"] == record["job"]["id"]
    loaded, _ = load(which="id", id=run.prompt_id)
    assert len(client.run(loaded).outputs["2"]["images"]) == 8


def test_the_latest_is_looked_up_at_each_prompt_and_the_best_has_the_best_score(client):
    project = "the latest"
    good, bad = save(client, project), save(client, project, seam_jump=6.0)
    ids = [job_of(client, run.prompt_id)["job"]["id"] for run in (good, bad)]

    def loaded(which: str) -> tuple[str, Run]:
        prompt, _ = load(which=which, project=project, episode="01", shot="012", tag="snow")
        run = client.run(prompt)
        texts = [output["text"][0] for output in run.outputs.values() if "text" in output]
        return next(text for text in texts if text in ids), run

    assert loaded("latest")[0] == ids[1]
    _, again = loaded("latest")
    assert again.cached("1"), "the same job is the latest"
    assert loaded("best")[0] == ids[0]
    newest = save(client, project)
    ids.append(job_of(client, newest.prompt_id)["job"]["id"])
    assert loaded("latest")[0] == ids[2]


def test_a_past_job_is_judged_and_the_judgement_is_kept(client, server):
    run = save(client, "judged")
    prompt = Prompt()
    loaded = prompt.add("AnimeJobLoad", which="id", id=run.prompt_id)
    said = {"verdict": "rejected", "reason": "the eyes jump", "reviewer": "Hana"}
    review = prompt.add("AnimeReview", job=loaded.out(6), **said)
    id = job_of(client, run.prompt_id)["job"]["id"]
    for _ in range(2):
        shown = client.run(prompt).outputs[review]["anime_review"]
        assert shown == [{"job": id, **said}]
    deadline = time.monotonic() + SHIPPING_SECONDS
    while job_of(client, run.prompt_id)["job"]["review"] != "rejected":
        assert time.monotonic() < deadline, "the judgement never arrived"
        time.sleep(0.1)


def test_what_cannot_be_loaded_is_an_error_in_words(client, server):
    for inputs, words in (
        ({"which": "id", "id": "nobody"}, "id: expected the id of a job or prompt"),
        ({"project": "no such project"}, "project 'no such project'"),
        ({"which": "best", "project": "no such project"}, "a job with files and a score"),
    ):
        prompt, _ = load(**inputs)
        run = client.run(prompt, expect_success=False)
        assert words in run.error["exception_message"]
    saved = save(client, "a lost file")
    (path,) = files_of(saved, server)
    path.unlink()
    prompt, _ = load(which="id", id=saved.prompt_id)
    assert path.name in client.run(prompt, expect_success=False).error["exception_message"]


def test_the_example_remembers_its_shot(client, server):
    run = client.run(read_example("remember_a_shot"))
    record = job_of(client, run.prompt_id)
    assert record["job"]["verdict"] == "PASS"
    (artifact,) = record["artifacts"]
    assert artifact["path"].startswith("examples/01/03/012/heroine")
    assert artifact["frames"] == 24
