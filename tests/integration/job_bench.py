"""Prompts that are jobs, and what the database knows of them."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import psycopg

from anime_production.models.jobs.database.database import Database
from anime_production.tools.comfyui import PACK

from .client import Node, Prompt
from .conftest import PACK_DIRECTORY, TESTING_NODES
from .server import ComfyServer

PACKS = {PACK_DIRECTORY: PACK, "testing-nodes": TESTING_NODES}
OUTBOX = Path("user/__anime/outbox.sqlite")  # below the base directory


def comfyui_with(comfyui: Path, base: Path, url: str | None, **variables: str) -> ComfyServer:
    """A ComfyUI whose jobs go to the database with this address."""
    variables_of_all = {"ANIME_DATABASE_URL": url, "ANIME_TRACKING": None, **variables}
    return ComfyServer(comfyui, base, PACKS, environment=variables_of_all)


class JobPrompt(Prompt):
    """An `AnimeJob` beside a wait."""

    def __init__(self, seconds: float = 0.0, seed: int = 0, fails: bool = False, **names: str):
        super().__init__()
        self.job: Node = self.add("AnimeJob", **names)
        self.wait: Node = self.add("TestWait", seconds=seconds, seed=seed, fails=fails)
        self.shown: Node = self.add("TestConsumer", value=self.wait.out())


class Jobs:
    """What the database knows, read without the pack."""

    def __init__(self, url: str) -> None:
        self.url = url

    def connection(self) -> AbstractContextManager[psycopg.Connection[Any]]:
        """A connection for one query."""
        return psycopg.connect(self.url)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query; none before the pack has made its tables."""
        with self.connection() as connection:
            try:
                return connection.execute(query.encode(), values).fetchall()
            except psycopg.errors.UndefinedTable:
                return []

    def states(self) -> Counter[str]:
        """How many jobs there are in each state."""
        return Counter(state for (state,) in self.rows("SELECT state FROM anime.jobs"))

    def ended(self) -> set[str]:
        """The prompts whose jobs have ended."""
        query = "SELECT prompt_id FROM anime.jobs WHERE finished_at IS NOT NULL"
        return {prompt_id for (prompt_id,) in self.rows(query)}

    def of_prompt(self, prompt_id: str) -> list[str]:
        """The states of a prompt's jobs, the oldest first."""
        query = "SELECT state FROM anime.jobs WHERE prompt_id = %s ORDER BY created_at"
        return [state for (state,) in self.rows(query, prompt_id)]

    def events(self, prompt_id: str) -> list[str]:
        """What was said of a prompt's jobs."""
        query = """
            SELECT kind FROM anime.job_events JOIN anime.jobs ON jobs.id = job_id
            WHERE prompt_id = %s ORDER BY at
        """
        return [kind for (kind,) in self.rows(query, prompt_id)]

    def column(self, name: str, prompt_id: str) -> Any:
        """One column of a prompt's only job."""
        ((value,),) = self.rows(f"SELECT {name} FROM anime.jobs WHERE prompt_id = %s", prompt_id)
        return value

    def are_ended(self, count: int) -> Callable[[], bool]:
        """Whether that many jobs have ended, for waiting."""

        def ended() -> bool:
            states = self.states()
            return states.total() - states["pending"] - states["in_progress"] >= count

        return ended


class EmbeddedJobs(Jobs):
    """What the embedded database of a running ComfyUI knows, as another process of the pack."""

    def __init__(self, base: Path) -> None:
        self._database = Database(base / OUTBOX.parent, only_embedded=True)

    def connection(self) -> AbstractContextManager[psycopg.Connection[Any]]:
        """A connection for one query."""
        return self._database.connection()

    def close(self) -> None:
        """Leave the database's server, which its last process stops."""
        self._database.close()
