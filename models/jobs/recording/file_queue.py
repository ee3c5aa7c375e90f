"""The list of reported files that wait for their inspection, beside the outbox's events.

It is on the disk, so that a file that was reported before ComfyUI died is inspected after the next
start.
"""

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ..job import Job
from ..json_values import from_json_value, to_json_value
from ..reported_file import ReportedFile
from ..strict_json import strict_json
from .outbox_file import open_file

ADD_FILE = "INSERT INTO reported_files (body) VALUES (?)"
# Times that a file is opened. A damaged file can end the process of what reads it; after that many
# times only its content is hashed.
MOST_TRIES = 2


@dataclass(frozen=True)
class WaitingFile:
    """A reported file that waits for its inspection.

    Attributes:
        position: row of the file on the disk; None if it is only in memory.
        job: job that wrote the file.
        file: the file.
        tries: number of inspections that have begun, by any process.
    """

    position: int | None
    job: Job
    file: ReportedFile
    tries: int = 0

    @property
    def may_be_opened(self) -> bool:
        """True if the file's frames may be read, False if only its content may be hashed."""
        return self.tries < MOST_TRIES


class FileQueue:
    """The table of waiting files in the outbox's SQLite file.

    Each call has a connection of its own, so that any thread may make it. Every method raises
    `sqlite3.Error` or `OSError` if the file can't be used.
    """

    def __init__(self, path: Path) -> None:
        """Store the path of the outbox."""
        self._path = path

    def add(self, job: Job, files: Sequence[ReportedFile]) -> list[WaitingFile]:
        """Write the files of a job, and return them with their positions."""
        waiting = []
        with closing(open_file(self._path)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                for file in files:
                    body = strict_json({"job": to_json_value(job), "file": to_json_value(file)})
                    row = connection.execute(ADD_FILE, (body,))
                    waiting.append(WaitingFile(row.lastrowid, job, file))
        return waiting

    def remaining(self) -> list[WaitingFile]:
        """Return all files that wait, oldest first; rows that can't be read are deleted."""
        if not self._path.exists():
            return []
        waiting = []
        with closing(open_file(self._path)) as connection:
            query = "SELECT position, body, tries FROM reported_files ORDER BY position"
            for position, body, tries in connection.execute(query).fetchall():
                try:
                    values = json.loads(body)
                    job = from_json_value(Job, values["job"])
                    file = from_json_value(ReportedFile, values["file"])
                except (ValueError, TypeError, KeyError, AttributeError):
                    self.remove(position)
                else:
                    waiting.append(WaitingFile(position, job, file, tries))
        return waiting

    def count_try(self, position: int, change: int = 1) -> None:
        """Note that an inspection begins; -1 takes that back."""
        statement = "UPDATE reported_files SET tries = tries + ? WHERE position = ?"
        with closing(open_file(self._path)) as connection:
            connection.execute(statement, (change, position))

    def remove(self, position: int) -> None:
        """Remove a file whose inspection has ended."""
        with closing(open_file(self._path)) as connection:
            connection.execute("DELETE FROM reported_files WHERE position = ?", (position,))
