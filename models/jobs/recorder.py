"""The recorder: what records jobs and reads them back, one for each private folder."""

import atexit
import logging
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path

from .database import Database, DatabaseAway
from .events import Event, JobStarted
from .history import JobRecord, find_job
from .job import Job
from .outbox import Outbox
from .settings import without_secrets
from .shipper import LONGEST_PAUSE, Shipper

log = logging.getLogger(__name__)

# Below ComfyUI's user folder as `__anime`, which ComfyUI never serves over HTTP.
PRIVATE_FOLDER = "anime"
OUTBOX = "outbox.sqlite"
SETTLE_SECONDS = 10.0  # covers the embedded server's first start
STOP_SECONDS = 5.0


class SecondJob(ValueError):
    """A prompt has two AnimeJob nodes."""


@dataclass(frozen=True)
class RecorderStatus:
    """How it stands with the recording, measured now.

    Attributes:
        database: None where it answers, else why it can't be used.
        server: PostgreSQL's version, None where it doesn't answer.
        outbox: None where it can be used, else why not.
        backlog: events that wait for the database.
        rejected: events that the database refused.
        lost: events that could not be written to the outbox since the start.
    """

    database: str | None
    server: str | None
    outbox: str | None
    backlog: int | None
    rejected: int | None
    lost: int


class Recorder:
    """Owns the outbox, the shipper and the database of one private folder.

    Lazy: nothing is made, started or imported before the first event or the first read.
    """

    def __init__(self, directory: Path, longest_pause: float = LONGEST_PAUSE) -> None:
        """Touch nothing yet.

        Args:
            directory: the pack's private folder.
            longest_pause: seconds between tries while the database is away.
        """
        self._outbox = Outbox(directory / OUTBOX)
        self._database = Database(directory)
        self._shipper = Shipper(self._outbox, self._database, longest_pause)
        self._mutex = threading.Lock()
        self._jobs: dict[str, Job] = {}  # of the prompts that run now, by prompt id

    def begin(self, job: Job) -> bool:
        """Record that a job started, and remember it as its prompt's.

        Returns:
            Whether the event is safe.

        Raises:
            SecondJob: the prompt has one already.
        """
        if job.prompt_id is not None:
            with self._mutex:
                if job.prompt_id in self._jobs:
                    raise SecondJob(
                        "AnimeJob: this prompt has an AnimeJob already; a prompt is one job."
                        " Remove one of them, or connect this one's outputs to the other."
                    )
                self._jobs[job.prompt_id] = job
        return self.record(JobStarted(job))

    def end(self, prompt_id: str) -> Job | None:
        """The job of a prompt that ends, forgotten here; None where none began."""
        with self._mutex:
            return self._jobs.pop(prompt_id, None)

    def record(self, event: Event) -> bool:
        """Write an event to the outbox and have it shipped. Never raises, never waits.

        Returns:
            Whether the event is safe: it survives the death of the process.
        """
        safe = self._outbox.append(event)
        if safe:
            self._shipper.wake()
        return safe

    def find(self, wanted: str) -> JobRecord | None:
        """The job with this id, or the newest of the prompt with this id.

        What waits in the outbox is shipped first, so that a job is found as soon as it ended.

        Raises:
            DatabaseAway: the database can't be read.
        """
        self._shipper.settle(SETTLE_SECONDS)
        with self._database.connect() as connection:
            try:
                return find_job(connection, wanted)
            except connection_errors() as error:
                why = without_secrets(error)
                raise DatabaseAway(f"The database can't be read: {why}") from None

    def backlog(self, wanted: str | None = None) -> int | None:
        """How many events wait for the database, or how many of one job or prompt.

        None where the outbox can't be read.
        """
        try:
            return self._outbox.backlog(wanted)
        except (sqlite3.Error, OSError):
            return None

    def status(self) -> RecorderStatus:
        """How it stands with the database and the outbox; asks both, which may take seconds."""
        away = server = None
        try:
            with self._database.connect() as connection:
                server = connection.info.parameter_status("server_version")
        except DatabaseAway as error:
            away = str(error)
        failure, backlog, rejected = self._outbox.failure, None, None
        try:
            backlog, rejected = self._outbox.backlog(), self._outbox.rejected()
        except (sqlite3.Error, OSError) as error:
            failure = failure or str(error)
        return RecorderStatus(away, server, failure, backlog, rejected, self._outbox.lost)

    def close(self) -> None:
        """Stop the shipper, close the outbox, leave the embedded server. Never raises."""
        try:
            self._shipper.stop(STOP_SECONDS)
            self._outbox.close()
            self._database.close()
        except Exception as error:  # ComfyUI is on its way out
            log.warning("Closing the record of jobs failed: %s", without_secrets(error))


def connection_errors() -> type[Exception]:
    """The base class of the driver's errors."""
    from psycopg import Error

    return Error


_opened: dict[Path, Recorder] = {}
_opening = threading.Lock()


def open_recorder(directory: Path) -> Recorder:
    """The recorder of a private folder: one in this process, closed when Python exits."""
    directory = Path(directory).resolve()
    with _opening:
        if directory not in _opened:
            _opened[directory] = Recorder(directory)
            atexit.register(_opened[directory].close)
        return _opened[directory]
