# mypy: disable-error-code="union-attr"
from dataclasses import replace

import psycopg

from anime_production.models.jobs.database.database import Database
from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.recording.events import ArtifactWritten, JobStarted
from anime_production.models.jobs.recording.outbox import Outbox
from anime_production.models.jobs.recording.shipper import Shipper

from ..postgres import wait_until


def ids(database_url: str, table: str = "jobs") -> list[str]:
    with psycopg.connect(database_url) as connection:
        query = f"SELECT id FROM anime.{table} ORDER BY id"
        return [str(row[0]) for row in connection.execute(query.encode())]


def test_a_new_event_is_shipped_at_once(outbox, shipper, database_url):
    shipper.wake()
    for number in range(3):
        outbox.append(JobStarted(new_job(None)))
        shipper.wake()
        wait_until(lambda: outbox.backlog() == 0)
        assert len(ids(database_url)) == number + 1


def test_an_event_that_is_delivered_twice_counts_once(outbox, shipper, database_url, story):
    for _ in range(2):
        for event in story:
            outbox.append(event)
        assert shipper.settle(20)
    assert len(ids(database_url)) == 1
    assert len(ids(database_url, "job_events")) == 3
    assert len(ids(database_url, "reports")) == 2


def test_a_saved_character_is_shipped_once_however_often_it_is_said(
    outbox, shipper, database_url, saved, story
):
    for _ in range(3):
        outbox.append(saved)
        outbox.append(story[0])
        assert shipper.settle(20)
    assert ids(database_url, "character_versions") == [str(saved.id)]
    assert outbox.rejected() == 0


def test_two_shippers_of_one_outbox_ship_everything_once(private, outbox, database_url):
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
    assert ids(database_url) == sorted(str(job.id) for job in jobs)
    assert len(ids(database_url, "job_events")) == 300
    assert outbox.rejected() == 0


def test_what_the_database_refuses_is_set_aside_and_the_rest_goes_on(
    outbox, shipper, database_url, artifact, caplog
):
    job = new_job(None)
    outbox.append(JobStarted(job))
    outbox.append(ArtifactWritten(job, replace(artifact, sha256="no hash")))
    outbox.append(ArtifactWritten(job, artifact))
    assert shipper.settle(20)
    assert outbox.backlog() == 0
    assert outbox.rejected() == 1
    assert len(ids(database_url, "job_events")) == 2
    assert "jobs set-aside" in caplog.text


def test_stop_ends_the_thread_once_it_has_shipped_what_it_can(private, outbox, database_url):
    shipper = Shipper(outbox, Database(private))
    outbox.append(JobStarted(new_job(None)))
    shipper.wake()
    shipper.stop(10)
    assert not shipper._thread.is_alive()
    assert outbox.backlog() == 0
