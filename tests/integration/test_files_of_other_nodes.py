"""Files that ComfyUI's own nodes and those of other packs write, as files of a job."""

import hashlib
import json
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from .client import ComfyClient, Node, Prompt
from .server import ComfyServer
from .test_examples import job_of
from .test_remembered_shots import load, texts_of

SIDE = 96


def clip(project: str, **names: str) -> tuple[Prompt, Node]:
    """A prompt with a job, and a drawn clip of eight frames."""
    prompt = Prompt()
    prompt.add("AnimeJob", project=project, **names)
    drawn = {"frames": 8, "width": SIDE, "height": SIDE, "period": 8, "fps": 8.0}
    return prompt, prompt.add("AnimeSampleClip", **drawn)


def sound(prompt: Prompt) -> Node:
    return prompt.add("EmptyAudio", duration=1.0, sample_rate=48_000, channels=2)


def files_of(client: ComfyClient, prompt_id: str, count: int) -> list[dict[str, Any]]:
    """The files of a prompt's job; a machine that is busy gets some time to read them."""
    deadline = time.monotonic() + 30
    while True:
        files: list[dict[str, Any]] = job_of(client, prompt_id)["artifacts"]
        if len(files) >= count or time.monotonic() > deadline:
            return files
        time.sleep(0.2)


def jobs_with(client: ComfyClient, file: str) -> list[str]:
    return [job["prompt_id"] for job in client.get("/anime/jobs", file=file)["jobs"]]


def test_a_video_of_another_pack_is_found_loaded_and_deleted_with_its_job(
    client: ComfyClient, server: ComfyServer
):
    """VideoHelperSuite's VHS_VideoCombine, with sound; its file in `temp` is none of the job's."""
    prompt, sample = clip("a video of another pack")
    values = {"images": sample.out(), "frame_rate": 8.0, "filename_prefix": "other/clip"}
    node = prompt.add("TestVideoCombine", **values, save_output=True, audio=sound(prompt).out())
    prompt.add("TestVideoCombine", **values, save_output=False)
    prompt.add("PreviewImage", images=sample.out())
    run = client.run(prompt)
    (file,) = files_of(client, run.prompt_id, 1)
    path = server.base / "output" / file["path"]
    content = path.read_bytes()
    assert {name: file[name] for name in ("kind", "bytes", "width", "height", "frames", "fps")} == {
        **{"kind": "video", "bytes": len(content), "width": SIDE, "height": SIDE},
        **{"frames": 8, "fps": 8.0},
    }
    assert (file["node_id"], file["node_type"]) == (node, "TestVideoCombine")
    assert file["path"].endswith("-audio.mp4")
    assert file["sha256"] == hashlib.sha256(content).hexdigest()
    assert jobs_with(client, file["path"]) == jobs_with(client, file["sha256"]) == [run.prompt_id]
    thumbnail = Image.open(BytesIO(client.request(file["thumbnail"])))
    assert thumbnail.size == (SIDE, SIDE)

    job = job_of(client, run.prompt_id)["job"]
    loading, _ = load(which="id", id=job["id"])
    loaded = client.run(loading)
    assert len(loaded.outputs["2"]["images"]) == 8
    assert "8.0" in texts_of(loaded), "the rate"

    client.request(f"/anime/jobs/{job['id']}", method="DELETE")
    assert path.is_file()


def test_only_the_jobs_deletion_with_files_removes_them(client: ComfyClient, server: ComfyServer):
    prompt, sample = clip("deleted with its files")
    prompt.add("SaveImage", images=sample.out(), filename_prefix="other/still")
    run = client.run(prompt)
    files = files_of(client, run.prompt_id, 8)
    changed, *others = [server.base / "output" / each["path"] for each in files]
    changed.write_bytes(b"a person has painted over it")
    answer = json.loads(client.request(f"/anime/jobs/{run.prompt_id}?files=true", method="DELETE"))
    assert len(answer["removed"]) == 7
    assert [each["reason_code"] for each in answer["kept"]] == ["another"]
    assert changed.is_file()
    assert not any(each.exists() for each in others)


def test_the_files_of_comfyuis_own_nodes_are_the_jobs(client: ComfyClient):
    prompt, sample = clip("ComfyUI's own nodes")
    images, folder = sample.out(), "core/"
    video = prompt.add("CreateVideo", images=images, fps=12.0)
    nodes = {
        prompt.add("SaveImage", images=images, filename_prefix=f"{folder}still"): ("image", 8, 1),
        prompt.add(
            "SaveAnimatedWEBP", images=images, filename_prefix=f"{folder}webp", fps=12.0,
            lossless=True, quality=90, method="default",
        ): ("animation", 1, 8),
        prompt.add(
            "SaveAnimatedPNG", images=images, filename_prefix=f"{folder}png", fps=12.0,
            compress_level=4,
        ): ("animation", 1, 8),
        prompt.add(
            "SaveVideo", video=video.out(), filename_prefix=f"{folder}video", format="auto",
            codec="auto",
        ): ("video", 1, 8),
        prompt.add("SaveAudio", audio=sound(prompt).out(), filename_prefix=f"{folder}sound"):
            ("audio", 1, None),
    }  # fmt: skip
    run = client.run(prompt)
    files = files_of(client, run.prompt_id, 12)
    assert len(files) == 12
    for node, (kind, count, frames) in nodes.items():
        of_node = [each for each in files if each["node_id"] == node]
        assert len(of_node) == count
        for file in of_node:
            assert (file["kind"], file["frames"], file["exists"]) == (kind, frames, True)
            assert (file["width"], file["height"]) == ((SIDE, SIDE) if frames else (None, None))
            assert (file["thumbnail"] is None) == (kind == "audio")
            assert file["fps"] == (pytest.approx(12, rel=0.01) if frames and frames > 1 else None)
    stills = [each["path"] for each in files if each["kind"] == "image"]
    assert stills == sorted(stills), "in the order of writing"


def test_what_save_job_wrote_is_not_doubled_and_goes_first(client: ComfyClient):
    prompt, sample = clip("beside Save Job")
    prompt.add("SaveImage", images=sample.out(), filename_prefix="beside/other")
    prompt.add("AnimeJobSave", job=["1", 0], images=sample.out(), filename="beside/own")
    run = client.run(prompt)
    files = files_of(client, run.prompt_id, 16)
    assert [each["node_type"] for each in files] == [None] * 8 + ["SaveImage"] * 8
    loading, _ = load(project="beside Save Job")
    assert len(client.run(loading).outputs["2"]["images"]) == 8, "each picture once"


def test_a_node_from_the_cache_writes_no_file(client: ComfyClient):
    """tests/web/server/watching/test_written_files.py has nodes that show an older file."""
    prompt, sample = clip("run twice")
    prompt.add("SaveImage", images=sample.out(), filename_prefix="twice/a")
    first = client.run(prompt)
    files = files_of(client, first.prompt_id, 8)
    again = client.run(prompt)
    assert again.cached("3")
    assert again.outputs["3"] == first.outputs["3"]
    record = job_of(client, again.prompt_id)
    assert (record["job"]["state"], record["artifacts"]) == ("completed", [])
    assert jobs_with(client, files[0]["path"]) == [first.prompt_id]


def test_what_a_failed_prompt_wrote_before_is_its_jobs(client: ComfyClient):
    prompt, sample = clip("failed after saving")
    saved = prompt.add("SaveImage", images=sample.out(), filename_prefix="failed/a")
    spoiled = prompt.add("TestSpoil", images=saved.out(), fault="rank 5")
    prompt.add("AnimeLoopScore", images=spoiled.out())
    run = client.run(prompt, expect_success=False)
    files = files_of(client, run.prompt_id, 8)
    assert (job_of(client, run.prompt_id)["job"]["state"], len(files)) == ("failed", 8)


def test_the_file_that_a_job_loads_is_among_its_parameters(
    client: ComfyClient, server: ComfyServer
):
    Image.new("RGB", (SIDE, SIDE), "teal").save(server.base / "input" / "loaded hill.png")
    prompt = Prompt()
    prompt.add("AnimeJob", project="loads a file")
    picture = prompt.add("LoadImage", image="loaded hill.png")
    prompt.add("SaveImage", images=picture.out(), filename_prefix="loaded/a")
    run = client.run(prompt)
    job_of(client, run.prompt_id)
    params = client.get(f"/anime/jobs/{run.prompt_id}/params")["params"]
    assert [(each["kind"], each["node_type"], each["text"]) for each in params] == [
        ("input_file", "LoadImage", "loaded hill.png")
    ]
    Path(server.base / "input" / "loaded hill.png").unlink()
    with pytest.raises(Exception, match=r"loaded hill\.png"):
        client.post(f"/anime/jobs/{run.prompt_id}/reproduce", {})
