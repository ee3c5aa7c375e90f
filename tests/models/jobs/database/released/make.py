"""Makes a dump with a released pack: its backup, its outbox, and what it answered of both.

Made by 0.1.0: this folder was copied into a checkout of that commit, at this place, and run from
the folder above the checkout with `python -m
anime_production.tests.models.jobs.database.released.make FOLDER`. The imports of the `make…`
files are those of that version; for the dump of a later one they change with it. Ids, seeds and
times are fixed, so that a second run gives the same rows.
"""

# mypy: ignore-errors
import itertools
import json
import lzma
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from anime_production.models.jobs import backup
from anime_production.models.jobs.database import Database
from anime_production.models.jobs.job import JobState
from anime_production.models.jobs.judgement import judge_by_worst
from anime_production.models.jobs.ledger import write
from anime_production.models.jobs.outbox import Outbox
from anime_production.models.jobs.processes import Presence
from anime_production.models.jobs.queries.deletion import delete_job
from anime_production.models.jobs.recorder import Recorder
from anime_production.models.jobs.verdict_rows import keep_verdicts, reports_of
from anime_production.models.production import store

from .....web.server.asking import Desk
from ...postgres import EmbeddedPostgres, private_folder
from . import make_jobs, make_productions, questions

JOBS = 2000
TIMES = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'anime' AND data_type = 'timestamp with time zone'
ORDER BY table_name, column_name
"""


def fill(database: Database, models: Path) -> None:
    """Put everything into a database, through the pack's own code."""
    begun = questions.CLOCK
    ids = itertools.count(1)
    store.uuid4 = lambda: make_jobs.numbered(0x40, next(ids))
    (models / "ink.safetensors").write_bytes(b"")
    (models / "ink.safetensors.sha256").write_text("c0ffee".ljust(64, "0"))
    find = {("loras", "ink.safetensors"): models / "ink.safetensors"}
    random = Random(17)
    with database.connect() as connection:
        platform.node = lambda: "studio-1"
        for process in (make_jobs.HERE, make_jobs.THERE, make_jobs.DEAD):
            come(models, connection, process)
        for first in range(0, JOBS, 50):
            platform.node = lambda first=first: f"studio-{1 + first // 50 % 2}"
            with connection.transaction():
                for number in range(first, first + 50):
                    for event in make_jobs.story(random, number):
                        write(connection, event, lambda *name: find.get(name))
        for event in make_jobs.characters():
            write(connection, event)
        make_productions.produce(connection)
        come(models, connection, make_jobs.DEAD).leave(connection)  # what it had is lost
        _judge_as_before(connection)
        for number in (100, 200, 300):
            delete_job(connection, make_jobs.numbered(make_jobs.EARLIER, number))
        connection.execute("UPDATE anime.processes SET pid = 4242")
        _fix_times(connection, begun)


def come(folder: Path, connection: Any, process: UUID) -> Presence:
    """Have a process say that it is there."""
    presence = Presence(folder)
    presence.id = process
    presence._come(connection)
    return presence


def _judge_as_before(connection: Any) -> None:
    """Give some jobs the verdict that migrated ones have: the worst of all reports."""
    row = "SELECT id FROM anime.jobs WHERE judged_by = 'last' ORDER BY id LIMIT 12"
    jobs = [each for (each,) in connection.execute(row)]
    found = reports_of(connection, jobs)
    with connection.transaction():
        keep_verdicts(
            connection, [(each, ids, judge_by_worst(told)) for each, (ids, told) in found.items()]
        )


def _fix_times(connection: Any, begun: Any) -> None:
    """Put times that the clock gave in their order a second apart, into a year of the dump."""
    columns = [each for each in connection.execute(TIMES) if each[0] != "schema_migrations"]
    every = " UNION ".join(
        f"SELECT {column} AS at FROM anime.{table} WHERE {column} > '{begun}'"
        for table, column in columns
    )
    connection.execute(
        "CREATE TEMP TABLE told AS SELECT at, '2024-05-01Z'::timestamptz"
        f" + row_number() OVER (ORDER BY at) * interval '1 s' AS fixed FROM ({every}) AS each"
    )
    for table, column in columns:
        connection.execute(
            f"UPDATE anime.{table} SET {column} = fixed FROM told WHERE {table}.{column} = told.at"
        )


def fill_outbox(folder: Path) -> None:
    """Write a hundred events and more of every kind into an outbox, which nobody ships."""
    outbox = Outbox(folder / backup.OUTBOX)
    random = Random(18)
    for number, state in zip(range(1, 57), itertools.cycle(JobState), strict=False):
        if state is not JobState.LOST:  # only others say that
            for event in make_jobs.story(random, number, 0x030, state):
                assert outbox.append(make_jobs.as_shown(event) if number % 4 < 2 else event)
    for event in make_jobs.characters(0x030, 3):
        assert outbox.append(event)
    outbox.tidy()
    outbox.close()


def ask(private: Path) -> tuple[dict, dict]:
    """Ask the pack of the database that it is told to use, once its outbox is shipped."""
    recorder = Recorder(private)
    with tempfile.TemporaryDirectory() as empty:
        recorder.find("nothing")  # ships what waits
        status = recorder.status()
        assert (status.backlog, status.rejected, status.lost) == (0, 0, 0), status
        answers = questions.ask_all(Desk(recorder, Path(empty)), recorder.read)
    recorder.close()
    return answers


def main(folder: Path) -> None:
    """Write backup.zip, outbox.sqlite.xz and answers.json.xz."""
    folder.mkdir(parents=True, exist_ok=True)
    with private_folder() as place:
        server = EmbeddedPostgres(place)
        with private_folder() as private:
            os.environ["ANIME_DATABASE_URL"] = server.new_database(migrated=True)
            fill(Database(private), private)
            shutil.rmtree(private / "processes", ignore_errors=True)
            (folder / "backup.zip").unlink(missing_ok=True)
            backup.back_up(private, folder / "backup.zip", print)
        told = {}
        with private_folder() as private:
            os.environ["ANIME_DATABASE_URL"] = server.new_database(migrated=True)
            backup.restore(private, folder / "backup.zip", False, print)
            told["answers"], told["hashes"] = ask(private)
        with private_folder() as private:
            os.environ["ANIME_DATABASE_URL"] = server.new_database(migrated=True)
            fill_outbox(private)
            waiting = (private / backup.OUTBOX).read_bytes()
            (folder / "outbox.sqlite.xz").write_bytes(lzma.compress(waiting, preset=9))
            platform.node = lambda: "studio-1"
            told["shipped"], told["hashes_of_shipped"] = ask(private)
        server.stop()
    text = json.dumps(told, ensure_ascii=False, allow_nan=False, sort_keys=True)
    (folder / "answers.json.xz").write_bytes(lzma.compress(text.encode(), preset=9))
    for file in sorted(folder.iterdir()):
        print(file.name, file.stat().st_size)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
