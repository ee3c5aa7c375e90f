"""Studio for tests: a ComfyUI with very many jobs, and a database that a test may stop."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from anime_production.tools.comfyui import PACK

from ...benchmarks.many_jobs import fill
from ...models.jobs.database.migrations import list_migrations
from ..integration.client import ComfyClient
from ..integration.conftest import TESTING_NODES
from ..integration.job_bench import Jobs
from ..integration.server import ComfyServer
from ..models.jobs.postgres import SystemPostgres, private_folder, wait_until

MANY = 10_000  # number of jobs; all of them are of January 2026
MIGRATIONS_TABLE = "SELECT to_regclass('anime.schema_migrations')"
NEWEST = "SELECT coalesce(max(version), 0) FROM anime.schema_migrations"


class Studio:
    """Running ComfyUI whose jobs are in a database that a test may stop.

    Attributes:
        server: ComfyUI process.
        postgres: server of the database.
        jobs: reader of the job tables.
        client: client of ComfyUI.
    """

    def __init__(self, server: ComfyServer, postgres: SystemPostgres, url: str) -> None:
        self.server, self.postgres, self.jobs = server, postgres, Jobs(url)
        self.client = ComfyClient(server)

    def is_migrated(self) -> bool:
        """Return True if the pack has migrated the schema, which it does in the background."""
        if self.jobs.rows(MIGRATIONS_TABLE)[0][0] is None:
            return False
        return bool(self.jobs.rows(NEWEST)[0][0] == list_migrations()[-1].version)

    def count(self, condition: str = "true") -> int:
        """Return the number of jobs for which an SQL condition is true."""
        ((count,),) = self.jobs.rows(f"SELECT count(*) FROM anime.jobs WHERE {condition}")
        return int(count)

    def change(self, statement: str, *values: Any) -> None:
        """Run a statement in the database on a connection of the test's own."""
        with psycopg.connect(self.jobs.url) as connection:
            connection.execute(statement.encode(), values)


@contextmanager
def open_studio(
    comfyui: Path, base: Path, directory: str, jobs: int = MANY, arguments: Sequence[str] = ()
) -> Iterator[Studio]:
    """Run a studio, as a `with` block.

    Args:
        comfyui: root of ComfyUI's source.
        base: empty directory for the files of ComfyUI.
        directory: name of the pack's directory in `custom_nodes`.
        jobs: number of jobs in the database.
        arguments: further command-line arguments of ComfyUI.
    """
    with private_folder() as folder:
        postgres = SystemPostgres(folder)
        url = postgres.new_database()
        packs = {directory: PACK, "testing-nodes": TESTING_NODES}
        variables = {"ANIME_DATABASE_URL": url, "ANIME_TRACKING": None}
        with ComfyServer(comfyui, base, packs, ("--cpu", *arguments), variables) as server:
            studio = Studio(server, postgres, url)
            wait_until(studio.is_migrated, 60)
            with psycopg.connect(url, autocommit=True) as connection:
                fill(connection, jobs)
            yield studio
        postgres.stop()
