"""The thread that inspects the files that nodes report: hash, size of the frames, thumbnail.

Hashing a large video takes many seconds, so neither ComfyUI's execution thread nor the shipper does
it. The files wait on the disk, so that a crash loses none.
"""

import logging
import sqlite3
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from ..job import Job
from ..reported_file import ReportedFile
from .events import Event
from .file_inspection import FileChanged, InspectionStopped, artifact_event
from .file_queue import FileQueue, WaitingFile

log = logging.getLogger(__name__)

THREAD = "anime-file-inspector"
# Rest after a file, as a share of the time that it took: rendering needs the processor more.
REST_SHARE, LONGEST_REST = 1.0, 0.5


@dataclass(frozen=True)
class _Batch:
    """Files that were reported together.

    Attributes:
        files: the files.
        when_done: function that is called after the last one.
    """

    files: Sequence[WaitingFile]
    when_done: Callable[[], None]


class FileInspector:
    """A thread that turns each reported file into an event of its job."""

    def __init__(self, path: Path, record: Callable[[Event], object]) -> None:
        """Store the parts; `add` and `resume` start the thread.

        Args:
            path: path of the outbox.
            record: function that records an event.
        """
        self._queue, self._record = FileQueue(path), record
        self._changed = threading.Condition()
        self._batches: deque[_Batch] = deque()
        self._counts: Counter[UUID] = Counter()  # files that wait, by job
        self._is_busy, self._waits, self._stopping = False, 0, False
        self._thread: threading.Thread | None = None

    def add(
        self, job: Job, files: Sequence[ReportedFile], when_done: Callable[[], None] = lambda: None
    ) -> None:
        """Let the files of a job wait for their inspection. It is fast and never raises.

        Without files, nothing happens.

        Args:
            job: job that wrote the files.
            files: the files.
            when_done: function that the thread calls when all of them are recorded.
        """
        if not files:
            return
        try:
            waiting = self._queue.add(job, files)
        except (sqlite3.Error, OSError) as error:
            log.warning("The files of a job wait in memory only, until they are read (%s).", error)
            waiting = [WaitingFile(None, job, file) for file in files]
        self._put(_Batch(waiting, when_done))

    def resume(self) -> None:
        """Inspect the files that earlier processes left. It never raises."""
        try:
            remaining = self._queue.remaining()
        except (sqlite3.Error, OSError) as error:
            log.warning("The files that earlier runs wrote can't be recorded now (%s).", error)
            return
        if remaining:
            self._put(_Batch(remaining, lambda: None))

    def waiting(self) -> Mapping[UUID, int]:
        """Return the number of files that this process has not read yet, by job."""
        with self._changed:
            return dict(self._counts)

    def settle(self, seconds: float) -> bool:
        """Wait until no file waits, for so many seconds at most; return True if none does."""
        with self._changed:
            self._waits += 1
            self._changed.notify_all()  # ends the thread's rest
            try:
                return self._changed.wait_for(lambda: self._is_idle or self._stopping, seconds)
            finally:
                self._waits -= 1

    def stop(self, seconds: float) -> None:
        """End the thread; files that still wait are inspected after the next start."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(seconds)

    @property
    def _is_idle(self) -> bool:
        return not self._batches and not self._is_busy

    def _put(self, batch: _Batch) -> None:
        with self._changed:
            self._batches.append(batch)
            self._counts.update(each.job.id for each in batch.files)
            self._changed.notify_all()
            if self._thread is None and not self._stopping:
                self._thread = threading.Thread(target=self._run, name=THREAD, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while (batch := self._next()) is not None:
            for waiting in batch.files:
                if self._stopping:
                    return
                start = time.monotonic()
                self._inspect(waiting)
                self._count_down(waiting.job.id)
                self._rest(time.monotonic() - start)
            try:
                batch.when_done()
            except Exception as error:  # the thread must go on to the next job
                log.warning("A follower of recorded files failed (%s).", type(error).__name__)
            with self._changed:
                self._is_busy = False
                self._changed.notify_all()

    def _count_down(self, job_id: UUID) -> None:
        with self._changed:
            self._counts[job_id] -= 1
            if not self._counts[job_id]:
                del self._counts[job_id]

    def _next(self) -> _Batch | None:
        """Wait for the next batch; None when the thread is to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._batches or self._stopping)
            if self._stopping:
                return None
            self._is_busy = True
            return self._batches.popleft()

    def _rest(self, worked: float) -> None:
        """Leave the processor to rendering for a moment, unless a request waits for the files."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._waits or self._stopping, min(REST_SHARE * worked, LONGEST_REST)
            )

    def _inspect(self, waiting: WaitingFile) -> None:
        """Record a file and remove it from the list. It never raises."""
        try:
            if waiting.position is not None:
                self._queue.count_try(waiting.position)
            self._record(
                artifact_event(waiting.job, waiting.file, waiting.may_be_opened, self._poll)
            )
        except InspectionStopped:
            self._leave(waiting)
            return
        except FileChanged as error:
            log.info("Anime Production: %s", error)
        except Exception as error:  # a file of another pack can be wrong in any way
            log.warning(
                "Anime Production: the file %s of node %s can't be recorded (%s: %s).",
                waiting.file.path,
                waiting.file.node_id,
                type(error).__name__,
                error,
            )
        self._on_disk(waiting, self._queue.remove)

    def _leave(self, waiting: WaitingFile) -> None:
        """Leave a file for the next process; this inspection doesn't count."""
        self._on_disk(waiting, lambda position: self._queue.count_try(position, -1))

    def _on_disk(self, waiting: WaitingFile, change: Callable[[int], None]) -> None:
        """Change the row of a file, if it has one; a row that stays has no second effect."""
        if waiting.position is None:
            return
        try:
            change(waiting.position)
        except (sqlite3.Error, OSError) as error:
            log.debug("The list of reported files can't be changed now: %s", error)

    def _poll(self) -> None:
        if self._stopping:
            raise InspectionStopped
