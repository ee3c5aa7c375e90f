"""Folders that can hold the socket of the embedded server, for `cluster`."""

import os
import socket
import tempfile
from pathlib import Path

LONGEST = 85  # bytes; macOS allows 103 for the whole path of a socket
# libpq and PostgreSQL take a comma for the end of a folder's name, and a quotation mark for its
# beginning.
SEPARATORS = ',"'
RANDOM_NAME = "/anime-12345678"  # what tempfile appends, with its separator
# Temporary folders of POSIX systems, for one that has a path too long for a socket.
SHORT_TEMPORARY_FOLDERS = ("/tmp", "/var/tmp")  # noqa: S108 - a private folder is made in them


def can_be_socket_folder(folder: Path) -> bool:
    """Return True if a socket in a folder has a path that PostgreSQL and its clients accept."""
    is_short = len(os.fsencode(folder)) <= LONGEST
    return is_short and not any(separator in str(folder) for separator in SEPARATORS)


def socket_parent() -> str:
    """Return the temporary folder below which a folder of sockets is made.

    It is the user's own one, unless its path is too long for a socket.
    """
    own = tempfile.gettempdir()
    folders = [own, *(SHORT_TEMPORARY_FOLDERS if os.name == "posix" else ())]
    return next(
        (
            folder
            for folder in folders
            if can_be_socket_folder(Path(folder + RANDOM_NAME)) and os.access(folder, os.W_OK)
        ),
        own,
    )


def holds_sockets(folder: Path) -> bool:
    """Return True if a socket can be created in a folder; some network folders have none."""
    path = folder / "socket-test"
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.bind(str(path))
        except OSError:
            return False
        finally:
            path.unlink(missing_ok=True)
    return True
