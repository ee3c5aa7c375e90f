"""Transfer of a phase's files through the database, for a next phase on another machine."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..jobs.job import Artifact
from ..whole_files import write_whole
from .phase_kind import VIDEO
from .queries import sql
from .records import AttemptRecord

if TYPE_CHECKING:
    from psycopg import Connection

FOLDER = "productions"  # subfolder of the output folder for files that other machines wrote
# Largest file that the database stores; a larger one stays on the machine that wrote it.
# PostgreSQL's own limit for a value is 1 GB.
MOST_BYTES = 256 << 20
STILLS = ("image",)  # kinds of artifacts that are a single picture


class FileMissing(FileNotFoundError):
    """Error for a file of the previous phase that is neither on this machine nor in the database.

    Attributes:
        path: path of the file as its job wrote it, relative to the output folder.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def file_of_kind(attempt: AttemptRecord | None, kind: str) -> Artifact | None:
    """Return the attempt's first file that a next phase can take.

    Args:
        attempt: attempt that the phase chose, or None.
        kind: `PICTURES` or `VIDEO`; the first frame of a video can be taken as a picture.
    """
    artifacts = [each for each in attempt.artifacts if each.has_frames] if attempt else []
    if kind == VIDEO:
        return next((each for each in artifacts if each.kind not in STILLS), None)
    return artifacts[0] if artifacts else None


def store_files(connection: "Connection", files: Sequence[Artifact], output: Path) -> None:
    """Write files into the database; skip those that are absent, changed or over `MOST_BYTES`.

    Args:
        connection: connection to the database.
        files: artifacts that the next phase takes.
        output: output folder of this ComfyUI process.
    """
    for file in files:
        path = output / file.path
        if file.bytes > MOST_BYTES or not path.is_file():
            continue
        key = {"sha256": file.sha256}
        if connection.execute(sql("is_file_stored"), key).fetchone() is None:
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() == file.sha256:
                connection.execute(sql("store_file"), {**key, "content": content})


def fetch_file(connection: "Connection", file: Artifact, output: Path) -> str:
    """Return the path of a file in the output folder; copy it there from the database if needed.

    Args:
        connection: connection to the database.
        file: artifact of the previous phase.
        output: output folder of this ComfyUI process.

    Returns:
        The path relative to `output`, with forward slashes.

    Raises:
        FileMissing: the file is neither in the output folder nor in the database.
    """
    if _has_content(output / file.path, file):
        return file.path
    path = f"{FOLDER}/{file.sha256[:16]}/{Path(file.path).name}"
    if not _has_content(output / path, file):
        row = connection.execute(sql("fetch_file"), {"sha256": file.sha256}).fetchone()
        if row is None:
            raise FileMissing(file.path)
        (output / path).parent.mkdir(parents=True, exist_ok=True)
        write_whole(output / path, bytes(row[0]))
    return path


def delete_unused_files(connection: "Connection") -> None:
    """Delete files that were stored over seven days ago and that no unfinished production uses."""
    connection.execute(sql("delete_unused_files"))


def _has_content(path: Path, file: Artifact) -> bool:
    """Return True if the file at a path has the artifact's size and SHA-256."""
    return (
        path.is_file()
        and path.stat().st_size == file.bytes
        and hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
    )
