"""Whether a file on disk is the one that its publisher offers."""

from functools import lru_cache
from pathlib import Path

from ..file_hash import sha256_of
from .weight import WeightFile


def is_published(file: WeightFile, path: Path) -> bool:
    """Whether a file can be what was published, as far as its size and sha256 are known.

    The hash of 400 MB takes about 0.3 s, so that it is taken once for each file that lies there.
    """
    status = path.stat()
    if file.size is not None and status.st_size != file.size:
        return False
    if not file.sha256:
        return True
    return _hash_of(path, status.st_mtime_ns, status.st_size).startswith(file.sha256)


@lru_cache(maxsize=16)
def _hash_of(path: Path, changed: int, size: int) -> str:
    """As `sha256_of`; when it was written and its size are of the file as it is now."""
    return sha256_of(path)
