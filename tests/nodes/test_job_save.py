import json
import sys
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import pytest
import torch
from PIL import Image

from anime_production.models.frames import InputError
from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.recording.events import ArtifactWritten, Event
from anime_production.models.jobs.recording.recorder import Recorder
from anime_production.models.jobs.recording.tracking import Tracking
from anime_production.models.report import Report
from anime_production.nodes import job_save
from anime_production.nodes.job_save import AnimeJobSave

FRAMES = torch.rand(3, 24, 32, 3)


@pytest.fixture
def recorder(tmp_path, monkeypatch):
    """A recorder whose outbox can be read: its database is away."""
    monkeypatch.setenv("ANIME_DATABASE_URL", "postgresql://127.0.0.1:1/away")
    recorder = Recorder(tmp_path / "private")
    monkeypatch.setattr(job_save, "open_recorder", lambda directory: recorder)
    yield recorder
    recorder.close()


@pytest.fixture
def output(tmp_path, monkeypatch):
    """ComfyUI's output folder, empty."""
    import folder_paths

    monkeypatch.setattr(folder_paths, "output_directory", str(tmp_path / "output"))
    return tmp_path / "output"


@pytest.fixture
def job():
    return new_job("a prompt", project="Winter", shot="012")


def written_by(recorder: Recorder) -> list[ArtifactWritten]:
    events = [Event.from_json(each.body) for each in recorder._outbox.oldest(100)]
    return [event for event in events if isinstance(event, ArtifactWritten)]


def paths_of(answer: Any, output: Path) -> list[Path]:
    return [output / each["subfolder"] / each["filename"] for each in answer.ui["images"]]


def said_in(path: Path) -> str:
    """Everything that a file says besides its pictures."""
    if path.suffix == ".mp4":
        with av.open(str(path)) as container:
            return str(container.metadata)
    with Image.open(path) as picture:
        return f"{picture.info} {dict(picture.getexif())}"


def test_saving_twice_means_two_files():
    assert AnimeJobSave.fingerprint_inputs() != AnimeJobSave.fingerprint_inputs()
    assert AnimeJobSave.GET_SCHEMA().is_output_node
    assert AnimeJobSave.GET_SCHEMA().not_idempotent


def test_stills_are_saved_shown_and_remembered(recorder, output, job, run_node):
    answer = run_node(AnimeJobSave, job=job, images=FRAMES)
    assert answer.args == ()
    assert json.loads(json.dumps(answer.ui)) == answer.ui
    shown = answer.ui["images"]
    assert [each["filename"] for each in shown] == [f"012_0000{n}_.png" for n in (1, 2, 3)]
    assert {(each["subfolder"], each["type"]) for each in shown} == {("Winter", "output")}
    written = written_by(recorder)
    assert [event.artifact.path for event in written] == [
        f"{each['subfolder']}/{each['filename']}" for each in shown
    ]
    assert all((output / event.artifact.path).is_file() for event in written)


def test_an_animation_is_one_file(recorder, output, job, run_node):
    answer = run_node(AnimeJobSave, job=job, images=FRAMES, format="webp", fps=8.0)
    assert answer.ui["animated"] == [True]
    (shown,) = answer.ui["images"]
    with Image.open(output / shown["subfolder"] / shown["filename"]) as picture:
        assert (getattr(picture, "n_frames", 1), picture.size) == (3, (32, 24))


@pytest.mark.parametrize("format", ["png", "webp", "mp4"])
def test_a_single_frame_is_shown_as_a_video_only_where_it_is_one(
    recorder, output, job, run_node, format
):
    answer = run_node(AnimeJobSave, job=job, images=FRAMES[:1], format=format)
    assert answer.ui["animated"] == [format == "mp4"]


@pytest.mark.parametrize("format", ["png", "webp", "mp4"])
def test_a_file_carries_the_graph_unless_comfyui_is_told_not_to(
    recorder, output, job, run_node, format, monkeypatch
):
    def texts() -> str:
        hidden = SimpleNamespace(prompt={"1": {"class_type": "X"}}, extra_pnginfo={"workflow": {}})
        node: Any = type("WithHidden", (AnimeJobSave,), {"hidden": hidden})
        report = Report("loop", (), 3)
        answer = node.execute.__func__(node, job, FRAMES, report, format=format)
        return said_in(paths_of(answer, output)[0])

    said = texts()
    assert all(word in said for word in ("workflow", "class_type", str(job.id), "NOT_MEASURED"))
    monkeypatch.setattr(sys.modules["comfy.cli_args"].args, "disable_metadata", True)
    assert not any(word in texts() for word in ("workflow", "class_type", str(job.id)))


def test_without_pictures_nothing_is_written(recorder, output, job, run_node):
    assert run_node(AnimeJobSave, job=job).ui["images"] == []
    assert not output.exists()


def test_no_name_leads_out_of_the_output_folder(recorder, output, job, run_node):
    for filename in ("../../x", "/tmp/x", "..\\x", "{project}/../../../x"):
        shown = run_node(AnimeJobSave, job=job, images=FRAMES[:1], filename=filename).ui["images"]
        path = (output / shown[0]["subfolder"] / shown[0]["filename"]).resolve()
        assert path.is_file()
        assert path.is_relative_to(output.resolve())


@pytest.mark.parametrize(
    ("inputs", "named"),
    [
        ({"images": torch.rand(0, 8, 8, 3)}, "images"),
        ({"images": torch.zeros(1, 8, 8, 3, dtype=torch.uint8)}, "images"),
        ({"images": torch.rand(8, 8, 3)}, "images"),
        ({"images": FRAMES, "fps": 0.0}, "fps"),
        ({"images": FRAMES, "filename": "{nothing}"}, "filename"),
        ({"images": torch.rand(2, 17, 16, 3), "format": "mp4"}, "images"),
    ],
)
def test_a_wrong_input_is_named(recorder, output, job, run_node, inputs, named):
    with pytest.raises(InputError, match=f"^{named}: expected"):
        run_node(AnimeJobSave, job=job, **inputs)
    assert not list(output.rglob("*.*"))


def test_a_batch_becomes_a_video_of_its_size_and_rate(recorder, output, job, run_node):
    answer = run_node(AnimeJobSave, job=job, images=FRAMES, format="mp4", fps=23.976)
    (path,) = paths_of(answer, output)
    (event,) = written_by(recorder)
    assert path == output / event.artifact.path == output / "Winter" / "012_00001_.mp4"
    assert (event.artifact.kind, event.artifact.frames) == ("video", 3)
    assert (event.artifact.width, event.artifact.height) == (32, 24)
    assert event.artifact.fps == pytest.approx(23.976, abs=1e-3)
    assert event.artifact.bytes == path.stat().st_size
    assert [each.name for each in path.parent.iterdir()] == [path.name], "nothing unfinished stays"


def test_a_video_is_saved_beside_the_pictures_with_its_own_rate(recorder, output, job, run_node):
    from comfy_api.latest import InputImpl, Types

    moving = torch.linspace(0, 1, 5).reshape(5, 1, 1, 1).expand(5, 48, 64, 3)
    video = InputImpl.VideoFromComponents(Types.VideoComponents(images=moving, frame_rate=25))
    answer = run_node(AnimeJobSave, job=job, images=FRAMES, video=video)
    stills, (saved,) = paths_of(answer, output)[:3], paths_of(answer, output)[3:]
    assert {path.suffix for path in stills} == {".png"}
    with av.open(str(saved)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    levels = [float(frame.mean()) / 255 for frame in frames]
    assert levels == pytest.approx([0, 0.25, 0.5, 0.75, 1], abs=0.02)
    artifact = written_by(recorder)[-1].artifact
    assert (artifact.kind, artifact.frames, artifact.fps) == ("video", 5, 25)
    again = InputImpl.VideoFromFile(str(saved))
    copy = paths_of(run_node(AnimeJobSave, job=job, video=again), output)[0]
    assert str(job.id) in said_in(copy)


def test_every_file_has_a_small_picture_of_its_middle(recorder, output, job, run_node):
    colours = torch.tensor([[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0]]).reshape(3, 1, 1, 3)
    frames = colours.expand(3, 400, 600, 3)
    for format in ("png", "webp", "mp4"):
        run_node(AnimeJobSave, job=job, images=frames, format=format)
    written = written_by(recorder)
    seen = []
    for event in written:
        assert event.thumbnail is not None
        assert len(event.thumbnail) <= 8192
        with Image.open(BytesIO(event.thumbnail)) as small:
            assert (small.format, small.size) == ("WEBP", (192, 128))
            red_green_blue = small.convert("RGB").resize((1, 1)).getpixel((0, 0))
            assert isinstance(red_green_blue, tuple)
            seen.append("rgb"[red_green_blue.index(max(red_green_blue))])
    assert seen == ["r", "g", "b", "g", "g"]


def test_an_episode_is_a_folder(recorder, output, run_node):
    job = new_job("a prompt", project="Winter", episode="01", shot="012")
    answer = run_node(AnimeJobSave, job=job, images=FRAMES[:1])
    assert answer.ui["images"][0]["subfolder"] == "Winter/01"


def test_with_tracking_off_files_are_saved_and_nothing_is_recorded(
    tmp_path, output, run_node, monkeypatch
):
    recorder = Recorder(tmp_path / "private", tracking=Tracking.OFF)
    monkeypatch.setattr(job_save, "open_recorder", lambda directory: recorder)
    job = recorder.begin(new_job("a prompt", project="Winter"))
    (path,) = paths_of(run_node(AnimeJobSave, job=job, images=FRAMES, format="webp"), output)
    assert path.is_file()
    assert written_by(recorder) == []
    recorder.close()
