"""Productions in real databases: what people have them do, and what every change leaves."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from anime_production.models.jobs.queries.cursors import CursorError
from anime_production.models.production import attempts, store
from anime_production.models.production.attempts import NewAttempt, Outcome
from anime_production.models.production.catalogue import list_phases
from anime_production.models.production.definition import read_definition
from anime_production.models.production.production_states import (
    AttemptState,
    IllegalTransition,
    PhaseState,
    ProductionState,
)
from anime_production.models.production.request import read_request
from anime_production.models.production.state_changes import StateReason

JOBS = "SELECT lock, status::text FROM anime_queue.procrastinate_jobs ORDER BY id"
HERE, THERE = uuid4(), uuid4()


@pytest.fixture
def connection(database):
    with database.connect(None) as connection:
        yield connection


@pytest.fixture(scope="module")
def catalogue():
    return list_phases(Path("/nonexistent"))


@pytest.fixture
def begin(connection, catalogue):
    return partial(create, connection, catalogue)


def create(connection, catalogue, **fields):
    """A production of three phases, unless other fields are given."""
    known = {each.id: each for each in catalogue}
    request = read_request({"prompt": "a hill", "phases": "sample", "seed": 3, **fields}, catalogue)
    return store.create(connection, request, [known[each] for each in request.phases])


def tried(connection, phase, number, state, process=HERE, **judged):
    """An attempt from its beginning to its end."""
    attempt = NewAttempt(uuid4(), number, {"seed": number}, str(uuid4()))
    assert attempts.begin_attempt(connection, phase.id, process, attempt)
    outcome = Outcome(state, reason=StateReason("seam", "It jumps."), **judged)
    attempts.end_attempt(connection, attempt.id, outcome)
    return attempt


def passed(connection, production_id, process=HERE):
    """The phase that it is at, passed with one attempt."""
    phase = store.load(connection, production_id).current
    assert attempts.claim_phase(connection, phase.id, process)
    attempt = tried(connection, phase, 1, AttemptState.PASSED, process)
    attempts.release_phase(connection, phase.id, process, PhaseState.PASSED, chosen=attempt.id)


def test_a_production_is_there_with_its_phases_and_the_first_is_queued(connection, begin):
    production_id = begin(project="Winter", parameters={"sample_loop": {"seam_jump": 4.0}})
    record = store.load(connection, production_id)
    assert (record.state, record.project) == (ProductionState.QUEUED, "Winter")
    assert [each.definition.id for each in record.phases] == [
        "sample_stills", "sample_loop", "sample_clip",
    ]  # fmt: skip
    assert record.phases[1].parameters["seam_jump"] == 4.0
    assert connection.execute(JOBS).fetchall() == [(str(record.phases[0].id), "todo")]


def test_nothing_is_left_of_a_production_that_could_not_be_queued(connection, begin):
    store.phase_queue.create_tables(connection)
    connection.execute("DROP FUNCTION anime_queue.procrastinate_defer_jobs_v1")
    with pytest.raises(psycopg.Error, match="procrastinate_defer_jobs_v1"):
        begin()
    assert connection.execute("SELECT count(*) FROM anime.productions").fetchone() == (0,)


def test_a_project_has_at_most_so_many_unfinished_productions(connection, catalogue):
    request = read_request({"prompt": "x", "phases": ["sample_stills"], "project": "Y"}, catalogue)
    definitions = [each for each in catalogue if each.id == "sample_stills"]
    first = store.create(connection, request, definitions, most_waiting=1)
    with pytest.raises(store.LimitReached, match="Y has 1 unfinished production;") as refusal:
        store.create(connection, request, definitions, most_waiting=1)
    assert refusal.value.code == "production_too_many"
    store.cancel(connection, first)
    store.create(connection, request, definitions, most_waiting=1)


def test_each_phase_is_queued_when_the_one_before_has_passed(every_database, catalogue):
    with every_database.connect(None) as connection:
        production_id = create(connection, catalogue)
        for place in range(3):
            record = store.load(connection, production_id)
            assert record.current.position == place
            queued = [lock for lock, _ in connection.execute(JOBS).fetchall()]
            assert queued == [str(each.id) for each in record.phases[: place + 1]]
            passed(connection, production_id)
        record = store.load(connection, production_id)
        assert (record.state, record.progress) == (ProductionState.COMPLETED, 1.0)
        moves = [(each["kind"], each["to_state"]) for each in record.decisions]
        assert moves.count(("phase", "passed")) == 3
        assert moves[-1] == ("production", "completed")


def test_only_one_comfyui_holds_a_phase_and_a_number_counts_once(connection, begin):
    phase = store.load(connection, begin()).phases[0]
    assert attempts.claim_phase(connection, phase.id, HERE)
    first = NewAttempt(uuid4(), 1, {"seed": 1}, "one")
    assert attempts.begin_attempt(connection, phase.id, HERE, first)
    assert attempts.begin_attempt(connection, phase.id, HERE, first), "said again"
    taken = attempts.claim_phase(connection, phase.id, THERE)
    assert [each.state for each in taken.phase.attempts] == [AttemptState.RUNNING]
    assert not attempts.attempt_runs(connection, first.id)
    late = NewAttempt(uuid4(), 2, {"seed": 2}, "two")
    assert not attempts.begin_attempt(connection, phase.id, HERE, late)
    assert not attempts.release_phase(connection, phase.id, HERE, PhaseState.PASSED)
    attempts.end_attempt(connection, first.id, Outcome(AttemptState.LOST))
    tried(connection, phase, 1, AttemptState.PASSED, THERE)
    # The first machine was not dead, and says the end of its attempt.
    now = attempts.end_attempt(connection, first.id, Outcome(AttemptState.PASSED, verdict="PASS"))
    assert now is AttemptState.SUPERSEDED
    found = store.load(connection, taken.production.id).phases[0].attempts
    assert sorted((each.number, each.state.value) for each in found) == [
        (1, "passed"), (1, "superseded"),
    ]  # fmt: skip


def test_cancelling_ends_the_attempt_that_runs_and_tells_the_queue(connection, begin):
    production_id = begin()
    phase = store.load(connection, production_id).phases[0]
    attempts.claim_phase(connection, phase.id, HERE)
    connection.execute("SET search_path TO anime_queue")
    connection.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    connection.execute("SET search_path TO DEFAULT")
    attempt = NewAttempt(uuid4(), 1, {"seed": 1}, "one")
    attempts.begin_attempt(connection, phase.id, HERE, attempt)
    record = store.cancel(connection, production_id, "Aoi", "too slow")
    assert record.state is ProductionState.CANCELLED
    assert record.reason == "Aoi cancelled the production: too slow"
    assert record.phases[0].attempts[0].state is AttemptState.CANCELLED
    asked = "SELECT abort_requested FROM anime_queue.procrastinate_jobs"
    assert connection.execute(asked).fetchall() == [(True,)]
    assert attempts.reload_phase(connection, phase.id, HERE) is None
    with pytest.raises(IllegalTransition, match="is cancelled and can't become cancelled"):
        store.cancel(connection, production_id)


def test_what_is_resumed_goes_on_where_it_was_with_as_many_attempts_again(connection, begin):
    production_id = begin(attempts=2)
    passed(connection, production_id)
    phase = store.load(connection, production_id).current
    attempts.claim_phase(connection, phase.id, HERE)
    for number in (1, 2):
        tried(connection, phase, number, AttemptState.FAILED)
    attempts.release_phase(
        connection, phase.id, HERE, PhaseState.FAILED, StateReason("seam", "It jumps.")
    )
    with pytest.raises(IllegalTransition, match="failed"):
        store.cancel(connection, production_id)
    record = store.resume(connection, production_id, "Aoi")
    assert record.state is ProductionState.QUEUED
    assert (record.current.position, record.current.attempt_limit) == (1, 4)
    assert record.reason is None
    assert attempts.claim_phase(connection, phase.id, THERE)
    with pytest.raises(IllegalTransition, match="running"):
        store.resume(connection, production_id)


def test_an_unknown_production_is_said_to_be_unknown(connection, begin):
    begin()
    for act in (store.cancel, store.resume, store.approve, store.reject):
        with pytest.raises(store.UnknownProduction):
            act(connection, uuid4())
    assert store.load(connection, uuid4()) is None


@pytest.fixture
def waiting(connection, catalogue):
    """A production of two attempts whose first waits for a person, and its phase."""
    data = next(each for each in catalogue if each.id == "sample_stills").to_dict()
    data |= {"id": "seen", "policy": {"approval": True, "attempts": 2}}
    seen = read_definition(data)
    request = read_request({"prompt": "x", "phases": ["seen"]}, [seen])
    production_id = store.create(connection, request, [seen])
    phase = store.load(connection, production_id).phases[0]
    show(connection, phase, 1)
    return production_id, phase


def show(connection, phase, number):
    attempts.claim_phase(connection, phase.id, HERE)
    attempt = tried(connection, phase, number, AttemptState.PASSED)
    reason = StateReason("production_approval", "It waits.")
    attempts.release_phase(connection, phase.id, HERE, PhaseState.WAITING, reason, attempt.id)


def test_what_a_person_approves_is_what_the_phase_gives(connection, waiting):
    production_id, _ = waiting
    assert store.load(connection, production_id).state is ProductionState.WAITING
    record = store.approve(connection, production_id, "Aoi", "lovely")
    assert record.state is ProductionState.COMPLETED
    assert record.phases[0].chosen.number == 1
    assert ("Aoi", "Aoi approved the attempt: lovely") in [
        (each["decided_by"], each["reason"]) for each in record.decisions
    ]
    with pytest.raises(IllegalTransition, match="nothing waits for approval"):
        store.reject(connection, production_id)


def test_what_a_person_rejects_is_tried_again_until_no_attempt_is_left(connection, waiting):
    production_id, phase = waiting
    record = store.reject(connection, production_id, "Aoi", "six fingers")
    assert record.state is ProductionState.RUNNING
    assert record.phases[0].state is PhaseState.QUEUED
    (attempt,) = record.phases[0].attempts
    assert (attempt.state, attempt.chosen) == (AttemptState.REJECTED, False)
    assert attempt.reason == "Aoi rejected the attempt: six fingers"
    assert [(each.reason_code, each.reason_values, each.reason) for each in attempt.reasons] == [
        ("production_rejected", {"who": "Aoi"}, "Aoi rejected the attempt."),
        ("", {}, "six fingers"),
    ]
    show(connection, phase, 2)
    record = store.reject(connection, production_id, "Aoi")
    assert record.state is ProductionState.FAILED
    assert record.reason == "Aoi rejected the attempt."


def test_a_late_word_of_a_machine_that_was_thought_dead_is_superseded(connection, begin):
    phase = store.load(connection, begin()).phases[0]
    attempts.claim_phase(connection, phase.id, HERE)
    attempt = NewAttempt(uuid4(), 1, {"seed": 1}, "late")
    attempts.begin_attempt(connection, phase.id, HERE, attempt)
    attempts.end_attempt(connection, attempt.id, Outcome(AttemptState.LOST))
    assert attempts.supersede_attempts(connection) == 0
    connection.execute(
        "INSERT INTO anime.jobs (id, prompt_id, project_id, machine_id, state, created_at,"
        " finished_at) SELECT gen_random_uuid(), 'late', projects.id, machines.id, 'completed',"
        " now(), now() FROM anime.projects, anime.machines LIMIT 1"
    )
    assert attempts.supersede_attempts(connection) == 1
    found = store.load(connection, store.list_productions(connection, 1).productions[0]["id"])
    assert found.phases[0].attempts[0].state is AttemptState.SUPERSEDED


def test_the_list_goes_on_where_a_page_ended(connection, begin):
    made = [str(begin(phases=["sample_stills"], project=name)) for name in "ABABA"]
    seen, cursor = [], None
    while True:
        page = store.list_productions(connection, 2, cursor, {"state": "queued"})
        seen += [each["id"] for each in page.productions]
        if (cursor := page.next) is None:
            break
    assert seen == made[::-1]
    of_a = store.list_productions(connection, 10, None, {"project": "A", "state": None})
    assert [each["id"] for each in of_a.productions] == made[::-2]
    with pytest.raises(CursorError):
        store.list_productions(connection, 2, "nonsense")


def test_the_queue_is_made_once_by_however_many_come_at_a_time(database, catalogue):
    for _ in range(3):
        with database.connect(None) as connection:
            connection.execute("DROP SCHEMA IF EXISTS anime_queue CASCADE")
        all_there = threading.Barrier(6)

        def come(all_there=all_there):
            with database.connect(None) as connection:
                all_there.wait(10)
                store.phase_queue.create_tables(connection)

        with ThreadPoolExecutor(6) as pool:
            for each in [pool.submit(come) for _ in range(6)]:
                each.result()
        with database.connect(None) as connection:
            create(connection, catalogue)
            assert len(connection.execute(JOBS).fetchall()) == 1
