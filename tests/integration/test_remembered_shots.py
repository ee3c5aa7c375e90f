"""A shot that is saved, found again, loaded and judged, in a running ComfyUI."""

import json
from pathlib import Path
from typing import Any

import av

from .client import ComfyClient, Node, Prompt, Run
from .server import ComfyServer
from .test_examples import job_of, read_example

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
    """What a video says of itself, by key."""
    with av.open(str(path)) as container:
        metadata = container.metadata
    return {key: json.loads(value) for key, value in metadata.items() if value.startswith("{")}


def load(**inputs: Any) -> tuple[Prompt, Node]:
    """A prompt that loads a job, shows its pictures and says what came out."""
    prompt = Prompt()
    loaded = prompt.add("AnimeJobLoad", **inputs)
    prompt.add("PreviewImage", images=loaded.out())
    for output in range(1, 6):
        prompt.add("PreviewAny", source=loaded.out(output))
    return prompt, loaded


def texts_of(run: Run) -> list[str]:
    """The texts that a run shows."""
    return [output["text"][0] for output in run.outputs.values() if "text" in output]


def test_a_file_tells_its_job_report_and_graph_and_comes_back(client, server):
    """tests/nodes/test_job_save.py and test_job_load.py have the other formats."""
    run = save(client, "told by a video", "mp4")
    record = job_of(client, run.prompt_id)
    (path,) = files_of(run, server)
    assert len(record["artifacts"]) == 1
    said = said_in(path)
    assert said["anime_job"]["id"] == record["job"]["id"]
    assert said["anime_job"]["episode"] == "01"
    assert said["anime_report"]["subject"] == "loop"
    assert said["prompt"]["1"]["class_type"] == "AnimeSampleClip"
    prompt, _ = load(which="id", id=record["job"]["id"])
    shown = client.run(prompt)
    texts = texts_of(shown)
    assert len(shown.outputs["2"]["images"]) == 8
    assert record["job"]["id"] in texts
    assert "8.0" in texts, "the rate"


def test_the_latest_is_looked_up_at_each_prompt(client):
    project = "the latest"
    first = job_of(client, save(client, project).prompt_id)["job"]["id"]
    prompt, loaded = load(which="latest", project=project, episode="01", shot="012", tag="snow")
    assert first in texts_of(client.run(prompt))
    again = client.run(prompt)
    assert again.cached(loaded), "the same job is the latest"
    second = job_of(client, save(client, project, seam_jump=6.0).prompt_id)["job"]["id"]
    assert second in texts_of(client.run(prompt))


def test_the_example_remembers_its_shot(client, server):
    run = client.run(read_example("remember_a_shot"))
    record = job_of(client, run.prompt_id)
    assert record["job"]["verdict"] == "PASS"
    (artifact,) = record["artifacts"]
    assert artifact["path"].startswith("examples/01/03/012/heroine")
    assert artifact["frames"] == 24
