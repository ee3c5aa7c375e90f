"""Wake-up calls of phases, and holds on phases that end when another call is made."""

from dataclasses import replace
from functools import partial
from uuid import uuid4

import pytest

from anime_production.models.jobs.database import opening
from anime_production.models.jobs.database.database import DatabaseUnavailable
from anime_production.models.production import attempts, state_changes, store
from anime_production.models.production.attempts import NewAttempt, Outcome
from anime_production.models.production.production_states import AttemptState, PhaseState
from anime_production.models.production.wake_ups import WakeUps

from .studio import claim
from .test_store import HERE, JOBS, THERE, catalogue, create, passed, tried

__all__ = ["catalogue"]


@pytest.fixture
def connection(database):
    with database.connect() as connection:
        yield connection


@pytest.fixture
def begin(connection, catalogue):
    return partial(create, connection, catalogue)


def test_only_one_comfyui_holds_a_phase_and_who_was_taken_for_dead_writes_nothing(
    connection, begin
):
    phase = store.load(connection, begin()).phases[0]
    hold = claim(connection, phase.id, HERE)
    assert attempts.claim_phase(connection, hold), "said again"
    assert claim(connection, phase.id, THERE) is None, "its holder lives"
    first = NewAttempt(uuid4(), 1, {"seed": 1}, "one")
    assert attempts.begin_attempt(connection, hold, first)
    assert attempts.begin_attempt(connection, hold, first), "said again"
    assert attempts.attempt_runs(connection, hold, first.id)
    connection.execute("UPDATE anime.processes SET ended_at = now() WHERE id = %s", (HERE,))
    make = WakeUps(THERE, 60).make
    assert (make(connection), make(connection)) == (1, 0)
    taken = claim(connection, phase.id, THERE)
    assert taken.queue_job_id != hold.queue_job_id
    record = store.load(connection, attempts.reload_phase(connection, taken).production.id)
    assert [each.state for each in record.phases[0].attempts] == [AttemptState.RUNNING]
    # The first process wakes, after the other one has taken the phase.
    passed, same_process = Outcome(AttemptState.PASSED), replace(hold, process_id=THERE)
    for late in (hold, same_process, replace(taken, process_id=HERE)):
        assert not attempts.attempt_runs(connection, late, first.id)
        assert not attempts.claim_phase(connection, late)
        assert attempts.reload_phase(connection, late) is None
        second = NewAttempt(uuid4(), 2, {"seed": 2}, "two")
        assert not attempts.begin_attempt(connection, late, second)
        assert attempts.end_attempt(connection, late, first.id, passed) is None
        for state in PhaseState:
            assert not attempts.release_phase(connection, late, state, chosen=first.id)
        assert store.load(connection, record.id) == record
    attempts.end_attempt(connection, taken, first.id, Outcome(AttemptState.LOST))
    tried(connection, taken, 1, AttemptState.PASSED)
    assert attempts.end_attempt(connection, hold, first.id, passed) is None
    found = store.load(connection, record.id).phases[0].attempts
    assert sorted((each.number, each.state.value) for each in found) == [
        (1, "lost"), (1, "passed"),
    ]  # fmt: skip


def test_every_open_phase_that_may_run_now_gets_its_wake_up_call_back_after_a_restore(
    connection, begin
):
    queued, running, cancelled = begin(), begin(), begin()
    passed(connection, running)
    hold = claim(connection, store.load(connection, running).current.id, HERE)
    store.cancel(connection, cancelled)
    make = WakeUps(HERE, 60).make
    assert make(connection, hold.queue_job_id) == 0
    connection.execute("DROP SCHEMA anime_queue CASCADE")
    store.phase_queue.create_tables(connection)
    other = begin()  # whose job has the id of a lost one
    assert make(connection, hold.queue_job_id) == 1
    phases = [store.load(connection, each).current for each in (other, queued)]
    assert connection.execute(JOBS).fetchall() == [(str(each.id), "todo") for each in phases]
    assert attempts.reload_phase(connection, hold) is not None
    assert make(connection, None) == 1, "a phase that this process holds but doesn't run"
    assert attempts.reload_phase(connection, hold) is None
    assert (make(connection), len(connection.execute(JOBS).fetchall())) == (0, 3)


def test_a_process_without_a_heartbeat_is_taken_for_dead_by_a_clock_of_ones_own(connection, begin):
    phase = store.load(connection, begin()).phases[0]
    claim(connection, phase.id, HERE)
    now = [0.0]
    wake_ups = WakeUps(THERE, 10, lambda: now[0])
    for seconds in (0, 4, 8, 9):
        now[0] = seconds
        assert wake_ups.make(connection) == 0
    connection.execute("UPDATE anime.processes SET seen_at = now() - interval '1 day'")
    for seconds in (10, 14, 18, 19, 40):  # then this process was suspended itself
        now[0] = seconds
        assert wake_ups.make(connection) == 0
    for seconds in (44, 48):
        now[0] = seconds
        assert wake_ups.make(connection) == 0
    now[0] = 50
    assert wake_ups.make(connection) == 1


def test_a_process_that_is_suspended_within_a_transaction_holds_nobody_up(
    database, connection, begin, monkeypatch
):
    monkeypatch.setattr(opening, "IDLE_MILLISECONDS", 1000)
    phase = store.load(connection, begin()).phases[0]
    hold = claim(connection, phase.id, HERE)
    connection.execute("UPDATE anime.processes SET ended_at = now() WHERE id = %s", (HERE,))

    def suspended(own_connection):
        with own_connection.transaction():
            assert state_changes.lock_phase(own_connection, phase.id)
            assert WakeUps(THERE, 60).make(connection) == 1  # it waits for the lock
            attempts.release_phase(own_connection, hold, PhaseState.FAILED)

    with pytest.raises(DatabaseUnavailable, match="idle"):
        database.run(suspended)
    assert attempts.claim_phase(connection, hold) is False
