"""Inspection of the files that nodes report, which makes them artifacts of their job."""

import logging
from datetime import datetime, timezone
from pathlib import Path
from uuid import uuid5

from ...file_hash import sha256_of
from ...media.suffixes import kind_of
from ..job import Artifact, Job
from ..provenance.file_facts import FileFacts, Poll, file_facts
from ..reported_file import ReportedFile
from .events import ArtifactWritten

log = logging.getLogger(__name__)

# Nanoseconds by which a file's time may move without a change of its content: network drives set
# the final time a moment after the file was closed.
LATE_TIME = 2_000_000_000


class InspectionStopped(BaseException):
    """The process ends in the middle of a file.

    It is no `Exception`, so that no reader of damaged files takes it for an error of the file.
    """


class FileChanged(OSError):
    """Error for a file that is no longer as its node reported it, or no longer there."""


def artifact_event(
    job: Job, file: ReportedFile, may_be_opened: bool = True, poll: Poll = lambda: None
) -> ArtifactWritten:
    """Return the event that a job wrote a file, which has the same id every time.

    Args:
        job: job that wrote the file.
        file: the file.
        may_be_opened: False hashes the content alone and reads no frames.
        poll: function that is called again and again and may raise to end the reading.

    Raises:
        FileChanged: the file isn't as it was reported.
        OSError: the file can't be read.
        InspectionStopped: `poll` raised it.
    """
    path = Path(file.root, file.path)
    _check(path, file)
    sha256 = sha256_of(path, poll)
    facts = _facts(path, poll) if may_be_opened else FileFacts(kind_of(path))
    _check(path, file)
    artifact = Artifact(
        path=file.path,
        kind=facts.kind,
        bytes=file.bytes,
        sha256=sha256,
        node_id=file.node_id,
        node_type=file.node_type,
        **(facts.size._asdict() if facts.size is not None else {}),
    )
    written_at = datetime.fromtimestamp(file.modified_ns / 1e9, timezone.utc)
    return ArtifactWritten(
        job, artifact, facts.thumbnail, id=uuid5(job.id, file.path), at=written_at
    )


def _facts(path: Path, poll: Poll) -> FileFacts:
    """Return the facts of a file; of one whose frames can't be read, the kind alone."""
    try:
        return file_facts(path, poll)
    except Exception as error:  # a damaged file can raise anything in what reads it
        log.info("Anime Production: the frames of %s can't be read (%s).", path.name, error)
        return FileFacts(kind_of(path))


def _check(path: Path, file: ReportedFile) -> None:
    """Raise `FileChanged` if a file isn't as it was reported."""
    try:
        status = path.stat()
    except OSError as error:
        reason = f"{file.path} was removed before it could be recorded with its job."
        raise FileChanged(reason) from error
    is_same_time = abs(status.st_mtime_ns - file.modified_ns) <= LATE_TIME
    if status.st_size != file.bytes or not is_same_time:
        raise FileChanged(f"{file.path} was changed before it could be recorded with its job.")
