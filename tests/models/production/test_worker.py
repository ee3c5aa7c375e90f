"""Workers of several machines on one queue."""

import threading
import time
from contextlib import contextmanager

import pytest

from anime_production.models.jobs.database.unavailable import DatabaseUnavailable
from anime_production.models.production import attempts, phase_queue, store
from anime_production.models.production.definition import read_definition
from anime_production.models.production.production_states import PhaseState, ProductionState
from anime_production.models.production.worker import Worker

from ..jobs.postgres import wait_until
from .studio import NEVER_ENDS, PASSES, claim, declare_dead

BEAT = 2.0
OPEN = "SELECT count(*) FROM anime_queue.procrastinate_jobs"


@contextmanager
def working(*places):
    workers = [Worker(place, BEAT) for place in places]
    for worker in workers:
        worker.start()
    try:
        yield workers
    finally:
        for place, worker in zip(places, workers, strict=True):
            place._stopping = True
            worker.stop()


def completed(place, production_id):
    def is_completed():
        place.settle()
        found = place.database.run(store.load, production_id)
        return found.state is ProductionState.COMPLETED

    return is_completed


def test_a_phase_that_is_queued_is_taken_and_leaves_the_queue(studio, begin):
    place = studio(PASSES)
    with working(place) as (worker,):
        production_id, _ = begin(place)
        wait_until(completed(place, production_id), 20)
        wait_until(lambda: place.database.run(lambda c: c.execute(OPEN).fetchone()) == (0,))
        place._stopping = True
        worker.stop()
        assert not worker._thread.is_alive()


def test_a_machine_that_lacks_a_model_or_has_others_prompts_leaves_a_phase_to_one_that_does_not(
    studio, begin
):
    lacking, busy, able = studio(), studio(), studio(PASSES)
    lacking.lacks = ("models/vae/wan.safetensors",)
    busy.count_other_prompts = lambda: 1
    with working(lacking, busy):
        production_id, _ = begin(able)
        time.sleep(2.0)
        assert able.database.run(store.load, production_id).phases[0].state is PhaseState.QUEUED
        with working(able):
            wait_until(completed(able, production_id), 20)
    assert lacking.graphs == busy.graphs == []


@pytest.mark.parametrize("told", [True, False])
def test_a_dead_machines_phase_is_taken_over_by_its_heartbeat_or_at_once_where_its_end_is_known(
    studio, begin, told
):
    dead, alive = studio(), studio(PASSES)
    production_id, phase_id = begin(dead)
    dead.database.run(claim, phase_id, dead.process_id)
    if told:
        ended = "UPDATE anime.processes SET ended_at = now() WHERE id = %s"
        dead.database.run(lambda c: c.execute(ended, (dead.process_id,)))
    with working(alive):
        wait_until(completed(alive, production_id), 20)
    assert len(alive.graphs) == 1


def test_the_phase_of_a_living_machine_is_left_to_it(studio, begin):
    holder, other = studio(), studio()
    _, phase_id = begin(holder)
    hold = holder.database.run(claim, phase_id, holder.process_id)
    beat = "UPDATE anime.processes SET seen_at = clock_timestamp() WHERE id = %s"
    with working(other):
        for _ in range(8):
            holder.database.run(lambda c: c.execute(beat, (holder.process_id,)))
            time.sleep(BEAT / 4)
    assert holder.database.run(attempts.reload_phase, hold) is not None
    assert other.graphs == []


def test_a_job_whose_process_died_before_it_took_the_phase_is_deleted_and_made_anew(studio, begin):
    place = studio(PASSES)
    production_id, _ = begin(place)

    def die(connection):
        connection.execute("SET search_path TO anime_queue")
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        connection.execute("SET search_path TO DEFAULT")

    place.database.run(die)
    with working(place):
        wait_until(completed(place, production_id), 20)
        wait_until(lambda: place.database.run(lambda c: c.execute(OPEN).fetchone()) == (0,))


def test_a_machine_that_stops_gives_its_phase_back_at_once(studio, begin):
    stopping, other = studio(NEVER_ENDS), studio(PASSES)
    stopping.hangs = True
    production_id, _ = begin(stopping)
    with working(stopping):
        wait_until(lambda: bool(stopping.graphs))
    record = other.database.run(store.load, production_id)
    assert record.phases[0].state is PhaseState.QUEUED
    assert record.phases[0].process_id is None
    with working(other):
        wait_until(completed(other, production_id), 20)


def test_a_cancelled_phase_is_interrupted_at_once_by_a_notification(studio, begin, monkeypatch):
    monkeypatch.setattr("anime_production.models.production.runner.CHECK_SECONDS", 60.0)
    place, woken = studio(NEVER_ENDS), threading.Event()
    place.hangs, place.wake = True, woken.set
    wait = place.wait

    def waiting(prompt_id, seconds):
        woken.wait(seconds)
        woken.clear()
        return wait(prompt_id, seconds)

    place.wait = waiting
    with working(place):
        production_id, _ = begin(place)
        wait_until(lambda: bool(place.graphs))
        time.sleep(1.0)  # until it waits
        place.database.run(store.cancel, production_id)
        assert place.interrupted.wait(10)


def test_one_that_was_taken_over_interrupts_its_prompt_and_takes_the_next_phase(studio, begin):
    slow, other, interrupted = studio(NEVER_ENDS, PASSES), studio(), threading.Event()
    slow.hangs = True

    def interrupt(prompt_id):
        slow.hangs = False
        interrupted.set()

    slow.interrupt = interrupt
    production_id, _ = begin(slow)
    with working(slow):
        wait_until(lambda: bool(slow.graphs))
        assert declare_dead(other, slow.process_id) == 1
        assert interrupted.wait(20)
        wait_until(completed(slow, production_id), 30)
    record = slow.database.run(store.load, production_id)
    assert [each.state.value for each in record.phases[0].attempts] == ["lost", "passed"]


def test_a_phase_without_room_on_the_disk_is_taken_again_when_its_pause_is_over(
    studio, begin, monkeypatch
):
    monkeypatch.setattr("anime_production.models.production.runner.DISK_SECONDS", 1)
    place = studio(PASSES, free=0)

    def reason():
        return place.database.run(store.load, production_id).reason_code

    with working(place):
        production_id, _ = begin(place)
        wait_until(lambda: reason() == "production_disk_full", 20)
        assert place.graphs == []
        place.free = 10**12
        wait_until(completed(place, production_id), 20)
    assert reason() is None


def test_two_machines_share_the_phases_and_run_each_once(studio, begin):
    first, second = studio(*[PASSES] * 8), studio(*[PASSES] * 8)
    with working(first, second):
        made = [begin(first)[0] for _ in range(8)]
        for production_id in made:
            wait_until(completed(second, production_id), 60)
    first.settle()
    numbers = [len(first.database.run(store.load, each).phases[0].attempts) for each in made]
    assert numbers == [1] * 8
    assert len(first.graphs) + len(second.graphs) == 8


def test_a_lost_connection_of_the_queue_is_made_again(studio, begin):
    place = studio(PASSES)
    cut = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
    """
    with working(place):
        time.sleep(1.0)
        place.database.run(lambda c: c.execute(cut))
        production_id, _ = begin(place)
        wait_until(completed(place, production_id), 30)


def test_a_problem_is_no_longer_told_once_the_queue_is_read_again(studio):
    with working(studio(PASSES)) as (worker,):
        time.sleep(1.0)
        # As after a time in which this process was suspended while it ran a phase.
        worker._set_problem("It did not answer within 31 s.")
        wait_until(lambda: worker.problem is None)


def test_a_problem_that_lasts_is_logged_once(studio, monkeypatch, caplog):
    tries = []

    def read_only(worker, connection, running_job_id=None):
        tries.append(connection)
        raise DatabaseUnavailable("It is read-only.")

    monkeypatch.setattr("anime_production.models.production.worker.PAUSE", 0.1)
    monkeypatch.setattr(Worker, "_look_after_queue", read_only)
    with working(studio(PASSES)) as (worker,):
        wait_until(lambda: len(tries) > 3)
        assert worker.problem == "It is read-only."
    assert caplog.text.count("Productions wait: It is read-only.") == 1


def test_a_database_without_its_queue_gets_it_back(studio, begin):
    place = studio(PASSES)
    production_id, _ = begin(place)
    place.database.run(lambda c: c.execute("DROP SCHEMA anime_queue CASCADE"))
    with working(place):
        wait_until(completed(place, production_id), 20)


def test_what_breaks_in_the_engine_is_tried_again_and_then_said(studio, begin, monkeypatch):
    place = studio()
    monkeypatch.setattr("anime_production.models.production.worker.FAILURE_PAUSE", 0)

    def broken(graph, prompt_id, mark):
        raise ZeroDivisionError("of the test")

    place.submit = broken
    with working(place):
        production_id, _ = begin(place)

        def failed():
            return place.database.run(store.load, production_id).state is ProductionState.FAILED

        wait_until(failed, 30)
    record = place.database.run(store.load, production_id)
    assert record.reason_code == "production_engine"
    assert "ZeroDivisionError" in record.reason
    assert "test_worker.py" in record.reason


def test_queues_are_one_for_each_set_of_nodes_and_models(data):
    one, same = read_definition(data), read_definition(data)
    assert phase_queue.queue_of(one, {}) == phase_queue.queue_of(same, {})
    assert phase_queue.queue_of(one, {}) != phase_queue.queue_of(
        one, {"checkpoint": "other.safetensors"}
    )
    assert len(phase_queue.queue_of(one, {})) <= 40
