# mypy: disable-error-code="union-attr"
import logging
from dataclasses import replace

import psycopg
import pytest

from anime_production.models.jobs.database import Database
from anime_production.models.jobs.events import ArtifactWritten, JobStarted
from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.outbox import Outbox
from anime_production.models.jobs.shipper import Shipper

from .postgres import wait_until


@pytest.fixture
def outbox(private):
    outbox = Outbox(private / "outbox.sqlite")
    yield outbox
    outbox.close()


@pytest.fixture
def shipper(private, outbox, studio_url):
    shipper = Shipper(outbox, Database(private), longest_pause=0.05)
    yield shipper
    shipper.stop(5)


def ids(studio_url: str, table: str = "jobs") -> list[str]:
    with psycopg.connect(studio_url) as connection:
        query = f"SELECT id FROM anime.{table} ORDER BY id"
        return [str(row[0]) for row in connection.execute(query.encode())]


def test_a_new_event_is_shipped_at_once(outbox, shipper, studio_url):
    shipper.wake()
    for number in range(3):
        outbox.append(JobStarted(new_job(None)))
        shipper.wake()
        wait_until(lambda: outbox.backlog() == 0)
        assert len(ids(studio_url)) == number + 1


def test_while_the_database_is_away_events_wait_and_then_arrive_once(
    outbox, shipper, studio_url, by_hand, caplog
):
    caplog.set_level(logging.INFO)
    outbox.append(JobStarted(new_job(None)))
    assert shipper.settle(20)
    by_hand.stop()
    try:
        jobs = [new_job(None) for _ in range(250)]
        for job in jobs:
            assert outbox.append(JobStarted(job))
        assert not shipper.settle(20)
        wait_until(lambda: shipper._ended > 4)
        assert outbox.backlog() == 250
        assert shipper.away
    finally:
        by_hand.start()
    wait_until(lambda: outbox.backlog() == 0)
    assert {str(job.id) for job in jobs} < set(ids(studio_url))
    assert len(ids(studio_url)) == len(ids(studio_url, "job_events")) == 251
    assert caplog.text.count("Jobs wait in the outbox") == 1
    assert "The database is back" in caplog.text


def test_a_connection_that_was_cut_is_opened_anew(outbox, shipper, studio_url, by_hand):
    outbox.append(JobStarted(new_job(None)))
    assert shipper.settle(20)
    assert by_hand.cut_connections()
    outbox.append(JobStarted(new_job(None)))
    assert shipper.settle(20)
    assert len(ids(studio_url)) == 2


def test_an_event_that_is_delivered_twice_counts_once(outbox, shipper, studio_url, story):
    for _ in range(2):
        for event in story:
            outbox.append(event)
        assert shipper.settle(20)
    assert len(ids(studio_url)) == 1
    assert len(ids(studio_url, "job_events")) == 3
    assert len(ids(studio_url, "reports")) == 2


def test_a_saved_character_is_shipped_once_however_often_it_is_said(
    outbox, shipper, studio_url, saved, story
):
    for _ in range(3):
        outbox.append(saved)
        outbox.append(story[0])
        assert shipper.settle(20)
    assert ids(studio_url, "character_versions") == [str(saved.id)]
    assert outbox.rejected() == 0


def test_two_shippers_of_one_outbox_ship_everything_once(private, outbox, studio_url):
    jobs = [new_job(None, project=f"{number % 7}") for number in range(300)]
    for job in jobs:
        outbox.append(JobStarted(job))
    boxes = [Outbox(private / "outbox.sqlite") for _ in range(2)]
    shippers = [Shipper(box, Database(private), longest_pause=0.05) for box in boxes]
    for shipper in shippers:
        shipper.wake()
    wait_until(lambda: outbox.backlog() == 0)
    for shipper, box in zip(shippers, boxes, strict=True):
        shipper.stop(5)
        box.close()
    assert ids(studio_url) == sorted(str(job.id) for job in jobs)
    assert len(ids(studio_url, "job_events")) == 300
    assert outbox.rejected() == 0


def test_what_the_database_refuses_is_set_aside_and_the_rest_goes_on(
    outbox, shipper, studio_url, artifact, caplog
):
    job = new_job(None)
    outbox.append(JobStarted(job))
    outbox.append(ArtifactWritten(job, replace(artifact, sha256="no hash")))
    outbox.append(ArtifactWritten(job, artifact))
    assert shipper.settle(20)
    assert outbox.backlog() == 0
    assert outbox.rejected() == 1
    assert len(ids(studio_url, "job_events")) == 2
    assert "The database refuses event" in caplog.text


def test_stop_ends_the_thread_and_leaves_what_is_left(private, outbox, studio_url, by_hand):
    shipper = Shipper(outbox, Database(private))
    outbox.append(JobStarted(new_job(None)))
    shipper.wake()
    shipper.stop(10)
    assert not shipper._thread.is_alive()
    assert outbox.backlog() == 0  # stopped, it ships what it can
