"""Files that one phase leaves to the next, which may run on another machine."""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..jobs.job import Artifact

if TYPE_CHECKING:
    from psycopg import Connection

FOLDER = "productions"  # below the output folder, for files of other machines
MOST_BYTES = 256 << 20  # of a file in the database; larger ones stay on the machine that made them

KEEP = """
INSERT INTO anime.handed_over (sha256, content) VALUES (%(sha256)s, %(content)s)
ON CONFLICT (sha256) DO NOTHING
"""
IS_KEPT = "SELECT 1 FROM anime.handed_over WHERE sha256 = %(sha256)s"
FETCH = "SELECT content FROM anime.handed_over WHERE sha256 = %(sha256)s"

# A production that stopped may be resumed on another machine, but not for ever.
FORGET = """
DELETE FROM anime.handed_over WHERE kept_at < now() - interval '7 days' AND NOT EXISTS (
    SELECT FROM anime.artifacts
    JOIN anime.attempts ON attempts.job_id = artifacts.job_id AND attempts.chosen
    JOIN anime.phases ON phases.id = attempts.phase_id
    JOIN anime.productions ON productions.id = phases.production_id
    WHERE artifacts.sha256 = handed_over.sha256 AND productions.finished_at IS NULL
)
"""


class FileMissing(FileNotFoundError):
    """A file of the phase before can't be had here.

    Attributes:
        path: as its job wrote it.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def keep(connection: "Connection", files: Sequence[Artifact], output: Path) -> None:
    """Put files into the database, as far as they are here and not too large.

    Args:
        connection: to the database.
        files: that a following phase takes.
        output: this ComfyUI's output folder.
    """
    for file in files:
        path = output / file.path
        if file.bytes > MOST_BYTES or not path.is_file():
            continue
        named = {"sha256": file.sha256}
        if connection.execute(IS_KEPT, named).fetchone() is None:
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() == file.sha256:
                connection.execute(KEEP, {**named, "content": content})


def fetch(connection: "Connection", file: Artifact, output: Path) -> str:
    """Have a file in this ComfyUI's output folder.

    Returns:
        Its path below that, with forward slashes.

    Raises:
        FileMissing: it is neither here nor in the database.
    """
    if _is_here(output / file.path, file):
        return file.path
    path = f"{FOLDER}/{file.sha256[:16]}/{Path(file.path).name}"
    if not _is_here(output / path, file):
        row = connection.execute(FETCH, {"sha256": file.sha256}).fetchone()
        if row is None:
            raise FileMissing(file.path)
        _write(output / path, bytes(row[0]))
    return path


def forget(connection: "Connection") -> None:
    """Drop what no production takes any more."""
    connection.execute(FORGET)


def _is_here(path: Path, file: Artifact) -> bool:
    return (
        path.is_file()
        and path.stat().st_size == file.bytes
        and hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
    )


def _write(path: Path, content: bytes) -> None:
    """All of it, or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
