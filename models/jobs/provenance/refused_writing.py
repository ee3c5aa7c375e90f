"""Errors of the output folder in words: a full disk, a folder that can't be written."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...frames import InputError

NOT_ALLOWED = (
    "Allow the user that runs ComfyUI to write there, close another program that holds the file, "
    "or choose another output folder."
)
TOO_LONG = "Choose a shorter filename."
FULL = "Free some space, or choose another output folder."
REMEDIES = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EACCES: NOT_ALLOWED,
    errno.EPERM: NOT_ALLOWED,
    errno.EROFS: NOT_ALLOWED,
    errno.ENAMETOOLONG: TOO_LONG,
}


@contextmanager
def refusals_in_words(folder: Path) -> Iterator[None]:
    """Raise what the system refuses as an error that says what to do.

    Args:
        folder: folder that the `with` block writes into.

    Raises:
        InputError: the disk is full, the folder can't be written, or a name is too long.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in REMEDIES:
            raise
        expected = f"a file that can be written into {folder}"
        received = f'"{os.strerror(error.errno)}"'
        raise InputError("filename", expected, received, REMEDIES[error.errno]) from error
