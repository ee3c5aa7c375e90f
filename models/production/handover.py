"""Files that one phase leaves to the next, which may run on another machine."""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..jobs.job import Artifact
from .queries import sql

if TYPE_CHECKING:
    from psycopg import Connection

FOLDER = "productions"  # below the output folder, for files of other machines
MOST_BYTES = 256 << 20  # of a file in the database; larger ones stay on the machine that made them


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
        if connection.execute(sql("is_file_kept"), named).fetchone() is None:
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() == file.sha256:
                connection.execute(sql("keep_file"), {**named, "content": content})


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
        row = connection.execute(sql("fetch_file"), {"sha256": file.sha256}).fetchone()
        if row is None:
            raise FileMissing(file.path)
        _write(output / path, bytes(row[0]))
    return path


def forget(connection: "Connection") -> None:
    """Drop what no production takes any more."""
    connection.execute(sql("forget_files"))


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
