"""Events that can't be written: they are set aside, and everything else goes on."""

import json
import sqlite3
from uuid import uuid4

import psycopg
import pytest

from anime_production.models.jobs.job import Job, new_job
from anime_production.models.jobs.recording.events import JobQueued, JobStarted
from anime_production.models.jobs.recording.set_aside import list_set_aside, retry_set_aside
from anime_production.quickstart_steps import jobs as jobs_command

from ..postgres import wait_until

TRIGGER = """
CREATE FUNCTION anime.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.data->>'shot' = 'refused' THEN
        RAISE EXCEPTION 'no such shot' USING ERRCODE = '{state}';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse BEFORE INSERT ON anime.job_events
    FOR EACH ROW EXECUTE FUNCTION anime.refuse();
"""


@pytest.fixture
def path(private):
    return private / "outbox.sqlite"


def execute(url: str, statement: str) -> None:
    writable = "-c default_transaction_read_only=off"
    with psycopg.connect(url, autocommit=True, options=writable) as connection:
        connection.execute(statement.encode())


def shots(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        query = "SELECT shot FROM anime.jobs JOIN anime.shots ON shots.id = shot_id ORDER BY shot"
        return [shot for (shot,) in connection.execute(query)]


def named(shot: str) -> Job:
    return new_job(f"prompt {shot}", project="Winter", shot=shot)


def put_raw(path, body: str, job: Job) -> None:
    """Write a row into the outbox as a pack with another idea of events would."""
    row = (str(uuid4()), str(job.id), job.prompt_id, body)
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute(
            "INSERT INTO events (id, job_id, prompt_id, body) VALUES (?, ?, ?, ?)", row
        )


def with_surrogate(job: Job) -> str:
    return JobStarted(job).to_json().replace('"prompt bad"', '"half \\ud800"')


def with_wrong_state(job: Job) -> str:
    return json.dumps({**json.loads(JobStarted(job).to_json()), "kind": "job_dreamt"})


def with_deep_graph(job: Job) -> str:
    return JobQueued(job, {}).to_json().replace('"graph": {}', '"graph": ' + "[" * 100_000)


def with_wrong_job(job: Job) -> str:
    return json.dumps({**json.loads(JobStarted(job).to_json()), "job": 5})


@pytest.mark.parametrize(
    "bad_body", [with_surrogate, with_wrong_state, with_deep_graph, with_wrong_job]
)
def test_an_event_that_no_program_can_write_stops_no_other_one(
    outbox, shipper, path, database_url, bad_body, caplog
):
    bad = named("bad")
    for number in range(3):
        outbox.append(JobStarted(named(f"{number}")))
    put_raw(path, bad_body(bad), bad)
    outbox.append(JobStarted(bad))  # a later event of the same job
    for number in range(3, 6):
        outbox.append(JobStarted(named(f"{number}")))
    assert shipper.settle(20)
    assert shots(database_url) == ["0", "1", "2", "3", "4", "5", "bad"]
    assert (outbox.backlog(), outbox.rejected()) == (0, 1)
    assert caplog.text.count("jobs set-aside") == 1


@pytest.mark.parametrize("state", ["P0001", "XX000", "23514", "22P02", "0A000"])
def test_an_event_that_the_server_refuses_stops_no_other_one(outbox, shipper, database_url, state):
    execute(database_url, TRIGGER.format(state=state))
    for shot in ("a", "refused", "b"):
        outbox.append(JobStarted(named(shot)))
    assert shipper.settle(20)
    assert shots(database_url) == ["a", "b"]
    assert (outbox.backlog(), outbox.rejected()) == (0, 1)


@pytest.mark.parametrize("state", ["25006", "53100", "53200", "42501", "42703", "55P03"])
def test_a_reason_of_the_database_sets_nothing_aside(outbox, shipper, database_url, state):
    execute(database_url, TRIGGER.format(state=state))
    for shot in ("a", "refused", "b"):
        outbox.append(JobStarted(named(shot)))
    assert not shipper.settle(20)
    assert (outbox.backlog(), outbox.rejected()) == (3, 0)
    assert shipper.status.failure
    assert shipper.status.since is not None
    execute(database_url, "DROP TRIGGER refuse ON anime.job_events")
    wait_until(lambda: outbox.backlog() == 0)
    assert shipper.settle(20)
    assert shots(database_url) == ["a", "b", "refused"]
    assert shipper.status.since is None


def test_a_database_that_is_read_only_is_named_and_used_again_later(outbox, shipper, database_url):
    name = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
    execute(database_url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    for number in range(15):
        outbox.append(JobStarted(named(f"{number}")))
    assert not shipper.settle(20)
    assert "read-only" in shipper.status.failure
    assert (outbox.backlog(), outbox.rejected()) == (15, 0)
    execute(database_url, f"ALTER DATABASE {name} RESET default_transaction_read_only")
    wait_until(lambda: outbox.backlog() == 0)


def test_what_is_set_aside_is_listed_and_can_be_tried_again(
    outbox, shipper, private, path, database_url, capsys
):
    execute(database_url, TRIGGER.format(state="P0001"))
    event = JobStarted(named("refused"))
    outbox.append(event)
    put_raw(path, "{", named("garbage"))
    assert shipper.settle(20)
    refused, garbage = list_set_aside(path)
    assert (refused.id, refused.kind) == (str(event.id), "job_started")
    assert (refused.job_id, refused.prompt_id) == (str(event.job.id), "prompt refused")
    assert "no such shot" in refused.reason
    assert garbage.kind == "?"

    command = ["--user", str(private.parent), "set-aside"]
    assert jobs_command.main(command) == 0
    shown = capsys.readouterr().out
    assert "no such shot" in shown
    assert str(event.job.id) in shown

    execute(database_url, "DROP TRIGGER refuse ON anime.job_events")
    assert jobs_command.main([*command, "--retry"]) == 0
    assert shipper.settle(20)
    assert shots(database_url) == ["refused"]
    assert [each.kind for each in list_set_aside(path)] == ["?"]


def test_a_retry_of_nothing_changes_nothing(outbox, path, story):
    outbox.append(story[0])
    assert retry_set_aside(path) == 0
    assert outbox.backlog() == 1
