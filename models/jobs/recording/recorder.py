"""The recorder of jobs, which owns outbox, shipper and database of a private folder."""

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from ...process_end import Step, at_end
from ...settings import TRACKING
from ..database.address import without_secrets
from ..database.database import Database
from ..database.place import has_embedded_database
from ..job import Job, JobError
from ..provenance.model_hashes import FindFile
from .daily_backups import DailyBackups
from .events import Event, JobProgressed, JobQueued, JobStarted
from .file_inspector import FileInspector
from .open_jobs import OpenJobs, SecondJob
from .outbox import Outbox
from .processes import Presence
from .recorder_status import RecorderStatus, check
from .retention import Retention
from .shipper import LONGEST_PAUSE, Shipper
from .snapshot_recorder import SnapshotRecorder
from .tracking import Tracking

__all__ = ["Recorder", "SecondJob", "open_recorder"]

log = logging.getLogger(__name__)

# ComfyUI's system user folder of this name is `__anime`, which it never serves over HTTP.
PRIVATE_FOLDER = "anime"
OUTBOX = "outbox.sqlite"
INSPECT_SECONDS = 2.0  # longest wait for reported files; 1 GB of video is hashed in it
SETTLE_SECONDS = 10.0  # long enough for the embedded server's first start
CLOSE_SECONDS = 30.0
# Shares of the time for closing: of the embedded server, of a daily backup that is being made, and
# of a reported file that is being read. The last one is taken from the shipper's.
SERVER_SHARE, BACKUP_SHARE, FILE_SHARE = 0.2, 0.2, 0.1
# Ids of jobs that are not recorded; far more than the prompts that run at the same time.
MOST_UNTRACKED = 100


class Recorder:
    """The outbox, the shipper and the database of one private folder.

    The first event or the first read opens the files, starts the threads and imports the driver.

    Attributes:
        daily_backups: backups of the embedded database.
        files: files that nodes reported, which a thread reads and then records.
        snapshots: small pictures of the frames of reports, which a thread records.
    """

    def __init__(
        self,
        directory: Path,
        longest_pause: float = LONGEST_PAUSE,
        tracking: Tracking = Tracking.JOBS,
    ) -> None:
        """Create the parts; the first event or read opens files and connections.

        Args:
            directory: the pack's private folder.
            longest_pause: longest pause in seconds between retries while the database can't be
                used.
            tracking: prompts that are recorded as jobs. With `OFF`, the jobs of AnimeJob nodes are
                not recorded; all other events are.
        """
        self._tracking = tracking
        self._directory = directory
        self._outbox = Outbox(directory / OUTBOX)
        self._database = Database(directory)
        self._presence = Presence(directory)
        self._shipper = Shipper(
            self._outbox, self._database, longest_pause, self._presence, Retention(directory)
        )
        self.daily_backups = DailyBackups(directory, self._database)
        self.files = FileInspector(directory / OUTBOX, self.record)
        self.snapshots = SnapshotRecorder(self.record, self._outbox.bytes)
        self._jobs = OpenJobs()
        self._followers: tuple[Callable[[Event], None], ...] = ()
        self._untracked: deque[UUID] = deque(maxlen=MOST_UNTRACKED)

    @property
    def tracking(self) -> Tracking:
        """Prompts that are recorded as jobs at present."""
        return self._tracking

    def track(self, tracking: Tracking) -> bool:
        """Change the choice of prompts that are recorded as jobs.

        Returns:
            True if the change applies now. A change to or from `OFF` needs a restart of ComfyUI,
            because the pack wraps ComfyUI's functions only at the start.
        """
        if tracking is not self._tracking and Tracking.OFF in (tracking, self._tracking):
            return False
        self._tracking = tracking
        return True

    @property
    def process_id(self) -> UUID:
        """Id of this process, which every job that it runs holds."""
        return self._presence.id

    @property
    def is_used(self) -> bool:
        """True if a job was ever recorded in this folder, or restored into its database."""
        return (self._directory / OUTBOX).exists() or has_embedded_database(self._directory)

    def follow(self, follower: Callable[[Event], None]) -> None:
        """Call a function with every event as soon as it is recorded.

        Args:
            follower: function that is called in the recording thread, so it must return fast.
        """
        self._followers = (*self._followers, follower)

    def look_for_models(self, find_file: FindFile) -> None:
        """Record the hashes of model files from now on.

        Args:
            find_file: function that returns the path of a file in one of ComfyUI's model folders,
                or None if there is no such file; the shipper's thread calls it.
        """
        self._shipper.look_for_models(find_file)

    def resume(self) -> None:
        """Ship the events of earlier processes in the background, and find the jobs they lost.

        It does nothing if no job was ever recorded.
        """
        if self.is_used:
            self._shipper.wake()
            self.daily_backups.start()
            self.files.resume()

    def queue(
        self,
        job: Job,
        graph: Mapping[str, Any],
        workflow: Mapping[str, Any] | None = None,
        output_nodes: Iterable[str] | None = None,
        left_out: JobError | None = None,
    ) -> bool:
        """Record that a job was queued, and keep it among the open jobs until it ends.

        Args:
            job: new job.
            graph: prompt of the job in API format.
            workflow: workflow in the editor's format; None if a script queued the prompt.
            output_nodes: ids of the output nodes that were asked for; None if they are unknown.
            left_out: error that names what ComfyUI leaves out of the prompt; None if it runs all.

        Returns:
            True if the event is on the disk.
        """
        job = self._with_process(job)
        self._jobs.add(job, left_out)
        sorted_nodes = None if output_nodes is None else tuple(sorted(output_nodes))
        return self.record(JobQueued(job, graph, workflow, sorted_nodes))

    def start(self, job_id: UUID) -> Job | None:
        """Record that a job's prompt runs, and return the job; None if the job isn't open."""
        job = self._jobs.start(job_id)
        if job is not None:
            self.record(JobStarted(job))
        return job

    def begin(self, named: Job) -> Job:
        """Return the job of the running prompt with the names of its AnimeJob node.

        The job is recorded if it is new or its names changed.

        Args:
            named: job with the prompt's id and the names. It becomes the prompt's job if the
                queueing of the prompt was not recorded.

        Raises:
            SecondJob: an AnimeJob node of this prompt ran before.
        """
        if self._tracking is Tracking.OFF:  # its end would not be recorded either
            self._untracked.append(named.id)
            return named
        job, is_changed = self._jobs.name(self._with_process(named))
        if is_changed:
            self.record(JobStarted(job))
        return job

    def progress(self, job_id: UUID, progress: float, node_id: str | None = None) -> Job | None:
        """Record a job's progress from 0 to 1, and return the job; None if the job isn't open."""
        job = self._jobs.find(job_id)
        if job is not None:
            self.record(JobProgressed(job, progress, node_id))
        return job

    def end(self, job_id: UUID) -> Job | None:
        """Remove an ended job from the open jobs and return it; None if it isn't open any more."""
        return self._jobs.close(job_id)

    def left_out(self, job_id: UUID) -> JobError | None:
        """Return the error that names what ComfyUI leaves out of an open job's prompt, or None."""
        return self._jobs.left_out(job_id)

    def find_open(self, job_id: UUID) -> Job | None:
        """Return a job of this process that has not ended; None if there is none of this id."""
        return self._jobs.find(job_id)

    def running(self, prompt_id: str) -> Job | None:
        """Return the job of a prompt that runs in this process; None if there is none."""
        return self._jobs.running(prompt_id)

    def _with_process(self, job: Job) -> Job:
        """Return the job with the id of this process, which then holds its lock file."""
        self._presence.hold()
        return replace(job, process_id=self._presence.id)

    def record(self, event: Event) -> bool:
        """Write an event to the outbox and wake the shipper.

        It never raises, and it never waits for the database.

        Returns:
            True if the event is on the disk, so that it survives the death of the process.
        """
        job = event.job_if_any
        if job is not None and job.id in self._untracked:
            return False
        is_on_disk = self._outbox.append(event)
        self._shipper.wake()
        self.daily_backups.start()
        for follower in self._followers:
            try:
                follower(event)
            except Exception as error:  # no error here may stop rendering
                log.warning("A follower of job events failed (%s).", type(error).__name__)
        return is_on_disk

    @property
    def database(self) -> Database:
        """Database that the events are written to."""
        return self._database

    def settle(self, wait_for_files: bool = True) -> Mapping[UUID, int]:
        """Ship the events of the outbox now, so that a query returns the newest data.

        Args:
            wait_for_files: True waits for the files that nodes reported too, but not for long.

        Returns:
            Number of files, by job, that a query may not return yet because they are being read.
        """
        self.files.settle(INSPECT_SECONDS if wait_for_files else 0.0)
        if wait_for_files:
            self.snapshots.settle(INSPECT_SECONDS)
        waiting = self.files.waiting()  # before the shipping of what is read meanwhile
        self._shipper.settle(SETTLE_SECONDS)
        return waiting

    def backlog(self, job_or_prompt_id: str | None = None) -> int | None:
        """Return the number of events that wait, either of all jobs or of one job or prompt.

        It is None if the outbox can't be read.
        """
        try:
            return self._outbox.backlog(job_or_prompt_id)
        except (sqlite3.Error, OSError):
            return None

    def status(self) -> RecorderStatus:
        """Check database and outbox and return their status; this can take seconds."""
        return check(self._database, self._outbox, self._shipper)

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Stop the shipper, close the outbox and leave the embedded server. It never raises.

        Args:
            seconds: longest wait. A fifth of it is for the embedded server: it ends during the last
                seconds of ComfyUI as well, or its watcher ends it. Another fifth is for a backup.
        """
        try:
            self.daily_backups.stop(BACKUP_SHARE * seconds)
            shipper_end = time.monotonic() + (1 - BACKUP_SHARE - SERVER_SHARE) * seconds
            self.files.stop(FILE_SHARE * seconds)
            self.snapshots.settle(FILE_SHARE * seconds)
            self._shipper.stop(shipper_end - time.monotonic())
            self._outbox.close()
            self._database.close(SERVER_SHARE * seconds)
        except Exception as error:  # an error must not disturb ComfyUI's exit
            log.warning("The recorder of jobs could not be closed: %s", without_secrets(error))


_opened: dict[Path, Recorder] = {}
_opening = threading.Lock()


def open_recorder(directory: Path) -> Recorder:
    """Return this process's recorder of a private folder; it is closed when Python exits."""
    directory = Path(directory).resolve()
    with _opening:
        if directory not in _opened:
            _opened[directory] = Recorder(directory, tracking=TRACKING.read(directory))
            at_end(Step.RECORDER, _opened[directory].close)
        return _opened[directory]
