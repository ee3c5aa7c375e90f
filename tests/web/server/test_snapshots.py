from dataclasses import replace
from io import BytesIO
from uuid import UUID, uuid4

import pytest
import torch
from PIL import Image

from anime_production.models.jobs.recording.events import (
    ArtifactWritten,
    JobFinished,
    SnapshotsTaken,
)
from anime_production.models.report import Report
from anime_production.models.snapshots import flipbook as flipbook_module
from anime_production.models.snapshots.flipbook import Flipbook
from anime_production.models.snapshots.snapshot import Snapshot
from anime_production.models.snapshots.store import SNAPSHOTS as STORE

ENDED, ANOTHER = uuid4(), uuid4()
SNAPSHOTS = (
    Snapshot(23, True, 640, 360, b"RIFF 23 large", b"RIFF small"),
    Snapshot(0, True, 320, 180, b"RIFF 0"),
)


@pytest.fixture
def ended(story) -> JobFinished:
    """The end of a job whose first report has pictures."""
    first, *others = story[-1].reports
    return replace(story[-1], reports=(replace(first, snapshots=(ENDED,)), *others))


def reports_of(desk, job):
    (answer,) = desk.get(f"/anime/jobs/{job.id}")
    (reports,) = desk.get(f"/anime/jobs/{job.id}/reports")
    assert answer.json["reports"] == reports.json["reports"]
    return answer.json["reports"]


def test_a_report_lists_its_pictures_and_each_has_an_address(desk, recorder, database_url, ended):
    recorder.record(ended)
    recorder.record(SnapshotsTaken(ended.job, ENDED, SNAPSHOTS))
    first, second = reports_of(desk, ended.job)
    route = f"/anime/jobs/{ended.job.id}/snapshot?set={ENDED}"
    assert first["snapshots"] == [
        {
            **{"set": str(ENDED), "frame": 0, "at_seam": True, "width": 320, "height": 180},
            **{"bytes": 6, "view": f"{route}&frame=0"},
        },
        {
            **{"set": str(ENDED), "frame": 23, "at_seam": True, "width": 640, "height": 360},
            **{"bytes": 13, "view": f"{route}&frame=23"},
        },
    ]
    assert first["snapshots_absent"] is None
    assert (second["snapshots"], second["snapshots_absent"]) == ([], None)
    shown, none, no_set = desk.get(
        first["snapshots"][1]["view"],
        f"{route}&frame=7",
        f"/anime/jobs/{ended.job.id}/snapshot?set={ANOTHER}&frame=0",
    )
    assert (shown.status, shown.kind, shown.body) == (200, "image/webp", b"RIFF 23 large")
    assert shown.headers["Cache-Control"] == "private, no-cache"
    for answer in (none, no_set):
        assert (answer.status, answer.json["error"]["code"]) == (404, "no_snapshot")
    known = {"If-None-Match": shown.headers["ETag"]}
    (same,) = desk.ask(("GET", first["snapshots"][1]["view"], None), headers=known)
    assert (same.status, same.body) == (304, b"")


def test_a_report_names_its_flipbook(desk, recorder, database_url, ended):
    recorder.record(ended)
    flipbook = Flipbook(300, (0, 1, 298, 299), 2, b"RIFF all")
    recorder.record(SnapshotsTaken(ended.job, ENDED, SNAPSHOTS, None, flipbook))
    first, second = reports_of(desk, ended.job)
    view = f"/anime/flipbooks/{ENDED}"
    assert first["flipbook"] == {
        **{"set": str(ENDED), "frames": 300, "numbers": [0, 1, 298, 299], "columns": 2},
        **{"bytes": 8, "view": view},
    }
    assert (second["flipbook"], second["flipbook_absent"]) == (None, None)
    shown, none, no_id = desk.get(view, f"/anime/flipbooks/{ANOTHER}", "/anime/flipbooks/1")
    assert (shown.status, shown.kind, shown.body) == (200, "image/webp", b"RIFF all")
    for answer in (none, no_id):
        assert (answer.status, answer.json["error"]["code"]) == (404, "no_flipbook")


def test_a_loop_of_a_prompt_without_a_job_is_played_from_memory(desk, monkeypatch):
    report = STORE.take(Report("loop", (), 6, 12.0), torch.rand(6, 32, 32, 3))
    set_id = report.snapshots[0].id
    (shown,) = desk.get(f"/anime/flipbooks/{set_id}")
    assert (shown.status, shown.kind) == (200, "image/webp")
    assert Image.open(BytesIO(shown.body)).size == (96, 64)
    monkeypatch.setattr(flipbook_module, "small_frames", lambda *_: 1 / 0)
    broken = STORE.take(Report("loop", (), 6, 12.0), torch.rand(6, 32, 32, 3))
    (failed,) = desk.get(f"/anime/flipbooks/{broken.snapshots[0].id}")
    assert (failed.status, failed.json["error"]["code"]) == (404, "flipbook_failed")


def test_a_picture_without_its_set_or_frame_is_refused(desk, recorder, database_url, ended):
    recorder.record(ended)
    route = f"/anime/jobs/{ended.job.id}/snapshot"
    for query in ("", "?frame=0", "?set=1&frame=0", f"?set={ANOTHER}&frame=99999999"):
        (answer,) = desk.get(route + query)
        assert (answer.status, answer.json["error"]["code"]) == (404, "no_snapshot"), query
    for frame in ("-1", "x", "1.5", "9999999999"):
        (answer,) = desk.get(f"{route}?set={ENDED}&frame={frame}")
        assert answer.status == 400, frame


def test_the_thumbnail_of_a_job_without_files_is_its_worst_frame(
    desk, recorder, database_url, ended, artifact
):
    recorder.record(ended)
    thumbnail = f"/anime/jobs/{ended.job.id}/thumbnail"
    (before,) = desk.get("/anime/jobs")
    assert before.json["jobs"][0]["thumbnail"] is None
    recorder.record(SnapshotsTaken(ended.job, ENDED, SNAPSHOTS))
    listed, shown = desk.get("/anime/jobs", thumbnail)
    assert listed.json["jobs"][0]["thumbnail"] == thumbnail
    assert (shown.kind, shown.body) == ("image/webp", b"RIFF small")
    recorder.record(ArtifactWritten(ended.job, artifact, thumbnail=b"RIFF file"))
    own, missing = desk.get(thumbnail, f"{thumbnail}?file=other.webp")
    assert own.body == b"RIFF file"
    assert missing.status == 404


@pytest.mark.parametrize("reason", ["gone", "failed", "no_room"])
def test_missing_pictures_have_a_reason(desk, recorder, database_url, ended, reason):
    recorder.record(ended)
    assert reports_of(desk, ended.job)[0]["snapshots_absent"] == "missing"
    recorder.record(SnapshotsTaken(ended.job, ENDED, (), reason))
    first, second = reports_of(desk, ended.job)
    assert (first["snapshots"], first["snapshots_absent"]) == ([], reason)
    assert second["snapshots_absent"] is None


def test_a_frame_of_two_sets_is_listed_once_and_large(desk, recorder, database_url, story):
    first, *_ = story[-1].reports
    sets: tuple[UUID, ...] = (ENDED, ANOTHER)
    ended = replace(story[-1], reports=(replace(first, snapshots=sets),))
    recorder.record(ended)
    recorder.record(SnapshotsTaken(ended.job, ENDED, SNAPSHOTS))
    large = (Snapshot(0, False, 640, 360, b"RIFF 0 large"), Snapshot(5, False, 9, 9, b"RIFF 5"))
    recorder.record(SnapshotsTaken(ended.job, ANOTHER, large))
    (report,) = reports_of(desk, ended.job)
    listed = [(each["frame"], each["width"], each["at_seam"]) for each in report["snapshots"]]
    assert listed == [(0, 640, True), (5, 9, False), (23, 640, True)]


def test_a_deleted_job_has_no_pictures(desk, recorder, database_url, database, ended):
    recorder.record(ended)
    recorder.record(SnapshotsTaken(ended.job, ENDED, SNAPSHOTS))
    (shown,) = desk.get(reports_of(desk, ended.job)[0]["snapshots"][0]["view"])
    assert shown.status == 200
    desk.ask(("DELETE", f"/anime/jobs/{ended.job.id}", None))
    recorder.record(SnapshotsTaken(ended.job, ANOTHER, SNAPSHOTS))  # they come late
    recorder.settle()
    with database.connect(None) as connection:
        assert connection.execute("SELECT count(*) FROM anime.snapshots").fetchone() == (0,)
