"""What tells one file's content from another's."""

import hashlib
from pathlib import Path

BLOCK = 1 << 20  # bytes read at a time


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
