"""Which files a prompt wrote, by what its nodes show."""

import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from anime_production.web.server.watching import written_files as module
from anime_production.web.server.watching.written_files import written_files

GRAPH = {
    "3": {"class_type": "VHS_VideoCombine", "inputs": {}},
    "4": {"class_type": "AnimeJob", "inputs": {}},
    "5": {"class_type": "AnimeJobSave", "inputs": {}},
    "6": {"class_type": "SaveImage", "inputs": {}},
}


@pytest.fixture
def output(tmp_path) -> Path:
    for name in ("a.png", "clips/b-audio.mp4", "c.flac", "mesh/d.glb"):
        path = tmp_path / "output" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"content")
    (tmp_path / "input").mkdir()
    (tmp_path / "input" / "secret.png").write_bytes(b"content")
    return tmp_path / "output"


def file(name: str, folder: str = "", kind: str = "output", **more: Any) -> dict[str, Any]:
    return {"filename": name, "subfolder": folder, "type": kind, **more}


def status(*cached: str, start: float | None = None) -> Any:
    """ComfyUI's status of a prompt that began now, or at another time."""
    milliseconds = int(1000 * (time.time() if start is None else start))
    messages = [
        ("execution_start", {"prompt_id": "p", "timestamp": milliseconds}),
        ("execution_cached", {"prompt_id": "p", "nodes": list(cached)}),
    ]
    return SimpleNamespace(messages=messages)


def paths(output: Path, ui: Any, node: str = "6", **given: Any) -> list[str]:
    """Paths of the files that a prompt wrote in which one node showed this."""
    result = {"outputs": {node: ui}, "meta": given.pop("meta", {})}
    found = written_files(GRAPH, result, given.pop("status", status()), output)
    return [each.path for each in found]


def test_what_video_combine_shows_is_its_file(output):
    """As VideoHelperSuite's VHS_VideoCombine shows a video with sound."""
    shown = file("b-audio.mp4", "clips", format="video/h264-mp4", frame_rate=12.0,
                 workflow="b.png", fullpath="/elsewhere/b-audio.mp4")  # fmt: skip
    (found,) = written_files(GRAPH, {"outputs": {"3": {"gifs": [shown]}}}, status(), output)
    assert (found.node_id, found.node_type, found.path) == (
        "3", "VHS_VideoCombine", "clips/b-audio.mp4",
    )  # fmt: skip
    assert (found.bytes, Path(found.root)) == (7, output.resolve())
    assert found.modified_ns == (output / found.path).stat().st_mtime_ns


@pytest.mark.parametrize("key", ["images", "gifs", "video", "videos", "audio", "3d", "latents"])
def test_a_file_counts_under_any_name(output, key):
    assert paths(output, {key: [file("a.png")]}) == ["a.png"]
    assert paths(output, {key: (file("a.png"),), "animated": (True,), "text": ["a.png"]}) == [
        "a.png"
    ]


def test_a_model_whose_path_alone_is_shown_counts(output):
    """As ComfyUI's Save 3D (Advanced) shows it: path, camera, settings."""
    assert paths(output, {"result": ["mesh/d.glb", {"position": {}}, None]}) == ["mesh/d.glb"]
    assert paths(output, {"result": ["a.png", "a.txt"]}) == []


@pytest.mark.parametrize("kind", ["temp", "input", "", None, 7])
def test_other_folders_do_not_count(output, kind):
    assert paths(output, {"images": [file("a.png", kind=kind)]}) == []
    assert paths(output, {"images": [{"filename": "a.png"}]}) == ["a.png"], "as ComfyUI's /view"


@pytest.mark.parametrize(
    "place",
    [
        ("secret.png", "../input"), ("../input/secret.png", ""), ("/etc/hostname", ""),
        ("", ""), ("a.png", "/"), ("clips", ""), ("gone.png", ""), ("a\0.png", ""),
        ("x" * 5000, ""), (7, ""), ("a.png", 7), (None, None),
    ],
)  # fmt: skip
def test_nothing_outside_and_nothing_absent_counts(output, place):
    name, folder = place
    assert paths(output, {"images": [file(name, folder)]}) == []


def test_no_link_leads_out(output):
    (output / "link.png").symlink_to(output.parent / "input" / "secret.png")
    (output / "folder").symlink_to(output.parent / "input", target_is_directory=True)
    (output / "inside.png").symlink_to(output / "a.png")
    for name, folder in (("link.png", ""), ("secret.png", "folder")):
        assert paths(output, {"images": [file(name, folder)]}) == []
    assert paths(output, {"images": [file("inside.png")]}) == ["a.png"], "the file itself"


def test_an_output_folder_that_is_a_link_itself_is_followed(output, tmp_path):
    (tmp_path / "linked").symlink_to(output, target_is_directory=True)
    assert paths(tmp_path / "linked", {"images": [file("a.png")]}) == ["a.png"]


def test_a_file_that_two_nodes_show_counts_once_for_the_first(output):
    result = {"outputs": {
        "3": {"gifs": [file("a.png"), file("a.png", "clips/..")]}, "6": {"images": [file("a.png")]},
    }}  # fmt: skip
    (found,) = written_files(GRAPH, result, status(), output)
    assert found.node_id == "3"


def test_a_cached_node_wrote_nothing(output):
    assert paths(output, {"images": [file("a.png")]}, status=status("6")) == []
    assert paths(output, {"images": [file("a.png")]}, status=status("3")) == ["a.png"]


def test_a_file_of_an_earlier_run_that_is_only_shown_is_not_written(output):
    begins_later = status(start=time.time() + 60)
    assert paths(output, {"images": [file("a.png")]}, status=begins_later) == []


def test_a_copy_of_an_old_file_is_written_in_this_run(output):
    os.utime(output / "a.png", (1_000_000_000, 1_000_000_000))  # as shutil.copy2 leaves it
    assert paths(output, {"images": [file("a.png")]}) == ["a.png"]


def test_save_job_records_its_files_itself_also_as_a_copy_in_a_loop(output):
    assert paths(output, {"images": [file("a.png")]}, node="5") == []
    meta = {"20.0.0.0_5": {"display_node": "5"}, "20.0.0.0_6": {"display_node": "6"}}
    assert paths(output, {"images": [file("a.png")]}, node="20.0.0.0_5", meta=meta) == []
    result = {"outputs": {"20.0.0.0_6": {"images": [file("a.png")]}}, "meta": meta}
    (found,) = written_files(GRAPH, result, status(), output)
    assert (found.node_id, found.node_type) == ("6", "SaveImage")


@pytest.mark.parametrize(
    "outputs",
    [
        *(None, {}, {"6": None}, {"6": ["x"]}, {"6": {"images": None}}),
        *({"6": {"images": "a.png"}}, {"6": {"images": [None, [], 7]}}),
    ],
)
def test_odd_outputs_have_no_files(output, outputs):
    assert written_files(GRAPH, {"outputs": outputs}, status(), output) == ()
    assert written_files({}, {}, None, output) == ()


def test_of_very_many_files_the_first_count(output, monkeypatch, caplog):
    monkeypatch.setattr(module, "MOST_FILES", 2)
    ui = {"images": [file(name) for name in ("a.png", "c.flac", "clips/b-audio.mp4")]}
    assert paths(output, ui) == ["a.png", "c.flac"]
    assert "only 2 files" in caplog.text
