"""Check that a file on disk is the published one, for the measures that load it."""

from functools import lru_cache
from pathlib import Path

from ..file_hash import sha256_of
from .weight import WeightFile


def is_published(file: WeightFile, path: Path) -> bool:
    """Return True if a file has the published size and SHA-256; what isn't published is ignored.

    Hashing 400 MB takes about 0.3 s, so a file is hashed again only after it has changed.
    """
    status = path.stat()
    if file.size is not None and status.st_size != file.size:
        return False
    if not file.sha256:
        return True
    return _hash_of(path, status.st_mtime_ns, status.st_size).startswith(file.sha256)


@lru_cache(maxsize=16)
def _hash_of(path: Path, changed: int, size: int) -> str:
    """Return the SHA-256 of a file, cached by the file's time of change and its size."""
    return sha256_of(path)
