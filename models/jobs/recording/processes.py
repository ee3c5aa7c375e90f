"""Which ComfyUI processes live, and which jobs were lost with one that died.

Every process says in the database, every few seconds, that it is there. On one machine and
private folder a lock file tells the death of a process at once; that of another machine's is
taken for granted when it was not seen for a minute. How long is measured by the observer's own
monotonic clock, as the time between two different heartbeats: no clock that is set back or
forward, and no machine whose clock is wrong, loses anybody's jobs.
"""

import logging
import os
import platform
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from ..queries import sql
from ..queries.job_rows import id_of
from .process_lock import Life, ProcessLock, forget, lives

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)

FOLDER = "processes"  # below the private folder
BEAT_SECONDS = 10.0
DEAD_SECONDS = 60.0  # unseen
# Who did not look for so long can't say how long the others were not seen: the database may have
# been away for all.
LONGEST_GAP = 3 * BEAT_SECONDS


class Watch:
    """How long other processes were not seen, by a clock that nobody sets."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nobody was looked at yet.

        Args:
            clock: seconds.
        """
        self._clock = clock
        self._looked: float | None = None
        self._seen: dict[UUID, tuple[datetime, float]] = {}  # the heartbeat, and since when it is

    def unseen(self, beats: Mapping[UUID, datetime]) -> set[UUID]:
        """Those whose heartbeat has been the same for too long.

        Args:
            beats: of everybody, the last.
        """
        now = self._clock()
        if self._looked is None or now - self._looked > LONGEST_GAP:
            self._seen = {}
        self._looked = now
        fresh = (datetime.max, now)  # compares equal to no heartbeat
        before = {who: self._seen.get(who, fresh) for who in beats}
        self._seen = {
            who: before[who] if before[who][0] == beat else (beat, now)
            for who, beat in beats.items()
        }
        return {who for who, (_, since) in self._seen.items() if now - since >= DEAD_SECONDS}


class Presence:
    """This process among those that use one database.

    Attributes:
        id: its own, in every job that it runs.
    """

    def __init__(self, directory: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Touch nothing yet.

        Args:
            directory: the pack's private folder.
            clock: seconds, for how long others were not seen.
        """
        self.id = uuid4()
        self._folder = directory / FOLDER
        self._lock = ProcessLock(self._folder, self.id)
        self._watch, self._clock = Watch(clock), clock
        self._next_beat = -float("inf")

    def hold(self) -> None:
        """Show the processes of this machine that this one lives. Never raises, and is cheap."""
        try:
            self._lock.hold()
        except OSError as error:  # then others learn it from the heartbeat alone
            log.debug("No lock file for this process: %s", error)

    def is_due(self) -> bool:
        """Whether it is time for a heartbeat."""
        return self._clock() >= self._next_beat

    def beat(self, connection: "Connection", settled: bool = True) -> int:
        """Say that this process lives, and mark the jobs of those that don't as lost.

        Args:
            connection: in autocommit mode.
            settled: whether the outbox is empty. Else a dead process that the database doesn't
                know yet may have jobs in it, and what tells its death is kept.

        Returns:
            How many jobs were lost.

        Raises:
            psycopg.Error: the database refuses.
        """
        self.hold()
        own = {"id": self.id}
        if connection.execute(sql("beat"), own).rowcount == 0:
            self._come(connection)
        beats: dict[UUID, datetime] = dict(
            connection.execute(sql("other_processes"), own).fetchall()
        )
        local = {who: (life, path) for who, life, path in lives(self._folder) if who != self.id}
        dead = {who for who, (life, _) in local.items() if life is Life.DEAD}
        alive = {who for who, (life, _) in local.items() if life is Life.ALIVE}
        gone = (self._watch.unseen(beats) - alive) | (dead & set(beats))
        if gone:
            connection.execute(sql("end_processes"), {"ids": list(gone)})
        lost = connection.execute(sql("lose_jobs")).rowcount
        if lost:
            log.warning("%s jobs are lost: the ComfyUI that ran them is gone.", lost)
        if settled:
            for who in dead - set(beats):  # it has no row, or its end was written before
                forget(local[who][1])
        self._next_beat = self._clock() + BEAT_SECONDS
        return lost

    def leave(self, connection: "Connection") -> None:
        """Say that this process ends; what it has not finished is lost.

        Raises:
            psycopg.Error: the database refuses.
        """
        connection.execute(sql("end_processes"), {"ids": [self.id]})
        connection.execute(sql("lose_jobs"))
        self._lock.release(remove=True)

    def release(self) -> None:
        """Let the lock go without a word to the database; the next process will say it."""
        self._lock.release(remove=False)

    def _come(self, connection: "Connection") -> None:
        values: dict[str, Any] = {"id": self.id, "pid": os.getpid(), "machine": platform.node()}
        values["machine_id"] = id_of(connection, "machine", values)
        with connection.transaction():
            connection.execute(sql("register_process"), values)
            connection.execute(sql("revive_jobs"), values)
