"""Queues from which this ComfyUI process can take phases: it has their nodes and models."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..jobs.queries.rows import rows_of
from .definition import read_definition
from .host import Host
from .queries import sql

if TYPE_CHECKING:
    from psycopg import Connection

FRESH_SECONDS = 5.0  # time for which a check of this machine's nodes and models is cached


class RunnableQueues:
    """Check of which queues this process can run, cached for a few seconds."""

    def __init__(self, host: Host) -> None:
        """Begin with an empty cache.

        Args:
            host: this ComfyUI process.
        """
        self._host = host
        # By queue: the time until which the check is valid, and its result.
        self._checks: dict[str, tuple[float, bool]] = {}

    def list(self, connection: "Connection") -> list[str]:
        """Return the names of the queues in which phases wait that this process can run."""
        rows = rows_of(connection, sql("waiting_queues"), {})
        return [row["queue"] for row in rows if self._can_run(row)]

    def _can_run(self, row: Mapping[str, Any]) -> bool:
        valid_until, runnable = self._checks.get(row["queue"], (0.0, False))
        if time.monotonic() > valid_until:
            definition = read_definition(row["definition"])
            runnable = not self._host.missing(definition, row["parameters"])
            self._checks[row["queue"]] = time.monotonic() + FRESH_SECONDS, runnable
        return runnable
