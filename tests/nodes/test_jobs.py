import json
import sys
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from PIL import Image

from anime_production.models.frames import InputError
from anime_production.models.jobs.events import ArtifactWritten, JobStarted, from_json
from anime_production.models.jobs.recorder import Recorder, SecondJob
from anime_production.models.report import Report
from anime_production.nodes import comfyui, jobs
from anime_production.nodes.jobs import AnimeJob, AnimeJobSave
from anime_production.web import server

FRAMES = torch.rand(3, 24, 32, 3)


@pytest.fixture
def recorder(tmp_path, monkeypatch):
    """A recorder whose outbox can be read: its database is away."""
    monkeypatch.setenv("ANIME_DATABASE_URL", "postgresql://127.0.0.1:1/away")
    recorder = Recorder(tmp_path / "private")
    monkeypatch.setattr(jobs, "open_recorder", lambda directory: recorder)
    yield recorder
    recorder.close()


@pytest.fixture
def output(tmp_path, monkeypatch):
    """ComfyUI's output folder, empty."""
    import folder_paths

    monkeypatch.setattr(folder_paths, "output_directory", str(tmp_path / "output"))
    return tmp_path / "output"


@pytest.fixture
def job(recorder, run_node):
    return run_node(AnimeJob, project="Winter", shot="012").args[0]


def events_of(recorder: Recorder) -> list:
    return [from_json(each.body) for each in recorder._outbox.oldest(100)]


def test_a_job_begins_with_the_prompt_and_says_its_id(recorder, run_node):
    answer = run_node(AnimeJob, project=" Winter ", scene="03", tags="night, snow")
    job = answer.args[0]
    assert (job.project, job.scene, job.shot, job.prompt_id) == ("Winter", "03", "", "a prompt")
    (event,) = events_of(recorder)
    assert isinstance(event, JobStarted)
    assert event.job == job
    assert json.loads(json.dumps(answer.ui)) == {"anime_job": [{"id": str(job.id)}]}


def test_an_api_prompt_may_leave_every_input_out(recorder, run_node):
    assert run_node(AnimeJob).args[0].project == ""


def test_a_second_job_in_a_prompt_is_an_error_in_words(recorder, run_node):
    run_node(AnimeJob)
    with pytest.raises(SecondJob, match="this prompt has an AnimeJob already"):
        run_node(AnimeJob, project="another")


def test_every_prompt_is_a_job_of_its_own():
    assert AnimeJob.fingerprint_inputs() != AnimeJob.fingerprint_inputs()
    assert AnimeJobSave.fingerprint_inputs() != AnimeJobSave.fingerprint_inputs()
    for node in (AnimeJob, AnimeJobSave):
        assert node.GET_SCHEMA().is_output_node
        assert node.GET_SCHEMA().not_idempotent


def test_stills_are_saved_shown_and_remembered(recorder, output, job, run_node):
    answer = run_node(AnimeJobSave, job=job, images=FRAMES)
    assert answer.args == ()
    assert json.loads(json.dumps(answer.ui)) == answer.ui
    shown = answer.ui["images"]
    assert [each["filename"] for each in shown] == [f"012_0000{n}_.png" for n in (1, 2, 3)]
    assert {(each["subfolder"], each["type"]) for each in shown} == {("Winter", "output")}
    written = [event for event in events_of(recorder) if isinstance(event, ArtifactWritten)]
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


@pytest.mark.parametrize("format", ["png", "webp"])
def test_a_file_carries_the_graph_unless_comfyui_is_told_not_to(
    recorder, output, job, run_node, format, monkeypatch
):
    def texts() -> str:
        hidden = SimpleNamespace(prompt={"1": {"class_type": "X"}}, extra_pnginfo={"workflow": {}})
        node: Any = type("WithHidden", (AnimeJobSave,), {"hidden": hidden})
        report = Report("loop", (), 3)
        answer = node.execute.__func__(node, job, FRAMES, report, format=format)
        shown = answer.ui["images"][0]
        with Image.open(output / shown["subfolder"] / shown["filename"]) as picture:
            return f"{picture.info} {dict(picture.getexif())}"

    said = texts()
    assert all(word in said for word in ("workflow", "class_type", str(job.id), "NOT_MEASURED"))
    monkeypatch.setattr(sys.modules["comfy.cli_args"].args, "disable_metadata", True)
    assert not any(word in texts() for word in ("workflow", "class_type", str(job.id)))


def test_without_pictures_nothing_is_written(recorder, output, job, run_node):
    assert run_node(AnimeJobSave, job=job).ui == {"images": []}
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
    ],
)
def test_a_wrong_input_is_named(recorder, output, job, run_node, inputs, named):
    with pytest.raises(InputError, match=f"^{named}: expected"):
        run_node(AnimeJobSave, job=job, **inputs)
    assert not list(output.rglob("*.*"))


def test_nodes_and_server_speak_of_the_same_folder():
    assert server.PRIVATE_FOLDER == comfyui.PRIVATE_FOLDER
