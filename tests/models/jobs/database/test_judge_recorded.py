"""Migration 7: jobs of before, in a database as an older pack left it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from anime_production.models.jobs.database import judge_recorded
from anime_production.models.jobs.database.database import Database
from anime_production.models.jobs.database.migrations import list_migrations, migrate
from anime_production.models.jobs.database.transfer import DatabaseSource
from anime_production.models.jobs.job import NodeReport
from anime_production.models.jobs.queries.history import find_job
from anime_production.models.jobs.queries.report_rows import NewReport, add_rows
from anime_production.models.jobs.recording.backup import restore
from anime_production.models.jobs.recording.backup_archive import write_archive
from anime_production.models.jobs.strict_json import strict_json
from anime_production.models.report import Report, Verdict

from ..judging import example
from ..provenance.test_kept_before import PICTURES, loop

BEFORE = 6
ENDED = datetime(2026, 3, 1, tzinfo=timezone.utc)
BEGINNING = """
INSERT INTO anime.projects (name) VALUES ('Winter'); INSERT INTO anime.machines (name) VALUES ('a')
"""
ADD_JOB = """
INSERT INTO anime.jobs
    (id, prompt_id, project_id, machine_id, state, created_at, finished_at, graph, verdict, score)
VALUES (%(id)s, %(prompt)s, 1, 1, %(state)s, %(at)s, %(at)s, %(graph)s, %(verdict)s, %(score)s)
"""
ADD_END = """
INSERT INTO anime.job_events (id, job_id, kind, at) VALUES (%s, %s, 'job_finished', %s)
"""
ADD_FILE = """
INSERT INTO anime.artifacts
    (event_id, job_id, path, kind, bytes, sha256, width, height, frames, written_at)
VALUES (%s, %s, 'a.png', 'image', 1, repeat('0', 64), 1, 1, 1, %s)
"""
JOBS = "SELECT prompt_id, verdict, score, judged_by FROM anime.jobs ORDER BY prompt_id"
DECIDES = """
SELECT node_id, reports.verdict, decides FROM anime.reports JOIN anime.jobs ON jobs.id = job_id
WHERE prompt_id = %s ORDER BY position
"""
CLOSED = {"2": loop(3.9), "3": loop(8.6), "4": loop(8.6)}


@contextmanager
def version_6(url: str) -> Iterator[psycopg.Connection]:
    """Connect to a new database, as version 6 left it."""
    with psycopg.connect(url, autocommit=True) as connection:
        assert migrate(connection, until=BEFORE) == BEFORE
        connection.execute(BEGINNING)
        yield connection


@pytest.fixture
def old(embedded_postgres):
    """A database of version 6."""
    with version_6(embedded_postgres.new_database()) as connection:
        yield connection


def add(
    connection,
    prompt: str,
    graph: Any,
    reports: dict[str, Report],
    state: str = "completed",
    job_id: UUID | None = None,
    wrote: bool = True,
) -> None:
    """A job as the ledger of version 6 wrote it: judged by the worst of its reports."""
    verdicts = [each.verdict for each in reports.values()]
    worst_first = (Verdict.FAIL, Verdict.NOT_MEASURED, Verdict.PASS)
    scores = [each.score for each in reports.values() if each.score is not None]
    job_id, end = job_id or uuid4(), uuid4()
    values = {
        "id": job_id, "prompt": prompt, "state": state, "at": ENDED,
        "graph": None if graph is None else strict_json(graph),
        "verdict": next((each.value for each in worst_first if each in verdicts), None),
        "score": min(scores, default=None),
    }  # fmt: skip
    connection.execute(ADD_JOB, values)
    connection.execute(ADD_END, (end, job_id, ENDED))
    if wrote:
        written = uuid4()
        connection.execute(
            ADD_END.replace("job_finished", "artifact_written"), (written, job_id, ENDED)
        )
        connection.execute(ADD_FILE, (written, job_id, ENDED))
    shown = [NodeReport(node, report) for node, report in reports.items()]
    rows = [
        NewReport(end, job_id, place, each, each.report.score) for place, each in enumerate(shown)
    ]
    add_rows(connection, rows)


def unknown_k() -> dict[str, Any]:
    graph = example("best_of_8")
    graph["6"]["inputs"]["k"] = ["1", 1]
    return graph


@pytest.fixture
def full(old):
    """A database of version 6 with a job of every kind."""
    add_every_kind(old)
    return old


def add_every_kind(old: psycopg.Connection) -> None:
    add(old, "best of 8", example("best_of_8"), {"5": PICTURES})
    checks = {"4": loop(2.0), "5": loop(8.0), "6": loop(9.0)}
    add(old, "blocked", example("check_a_clip"), checks, wrote=False)
    add(old, "cancelled", example("close_a_loop"), CLOSED, "cancelled")
    add(old, "closed", example("close_a_loop"), CLOSED)
    add(old, "failed", example("close_a_loop"), CLOSED, "failed")
    add(old, "frames", example("gate_a_batch"), {"5": PICTURES})
    passes = {"4": loop(8.0), "5": loop(8.0), "6": loop(9.0)}
    add(old, "kept nothing", example("check_a_clip"), passes, wrote=False)
    add(old, "lost", example("close_a_loop"), {"2": loop(8.0)}, "lost")
    add(old, "not a graph", [1, 2], CLOSED)
    add(old, "silent", example("close_a_loop"), {})
    add(old, "unknown k", unknown_k(), {"5": PICTURES})
    add(old, "without graph", None, CLOSED)


def points(value: float) -> float | None:
    """Score of a picture of `PICTURES` with this value."""
    return PICTURES.measurements[0].score_of(value)


JUDGED = [
    ("best of 8", "PASS", points(0.7), "kept"),
    ("blocked", "FAIL", loop(2.0).score, "kept"),
    ("cancelled", None, None, None),
    ("closed", "PASS", loop(8.6).score, "kept"),
    ("failed", None, None, None),
    ("frames", "PASS", points(0.6), "kept"),
    ("kept nothing", None, None, None),
    ("lost", None, None, None),
    ("not a graph", "FAIL", loop(3.9).score, "last"),
    ("silent", None, None, None),
    ("unknown k", "FAIL", PICTURES.score, "worst"),
    ("without graph", "FAIL", loop(3.9).score, "worst"),
]


def test_every_job_has_the_verdict_that_its_data_allow(every_url, monkeypatch):
    monkeypatch.setattr(judge_recorded, "BATCH", 2)
    with version_6(every_url) as full:
        add_every_kind(full)
        before = full.execute("SELECT prompt_id, verdict FROM anime.jobs").fetchall()
        assert dict(before)["closed"] == "FAIL"
        assert migrate(full) == list_migrations()[-1].version
        assert full.execute(JOBS).fetchall() == JUDGED


def decides(connection, prompt: str) -> list[tuple]:
    return connection.execute(DECIDES, (prompt,)).fetchall()


def test_earlier_measurements_are_marked(full):
    migrate(full)
    assert decides(full, "closed") == [
        ("2", "FAIL", False), ("3", "PASS", True), ("4", "PASS", False),
    ]  # fmt: skip
    assert decides(full, "without graph") == [
        ("2", "FAIL", True), ("3", "PASS", True), ("4", "PASS", True),
    ]  # fmt: skip
    assert {decided for *_, decided in decides(full, "failed")} == {False}


def test_what_a_best_of_or_a_gate_kept_is_added_as_the_ledger_would(full):
    migrate(full)
    for prompt, frames in (("best of 8", 3), ("frames", 4)):
        assert [(node, decided) for node, _, decided in decides(full, prompt)] == [
            ("5", False), ("6", True),
        ]  # fmt: skip
        record = find_job(full, prompt)
        assert record is not None
        source, kept = (each.report for each in record.reports)
        assert source == PICTURES
        assert (kept.verdict, kept.frames) == (Verdict.PASS, frames)
        assert kept.measurements[0].reason_code == "kept_least"
    assert len(decides(full, "unknown k")) == 1


def test_a_report_that_contradicts_itself_keeps_the_old_verdict(full):
    query = "UPDATE anime.measurements SET verdict = 'INFO' WHERE report_id = %s"
    (report_id,) = full.execute(
        "SELECT reports.id FROM anime.reports JOIN anime.jobs ON jobs.id = job_id"
        " WHERE prompt_id = 'frames'"
    ).fetchone()
    full.execute(query, (report_id,))
    migrate(full)
    (row,) = [each for each in full.execute(JOBS).fetchall() if each[0] == "frames"]
    assert row == ("frames", "FAIL", PICTURES.score, "worst")


def test_a_step_that_fails_leaves_the_old_version(full, monkeypatch):
    def fail(*_: Any) -> None:
        raise RuntimeError("no power")

    before = full.execute("SELECT prompt_id, verdict FROM anime.jobs ORDER BY 1").fetchall()
    with monkeypatch.context() as patch:
        patch.setattr(judge_recorded, "store_verdicts", fail)
        with pytest.raises(RuntimeError, match="no power"):
            migrate(full)
    row = full.execute("SELECT max(version) FROM anime.schema_migrations").fetchone()
    assert row == (BEFORE,)
    assert full.execute("SELECT prompt_id, verdict FROM anime.jobs ORDER BY 1").fetchall() == before
    migrate(full)
    assert full.execute(JOBS).fetchall() == JUDGED


def test_a_backup_of_version_6_is_judged_when_it_is_restored(
    full, embedded_postgres, private, tmp_path, monkeypatch
):
    full.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    with full.transaction():
        write_archive(tmp_path / "old.zip", DatabaseSource(full), lambda line: None)
    monkeypatch.setenv("ANIME_DATABASE_URL", embedded_postgres.new_database())
    contents = restore(private, tmp_path / "old.zip", False, lambda line: None)
    assert contents["jobs"].rows == len(JUDGED)
    with Database(private).connect() as connection:
        assert connection.execute(JOBS).fetchall() == JUDGED


def test_jobs_of_all_ids_are_reached(old, monkeypatch):
    monkeypatch.setattr(judge_recorded, "BATCH", 1)
    for number in (1, 2, 2**127, 2**128 - 1):
        add(old, f"{number}", example("close_a_loop"), CLOSED, job_id=UUID(int=number))
    migrate(old)
    assert {row[1] for row in old.execute(JOBS).fetchall()} == {"PASS"}
