"""Phases run to their end on a real database; only the rendering is a list of what comes out."""

from uuid import uuid4

import pytest

from anime_production.models.jobs.job import (
    new_job,
)
from anime_production.models.jobs.recording.events import JobQueued, JobStarted
from anime_production.models.production import attempts, store
from anime_production.models.production.attempts import NewAttempt, Outcome
from anime_production.models.production.host import Stopped
from anime_production.models.production.production_states import (
    AttemptState,
    PhaseState,
    ProductionState,
)

from .studio import (
    BREAKS,
    DIES,
    FAILS,
    NEVER_ENDS,
    PASSES,
    REFUSES,
    claim,
    declare_dead,
    hold_of,
    run_phase,
)


def found(place, production_id):
    place.settle()
    return place.database.run(store.load, production_id)


def states(record):
    return [(each.number, each.state.value) for each in record.phases[0].attempts]


def test_it_is_tried_with_the_next_seed_until_it_passes_and_everybody_is_told(studio, begin):
    place = studio(FAILS, BREAKS, PASSES)
    production_id, phase_id = begin(place, attempts=3)
    run_phase(phase_id, place)
    record = found(place, production_id)
    assert record.state is ProductionState.COMPLETED
    assert states(record) == [(1, "failed"), (2, "failed"), (3, "passed")]
    assert [graph["1"]["inputs"]["value"] for graph in place.graphs] == [7, 8, 9]
    first, second, third = record.phases[0].attempts
    assert (first.verdict, second.verdict, third.verdict) == ("FAIL", None, "PASS")
    assert second.reason == "Node 3 (KSampler): out of memory"
    assert third.chosen
    assert third.artifacts
    decided = {each["attempt_id"]: each["report_id"] for each in record.decisions
               if each["kind"] == "attempt" and each["to_state"] != "running"}  # fmt: skip
    assert [decided[str(each.id)] is not None for each in (first, second, third)] == [
        True, False, True,
    ]  # fmt: skip
    assert place.told[-1] == {
        "id": str(production_id), "state": "completed", "phase": "own", "attempt": 3,
        "progress": 1.0,
    }  # fmt: skip


def test_where_none_passes_the_policy_fails_it_with_the_last_reason_or_takes_the_best(
    studio, begin
):
    strict, lenient = studio(30.0, 40.0, 20.0), studio(30.0, 40.0, BREAKS)
    production_id, phase_id = begin(strict, attempts=3)
    run_phase(phase_id, strict)
    record = found(strict, production_id)
    assert (record.state, record.reason_code) == (ProductionState.FAILED, "production_attempts")
    assert record.phases[0].chosen is None
    production_id, phase_id = begin(lenient, attempts=3, at_end="best")
    run_phase(phase_id, lenient)
    record = found(lenient, production_id)
    assert record.state is ProductionState.COMPLETED
    assert record.phases[0].chosen.number == 2


def test_why_it_failed_is_kept_part_by_part_for_other_languages(studio, begin):
    place = studio(FAILS)
    production_id, phase_id = begin(place, attempts=1)
    run_phase(phase_id, place)
    record = found(place, production_id)
    (measured,) = record.phases[0].attempts[0].reasons
    assert (measured.name, measured.reason_code) == ("sharpness", "no_frames")
    summary, last = record.reasons
    assert summary.reason_code == "production_attempts"
    assert summary.reason_values == {"attempts": 1, "reason": ""}
    assert last == measured
    told = record.to_dict()
    assert told["because"] == told["decisions"][-1]["because"]
    assert told["because"][1] == {
        "name": "sharpness", "reason_code": "no_frames", "reason_values": {},
        "reason": measured.reason,
    }  # fmt: skip


def test_who_is_asked_for_approval_learns_that_it_is_only_the_best_of_what_failed(studio, begin):
    place = studio(FAILS)
    production_id, phase_id = begin(place, attempts=1, at_end="best", approval=True)
    run_phase(phase_id, place)
    record = found(place, production_id)
    assert record.state is ProductionState.WAITING
    assert [each.reason_code for each in record.reasons] == [
        "production_best", "production_approval",
    ]  # fmt: skip
    assert record.reason == " ".join(each.reason for each in record.reasons)


def test_what_comfyui_refuses_is_not_asked_again(studio, begin):
    place = studio(REFUSES, PASSES)
    production_id, phase_id = begin(place, attempts=3)
    run_phase(phase_id, place)
    record = found(place, production_id)
    assert states(record) == [(1, "failed")]
    assert "ComfyUI refuses the workflow: No such node." in record.reason


def test_a_refused_one_is_asked_again_when_it_is_resumed(studio, begin):
    place = studio(REFUSES, PASSES)
    production_id, phase_id = begin(place, attempts=1)
    run_phase(phase_id, place)
    place.database.run(store.resume, production_id)
    run_phase(phase_id, place)
    record = found(place, production_id)
    assert states(record) == [(1, "failed"), (2, "passed")]
    assert (record.state, record.reason) == (ProductionState.COMPLETED, None)


def test_one_that_failed_goes_on_with_the_next_seed_when_it_is_resumed(studio, begin):
    place = studio(FAILS, PASSES)
    production_id, phase_id = begin(place, attempts=1)
    run_phase(phase_id, place)
    assert found(place, production_id).state is ProductionState.FAILED
    place.database.run(store.resume, production_id)
    run_phase(phase_id, place)
    record = found(place, production_id)
    assert states(record) == [(1, "failed"), (2, "passed")]
    assert (record.state, record.reason) == (ProductionState.COMPLETED, None)
    assert [graph["1"]["inputs"]["value"] for graph in place.graphs] == [7, 8]


def test_it_waits_while_the_disk_is_full_and_goes_on_when_there_is_room(studio, begin):
    place = studio(PASSES, free=0)
    production_id, phase_id = begin(place)
    run_phase(phase_id, place)
    record = found(place, production_id)
    assert (record.state, record.reason_code) == (
        ProductionState.WAITING, "production_disk_full",
    )  # fmt: skip
    assert record.phases[0].state is PhaseState.QUEUED
    place.free = 10**12
    run_phase(phase_id, place)
    record = found(place, production_id)
    assert (record.state, record.reason) == (ProductionState.COMPLETED, None)
    assert states(record) == [(1, "passed")]


def test_attempts_that_take_too_long_are_interrupted_and_end_it(studio, begin):
    place = studio(NEVER_ENDS)
    place.hangs = True
    production_id, phase_id = begin(place, wall_seconds=1)
    run_phase(phase_id, place)
    record = found(place, production_id)
    assert (record.state, record.reason_code) == (ProductionState.FAILED, "production_wall_time")
    assert record.phases[0].attempts[0].reason_code == "production_wall_time"


def test_a_prompt_that_a_person_interrupts_cancels_the_production_which_can_be_resumed(
    studio, begin
):
    place = studio(NEVER_ENDS, PASSES)
    production_id, phase_id = begin(place, attempts=1)
    place.interrupted.set()
    run_phase(phase_id, place)
    record = found(place, production_id)
    assert (record.state, record.reason_code) == (
        ProductionState.CANCELLED, "production_interrupted",
    )  # fmt: skip
    place.interrupted.clear()
    place.database.run(store.resume, production_id)
    run_phase(phase_id, place)
    record = found(place, production_id)
    assert record.state is ProductionState.COMPLETED
    assert states(record) == [(1, "cancelled"), (1, "passed")]
    assert [graph["1"]["inputs"]["value"] for graph in place.graphs] == [7, 7]


def test_what_a_dead_machine_left_is_run_again_under_its_number_and_seed(studio, begin):
    dead, alive = studio(FAILS, DIES), studio(PASSES)
    production_id, phase_id = begin(dead)
    with pytest.raises(Stopped):
        run_phase(phase_id, dead)
    assert states(found(alive, production_id)) == [(1, "failed"), (2, "running")]
    run_phase(phase_id, alive)
    assert alive.graphs == [], "a phase whose holder isn't known to be dead is left to it"
    assert declare_dead(alive, dead.process_id) == 1
    run_phase(phase_id, alive)
    record = found(alive, production_id)
    assert record.state is ProductionState.COMPLETED
    assert states(record) == [(1, "failed"), (2, "lost"), (2, "passed")]
    assert dead.graphs[1]["1"]["inputs"]["value"] == alive.graphs[0]["1"]["inputs"]["value"] == 8
    assert "production_taken_over" in [each["reason_code"] for each in record.decisions]


def test_what_a_dead_machine_had_finished_is_decided_and_not_run_again(studio, begin):
    dead, alive = studio(), studio()
    production_id, phase_id = begin(dead)
    hold = dead.database.run(claim, phase_id, dead.process_id)
    attempt = NewAttempt(uuid4(), 1, {"seed": 7}, str(uuid4()))
    dead.database.run(attempts.begin_attempt, hold, attempt)
    job = new_job(attempt.prompt_id)
    dead.jobs[attempt.prompt_id] = job
    for event in (JobQueued(job, {}), JobStarted(job)):
        dead.recorder.record(event)
    dead.finish(attempt.prompt_id, PASSES)
    found(dead, production_id)  # its outbox is shipped; then it dies
    declare_dead(alive, dead.process_id)
    run_phase(phase_id, alive)
    record = found(alive, production_id)
    assert record.state is ProductionState.COMPLETED
    assert states(record) == [(1, "passed")]
    assert alive.graphs == []


def test_a_machine_that_was_taken_for_dead_writes_nothing_and_its_end_counts_for_nothing(
    studio, begin
):
    slow, quick = studio(NEVER_ENDS), studio(PASSES)
    slow.hangs = True
    production_id, phase_id = begin(slow)
    wait, taken_over = slow.wait, []

    def overtaken(prompt_id, seconds):
        if not taken_over:
            declare_dead(quick, slow.process_id)
            run_phase(phase_id, quick)
            record = found(quick, production_id)
            # The slow one may give a sign of life in between; then it is tried again.
            if record.state is ProductionState.COMPLETED:
                taken_over.append(record)
        return wait(prompt_id, seconds)

    slow.wait = overtaken
    run_phase(phase_id, slow)
    assert slow.interrupted.is_set()
    record = found(quick, production_id)
    assert record.state is ProductionState.COMPLETED
    assert record.decisions == taken_over[0].decisions, "the woken one writes nothing"
    assert sorted(states(record)) == [(1, "lost"), (1, "passed")]
    slow.settle()
    assert quick.database.run(attempts.supersede_attempts) == 1
    record = found(quick, production_id)
    assert sorted(states(record)) == [(1, "passed"), (1, "superseded")]
    (counted,) = [each for each in record.phases[0].attempts if each.chosen]
    assert counted.process_id == quick.process_id


def test_what_was_cancelled_meanwhile_is_interrupted_and_left(studio, begin):
    place = studio(NEVER_ENDS)
    place.hangs = True
    production_id, phase_id = begin(place)
    wait = place.wait

    def cancelled(prompt_id, seconds):
        if found(place, production_id).state is ProductionState.RUNNING:
            place.database.run(store.cancel, production_id, "Aoi")
        return wait(prompt_id, seconds)

    place.wait = cancelled
    run_phase(phase_id, place)
    assert place.interrupted.is_set()
    record = found(place, production_id)
    assert (record.state, record.reason) == (
        ProductionState.CANCELLED, "Aoi cancelled the production.",
    )  # fmt: skip
    assert states(record) == [(1, "cancelled")]


def test_a_phase_that_is_done_is_left_alone(studio, begin):
    place = studio(PASSES)
    production_id, phase_id = begin(place)
    run_phase(phase_id, place)
    run_phase(phase_id, place)
    run_phase(uuid4(), place)
    assert states(found(place, production_id)) == [(1, "passed")]


def test_an_outcome_that_is_said_twice_counts_once(studio, begin):
    place = studio(PASSES)
    production_id, phase_id = begin(place)
    run_phase(phase_id, place)
    (attempt,) = found(place, production_id).phases[0].attempts
    before = found(place, production_id).decisions
    hold = place.database.run(hold_of, phase_id, place.process_id)
    place.database.run(attempts.end_attempt, hold, attempt.id, Outcome(AttemptState.FAILED))
    record = found(place, production_id)
    assert states(record) == [(1, "passed")]
    assert record.decisions == before
