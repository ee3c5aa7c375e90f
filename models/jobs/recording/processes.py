"""Heartbeats of the ComfyUI processes; the jobs of a process without a heartbeat are lost.

Every process writes a heartbeat into the database every few seconds. A process on the same machine
with the same private folder is known to be dead as soon as its lock file is free. A process of
another machine counts as dead when its heartbeat has not changed for a minute. The observing
process measures that minute with its own monotonic clock, so wrong or changed system clocks can't
lose a job.
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
from .process_lock import Life, ProcessLock, delete_lock_files, list_processes

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)

FOLDER = "processes"  # below the private folder
BEAT_SECONDS = 10.0
DEAD_SECONDS = 60.0  # without a new heartbeat: six are missing
# A process that has not read the heartbeats for this long must not declare other processes dead:
# it may have been suspended, or the database may have been unavailable for all processes.
LONGEST_GAP = 3 * BEAT_SECONDS

Waiting = Callable[[], tuple[int, int] | None]


class HeartbeatMonitor:
    """Record of the time since the last heartbeat of each other process, by a monotonic clock."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, timeout: float | None = None
    ) -> None:
        """Begin without any heartbeats.

        Args:
            clock: function that returns seconds and never goes backwards.
            timeout: seconds without a new heartbeat after which a process counts as dead; None for
                `DEAD_SECONDS`.
        """
        self._clock, self._timeout = clock, timeout
        self._last_check: float | None = None
        # Process id → its last heartbeat, and the time of the check that first read it.
        self._heartbeats: dict[UUID, tuple[datetime, float]] = {}

    def timed_out(self, beats: Mapping[UUID, datetime]) -> set[UUID]:
        """Return the processes whose heartbeat has not changed for the timeout.

        Args:
            beats: last heartbeat of each other process, by its id.
        """
        now = self._clock()
        timeout = DEAD_SECONDS if self._timeout is None else self._timeout
        longest_gap = min(LONGEST_GAP, timeout / 2)
        if self._last_check is None or now - self._last_check > longest_gap:
            self._heartbeats = {}
        self._last_check = now
        unknown = (datetime.max, now)  # equals no heartbeat
        before = {process: self._heartbeats.get(process, unknown) for process in beats}
        self._heartbeats = {
            process: before[process] if before[process][0] == beat else (beat, now)
            for process, beat in beats.items()
        }
        return {
            process for process, (_, since) in self._heartbeats.items() if now - since >= timeout
        }


class Presence:
    """Registration of this process in the database, with its lock file and its heartbeat.

    Attributes:
        id: id of this process; every job that it runs holds it.
    """

    def __init__(self, directory: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Choose an id; `hold` creates the lock file and `beat` the row in the database.

        Args:
            directory: the pack's private folder.
            clock: function that returns seconds and never goes backwards.
        """
        self.id = uuid4()
        self._folder = directory / FOLDER
        self._lock = ProcessLock(self._folder, self.id)
        self._monitor, self._clock = HeartbeatMonitor(clock), clock
        # Ended process that shares the outbox → position of the newest event that waited when its
        # end was noticed. Its own events are not newer.
        self._last_positions: dict[UUID, int] = {}
        self._next_beat = -float("inf")

    def hold(self) -> None:
        """Hold the lock file that shows this process is running. It is fast and never raises."""
        try:
            self._lock.hold()
        except OSError as error:  # other processes then rely on the heartbeat alone
            log.debug("This process has no lock file: %s", error)

    def is_due(self) -> bool:
        """Return True if it is time for a heartbeat."""
        return self._clock() >= self._next_beat

    @property
    def has_unshipped(self) -> bool:
        """True if events of an ended process waited in the outbox at the last heartbeat."""
        return bool(self._last_positions)

    def beat(self, connection: "Connection", waiting: Waiting = lambda: None) -> int:
        """Write a heartbeat, and mark the jobs of ended processes as lost.

        A process with a lock file in the private folder shares the outbox. Its jobs are lost only
        when the events that waited at its end are in the database: they may end these jobs.

        Args:
            connection: connection in autocommit mode.
            waiting: function that returns the positions of the oldest and the newest event in the
                outbox that wait for the database; None if no event waits.

        Returns:
            The number of jobs that were lost.

        Raises:
            psycopg.Error: the database refused a statement.
        """
        self.hold()
        own_id = {"id": self.id}
        if connection.execute(sql("beat"), own_id).rowcount == 0:
            self._register(connection)
        beats: dict[UUID, datetime] = dict(
            connection.execute(sql("other_processes"), own_id).fetchall()
        )
        local = {
            process: (life, path)
            for process, life, path in list_processes(self._folder)
            if process != self.id
        }
        dead = {process for process, (life, _) in local.items() if life is Life.DEAD}
        alive = {process for process, (life, _) in local.items() if life is Life.ALIVE}
        timed_out = self._monitor.timed_out(beats) - alive
        positions = waiting()
        unshipped = self._unshipped(dead | (timed_out & set(local)), positions)
        ended = (timed_out | (dead & set(beats))) - unshipped
        if ended:
            connection.execute(sql("end_processes"), {"ids": list(ended)})
        values = {**own_id, "unshipped": list(unshipped), "settled": positions is None}
        lost = connection.execute(sql("lose_jobs"), values).rowcount
        if lost:
            log.warning("%s jobs are lost: the ComfyUI process that ran them has ended.", lost)
        for process in dead - set(beats) - unshipped:  # it has no row, or its end is written
            delete_lock_files(local[process][1])
        self._next_beat = self._clock() + BEAT_SECONDS
        return lost

    def _unshipped(self, ended: set[UUID], waiting: tuple[int, int] | None) -> set[UUID]:
        """Return the ended processes whose events may still wait in the outbox.

        Args:
            ended: processes that have ended and share the outbox.
            waiting: positions of the oldest and the newest event that wait, which were read after
                the end of these processes was noticed; None if no event waits.
        """
        if waiting is None:
            self._last_positions = {}
            return set()
        oldest, newest = waiting
        self._last_positions = {
            process: self._last_positions.get(process, newest) for process in ended
        }
        return {process for process, last in self._last_positions.items() if last >= oldest}

    def leave(self, connection: "Connection") -> None:
        """Write the end of this process into the database; its unfinished jobs are lost.

        Call it only when no event waits in the outbox.

        Raises:
            psycopg.Error: the database refused a statement.
        """
        connection.execute(sql("end_processes"), {"ids": [self.id]})
        values = {"id": self.id, "unshipped": [], "settled": True}
        connection.execute(sql("lose_jobs"), values)
        self._lock.release(remove=True)

    def release(self) -> None:
        """Release the lock only; the next process then writes the end of this one."""
        self._lock.release(remove=False)

    def _register(self, connection: "Connection") -> None:
        values: dict[str, Any] = {"id": self.id, "pid": os.getpid(), "machine": platform.node()}
        values["machine_id"] = id_of(connection, "machine", values)
        with connection.transaction():
            connection.execute(sql("register_process"), values)
            connection.execute(sql("revive_jobs"), values)
