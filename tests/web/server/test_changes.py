import hashlib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from anime_production.models.jobs.job import Artifact
from anime_production.models.jobs.recording.events import ArtifactWritten, JobStarted
from anime_production.web.server.reproduction import with_changes

from .asking import Desk

CONTENT = b"a picture"


def written(desk: Desk, path: str, content: bytes = CONTENT) -> Artifact:
    """A file, and what the job that wrote it said of it."""
    place = desk.output / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return Artifact(path, "image", 9, hashlib.sha256(CONTENT).hexdigest(), 1, 1, 1)


def test_a_review_stands_in_the_list_and_the_newest_holds(desk, recorder, database_url, story):
    for event in story:
        recorder.record(event)
    path = "/anime/jobs/8c1f/review"
    first, second = (
        {"verdict": "rejected", "reason": "hands", "reviewer": "葵"},
        {"verdict": "approved"},
    )
    rejected, approved = desk.ask(("POST", path, first), ("POST", path, second))
    assert rejected.status == approved.status == 200
    job, listed, none = desk.get(
        "/anime/jobs/8c1f", "/anime/jobs?review=approved", "/anime/jobs?review=rejected"
    )
    reviews = job.json["reviews"]
    assert [each["verdict"] for each in reviews] == ["approved", "rejected"]
    assert (reviews[1]["reason"], reviews[1]["reviewer"]) == ("hands", "葵")
    assert listed.json["jobs"][0]["review"] == "approved"
    assert none.json["jobs"] == []


@pytest.mark.parametrize(
    "body",
    [{}, {"verdict": "nice"}, {"verdict": ["approved"]}, {"verdict": "approved", "reason": 3},
     {"verdict": "approved", "reason": "x" * 2001}, {"verdict": "approved", "reviewer": "a\nb"}],
)  # fmt: skip
def test_a_review_that_says_nothing_clear_is_refused(desk, recorder, database_url, job, body):
    recorder.record(JobStarted(job))
    (answer,) = desk.ask(("POST", "/anime/jobs/8c1f/review", body))
    assert (answer.status, answer.json["error"]["code"]) == (400, "bad_field")


def test_a_deleted_job_stays_deleted_whatever_is_said_of_it_later(
    desk, recorder, database_url, story
):
    for event in story:
        recorder.record(event)
    (deleted,) = desk.ask(("DELETE", "/anime/jobs/8c1f", None))
    recorder.record(replace(story[1], id=story[0].job.id))
    gone, listed = desk.get("/anime/jobs/8c1f", "/anime/jobs")
    assert deleted.json == {
        "id": str(story[0].job.id), "deleted": True, "removed": [], "kept": [],
    }  # fmt: skip
    assert gone.status == 404
    assert listed.json["jobs"] == []


def test_its_files_go_only_when_asked_for(desk, recorder, database_url, story):
    story[1] = ArtifactWritten(story[1].job, written(desk, "Winter/a.png"))
    for event in story:
        recorder.record(event)
    (answer,) = desk.ask(("DELETE", "/anime/jobs/8c1f?files=true", None))
    assert answer.json["removed"] == ["Winter/a.png"]
    assert not (desk.output / "Winter/a.png").exists()


def test_without_asking_its_files_stay(desk, recorder, database_url, story):
    story[1] = ArtifactWritten(story[1].job, written(desk, "Winter/a.png"))
    for event in story:
        recorder.record(event)
    desk.ask(("DELETE", "/anime/jobs/8c1f", None))
    assert (desk.output / "Winter/a.png").exists()


@pytest.mark.parametrize("path", ["../outside.png", "/{root}/outside.png", "link.png", "dir/o.png"])
def test_no_file_outside_the_output_folder_is_ever_deleted(
    desk, recorder, database_url, story, path
):
    outside = desk.folder / "outside.png"
    outside.write_bytes(CONTENT)
    desk.output.mkdir()
    (desk.output / "link.png").symlink_to(outside)
    (desk.folder / "elsewhere").mkdir()
    (desk.folder / "elsewhere/o.png").write_bytes(CONTENT)
    (desk.output / "dir").symlink_to(desk.folder / "elsewhere")
    artifact = written(desk, "a.png")
    story[1] = ArtifactWritten(
        story[1].job, replace(artifact, path=path.format(root=str(desk.folder).lstrip("/")))
    )
    for event in story:
        recorder.record(event)
    (answer,) = desk.ask(("DELETE", "/anime/jobs/8c1f?files=true", None))
    assert answer.json["removed"] == []
    assert len(answer.json["kept"]) == 1
    assert outside.exists()
    assert (desk.folder / "elsewhere/o.png").exists()
    assert Path(desk.output / "link.png").is_symlink()


def test_another_file_under_the_same_name_stays(desk, recorder, database_url, story):
    story[1] = ArtifactWritten(story[1].job, written(desk, "a.png", b"painted over"))
    for event in story:
        recorder.record(event)
    (answer,) = desk.ask(("DELETE", "/anime/jobs/8c1f?files=true", None))
    (kept,) = answer.json["kept"]
    assert kept["reason_code"] == "another"
    assert kept["reason"] == "It is not the file that the job wrote."
    assert (desk.output / "a.png").exists()


def test_a_job_that_runs_is_not_deleted(desk, recorder, database_url, job):
    recorder.record(JobStarted(job))
    (answer,) = desk.ask(("DELETE", "/anime/jobs/8c1f", None))
    assert (answer.status, answer.json["error"]["code"]) == (409, "still_running")


class NoQueue:
    """The queue of a ComfyUI that runs nothing."""

    def delete_queue_item(self, function):
        return False

    def get_current_queue_volatile(self):
        return [], []


@pytest.mark.parametrize(
    ("ended", "code", "said"),
    [(True, "has_ended", "failed"), (False, "runs_elsewhere", "A ComfyUI on")],
)
def test_what_cannot_be_cancelled_here_is_said(
    desk, recorder, database_url, story, monkeypatch, ended, code, said
):
    context = replace(desk.context(), server=lambda: SimpleNamespace(prompt_queue=NoQueue()))
    monkeypatch.setattr(Desk, "context", lambda self: context)
    for event in story if ended else story[:2]:
        recorder.record(event)
    (answer,) = desk.ask(("POST", "/anime/jobs/8c1f/cancel", {}))
    assert (answer.status, answer.json["error"]["code"]) == (409, code)
    assert said in answer.json["error"]["message"]


NOT_REPRODUCED = [
    ({"changes": {"9.seed": 1}}, "no input '9.seed'"),
    ({"changes": {"1.seed": [1, 2]}}, "changes: expected a value such as"),
    ({"changes": ["1.seed"]}, "changes: expected a value such as"),
    ({"changes": []}, "changes: expected a value such as"),
    ({"changes": {"1.seed": 10**400}}, "changes: expected numbers from -18446744073709551616"),
    ({"changes": {"1.text": "a\0b"}}, "changes: expected texts and names of at most 100000"),
    ({"source": "production"}, "source: expected one of api, editor"),
    ({"client_id": 7}, "client_id: expected a text"),
]


def test_a_job_is_not_run_again_where_the_request_cannot_be_understood(
    desk, recorder, system_url, story
):
    for event in story:
        recorder.record(event)
    path = "/anime/jobs/8c1f/reproduce"
    answers = desk.ask(*(("POST", path, body) for body, _ in NOT_REPRODUCED))
    for answer, (_, said) in zip(answers, NOT_REPRODUCED, strict=True):
        assert answer.status == 400
        assert said in answer.json["error"]["message"]


def test_a_change_reaches_inputs_whose_names_have_dots_and_leaves_the_jobs_graph_as_it_is():
    graph = {"12.0": {"class_type": "A", "inputs": {"mode.seed": 1, "seed": 2}}}
    assert with_changes(graph, {"12.0.mode.seed": 7})["12.0"]["inputs"] == {
        "mode.seed": 7,
        "seed": 2,
    }
    assert graph["12.0"]["inputs"]["mode.seed"] == 1


@pytest.mark.parametrize("name", ["13.seed", "12.0.cfg", "12", ""])
def test_a_change_of_what_is_not_there_is_refused(desk, recorder, database_url, name):
    with pytest.raises(Exception, match="has no input"):
        with_changes({"12.0": {"class_type": "A", "inputs": {"seed": 2}}}, {name: 1})
