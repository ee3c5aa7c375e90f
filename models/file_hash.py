"""SHA-256 of files, for checks of downloads and references to outputs."""

import hashlib
from collections.abc import Callable
from pathlib import Path

BLOCK = 1 << 20  # bytes read at a time


def sha256_of(path: Path, poll: Callable[[], None] = lambda: None) -> str:
    """Return the SHA-256 of a file in hexadecimal digits.

    Args:
        path: path of the file.
        poll: function that is called for each block and may raise to end the reading.

    Examples:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = Path(folder, "a.txt").write_bytes(b"anime")
        ...     sha256_of(Path(folder, "a.txt"))[:8]
        '242ab4ac'
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            poll()
            digest.update(block)
    return digest.hexdigest()
