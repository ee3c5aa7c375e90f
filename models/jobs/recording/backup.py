"""Backup of all recorded jobs into a file, restoring it, and moving to another server."""

import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..database.address import external_address, without_secrets
from ..database.database import Database, DatabaseUnavailable
from ..database.place import place_below
from ..database.server_process import DATA
from ..database.transfer import (
    Contents,
    DatabaseSource,
    PrintLine,
    Source,
    TransferFailed,
    fill,
)
from .backup_archive import ArchiveSource, write_file
from .outbox import Outbox
from .process_lock import Life, list_processes
from .processes import FOLDER
from .shipper import Shipper

if TYPE_CHECKING:
    from psycopg import Connection

OUTBOX = "outbox.sqlite"
LOOK_SECONDS = 1.0  # between two looks at the outbox
SETTLE_SECONDS = 600.0  # longest wait until the events of the outbox are in the database


def back_up(directory: Path, file: Path, print_line: PrintLine) -> dict[str, Contents]:
    """Write the whole contents of the database into a file; ComfyUI may run at the same time.

    Args:
        directory: the pack's private folder.
        file: path of the new file. The file contains prompts and workflows, so only its owner can
            read it.
        print_line: function that prints a line of progress for each table.

    Returns:
        The contents of every table, by its name.

    Raises:
        TransferFailed: the file exists already or can't be written.
        DatabaseUnavailable: the database can't be reached.
    """
    if file.exists():
        raise TransferFailed(f"{file} exists already; give another name.")
    database = Database(directory)
    try:
        _ship_outbox(directory, database, print_line)
        with snapshot(database) as (connection, _):
            return write_file(file, DatabaseSource(connection), print_line)
    finally:
        database.close()


def restore(
    directory: Path, file: Path, replace: bool, print_line: PrintLine
) -> dict[str, Contents]:
    """Write the contents of a backup into the database, all of it or nothing.

    Args:
        directory: the pack's private folder; no running ComfyUI may use it.
        file: backup that `back_up` of this version of the pack or an older one wrote.
        replace: True if the database's present contents may be deleted.
        print_line: function that prints a line of progress for each table.

    Returns:
        The contents of every table, by its name.

    Raises:
        TransferFailed: the restoring failed; nothing was changed.
        DatabaseUnavailable: the database can't be reached.
    """
    _check_comfyui_is_stopped(directory)
    try:
        with zipfile.ZipFile(file) as archive:
            source = ArchiveSource(archive)
            return _fill(Database(directory), source, replace, print_line)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        if isinstance(error, DatabaseUnavailable):
            raise
        raise TransferFailed(f"{file} is no complete backup of this pack: {error}.") from error


def move(directory: Path, replace: bool, print_line: PrintLine) -> dict[str, Contents]:
    """Copy the embedded database to the server that the user configured.

    The pack uses that server from then on. The embedded database stays as it is.

    Args:
        directory: the pack's private folder; no running ComfyUI may use it.
        replace: True if the present contents of the server's database may be deleted.
        print_line: function that prints a line of progress for each table.

    Returns:
        The contents of every table, by its name.

    Raises:
        TransferFailed: the move failed; nothing was changed.
        DatabaseUnavailable: one of the two databases can't be reached.
        SettingsError: the configured address is invalid.
    """
    _check_comfyui_is_stopped(directory)
    if external_address(directory) is None:
        raise TransferFailed(
            "No PostgreSQL server to move to is configured. Set ANIME_DATABASE_URL, or database_url"
            " in the private config file, as you would for ComfyUI."
        )
    place = place_below(directory)
    if not (place / DATA).is_dir():
        raise TransferFailed(f"There is no embedded database in {place}.")
    embedded = Database(directory, only_embedded=True)
    try:
        with snapshot(embedded) as (connection, _):
            return _fill(Database(directory), DatabaseSource(connection), replace, print_line)
    finally:
        embedded.close()


def _fill(
    database: Database, source: Source, replace: bool, print_line: PrintLine
) -> dict[str, Contents]:
    from psycopg import Error

    try:
        with database.connect(None) as connection:
            return fill(connection, source, replace, print_line)
    except Error as error:
        reason = without_secrets(error)
        raise TransferFailed(
            f"The database refused a statement, and nothing was changed: {reason}"
        ) from None
    finally:
        database.close()


@contextmanager
def snapshot(
    database: Database, before: "Callable[[Connection], Any]" = lambda connection: None
) -> "Iterator[tuple[Connection, Any]]":
    """Open the present contents of the database, which other connections may change meanwhile.

    Args:
        database: database to read.
        before: function that is called with the connection before the moment of the contents.

    Yields:
        A connection in a transaction at that moment, and what `before` returned.
    """
    from psycopg import IsolationLevel

    connection: Connection
    with database.connect(None) as connection:
        first = before(connection)
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with connection.transaction():
            yield connection, first


def _ship_outbox(directory: Path, database: Database, print_line: PrintLine) -> None:
    """Ship the events that are in the outbox now, which may contain the newest jobs.

    A running ComfyUI writes new ones meanwhile; the backup doesn't wait for those.
    """
    if not (directory / OUTBOX).exists():
        return
    outbox = Outbox(directory / OUTBOX)
    shipper = Shipper(outbox, database)
    try:
        positions, end = outbox.positions(), time.monotonic() + SETTLE_SECONDS
        newest = positions[1] if positions else 0
        while positions is not None and positions[0] <= newest:
            shipper.settle(LOOK_SECONDS)
            if shipper.failure:
                raise DatabaseUnavailable(shipper.failure)
            positions = outbox.positions()
            if time.monotonic() > end:
                waiting = outbox.backlog()
                print_line(f"{waiting} events wait in the outbox; they are not in the backup.")
                break
    finally:
        shipper.stop(5)
        outbox.close()


def _check_comfyui_is_stopped(directory: Path) -> None:
    if any(life is Life.ALIVE for _, life, _ in list_processes(directory / FOLDER)):
        raise TransferFailed(
            "ComfyUI is running and would write to the database meanwhile. Stop ComfyUI first."
        )
