"""A ComfyUI with very many jobs, whose database a test may stop."""

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
from ..models.jobs.postgres import HandmadePostgres, private_folder, wait_until

MANY = 10_000  # jobs, of January 2026
IS_THERE = "SELECT to_regclass('anime.schema_migrations')"
NEWEST = "SELECT coalesce(max(version), 0) FROM anime.schema_migrations"


class Studio:
    """A ComfyUI whose jobs are in a database that a test may stop."""

    def __init__(self, server: ComfyServer, postgres: HandmadePostgres, url: str) -> None:
        self.server, self.postgres, self.jobs = server, postgres, Jobs(url)
        self.client = ComfyClient(server)

    def is_migrated(self) -> bool:
        """Whether the schema is the newest: the pack changes it in the background as it starts."""
        if self.jobs.rows(IS_THERE)[0][0] is None:
            return False
        return bool(self.jobs.rows(NEWEST)[0][0] == list_migrations()[-1].version)

    def count(self, condition: str = "true") -> int:
        """How many jobs are so."""
        ((count,),) = self.jobs.rows(f"SELECT count(*) FROM anime.jobs WHERE {condition}")
        return int(count)

    def change(self, statement: str, *values: Any) -> None:
        """Change the database behind the pack's back."""
        with psycopg.connect(self.jobs.url) as connection:
            connection.execute(statement.encode(), values)


@contextmanager
def open_studio(
    comfyui: Path, base: Path, directory: str, jobs: int = MANY, arguments: Sequence[str] = ()
) -> Iterator[Studio]:
    """A studio as a `with` block.

    Args:
        comfyui: root of ComfyUI's source.
        base: an empty directory for its files.
        directory: that the pack has there.
        jobs: in its database.
        arguments: further ones of ComfyUI.
    """
    with private_folder() as folder:
        postgres = HandmadePostgres(folder)
        url = postgres.new_database()
        packs = {directory: PACK, "testing-nodes": TESTING_NODES}
        variables = {"ANIME_DATABASE_URL": url, "ANIME_TRACKING": None}
        with ComfyServer(comfyui, base, packs, ("--cpu", *arguments), variables) as server:
            made = Studio(server, postgres, url)
            wait_until(made.is_migrated, 60)
            with psycopg.connect(url, autocommit=True) as connection:
                fill(connection, jobs)
            yield made
        postgres.stop()
