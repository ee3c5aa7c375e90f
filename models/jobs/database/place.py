"""Choice of the folder of the embedded database."""

import hashlib
import logging
import os
import re
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from .account import account_for
from .server_process import DATA

log = logging.getLogger(__name__)

FOLDER = "postgres"
USER_DATA_FOLDER = "anime-production"  # name of the pack's folder below the user's data folder
# File in the private folder that names the database's folder if that is elsewhere.
POINTER = "postgres-is-elsewhere.txt"
# On Windows pg_ctl passes paths through a shell, and quotes were not tried there.
SHELL_SAFE = re.compile(r"[\w./\\:~+@=,-]+")
# The server's file postmaster.pid has a path in each line.
ENDS_OF_LINES = re.compile(r"[\r\n]")
# PostgreSQL cuts paths at 1023 bytes, Windows at 259 characters. Below the folder they get up to
# 90 characters longer, during an upgrade.
LONGEST_PATH, LONGEST_WINDOWS_PATH = 900, 160


class NoPlace(OSError):
    """There is no folder that the embedded database could use."""


def has_embedded_database(directory: Path) -> bool:
    """Return True if an embedded database of a private folder exists.

    Args:
        directory: the pack's private folder.
    """
    directory = directory.resolve()
    places = (directory / FOLDER, _read_pointer(directory), *_places_elsewhere(directory))
    return any(place is not None and _has_database(place) for place in places)


def place_below(directory: Path) -> Path:
    """Return the folder of the embedded database.

    An existing database keeps its folder, unless PostgreSQL can't start in its path any more.

    Args:
        directory: the pack's private folder.

    Returns:
        A folder below `directory`. If PostgreSQL can't use that, a folder in the user's data
        folder, which a file in `directory` then names.

    Raises:
        NoPlace: no such folder can be used.
        MissingDependency: the package of the embedded server is not installed.
    """
    directory = directory.resolve()
    own = directory / FOLDER
    reason = path_problem(own, sys.platform)
    if reason is None and _has_database(own):
        return own
    elsewhere = list(_places_elsewhere(directory))
    for place in (_read_pointer(directory), *elsewhere):
        if place is not None and _has_database(place):
            return _note(directory, place, reason)
    reason = reason or folder_problem(directory)
    if reason is None:
        return own
    for place in elsewhere:
        if path_problem(place, sys.platform) is None and _is_usable(place.parent):
            return _note(directory, place, reason)
    raise NoPlace(
        f"PostgreSQL can't use {directory}: {reason}. No other folder can be used. Set"
        " ANIME_DATABASE_URL to the address of your own PostgreSQL server."
    )


def path_problem(place: Path, platform: str) -> str | None:
    """Return why PostgreSQL can't start in a path, as a part of a sentence; None if it can.

    Args:
        place: folder of the database.
        platform: value of `sys.platform`.
    """
    path = str(place)
    if platform != "win32":
        if ENDS_OF_LINES.search(path):
            return "its path has the end of a line"
        return None if len(os.fsencode(path)) <= LONGEST_PATH else "its path is too long"
    if not SHELL_SAFE.fullmatch(path):
        return "its path has a space or special character"
    if not path.isascii():
        return "its path has letters that PostgreSQL for Windows can't read"
    return None if len(path) <= LONGEST_WINDOWS_PATH else "its path is too long"


def folder_problem(directory: Path) -> str | None:
    """Return why PostgreSQL can't keep its files in a folder; None if it can.

    It is tried with a file. PostgreSQL refuses data that others may read, and some file systems
    don't keep permissions or owners: Windows drives in WSL, some network folders and bind mounts.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="postgres-test-", dir=directory) as name:
            folder = Path(name)
            file = folder / "file"
            file.write_bytes(b"test")
            if os.name != "posix":
                return None
            account = account_for(directory / FOLDER / DATA)
            for path, mode in ((file, 0o600), (folder, 0o700)):
                path.chmod(0o777)  # it may have the right mode by chance
                account.take_over(path, mode)
                status = path.stat()
                if stat.S_IMODE(status.st_mode) != mode:
                    return "its file system doesn't keep the permissions of files"
                if status.st_uid != (os.geteuid() if account.uid is None else account.uid):
                    return "its file system doesn't keep the owners of files"
            return _lock_problem(file)
    except OSError as error:
        return f"a file there can't be written or given its permissions ({error.strerror or error})"


def data_folders(platform: str, environment: Mapping[str, str], home: Path) -> Iterator[Path]:
    """Yield folders that survive a restart of the machine, the user's own folders first.

    macOS's own folder for that, Application Support, has a space in its path.

    Args:
        platform: value of `sys.platform`.
        environment: environment variables.
        home: the user's home folder.
    """
    variables = ("LOCALAPPDATA", "PROGRAMDATA") if platform == "win32" else ("XDG_DATA_HOME",)
    for variable in variables:
        if environment.get(variable):
            yield Path(environment[variable]) / USER_DATA_FOLDER
    yield home / ".local" / "share" / USER_DATA_FOLDER
    if platform != "win32":
        # It is used only if it belongs to this user, see `_is_usable`.
        folder = f"{USER_DATA_FOLDER}-{os.getuid() if os.name == 'posix' else 0}"
        yield Path("/var/tmp") / folder  # noqa: S108  # nosec B108


def _places_elsewhere(directory: Path) -> Iterator[Path]:
    """Yield the folders that a database of this private folder may have outside it."""
    name = hashlib.sha256(str(directory).encode()).hexdigest()[:16]
    for folder in data_folders(sys.platform, os.environ, Path.home()):
        yield folder / name


def _has_database(place: Path) -> bool:
    try:
        return (place / DATA / "PG_VERSION").exists()
    except OSError:
        return False  # another user's folder


def _is_usable(folder: Path) -> bool:
    if folder_problem(folder) is not None:
        return False
    # In a shared folder such as /var/tmp, another user may have created this one.
    return os.name != "posix" or folder.stat().st_uid == os.getuid()


def _lock_problem(file: Path) -> str | None:
    import fcntl

    with file.open("ab") as opened:
        try:
            fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return "its file system has no locks"
    return None


def _read_pointer(directory: Path) -> Path | None:
    try:
        lines = (directory / POINTER).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError):
        return None
    return Path(lines[0]) if lines and Path(lines[0]).is_absolute() else None


def _note(directory: Path, place: Path, reason: str | None) -> Path:
    """Say where the database is, in the log and in the private folder, and return its folder."""
    log.warning(
        "PostgreSQL can't use %s%s. Its files are in %s.",
        directory,
        f": {reason}" if reason else "",
        place,
    )
    if _read_pointer(directory) != place:
        text = (
            f"{place}\n\nThe folder above holds the embedded database of this folder. Its jobs are"
            " lost if you delete it.\n"
        )
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            (directory / POINTER).write_text(text, encoding="utf-8")
        except OSError as error:
            log.warning("%s can't be written: %s", directory / POINTER, error)
    return place
