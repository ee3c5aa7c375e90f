"""Time of the queries on 100,000 jobs, on the embedded PostgreSQL and on the system's one."""

import os
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
MOST_MS = 50.0  # limit of the median of a query

FILTERS = {
    "list": JobQuery(),
    "list of a project": JobQuery(project="Production 3"),
    "list of a character": JobQuery(character="葵花子 5"),
    "list of a shot": JobQuery(shot="shot 44"),
    "list of jobs with the verdict FAIL": JobQuery(verdict="FAIL"),
    "list of lost jobs (1 in 1,000)": JobQuery(state="lost"),
    "list by a rare tag": JobQuery(tag="batch 50"),
    "list by a common tag": JobQuery(tag="night"),
    "list by project and verdict": JobQuery(project="Production 3", verdict="FAIL"),
    "text in a name: 花子": JobQuery(text="花子"),
    "text in a prompt: look 55": JobQuery(text="look 55"),
    "text that no job has": JobQuery(text="zzz qqq"),
    "job of a file": JobQuery(file="bench/777.png"),
}
PAGE, LAST, GROUPS = 50, 20, 50  # the defaults of the routes

Query = Callable[[Any], object]


def queries() -> dict[str, Query]:
    """Return the queries to time, by the name that the table shows."""

    def listing(job_query: JobQuery, order: str = "newest") -> Query:
        return lambda connection: list_jobs(connection, job_query, PAGE, order)

    def grouping(by: str) -> Query:
        return lambda connection: figures(connection, JobQuery(), by, LAST, GROUPS)

    return {
        **{name: listing(job_query) for name, job_query in FILTERS.items()},
        "list, best first": listing(JobQuery(), BEST),
        **{f"statistics by {by}": grouping(by) for by in KEYS},
        "projects": names.list_projects,
        "characters": names.list_characters,
    }


def run() -> None:
    """Time every query on the embedded server, and on the system's PostgreSQL."""
    # Importing the tests is allowed here: the registry's archive contains neither them nor this.
    from ..tests.models.jobs.postgres import SystemPostgres, private_folder

    with private_folder() as folder:
        _time("embedded", Database(folder))
    with private_folder() as folder, private_folder("postgres") as server_folder:
        server = SystemPostgres(server_folder)
        url_before = os.environ.get("ANIME_DATABASE_URL")
        os.environ["ANIME_DATABASE_URL"] = server.new_database()
        try:
            _time("the system's", Database(folder))
        finally:
            os.environ.pop("ANIME_DATABASE_URL")
            if url_before is not None:
                os.environ["ANIME_DATABASE_URL"] = url_before
            server.stop()


def _time(name: str, database: Database) -> None:
    try:
        with database.connect(None) as connection:
            version = connection.info.parameter_status("server_version")
            fill(connection, JOBS)
            rows = []
            for title, query in queries().items():
                milliseconds = _milliseconds(query, connection)
                median = statistics.median(milliseconds)
                remark = "" if median <= MOST_MS else f"over the limit of {MOST_MS:.0f} ms"
                rows.append([title, median, min(milliseconds), remark])
            print(f"Queries on {JOBS} jobs, {name} server, PostgreSQL {version}:")
            print_table(["query", "median ms", "minimum ms", ""], rows)
    finally:
        database.close()


def _milliseconds(query: Query, connection: Any) -> list[float]:
    query(connection)  # warms up
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        query(connection)
        times.append(1000 * (time.perf_counter() - started))
    return times
