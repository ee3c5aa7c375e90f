import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
import torch

from anime_production.models.jobs.job import ShownReport, new_job
from anime_production.models.jobs.queries.details import thumbnail_of
from anime_production.models.jobs.queries.flipbook_rows import flipbook_of, flipbooks_of_reports
from anime_production.models.jobs.queries.snapshot_rows import snapshot_of, snapshots_of_reports
from anime_production.models.jobs.recording import snapshot_recorder
from anime_production.models.jobs.recording.backup import back_up, restore
from anime_production.models.jobs.recording.events import (
    ArtifactWritten,
    Event,
    JobFinished,
    SnapshotsTaken,
)
from anime_production.models.jobs.recording.ledger import write
from anime_production.models.jobs.recording.outbox import Outbox
from anime_production.models.jobs.recording.snapshot_recorder import NO_ROOM, SnapshotRecorder
from anime_production.models.report import Report
from anime_production.models.report_ui import UiReport, snapshots_of
from anime_production.models.snapshots.flipbook import Flipbook
from anime_production.models.snapshots.snapshot import Snapshot
from anime_production.models.snapshots.store import GONE, SnapshotStore

SET = uuid4()
SNAPSHOTS = (
    Snapshot(23, True, 640, 360, b"RIFF 23", b"RIFF small"),
    Snapshot(0, True, 320, 180, b"RIFF 0"),
)


FLIPBOOK = Flipbook(24, tuple(range(24)), 5, b"RIFF all")


def end_of(story, *sets, job=None) -> JobFinished:
    report = replace(story[-1].reports[0], snapshots=sets)
    ended = replace(story[-1], reports=(report,), id=uuid4())
    return ended if job is None else replace(ended, job=job)


def shown(store, frames=12):
    """A report of a node with pictures, as its `ui` has it."""
    report = store.take(Report("loop", (), frames, 12.0), torch.rand(frames, 32, 32, 3))
    ui = UiReport(report)
    return ShownReport("5", ui.whole, snapshots_of(ui))


def test_an_event_survives_its_json(story):
    event = SnapshotsTaken(story[0].job, SET, SNAPSHOTS, None, FLIPBOOK)
    assert Event.from_json(event.to_json()) == event
    older = json.loads(event.to_json())
    del older["flipbook"], older["flipbook_absent"]
    assert Event.from_json(json.dumps(older)) == replace(event, flipbook=None)
    ended = end_of(story, SET)
    assert Event.from_json(ended.to_json()) == ended


def test_pictures_belong_to_the_reports_that_name_their_set(every_connection, story):
    ended = end_of(story, SET)
    assert write(every_connection, ended)
    for _ in range(2):  # an event that comes again changes nothing
        assert write(every_connection, SnapshotsTaken(ended.job, SET, SNAPSHOTS))
    (snapshots,) = snapshots_of_reports(every_connection, ended.job.id)
    assert [each["frame"] for each in snapshots.rows] == [0, 23]
    assert snapshots.absent is None
    assert snapshot_of(every_connection, ended.job.id, SET, 23) == b"RIFF 23"


def test_a_job_has_the_pictures_of_a_cached_result_from_an_earlier_job(connection, story):
    first = end_of(story, SET)
    write(connection, first)
    write(connection, SnapshotsTaken(first.job, SET, SNAPSHOTS))
    again = end_of(story, SET, job=new_job("again"))
    write(connection, again)
    write(connection, SnapshotsTaken(again.job, SET, (), GONE))
    (snapshots,) = snapshots_of_reports(connection, again.job.id)
    assert [each["frame"] for each in snapshots.rows] == [0, 23]
    assert snapshots.absent is None
    connection.execute("DELETE FROM anime.jobs")
    third = end_of(story, SET, job=new_job("third"))
    write(connection, third)
    write(connection, SnapshotsTaken(third.job, SET, (), GONE))
    assert snapshots_of_reports(connection, third.job.id)[0].absent == GONE


def test_a_flipbook_belongs_to_the_reports_that_name_its_set(every_connection, story):
    ended = end_of(story, SET)
    assert write(every_connection, ended)
    for _ in range(2):  # an event that comes again changes nothing
        assert write(every_connection, SnapshotsTaken(ended.job, SET, SNAPSHOTS, None, FLIPBOOK))
    ((row, absent),) = flipbooks_of_reports(every_connection, ended.job.id)
    assert absent is None
    assert row == {"set": SET, "frames": 24, "numbers": [*range(24)], "columns": 5, "bytes": 8}
    assert flipbook_of(every_connection, SET) == b"RIFF all"
    assert flipbook_of(every_connection, uuid4()) is None


def test_a_cached_loop_has_the_flipbook_of_an_earlier_job_or_a_reason(connection, story):
    first = end_of(story, SET)
    write(connection, first)
    write(connection, SnapshotsTaken(first.job, SET, SNAPSHOTS, None, FLIPBOOK))
    again = end_of(story, SET, job=new_job("again"))
    write(connection, again)
    write(connection, SnapshotsTaken(again.job, SET, (), GONE, None, GONE))
    ((row, absent),) = flipbooks_of_reports(connection, again.job.id)
    assert (row["set"], absent) == (SET, None)
    connection.execute("DELETE FROM anime.jobs")
    assert flipbook_of(connection, SET) is None
    subjects = {"loop": GONE, "still_quality": None}
    for subject, reason in subjects.items():
        third = end_of(story, SET, job=new_job(subject))
        report = {**third.reports[0].report, "subject": subject}
        third = replace(third, reports=(replace(third.reports[0], report=report),))
        write(connection, third)
        write(connection, SnapshotsTaken(third.job, SET, (), GONE, None, GONE))
        assert flipbooks_of_reports(connection, third.job.id) == [(None, reason)], subject


def test_a_restored_backup_has_the_pictures(database, private, tmp_path, story):
    ended = end_of(story, SET)
    with database.connect(None) as connection:
        write(connection, ended)
        write(connection, SnapshotsTaken(ended.job, SET, SNAPSHOTS))
    back_up(private, tmp_path / "jobs.zip", lambda _: None)
    with database.connect(None) as connection:
        connection.execute("DELETE FROM anime.jobs")
    restore(private, tmp_path / "jobs.zip", True, lambda _: None)
    with database.connect(None) as connection:
        (snapshots,) = snapshots_of_reports(connection, ended.job.id)
        assert [each["frame"] for each in snapshots.rows] == [0, 23]
        assert snapshot_of(connection, ended.job.id, SET, 23) == b"RIFF 23"


def test_the_pictures_of_a_job_are_recorded_after_its_end(job):
    store, events, order = SnapshotStore(), list[Any](), list[Any]()

    def record(event: Event) -> None:
        events.append(event)
        order.append(event)

    recorder = SnapshotRecorder(record, int, store)
    loop, still = shown(store), shown(store)
    merged = replace(loop, snapshots=(*loop.snapshots, *still.snapshots))
    recorder.add(job, [loop, still, merged], when_done=lambda: order.append("done"))
    assert recorder.settle(30)
    assert [each.set_id for each in events] == [*loop.snapshots, *still.snapshots]
    assert all(each.snapshots and each.absent is None for each in events)
    assert all(each.flipbook and each.flipbook_absent is None for each in events)
    assert order[-1] == "done"
    assert len(order) == 3
    recorder.add(job, [ShownReport("5", {})], when_done=lambda: order.append("done"))
    assert recorder.settle(30)
    assert len(order) == 3  # a job without pictures isn't announced a second time


def read(outbox: Outbox, most: int) -> list[SnapshotsTaken]:
    """The oldest events of an outbox, which are all of one kind."""
    events = [Event.from_json(each.body) for each in outbox.oldest(most)]
    return [each for each in events if isinstance(each, SnapshotsTaken)]


@pytest.fixture
def small_limit(monkeypatch):
    monkeypatch.setattr(snapshot_recorder, "MOST_OUTBOX_BYTES", 500_000)


def test_the_outbox_does_not_grow_without_bound(outbox: Outbox, job, small_limit):
    store = SnapshotStore()
    recorder = SnapshotRecorder(outbox.append, outbox.bytes, store)
    for _ in range(60):
        report = store.take(Report("loop", (), 12, 12.0), torch.rand(12, 64, 64, 3))
        recorder.add(job, [ShownReport("5", {}, tuple(each.id for each in report.snapshots))])
    assert recorder.settle(120)
    assert 400_000 < outbox.bytes() < 1_000_000
    events = read(outbox, 100)
    kinds = [(bool(each.snapshots), each.absent) for each in events]
    assert kinds[0] == (True, None)
    assert kinds[-1] == (False, NO_ROOM)
    assert len(kinds) == 60
    outbox.delete(outbox.oldest(100))
    assert outbox.bytes() < 200_000  # of the file; what is deleted is free again
    report = store.take(Report("loop", (), 12, 12.0), torch.rand(12, 64, 64, 3))
    recorder.add(job, [ShownReport("5", {}, (report.snapshots[0].id,))])
    assert recorder.settle(30)
    assert read(outbox, 1)[0].snapshots


def test_files_come_before_pictures_in_the_list_of_thumbnails(connection, story, artifact):
    ended = end_of(story, SET)
    write(connection, ended)
    write(connection, SnapshotsTaken(ended.job, SET, SNAPSHOTS))
    assert thumbnail_of(connection, ended.job.id) == (str(SET), b"RIFF small")
    write(connection, ArtifactWritten(ended.job, artifact, b"RIFF file"))
    assert thumbnail_of(connection, ended.job.id)[1] == b"RIFF file"
