"""Events that could not be written into the outbox's file yet, in memory."""

import threading
from collections import deque
from collections.abc import Callable, Iterable

from .outbox_rows import OutboxRow

# Events in memory while the disk can't be written: some tens of megabytes, as each has its graph.
MOST_UNWRITTEN = 2_000


class UnwrittenEvents:
    """Events in memory, oldest first, from the append until they are on the disk or shipped.

    Attributes:
        dropped: number of events that are lost: the oldest ones beyond `MOST_UNWRITTEN`, and those
            that no disk can hold.
    """

    def __init__(self) -> None:
        """Begin without events."""
        self._mutex = threading.Lock()
        self._rows: deque[OutboxRow] = deque()
        self.dropped = 0

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self._rows)

    def add(self, row: OutboxRow) -> None:
        """Add the newest event."""
        with self._mutex:
            self._rows.append(row)

    def write(self, write_row: Callable[[OutboxRow], None]) -> None:
        """Write the events in their order and remove each that was written.

        Only one thread may call this at a time.

        Args:
            write_row: function that writes a row; its errors are passed on, and the row stays.
        """
        while rows := self.oldest(1):
            write_row(rows[0])
            self.remove([rows[0].id])

    def drop_excess(self) -> int:
        """Drop the oldest events beyond `MOST_UNWRITTEN`, and return how many were dropped."""
        with self._mutex:
            excess = max(len(self._rows) - MOST_UNWRITTEN, 0)
            for _ in range(excess):
                self._rows.popleft()
            self.dropped += excess
        return excess

    def count_dropped(self) -> None:
        """Count an event that can't be recorded at all."""
        with self._mutex:
            self.dropped += 1

    def oldest(self, most: int) -> list[OutboxRow]:
        """Return up to `most` events, the oldest first."""
        with self._mutex:
            return [row for row, _ in zip(self._rows, range(most), strict=False)]

    def remove(self, ids: Iterable[str]) -> None:
        """Remove the events with these ids, as far as they are here."""
        with self._mutex:
            remaining = set(ids)
            while self._rows and self._rows[0].id in remaining:
                remaining.discard(self._rows.popleft().id)
            if remaining:
                self._rows = deque(row for row in self._rows if row.id not in remaining)

    def count(self, job_or_prompt_id: str | None) -> int:
        """Return the number of events, either of all jobs or of one job or prompt."""
        if job_or_prompt_id is None:
            return len(self)
        with self._mutex:
            return sum(job_or_prompt_id in (row.job_id, row.prompt_id) for row in self._rows)
