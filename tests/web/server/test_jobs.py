from dataclasses import replace
from datetime import datetime, timedelta, timezone
from uuid import uuid4

import pytest

from anime_production.models.jobs.job import JobState, new_job
from anime_production.models.jobs.recording.events import (
    ArtifactWritten,
    JobFinished,
    JobQueued,
    JobStarted,
)
from anime_production.models.reasons import sentence

AWAY = "postgresql://keeper:a-secret-word@127.0.0.1:1/away"
EVIL = '<img src=x onerror="alert(1)">'


def completed(story) -> JobFinished:
    """The end of the story's job, had it been a good one."""
    return replace(story[-1], state=JobState.COMPLETED, error=None)


def test_a_job_is_answered_by_its_id_and_by_its_prompts(
    desk, recorder, database_url, story, report
):
    scored = {"class_type": "AnimeLoopScore", "_meta": {"title": "Does it loop?"}, "inputs": {}}
    story[-1] = replace(story[-1], graph={**story[-1].graph, "5": scored})
    for event in story:
        recorder.record(event)
    by_id, by_prompt = desk.get(f"/anime/jobs/{story[0].job.id}", "/anime/jobs/8c1f")
    assert by_id.status == by_prompt.status == 200
    assert by_id.json == by_prompt.json
    job = by_id.json["job"]
    assert {name: job[name] for name in ("project", "scene", "shot", "character", "tags")} == {
        "project": "Winter",
        "scene": "03",
        "shot": "012",
        "character": "Hana",
        "tags": ["night", "snow"],
    }
    assert (job["state"], job["verdict"], job["score"]) == (
        "failed", None, None,
    )  # fmt: skip
    assert job["judged_by"] is None
    assert job["started_at"] == "2026-03-01T12:00:00.250000+00:00"
    assert job["error"]["traceback"] == "Traceback …"
    assert by_id.json["reports"] == [
        {
            **{"node_id": node, "report": report.to_dict(), "decides": False, **names},
            **{"snapshots": [], "snapshots_absent": None},
            **{"flipbook": None, "flipbook_absent": None},
        }
        for node, names in (
            ("5", {"title": "Does it loop?", "node_type": "AnimeLoopScore"}),
            ("9", {"title": None, "node_type": None}),
        )
    ]
    (file,) = by_id.json["artifacts"]
    assert file == {
        **vars(story[1].artifact),
        "exists": False,
        "view": "/view?filename=012_00001_.webp&subfolder=Winter/03&type=output",
        "thumbnail": None,
    }


def test_a_jobs_file_is_said_to_be_there_only_while_it_is(desk, recorder, database_url, story):
    for event in story:
        recorder.record(event)
    path = desk.output / story[1].artifact.path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    (there,) = desk.get("/anime/jobs/8c1f/artifacts")
    path.unlink()
    (gone,) = desk.get("/anime/jobs/8c1f/artifacts")
    assert there.json["artifacts"][0]["exists"]
    assert not gone.json["artifacts"][0]["exists"]


def test_an_unknown_job_is_404(desk, database_url):
    parts = ("", "/events", "/params", "/reports", "/artifacts", "/graph", "/thumbnail")
    answers = desk.get(*(f"/anime/jobs/nobody{part}" for part in parts))
    assert {(each.status, each.json["error"]["code"]) for each in answers} == {(404, "unknown_job")}


def test_while_the_database_is_away_the_answer_says_what_is_still_known(
    desk, recorder, monkeypatch, story
):
    monkeypatch.setenv("ANIME_DATABASE_URL", AWAY)
    for event in story:
        recorder.record(event)
    job, other, listed = desk.get("/anime/jobs/8c1f", "/anime/jobs/nobody", "/anime/jobs")
    assert job.status == other.status == listed.status == 503
    assert job.json["error"]["code"] == "database_away"
    assert job.json["outbox"] == {"backlog": 3, "of_this_job": 3}
    assert other.json["outbox"] == {"backlog": 3, "of_this_job": 0}
    assert listed.json["outbox"] == {"backlog": 3, "of_this_job": None}
    assert b"a-secret-word" not in job.body + other.body + listed.body


def test_the_list_goes_on_where_the_page_before_ended(desk, recorder, database_url):
    began = datetime(2026, 3, 1, tzinfo=timezone.utc)
    made = [
        replace(new_job(f"p{number}", "Winter"), created_at=began + timedelta(seconds=number // 2))
        for number in range(7)
    ]
    for job in made:
        recorder.record(JobStarted(job))
    seen, path = [], "/anime/jobs?limit=3"
    while path:
        (page,) = desk.get(path)
        seen += [job["prompt_id"] for job in page.json["jobs"]]
        cursor = page.json["next"]
        path = cursor and f"/anime/jobs?limit=3&cursor={cursor}"
        # A job that comes meanwhile moves nothing.
        recorder.record(JobStarted(new_job("late", "Winter")))
    assert len(seen) == len(set(seen)) == 7
    assert {seen[0]} == {"p6"}
    assert set(seen[-2:]) == {"p0", "p1"}


def test_every_text_comes_back_as_it_was_given(desk, recorder, database_url):
    job = new_job("p", EVIL, EVIL, EVIL, EVIL, "a, '; DROP TABLE anime.jobs --")
    recorder.record(JobStarted(job))
    listed, filtered = desk.get("/anime/jobs", "/anime/jobs?text=%3Cimg&tag=a")
    (row,) = listed.json["jobs"]
    assert [row[name] for name in ("project", "scene", "shot", "character")] == [EVIL] * 4
    assert filtered.json == listed.json


def test_the_worst_reports_reason_stands_in_the_list(desk, recorder, database_url, story):
    for event in [*story[:-1], completed(story)]:
        recorder.record(event)
    (answer,) = desk.get("/anime/jobs")
    (row,) = answer.json["jobs"]
    assert (row["verdict"], row["judged_by"]) == ("FAIL", "last")
    assert row["reason_code"] == "not_finite"
    assert row["reason"] == sentence("not_finite", {"frame": 3, "frames": 1})
    assert row["thumbnail"] is None


def test_a_file_leads_back_to_its_job(desk, recorder, database_url, story):
    for event in story:
        recorder.record(event)
    artifact = story[1].artifact
    answers = desk.get(
        f"/anime/jobs?file={artifact.path}",
        f"/anime/jobs?file={artifact.sha256.upper()}",
        "/anime/jobs?file=Winter/03/other.webp",
    )
    assert [len(each.json["jobs"]) for each in answers] == [1, 1, 0]


def test_the_thumbnail_is_the_first_files(desk, recorder, database_url, job, artifact):
    recorder.record(JobStarted(job))
    (none,) = desk.get("/anime/jobs/8c1f/thumbnail")
    recorder.record(ArtifactWritten(job, artifact, thumbnail=b"RIFF first"))
    recorder.record(
        ArtifactWritten(job, replace(artifact, path="second.webp"), thumbnail=b"RIFF second")
    )
    found, listed = desk.get("/anime/jobs/8c1f/thumbnail", "/anime/jobs")
    assert (none.status, none.json["error"]["code"]) == (404, "no_thumbnail")
    assert (found.kind, found.body) == ("image/webp", b"RIFF first")
    known = {"If-None-Match": found.headers["ETag"]}
    (same,) = desk.ask(("GET", "/anime/jobs/8c1f/thumbnail", None), headers=known)
    assert (same.status, same.body) == (304, b"")
    assert listed.json["jobs"][0]["thumbnail"] == f"/anime/jobs/{job.id}/thumbnail"


def test_each_file_has_its_thumbnail_and_those_of_save_job_come_first(
    desk, recorder, database_url, job, artifact
):
    recorder.record(JobStarted(job))
    of_node = replace(artifact, path="a b&c.webp", node_id="7", node_type="VHS_VideoCombine")
    sound = replace(of_node, path="a.flac", kind="audio", width=None, height=None, frames=None)
    recorder.record(ArtifactWritten(job, of_node, thumbnail=b"RIFF node"))
    recorder.record(ArtifactWritten(job, sound))
    recorder.record(ArtifactWritten(job, artifact, thumbnail=b"RIFF own"))
    (listed,) = desk.get("/anime/jobs/8c1f/artifacts")
    files = listed.json["artifacts"]
    assert [each["path"] for each in files] == [artifact.path, "a b&c.webp", "a.flac"]
    assert [each["node_type"] for each in files] == [None, *["VHS_VideoCombine"] * 2]
    assert [each["width"] for each in files] == [512, 512, None]
    assert files[2]["thumbnail"] is None
    first, own, node, none = desk.get(
        "/anime/jobs/8c1f/thumbnail",
        files[0]["thumbnail"],
        files[1]["thumbnail"],
        "/anime/jobs/8c1f/thumbnail?file=a.flac",
    )
    assert (first.body, own.body, node.body) == (b"RIFF own", b"RIFF own", b"RIFF node")
    assert (none.status, none.json["error"]["code"]) == (404, "no_thumbnail")


def test_a_seed_keeps_all_its_digits(desk, recorder, database_url, job):
    seed = 2**64 - 1
    graph = {"3": {"class_type": "KSampler", "inputs": {"seed": seed}}}
    recorder.record(JobQueued(job, graph, {"nodes": []}, ("3", "9")))
    params, kept = desk.get("/anime/jobs/8c1f/params", "/anime/jobs/8c1f/graph")
    (param,) = params.json["params"]
    assert (param["kind"], param["number"], param["written"]) == ("seed", seed, str(seed))
    assert kept.json == {
        **{"id": str(job.id), "graph": graph, "workflow": {"nodes": []}},
        "output_nodes": ["3", "9"],
    }


def test_the_events_stand_in_the_order_of_time(desk, recorder, database_url, story):
    for event in reversed(story):
        recorder.record(event)
    (answer,) = desk.get("/anime/jobs/8c1f/events")
    kinds = [event["kind"] for event in answer.json["events"]]
    assert sorted(kinds) == ["artifact_written", "job_finished", "job_started"]
    times = [event["at"] for event in answer.json["events"]]
    assert times == sorted(times)


@pytest.mark.parametrize("by", ["project", "character", "day"])
def test_figures_say_how_many_passed(desk, recorder, database_url, story, by):
    for event in [*story[:-1], completed(story)]:
        recorder.record(event)
    other = new_job("other", "Winter", character="Hana")
    end = datetime(2026, 3, 1, tzinfo=timezone.utc)
    recorder.record(JobFinished(other, JobState.CANCELLED, None, end, None, None, ()))
    (answer,) = desk.get(f"/anime/stats?by={by}")
    (group,) = answer.json["groups"]
    assert group["jobs"] == 2
    assert group["states"] == {"completed": 1, "cancelled": 1}
    assert group["verdicts"] == {"PASS": 0, "FAIL": 1, "NOT_MEASURED": 0}
    assert (group["passed"], group["failed"]) == (0, 1)
    assert group["not_judged"] == {
        "not_measured": 0, "no_report": 0, "failed": 0, "cancelled": 1, "lost": 0, "unfinished": 0,
    }  # fmt: skip
    assert (group["last"]["passed"], group["last"]["failed"]) == (0, 1)
    assert group["pass_rate"] == 0
    assert group["last"]["median_seconds"] == 59.75


def test_records_of_remedies_are_counted_from_the_jobs(desk, recorder, database_url, story):
    closing = {"class_type": "AnimeLoopClose", "inputs": {}}
    for number in range(3):
        job = replace(story[0].job, id=uuid4(), prompt_id=f"closed {number}")
        end = completed(story)
        recorder.record(
            replace(end, id=uuid4(), job=job, graph={**(end.graph or {}), "7": closing})
        )
    (answer,) = desk.get("/anime/remedies")
    by_name = {each.pop("name"): each for each in answer.json["remedies"]}
    assert by_name["close_loop"] == {"passed": 0, "judged": 3, "least": 3}
    assert by_name["retry"] == {"passed": None, "judged": 0, "least": 3}
    assert by_name.keys() == {"close_loop", "deflicker", "retry", "draft", "next_seed"}
