from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import torch
from comfy_execution.graph_utils import ExecutionBlocker
from PIL import Image

from anime_production.models.frames import InputError
from anime_production.models.jobs.database.database import DatabaseUnavailable
from anime_production.models.jobs.job import Job, JobState, ShownReport, new_job
from anime_production.models.jobs.recording.events import JobFinished
from anime_production.models.jobs.recording.recorder import Recorder
from anime_production.models.jobs.reported_file import ReportedFile
from anime_production.models.measure import Measure
from anime_production.models.report import Better, Report
from anime_production.nodes import comfyui, job_load, job_save, review
from anime_production.nodes.job_load import AnimeJobLoad
from anime_production.nodes.job_save import AnimeJobSave
from anime_production.nodes.review import AnimeReview

FRAMES = (torch.arange(8 * 32 * 32 * 3).reshape(8, 32, 32, 3) % 251).float() / 255
GRAPH = {
    "1": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["9", 0], "text": "snow"}},
    "2": {"class_type": "KSampler", "inputs": {"positive": ["1", 0], "seed": 2**63, "steps": 5}},
}


@pytest.fixture
def recorder(private, database_url, monkeypatch) -> Iterator[Recorder]:
    """A recorder with a real database, as all nodes open it."""
    recorder = Recorder(private)
    for module in (job_load, job_save, review):
        monkeypatch.setattr(module, "open_recorder", lambda directory: recorder)
    yield recorder
    recorder.close()


@pytest.fixture
def output(tmp_path, monkeypatch) -> Path:
    """ComfyUI's output folder, empty."""
    import folder_paths

    monkeypatch.setattr(folder_paths, "output_directory", str(tmp_path / "output"))
    return tmp_path / "output"


@pytest.fixture
def render(recorder, output, run_node, request):
    """Makes a job of this test's own project that saved FRAMES and ended."""

    def render(seconds: float | None = None, format: str = "png", **inputs: Any) -> Job:
        job = new_job(f"prompt of {request.node.name}", project=request.node.name, shot="012")
        run_node(AnimeJobSave, job=job, images=FRAMES, format=format, fps=8.0, **inputs)
        gap = Measure("gap", "s", Better.LOWER, 0.0, 10.0, "clock", 1.0, True)
        reports: tuple[ShownReport, ...] = ()
        if seconds is not None:
            reports = (
                ShownReport("5", report_of("loop", gap, seconds)),
                ShownReport("6", report_of("clip_quality", gap, 0.1)),
            )
        now = datetime.now(timezone.utc)
        recorder.record(JobFinished(job, JobState.COMPLETED, now, now, None, GRAPH, reports))
        return job

    return render


def report_of(subject: str, measure: Measure, value: float) -> dict[str, Any]:
    return Report(subject, (measure.measured(value, "no_frames"),), 8).to_dict()


def is_blocked(value: object) -> bool:
    return isinstance(value, ExecutionBlocker) and value.message is None


def test_a_job_comes_back_by_its_id_and_by_its_prompts(render, run_node):
    job = render(0.5)
    for wanted in (str(job.id), f" {job.id} ", job.prompt_id):
        images, report, prompt, seed, id, fps, loaded, audio = run_node(
            AnimeJobLoad, which="id", id=wanted
        ).args
        assert torch.equal(images, (FRAMES * 255).round() / 255)
        assert (prompt, seed, id) == ("snow", 2**63, str(job.id))
        assert (report.verdict, len(report.measurements)) == ("PASS", 2)
        assert is_blocked(fps), "stills have no rate"
        assert is_blocked(audio), "nothing sounds"
        assert (loaded.id, loaded.project, loaded.shot) == (job.id, job.project, "012")


def test_the_frames_lie_where_comfyui_keeps_them(render, run_node, monkeypatch):
    monkeypatch.setattr(comfyui, "to_intermediate", lambda frames: frames.to("meta"))
    images = run_node(AnimeJobLoad, which="id", id=str(render().id)).args[0]
    assert images.device.type == "meta"


@pytest.mark.parametrize("format", ["webp", "mp4"])
def test_moving_pictures_come_back_with_their_rate(render, run_node, format):
    job = render(format=format)
    answer = run_node(AnimeJobLoad, which="id", id=str(job.id))
    assert answer.args[0].shape == FRAMES.shape
    assert answer.args[5] == 8.0
    assert is_blocked(answer.args[1]), "nothing was measured"


def test_one_of_the_files_can_be_chosen(render, run_node):
    job = render()
    third = run_node(AnimeJobLoad, which="id", id=str(job.id), file=3).args[0]
    assert torch.equal(third, (FRAMES[2:3] * 255).round() / 255)
    with pytest.raises(InputError, match=r"^file: expected a number up to 8, got 9"):
        run_node(AnimeJobLoad, which="id", id=str(job.id), file=9)
    with pytest.raises(InputError, match=r"^most_frames: expected at most 7 frames, got 8"):
        run_node(AnimeJobLoad, which="id", id=str(job.id), most_frames=7)


def report_file(recorder: Recorder, job: Job, path: Path, node: str) -> None:
    """Say that another node wrote a file for a job."""
    status = path.stat()
    file = ReportedFile(
        node, "SaveImage", str(path.parent), path.name, status.st_size, status.st_mtime_ns
    )
    recorder.files.add(job, [file], lambda: None)
    recorder.settle()


def test_files_of_other_nodes_are_loaded_those_of_one_node_at_a_time(
    recorder, render, run_node, output
):
    """Save Job's files are enough, and so are those of one other node where it wrote none."""
    with_save_job = render()
    alone = new_job("alone", project="alone")
    for number, level in enumerate((40, 80)):
        Image.new("RGB", (32, 32), (level,) * 3).save(output / f"a{number}.png")
    save_frames(output / "b.webp", [Image.new("RGB", (32, 32), (each,) * 3) for each in (9, 99)])
    (output / "c.flac").write_bytes(b"no pictures")
    for job in (with_save_job, alone):
        for name, node in (("c.flac", "2"), ("a0.png", "3"), ("a1.png", "3"), ("b.webp", "4")):
            report_file(recorder, job, output / name, node)
    assert len(run_node(AnimeJobLoad, which="id", id=str(with_save_job.id)).args[0]) == len(FRAMES)
    frames = run_node(AnimeJobLoad, which="id", id=str(alone.id)).args[0]
    assert (frames.mean(dim=(1, 2, 3)) * 255).round().tolist() == [40, 80]
    answer = run_node(AnimeJobLoad, which="id", id=str(alone.id), file=3)
    assert (len(answer.args[0]), answer.args[5]) == (2, 8.0)
    with pytest.raises(InputError, match=r"^file: expected a file with pictures, got c.flac \(aud"):
        run_node(AnimeJobLoad, which="id", id=str(alone.id), file=4)
    assert run_node(AnimeJobLoad, project="alone", state="any").args[4] == str(alone.id)


def save_frames(path: Path, pictures: list[Image.Image]) -> None:
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=125, lossless=True)


def test_a_job_whose_files_have_no_pictures_is_never_loaded(recorder, render, run_node, output):
    render()
    job = new_job("sound", project="sound")
    (output / "c.flac").write_bytes(b"no pictures")
    report_file(recorder, job, output / "c.flac", "2")
    with pytest.raises(InputError, match=r"^which: expected a job with pictures"):
        run_node(AnimeJobLoad, project="sound", state="any")
    with pytest.raises(InputError, match=r"^file: expected a job that saved pictures"):
        run_node(AnimeJobLoad, which="id", id=str(job.id))


def test_the_latest_and_the_best_of_a_shot(render, run_node):
    best, worse = render(0.1), render(0.9)
    latest = render()
    of_shot = {"project": latest.project, "shot": "012"}
    assert run_node(AnimeJobLoad, **of_shot).args[4] == str(latest.id)
    assert run_node(AnimeJobLoad, which="best", **of_shot).args[4] == str(best.id) != str(worse.id)
    with pytest.raises(
        InputError, match=r"a job with pictures of project .*, tag 'night'.*got none"
    ):
        run_node(AnimeJobLoad, tag="night", **of_shot)
    with pytest.raises(InputError, match=r"a job with pictures and a score of project 'nothing'"):
        run_node(AnimeJobLoad, which="best", project="nothing")


def test_the_node_runs_again_once_another_job_is_the_latest(render):
    first = render()
    before = AnimeJobLoad.fingerprint_inputs(project=first.project)
    assert AnimeJobLoad.fingerprint_inputs(project=first.project) == before
    render()
    assert AnimeJobLoad.fingerprint_inputs(project=first.project) != before
    linked = [AnimeJobLoad.fingerprint_inputs(project=None) for _ in range(2)]
    assert linked[0] != linked[1]


@pytest.mark.parametrize("wanted", ["", "nothing", "0" * 32, "\0"])
def test_an_unknown_id_is_said(recorder, run_node, wanted):
    with pytest.raises(InputError, match=r"^id: expected the id of a remembered job or prompt"):
        run_node(AnimeJobLoad, which="id", id=wanted)


def test_a_file_that_is_gone_is_named(render, run_node, output):
    job = render()
    (gone,) = output.rglob("*_00004_.png")
    gone.unlink()
    with pytest.raises(InputError, match=r"012_00004_\.png in .*no such file"):
        run_node(AnimeJobLoad, which="id", id=str(job.id))


def test_a_database_that_is_away_is_an_error_in_words(tmp_path, monkeypatch, run_node):
    monkeypatch.setenv("ANIME_DATABASE_URL", "postgresql://127.0.0.1:1/away")
    recorder = Recorder(tmp_path)
    monkeypatch.setattr(job_load, "open_recorder", lambda directory: recorder)
    with pytest.raises(DatabaseUnavailable):
        run_node(AnimeJobLoad)
    recorder.close()


def test_a_loaded_job_can_be_judged(render, recorder, run_node):
    render()
    loaded = run_node(AnimeJobLoad, project=render().project).args[6]
    said = {"verdict": "rejected", "reason": " the eyes jump ", "reviewer": "Hana"}
    answer = run_node(AnimeReview, job=loaded, **said)
    assert answer.args == (loaded,)
    assert answer.ui["anime_review"][0][0]["verdict"] == "rejected"

    def reviews(connection) -> list[Any]:
        query = "SELECT verdict, reason, reviewer FROM anime.reviews WHERE job_id = %s"
        return connection.execute(query, [loaded.id]).fetchall()

    recorder.settle()
    assert recorder.database.run(reviews) == [("rejected", "the eyes jump", "Hana")]


def test_undecided_records_nothing_and_a_judgement_is_recorded_at_every_run(
    render, recorder, run_node
):
    job = render()
    assert run_node(AnimeReview, job=job).ui is None
    for _ in range(2):
        run_node(AnimeReview, job=job, verdict="approved")

    def count(connection) -> int:
        query = "SELECT count(*) FROM anime.reviews WHERE job_id = %s"
        return int(connection.execute(query, [job.id]).fetchone()[0])

    recorder.settle()
    assert recorder.database.run(count) == 2
    assert AnimeReview.fingerprint_inputs() != AnimeReview.fingerprint_inputs()
    assert AnimeReview.GET_SCHEMA().not_idempotent


@pytest.mark.parametrize(
    ("inputs", "named"), [({"reviewer": "a\nb"}, "reviewer"), ({"reason": "x" * 2001}, "reason")]
)
def test_a_wrong_input_of_a_review_is_named(recorder, run_node, inputs, named):
    with pytest.raises(InputError, match=f"^{named}: expected"):
        run_node(AnimeReview, job=new_job(None), verdict="approved", **inputs)
