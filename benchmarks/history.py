"""How long the list, filters and figures of a hundred thousand jobs take, on two PostgreSQLs."""

import statistics
import time
from collections.abc import Callable
from typing import Any

from ..models.jobs.database.database import Database
from ..models.jobs.queries import names
from ..models.jobs.queries.filters import JobQuery
from ..models.jobs.queries.listing import list_jobs
from ..models.jobs.queries.orders import BEST
from ..models.jobs.queries.statistics import KEYS
from ..models.jobs.queries.statistics import statistics as figures
from .many_jobs import fill
from .timing import print_table

JOBS = 100_000
ROUNDS = 15
WANTED_MS = 50.0

FILTERS = {
    "list": JobQuery(),
    "list of a project": JobQuery(project="Production 3"),
    "list of a character": JobQuery(character="葵花子 5"),
    "list of a shot": JobQuery(shot="shot 44"),
    "list of what failed": JobQuery(verdict="FAIL"),
    "list of lost ones (1 in 1,000)": JobQuery(state="lost"),
    "list by a rare tag": JobQuery(tag="batch 50"),
    "list by a common tag": JobQuery(tag="night"),
    "list by project and verdict": JobQuery(project="Production 3", verdict="FAIL"),
    "text in a name: 花子": JobQuery(text="花子"),
    "text in a prompt: look 55": JobQuery(text="look 55"),
    "text that is nowhere": JobQuery(text="zzz qqq"),
    "file to its job": JobQuery(file="bench/777.png"),
}
PAGE, LAST, GROUPS = 50, 20, 50  # as the routes' defaults

Query = Callable[[Any], object]


def queries() -> dict[str, Query]:
    """Everything that is timed, by what it is called."""

    def listed(wanted: JobQuery, order: str = "newest") -> Query:
        return lambda connection: list_jobs(connection, wanted, PAGE, order)

    def grouped(by: str) -> Query:
        return lambda connection: figures(connection, JobQuery(), by, LAST, GROUPS)

    return {
        **{name: listed(wanted) for name, wanted in FILTERS.items()},
        "list, best first": listed(JobQuery(), BEST),
        **{f"stats by {by}": grouped(by) for by in KEYS},
        "projects": names.list_projects,
        "characters": names.list_characters,
    }


def run() -> None:
    """Time every query on the embedded server, and on one started by hand where there is one."""
    # The tests' servers: this module is a developer's, as they are.
    from ..tests.models.jobs.postgres import HandmadePostgres, private_folder

    with private_folder() as folder:
        _time("embedded", Database(folder))
    with private_folder() as folder, private_folder("postgres") as server_folder:
        import os

        server = HandmadePostgres(server_folder)
        before = os.environ.get("ANIME_DATABASE_URL")
        os.environ["ANIME_DATABASE_URL"] = server.new_database()
        try:
            _time("by hand", Database(folder))
        finally:
            os.environ.pop("ANIME_DATABASE_URL")
            if before is not None:
                os.environ["ANIME_DATABASE_URL"] = before
            server.stop()


def _time(name: str, database: Database) -> None:
    try:
        with database.connect() as connection:
            version = connection.info.parameter_status("server_version")
            fill(connection, JOBS)
            rows = []
            for what, query in queries().items():
                milliseconds = _milliseconds(query, connection)
                middle = statistics.median(milliseconds)
                verdict = "" if middle <= WANTED_MS else f"more than {WANTED_MS:.0f}"
                rows.append([what, middle, min(milliseconds), verdict])
            print(f"{name}, PostgreSQL {version}, {JOBS} jobs, milliseconds")
            print_table(["query", "median", "least", ""], rows)
    finally:
        database.close()


def _milliseconds(query: Query, connection: Any) -> list[float]:
    query(connection)
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        query(connection)
        taken.append(1000 * (time.perf_counter() - started))
    return taken
