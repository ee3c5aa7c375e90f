"""Many jobs are changed by one request; those that can't be are named with the reason."""

import csv
import hashlib
import io
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from anime_production.models.jobs.job import Artifact, JobState, new_job
from anime_production.models.jobs.recording.events import (
    ArtifactWritten,
    JobFinished,
    JobQueued,
    JobStarted,
)

from .asking import Desk


@pytest.fixture
def jobs(recorder, database_url) -> dict[str, str]:
    """Ids of jobs by their state: two completed, one that runs, and one that waits."""
    made = {name: new_job(name, "Winter", shot="s1", tags="night") for name in ("a", "b", "runs")}
    waits = new_job("waits", "Winter", shot="s2")
    for job in made.values():
        recorder.record(JobStarted(job))
    for name in ("a", "b"):
        at = made[name].created_at
        recorder.record(JobFinished(made[name], JobState.COMPLETED, at, at, None, {}, ()))
    recorder.record(JobQueued(waits, {}))
    return {name: str(job.id) for name, job in {**made, "waits": waits}.items()}


def post(desk: Desk, action: str, **body):
    (answer,) = desk.ask(("POST", f"/anime/selection/{action}", body))
    assert answer.status == 200, answer.body
    return answer.json["results"]


def outcome(results) -> dict[str, str]:
    """The reason of each job that wasn't changed, or ""."""
    return {each["id"]: each["reason_code"] or "" for each in results}


def test_ended_jobs_are_deleted_and_the_others_say_why_not(desk, jobs):
    nobody = str(uuid4())
    ids = [jobs["a"], jobs["a"], jobs["runs"], jobs["waits"], nobody, "strange"]
    results = post(desk, "delete", ids=ids)
    assert outcome(results) == {
        jobs["a"]: "", jobs["runs"]: "still_running", jobs["waits"]: "still_running",
        nobody: "unknown_job", "strange": "unknown_job",
    }  # fmt: skip
    assert "(in_progress)" in results[1]["reason"]
    gone, kept = desk.get(f"/anime/jobs/{jobs['a']}", "/anime/jobs")
    assert gone.status == 404
    assert {each["id"] for each in kept.json["jobs"]} == {
        jobs["b"], jobs["runs"], jobs["waits"],
    }  # fmt: skip
    assert outcome(post(desk, "delete", ids=[jobs["a"]])) == {jobs["a"]: "unknown_job"}


def test_files_go_only_when_asked_for_and_only_the_jobs_own(desk, recorder, jobs):
    content = b"a picture"
    digest = hashlib.sha256(content).hexdigest()
    desk.output.mkdir(exist_ok=True)
    for name, written in {"a": content, "b": b"another one"}.items():
        (desk.output / f"{name}.png").write_bytes(written)
        job = replace(new_job(name), id=UUID(jobs[name]))
        artifact = Artifact(f"{name}.png", "image", 9, digest, 1, 1, 1)
        recorder.record(ArtifactWritten(job, artifact))
    first, second = post(desk, "delete", ids=[jobs["a"], jobs["b"]], files=True)
    assert (first["removed"], first["kept"]) == (["a.png"], [])
    assert [each["reason_code"] for each in second["kept"]] == ["another"]
    assert not (desk.output / "a.png").exists()
    assert (desk.output / "b.png").exists()


def test_a_review_of_many_is_one_of_each(desk, jobs):
    results = post(desk, "review", ids=list(jobs.values()), verdict="approved", reviewer="葵")
    assert set(outcome(results).values()) == {""}
    (listed,) = desk.get("/anime/jobs?review=approved")
    assert {each["id"] for each in listed.json["jobs"]} == set(jobs.values())


def test_tags_are_added_and_removed_and_found(desk, jobs):
    ids = [jobs["a"], jobs["b"], jobs["waits"]]
    results = post(desk, "tags", ids=ids, add=["雨", "night"], remove=["rain"])
    assert outcome(results) == {jobs["a"]: "", jobs["b"]: "", jobs["waits"]: "not_started"}
    by_tag, by_text, tags = desk.get("/anime/jobs?tag=雨", "/anime/jobs?text=雨", "/anime/tags")
    assert [each["tags"] for each in by_tag.json["jobs"]] == [["night", "雨"]] * 2
    assert len(by_text.json["jobs"]) == 2
    assert tags.json["tags"] == [{"tag": "night", "jobs": 3}, {"tag": "雨", "jobs": 2}]
    post(desk, "tags", ids=ids, remove=["night"])
    (left,) = desk.get("/anime/jobs?tag=night")
    assert [each["id"] for each in left.json["jobs"]] == [jobs["runs"]]


def test_a_job_has_no_more_tags_than_it_may_have(desk, jobs):
    many = [f"t{number}" for number in range(49)]
    assert outcome(post(desk, "tags", ids=[jobs["a"]], add=many)) == {jobs["a"]: ""}
    full, added = post(desk, "tags", ids=[jobs["a"], jobs["b"]], add=["one more"])
    assert (full["reason_code"], added["done"]) == ("too_many_tags", True)


@pytest.mark.parametrize(
    ("body", "message"),
    [({"ids": []}, "ids: expected a value such as"), ({"ids": ["x"] * 1001}, "ids: expected"),
     ({"ids": [3]}, "ids: expected"), ({"ids": ["x"], "add": ["a\nb"]}, "add: expected"),
     ({"ids": ["x"], "add": ["x" * 201]}, "add: expected"), ({}, "ids: expected")],
)  # fmt: skip
def test_a_selection_has_bounds(desk, body, message):
    (answer,) = desk.ask(("POST", "/anime/selection/tags", body))
    assert answer.status == 400
    assert answer.json["error"]["message"].startswith(message)


def test_a_selection_is_exported_and_no_cell_runs_in_a_spreadsheet(desk, recorder, jobs):
    formula = new_job("f", "=1+1", scene="+1", shot="-1", character="@SUM(A1)", tags="=cmd")
    recorder.record(JobStarted(formula))
    ids = [jobs["a"], str(formula.id), str(uuid4())]
    as_csv, as_json = desk.ask(
        ("POST", "/anime/selection/export", {"ids": ids, "format": "csv"}),
        ("POST", "/anime/selection/export", {"ids": ids, "format": "json"}),
    )
    assert [each["id"] for each in as_json.json["jobs"]] == [str(formula.id), jobs["a"]]
    cells = next(iter(csv.DictReader(io.StringIO(as_csv.body.decode()))))
    assert [cells[name] for name in ("project", "scene", "shot", "character", "tags")] == [
        "'=1+1", "'+1", "'-1", "'@SUM(A1)", "'=cmd",
    ]  # fmt: skip
    assert as_csv.headers["Content-Disposition"] == 'attachment; filename="anime-jobs.csv"'
