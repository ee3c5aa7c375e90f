"""Groups of jobs by their shots, and what tells the jobs of one shot apart."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from uuid import uuid4

import pytest

from anime_production.models.jobs.job import JobState, new_job
from anime_production.models.jobs.queries.cursors import CursorError
from anime_production.models.jobs.queries.filters import JobQuery
from anime_production.models.jobs.queries.listing import list_jobs
from anime_production.models.jobs.queries.orders import BEST, NEWEST, ORDERS
from anime_production.models.jobs.queries.shots import list_shots
from anime_production.models.jobs.recording.events import JobFinished, JobQueued, JobStarted
from anime_production.models.jobs.recording.ledger import write

BEGAN = datetime(2026, 3, 1, tzinfo=timezone.utc)


def add(connection, name: str, minutes: int, seed: int | None = None, **values):
    """Write a job with a seed, and its verdict and score."""
    verdict, score = values.pop("verdict", None), values.pop("score", None)
    repeats = values.pop("repeats", None)
    job = replace(new_job(name, "Winter", **values), created_at=BEGAN + timedelta(minutes=minutes))
    job = replace(job, reproduced_from=repeats and repeats.id)
    sampler = {"3": {"class_type": "KSampler", "inputs": {"seed": seed, "steps": 20}}}
    with connection.transaction():
        write(connection, JobQueued(job, {} if seed is None else sampler))
        end = JobFinished(job, JobState.COMPLETED, BEGAN, BEGAN, None, None, ())
        write(connection, end)
    connection.execute(
        "UPDATE anime.jobs SET verdict = %s, score = %s WHERE id = %s", (verdict, score, job.id)
    )
    return job


@pytest.fixture
def shots(connection):
    fill_shots(connection)


def fill_shots(connection) -> None:
    """Add jobs of three shots and one without a shot."""
    add(connection, "a1", 1, shot="a", verdict="FAIL", score=90.0)
    add(connection, "b1", 2, shot="b", verdict="NOT_MEASURED")
    add(connection, "a2", 3, shot="a", verdict="PASS", score=41.5)
    add(connection, "a3", 4, shot="a", verdict="PASS", score=70.25)
    add(connection, "n1", 5)
    add(connection, "c1", 6, shot="c", verdict="FAIL", score=12.0)
    add(connection, "b2", 7, shot="b", verdict="FAIL", score=33.0)


def test_shots_are_counted_with_their_best_verdict(every_connection):
    connection = every_connection
    fill_shots(connection)
    page = list_shots(connection, JobQuery(), 50)
    facts = [(each["shot"], each["jobs"], each["verdict"], each["score"]) for each in page.shots]
    assert facts == [("b", 2, "FAIL", 33.0), ("c", 1, "FAIL", 12.0), ("", 1, None, None),
                     ("a", 3, "PASS", 70.25)]  # fmt: skip
    assert page.next is None
    best = list_shots(connection, JobQuery(), 50, BEST)
    assert [each["shot"] for each in best.shots] == ["a", "b", "c", ""]
    failed = list_shots(connection, JobQuery(verdict="FAIL"), 50).shots
    assert [(each["shot"], each["jobs"], each["passed"]) for each in failed] == [
        ("b", 1, 0), ("c", 1, 0), ("a", 1, 0),
    ]  # fmt: skip


@pytest.mark.usefixtures("shots")
@pytest.mark.parametrize("order", ORDERS)
def test_pages_of_shots_go_on_where_the_page_before_ended(connection, order):
    whole = [each["key"] for each in list_shots(connection, JobQuery(), 50, order).shots]
    keys, cursor = [], None
    while True:
        page = list_shots(connection, JobQuery(), 1, order, cursor)
        keys += [each["key"] for each in page.shots]
        cursor = page.next
        if cursor is None:
            break
    assert keys == whole
    assert len(keys) == 4


@pytest.mark.usefixtures("shots")
def test_the_jobs_of_a_shot_are_found_by_its_key_also_those_without_a_shot(connection):
    found = {
        each["shot"]: [
            job["prompt_id"]
            for job in list_jobs(connection, JobQuery(group=each["key"]), 9, BEST).jobs
        ]
        for each in list_shots(connection, JobQuery(), 50).shots
    }
    assert found == {"a": ["a3", "a2", "a1"], "b": ["b2", "b1"], "c": ["c1"], "": ["n1"]}
    for key in ("x", "1", "1.2.3", "-1.2", "9" * 40 + ".1", "999.0"):
        assert list_jobs(connection, JobQuery(group=key), 9).jobs == ()


@pytest.mark.usefixtures("shots")
def test_a_cursor_of_another_list_or_order_is_refused(connection):
    cursor = list_shots(connection, JobQuery(), 1).next
    of_jobs = list_jobs(connection, JobQuery(), 1).next
    for wrong, order in ((cursor, BEST), (of_jobs, NEWEST), ("x", NEWEST)):
        with pytest.raises(CursorError):
            list_shots(connection, JobQuery(), 1, order, wrong)


def rows(connection) -> dict:
    return {job["prompt_id"]: job for job in list_jobs(connection, JobQuery(), 50).jobs}


def test_takes_of_one_shot_have_their_seeds_and_attempts(connection):
    first = add(connection, "first", 1, seed=2**64 - 1, shot="a")
    second = add(connection, "second", 2, seed=7, shot="a", repeats=first)
    add(connection, "third", 3, seed=8, shot="a", repeats=first)
    add(connection, "fourth", 4, seed=9, shot="a", repeats=second)
    add(connection, "other", 5, shot="a")
    facts = {name: (row["seed"], row["attempt"]) for name, row in rows(connection).items()}
    assert facts == {
        "first": (str(2**64 - 1), None), "second": ("7", 2), "third": ("8", 3),
        "fourth": ("9", 4), "other": (None, None),
    }  # fmt: skip


def test_a_retry_inside_a_job_gives_the_seed_and_the_number_of_the_chosen_attempt(connection):
    job = add(connection, "retried", 1, seed=1)
    for number, seed in enumerate((1, 22, 333), 1):
        connection.execute(
            "INSERT INTO anime.retry_attempts (job_id, node_id, number, seed, verdict, reason,"
            " chosen) VALUES (%s, '5', %s, %s, 'PASS', '', %s)",
            (job.id, number, seed, number == 2),
        )
    row = rows(connection)["retried"]
    assert (row["seed"], row["attempt"]) == ("22", 2)
    found = {text: len(list_jobs(connection, JobQuery(text=text), 9).jobs)
             for text in ("333", "22", "4444")}  # fmt: skip
    assert found == {"333": 1, "22": 1, "4444": 0}


def test_a_seed_is_found_beside_words_and_names_with_the_same_digits(connection):
    add(connection, "seed", 1, seed=1234, shot="a", tags="night")
    add(connection, "name", 2, seed=5, shot="take 1234")
    add(connection, "none", 3, seed=12345, shot="b")

    def found(text):
        jobs = list_jobs(connection, JobQuery(text=text), 9).jobs
        return {job["prompt_id"] for job in jobs}

    assert found("1234") == {"seed", "name"}
    assert found("night 1234") == {"seed"}
    assert found("5") == {"name"}
    assert found("1234 5") == {"name"}
    assert found("0001234") == {"seed"}
    assert found("9" * 30) == set()


def test_a_lost_job_says_when_its_process_was_last_heard(connection):
    process = uuid4()
    job = replace(new_job("lost"), process_id=process, created_at=BEGAN)
    with connection.transaction():
        write(connection, JobStarted(job))
    connection.execute("UPDATE anime.processes SET pid = 4711, seen_at = %s, ended_at = %s",
                       (BEGAN, BEGAN))  # fmt: skip
    connection.execute("UPDATE anime.jobs SET state = 'lost', finished_at = now()")
    row = rows(connection)["lost"]
    assert (row["last_heard_at"], row["process_pid"]) == (BEGAN, 4711)
