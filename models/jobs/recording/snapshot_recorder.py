"""Recording of the small pictures of a job's reports after its end."""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from uuid import UUID

from ...snapshots.snapshot import Snapshot
from ...snapshots.store import SNAPSHOTS, SnapshotStore
from ..job import Job, ShownReport
from .events import Event, SnapshotsTaken

log = logging.getLogger(__name__)

# Most bytes of the outbox to which pictures are added: about a thousand reports with the largest
# sets. While the database is away for longer, the reports themselves are still recorded.
MOST_OUTBOX_BYTES = 256 * 2**20
NO_ROOM = "no_room"  # code of the reason


class SnapshotRecorder:
    """Recorder of the snapshots that the reports of an ended job name."""

    def __init__(
        self,
        record: Callable[[Event], object],
        outbox_bytes: Callable[[], int],
        store: SnapshotStore = SNAPSHOTS,
    ) -> None:
        """Store the parts.

        Args:
            record: function that records an event.
            outbox_bytes: function that returns the bytes of what waits in the outbox; it may raise
                `sqlite3.Error` or `OSError`.
            store: snapshots of this process.
        """
        self._record, self._outbox_bytes, self._store = record, outbox_bytes, store

    def add(
        self,
        job: Job,
        reports: Sequence[ShownReport],
        when_done: Callable[[], None] = lambda: None,
    ) -> None:
        """Record the snapshots of a job's reports. It is fast; another thread does the work.

        Args:
            job: the job, whose end is recorded already.
            reports: its reports.
            when_done: function that is called when all are recorded; not without any.
        """
        set_ids = list(dict.fromkeys(each for report in reports for each in report.snapshots))
        for place, set_id in enumerate(set_ids, start=1):
            after = when_done if place == len(set_ids) else None
            self._store.use(set_id, self._recording(job, set_id, after))

    def settle(self, seconds: float) -> bool:
        """Wait until the snapshots of all ended jobs are recorded; return False if it takes longer.

        Args:
            seconds: longest wait.
        """
        return self._store.settle(seconds)

    def _recording(
        self, job: Job, set_id: UUID, after: Callable[[], None] | None
    ) -> Callable[[tuple[Snapshot, ...], str | None], None]:
        def record(snapshots: tuple[Snapshot, ...], absent: str | None) -> None:
            # It is made already, because the thread that calls this keeps the order.
            flipbook, no_flipbook = self._store.flipbook(set_id, seconds=0)
            if (snapshots or flipbook) and not self._has_room():
                snapshots, absent, flipbook, no_flipbook = (), NO_ROOM, None, NO_ROOM
            self._record(SnapshotsTaken(job, set_id, snapshots, absent, flipbook, no_flipbook))
            if after is not None:
                after()

        return record

    def _has_room(self) -> bool:
        try:
            return self._outbox_bytes() < MOST_OUTBOX_BYTES
        except (sqlite3.Error, OSError) as error:
            log.debug("The size of the outbox can't be read: %s", error)
            return False  # on a full disk the pictures would take the memory instead
