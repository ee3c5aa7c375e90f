"""The recorder: what records jobs and reads them back, one for each private folder."""

import atexit
import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from ...settings import TRACKING
from ..database.address import without_secrets
from ..database.database import Database, DatabaseAway
from ..job import Job
from ..provenance.model_hashes import FindFile
from .events import Event, JobProgressed, JobQueued, JobStarted
from .open_jobs import OpenJobs, SecondJob
from .outbox import Outbox
from .processes import Presence
from .retention import Retention
from .shipper import LONGEST_PAUSE, Shipper
from .tracking import Tracking

__all__ = ["Recorder", "RecorderStatus", "SecondJob", "open_recorder"]

log = logging.getLogger(__name__)

# Below ComfyUI's user folder as `__anime`, which ComfyUI never serves over HTTP.
PRIVATE_FOLDER = "anime"
OUTBOX = "outbox.sqlite"
SETTLE_SECONDS = 10.0  # covers the embedded server's first start
STOP_SECONDS = 5.0
MOST_UNTRACKED = 100  # prompts that run at once are fewer by far


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

    def __init__(
        self,
        directory: Path,
        longest_pause: float = LONGEST_PAUSE,
        tracking: Tracking = Tracking.JOBS,
    ) -> None:
        """Touch nothing yet.

        Args:
            directory: the pack's private folder.
            longest_pause: seconds between tries while the database is away.
            tracking: which prompts are jobs. With `OFF`, what is said of a prompt's job is
                dropped; everything else is recorded as ever.
        """
        self._tracking = tracking
        self._directory = directory
        self._outbox = Outbox(directory / OUTBOX)
        self._database = Database(directory)
        self._presence = Presence(directory)
        self._shipper = Shipper(
            self._outbox, self._database, longest_pause, self._presence, Retention(directory)
        )
        self._jobs = OpenJobs()
        self._followers: tuple[Callable[[Event], None], ...] = ()
        self._untracked: deque[UUID] = deque(maxlen=MOST_UNTRACKED)

    @property
    def tracking(self) -> Tracking:
        """Which prompts are jobs, now."""
        return self._tracking

    def track(self, tracking: Tracking) -> bool:
        """Change which prompts are jobs.

        Returns:
            Whether it holds from now on. To and from `OFF` it doesn't: that is decided once, as
            ComfyUI's functions are left untouched then, and takes a restart.
        """
        if tracking is not self._tracking and Tracking.OFF in (tracking, self._tracking):
            return False
        self._tracking = tracking
        return True

    @property
    def process_id(self) -> UUID:
        """This process's, in every job that it runs."""
        return self._presence.id

    @property
    def is_used(self) -> bool:
        """Whether a job ever was recorded here."""
        return (self._directory / OUTBOX).exists()

    def follow(self, follower: Callable[[Event], None]) -> None:
        """Have every event told as soon as it is recorded.

        Args:
            follower: called in the thread that records, which it must not hold up.
        """
        self._followers = (*self._followers, follower)

    def look_for_models(self, find_file: FindFile) -> None:
        """Record the hashes of model files, where these are known.

        Args:
            find_file: gives the path of a file in one of ComfyUI's model folders, None where it
                isn't there; called on the shipper's thread.
        """
        self._shipper.find_file = find_file

    def resume(self) -> None:
        """Ship what an earlier process left behind, and find out which jobs were lost with it.

        In the background; nothing where no job ever was.
        """
        if self.is_used:
            self._shipper.wake()

    def queue(
        self, job: Job, graph: Mapping[str, Any], workflow: Mapping[str, Any] | None = None
    ) -> bool:
        """Record that a job was queued, and remember it until it ends.

        Args:
            job: new.
            graph: its prompt in API format.
            workflow: as the editor saves it.

        Returns:
            Whether the event is safe.
        """
        job = self._own(job)
        self._jobs.add(job)
        return self.record(JobQueued(job, graph, workflow))

    def start(self, job_id: UUID) -> Job | None:
        """Record that a queued job's prompt runs from now on; None where it isn't open."""
        job = self._jobs.start(job_id)
        if job is not None:
            self.record(JobStarted(job))
        return job

    def begin(self, named: Job) -> Job:
        """The job of the prompt that runs, as its AnimeJob names it; recorded where that is new.

        Args:
            named: with the prompt's id and the names. Where nobody saw the prompt queued, this
                is its job.

        Raises:
            SecondJob: the prompt's AnimeJob ran before.
        """
        if self._tracking is Tracking.OFF:  # nobody would see it end
            self._untracked.append(named.id)
            return named
        job, new = self._jobs.name(self._own(named))
        if new:
            self.record(JobStarted(job))
        return job

    def progress(self, job_id: UUID, progress: float, node_id: str | None = None) -> Job | None:
        """Record how far a job is, 0 to 1; None where it isn't open."""
        job = self._jobs.find(job_id)
        if job is not None:
            self.record(JobProgressed(job, progress, node_id))
        return job

    def end(self, job_id: UUID) -> Job | None:
        """The job that ends, forgotten here; None where it isn't open: it ends only once."""
        return self._jobs.close(job_id)

    def running(self, prompt_id: str) -> Job | None:
        """The job of a prompt that runs in this process."""
        return self._jobs.running(prompt_id)

    def _own(self, job: Job) -> Job:
        """The job as this process's, which is held to be alive as long as it is."""
        self._presence.hold()
        return replace(job, process_id=self._presence.id)

    def record(self, event: Event) -> bool:
        """Write an event to the outbox and have it shipped. Never raises, never waits.

        Returns:
            Whether the event is safe: it survives the death of the process.
        """
        job = event.job_if_any
        if job is not None and job.id in self._untracked:
            return False
        safe = self._outbox.append(event)
        self._shipper.wake()
        for follower in self._followers:
            try:
                follower(event)
            except Exception as error:  # rendering goes on
                log.warning("Whoever follows jobs failed (%s).", type(error).__name__)
        return safe

    @property
    def database(self) -> Database:
        """The database that the events go to."""
        return self._database

    def settle(self) -> None:
        """Ship what waits in the outbox, so that a query finds what was recorded last."""
        self._shipper.settle(SETTLE_SECONDS)

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


_opened: dict[Path, Recorder] = {}
_opening = threading.Lock()


def open_recorder(directory: Path) -> Recorder:
    """The recorder of a private folder: one in this process, closed when Python exits."""
    directory = Path(directory).resolve()
    with _opening:
        if directory not in _opened:
            _opened[directory] = Recorder(directory, tracking=TRACKING.read(directory))
            atexit.register(_opened[directory].close)
        return _opened[directory]
