"""Folder of the backups that the pack makes by itself: its place, its files, and which are kept."""

import json
import re
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from ...settings import BACKUP_FOLDER
from ..database.transfer import TransferFailed

KEPT = 7  # backups of one database
SUFFIX = "_backups"  # of the private folder's name: `__anime_backups` beside `__anime`
MANIFEST = "manifest.json"  # in each backup
UNFINISHED = ".part"
# Databases may share a folder: the id in the middle is of the database.
NAME = re.compile(r"jobs-([0-9a-f]{16})-(\d{8}-\d{6})\.zip")
TIME = "%Y%m%d-%H%M%S"  # UTC
ABANDONED = timedelta(days=1)  # after which an unfinished file of another database is deleted


def backup_folder(directory: Path) -> Path:
    """Return the folder of the backups.

    Args:
        directory: the pack's private folder, in which the database is.

    Returns:
        The configured folder, or one beside the private folder, which survives the loss of that.
        ComfyUI serves neither over HTTP.
    """
    return BACKUP_FOLDER.read(directory) or directory.with_name(directory.name + SUFFIX)


@dataclass(frozen=True)
class BackupFile:
    """A finished backup.

    Attributes:
        path: path of the file.
        made_at: time of the backup, from the file's name.
        size: size in bytes.
    """

    path: Path
    made_at: datetime
    size: int

    def manifest(self) -> dict[str, Any]:
        """Return the backup's manifest; an empty one if the file can't be read."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                manifest = json.loads(archive.read(MANIFEST))
        except (OSError, KeyError, ValueError, zipfile.BadZipFile):
            return {}
        return manifest if isinstance(manifest, dict) else {}


class BackupFolder:
    """The backups of one database in a folder.

    A new database, such as one that replaces a lost one, has another id. So its backups never push
    out those of the lost one.
    """

    def __init__(self, folder: Path, database_id: str) -> None:
        """Store the folder; `new_file` creates it.

        Args:
            folder: folder of the backups.
            database_id: 16 hexadecimal digits of the database.
        """
        self._folder, self._id = folder, database_id

    def list_files(self) -> list[BackupFile]:
        """Return the finished backups of this database, oldest first."""
        files = []
        for path in sorted(self._folder.glob(f"jobs-{self._id}-*.zip")):
            if match := NAME.fullmatch(path.name):
                made_at = datetime.strptime(match[2], TIME).replace(tzinfo=timezone.utc)
                files.append(BackupFile(path, made_at, path.stat().st_size))
        return files

    def new_file(self, now: datetime) -> Path:
        """Return the path of a new backup, and create the folder for its owner alone.

        Raises:
            TransferFailed: the folder can't be created.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise TransferFailed(f"{self._folder} can't be created: {error}.") from error
        return self._folder / f"jobs-{self._id}-{now.strftime(TIME)}.zip"

    def delete_old(self, written: Path) -> None:
        """Delete all but the newest `KEPT` backups, and never the one that was just written."""
        for file in self.list_files()[:-KEPT]:
            if file.path != written:
                file.path.unlink(missing_ok=True)

    def delete_unfinished(self, now: datetime) -> None:
        """Delete half files that processes of earlier left behind.

        Only the process that holds the lock of the backups calls this, so no file of this database
        is being written. A half file of another database is deleted when it is a day old.
        """
        for path in self._folder.glob(f"jobs-*.zip{UNFINISHED}"):
            changed = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
            if path.name.startswith(f"jobs-{self._id}-") or now - changed > ABANDONED:
                path.unlink(missing_ok=True)
