"""Records of remedies: what recorded jobs say of Close Loop, Retry, the draft profile and seeds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any

import pytest

from anime_production.models.jobs.job import JobState, ShownReport, new_job
from anime_production.models.jobs.queries.remedies import (
    LAST,
    LEAST,
    MARKS,
    NEXT_SEED,
    records_of_remedies,
)
from anime_production.models.jobs.recording.events import JobFinished
from anime_production.models.jobs.recording.ledger import write
from anime_production.models.measure import Measure
from anime_production.models.report import Better, Report

FIRST = datetime(2026, 3, 1, tzinfo=timezone.utc)
SEAM = Measure("seam", "steps", Better.HIGHER, 0.0, 10.0, "structural", 5.0, True)
PASSES, FAILS = 8.6, 3.9
CLOSING = {"class_type": "AnimeLoopClose", "inputs": {"images": ["1", 0]}}
RETRY = {"class_type": "AnimeRetryEnd", "inputs": {"report": ["50", 0]}}

Record = Callable[..., None]


@pytest.fixture
def record(every_connection) -> Record:
    """Return a function that records a job: further nodes, its seed, and the values of its reports
    by subject.
    """
    numbers = count(1)

    def record(*nodes: dict[str, Any], seed: int = 7, profile: str = "hero", **values: float):
        number = next(numbers)
        time = FIRST + timedelta(minutes=number)
        job = replace(new_job(f"prompt {number}"), created_at=time)
        graph = {"1": {"class_type": "KSampler", "inputs": {"seed": seed, "steps": 20}}}
        for place, subject in enumerate(values, start=50):
            images = {"images": ["1", 0], "profile": profile}
            graph[str(place)] = {"class_type": f"Score of {subject}", "inputs": images}
        graph |= {str(place): node for place, node in enumerate(nodes, start=90)}
        reports = tuple(
            ShownReport(str(place), _report(subject, value))
            for place, (subject, value) in enumerate(values.items(), start=50)
        )
        end = JobFinished(job, JobState.COMPLETED, None, time, None, graph, reports)
        assert write(every_connection, end)

    return record


def _report(subject: str, value: float) -> dict[str, Any]:
    measurement = SEAM.measured(value, "too_few_frames", {"frames": 1, "least": 2})
    return Report(subject, (measurement,), 12).to_dict()


def records(connection) -> dict[str, tuple[int | None, int]]:
    """Return the passed and the judged jobs of each remedy."""
    return {
        each["name"]: (each["passed"], each["judged"]) for each in records_of_remedies(connection)
    }


def test_without_jobs_nothing_is_said(every_connection):
    answers = records_of_remedies(every_connection)
    assert [each["name"] for each in answers] == [*MARKS, NEXT_SEED]
    assert all(each["passed"] is None and each["judged"] == 0 for each in answers)
    assert {each["least"] for each in answers} == {LEAST}


def test_jobs_with_a_remedy_are_counted_once_enough_are_judged(every_connection, record: Record):
    record(loop=PASSES)
    for value in (PASSES, FAILS):
        record(CLOSING, loop=value)
    assert records(every_connection)["close_loop"] == (None, 2)
    record(CLOSING, loop=PASSES)
    assert records(every_connection)["close_loop"] == (2, 3)
    assert records(every_connection)["retry"] == (None, 0)


def test_only_reports_on_the_remedys_subject_say_if_it_helped(every_connection, record: Record):
    for _ in range(LEAST):
        record(CLOSING, RETRY, loop=PASSES, character=FAILS)
    record(CLOSING, RETRY, character=PASSES)  # says nothing about loops
    assert records(every_connection)["close_loop"] == (LEAST, LEAST)
    assert records(every_connection)["retry"] == (1, LEAST + 1)  # the job's own verdict counts


def test_the_profile_is_read_from_the_graph(every_connection, record: Record):
    for profile in ("draft", "hero", "draft", "draft"):
        record(loop=PASSES, profile=profile)
    assert records(every_connection)["draft"] == (3, 3)


def test_the_last_ones_count(every_connection, record: Record):
    for number in range(LAST + 4):
        record(CLOSING, loop=FAILS if number < 5 else PASSES)
    assert records(every_connection)["close_loop"] == (LAST - 1, LAST)


def test_another_seed_counts_if_the_same_graph_failed_before(every_connection, record: Record):
    record(seed=1, loop=FAILS)
    record(CLOSING, seed=9, loop=FAILS)  # another graph in between
    record(seed=2, loop=FAILS)  # tried
    record(seed=3, loop=PASSES)  # tried
    record(seed=4, loop=FAILS)  # nothing had failed
    record(seed=4, loop=PASSES)  # the same seed again
    record(seed=5, loop=FAILS)
    record(seed=6, loop=PASSES)  # tried
    assert records(every_connection)[NEXT_SEED] == (2, 3)
