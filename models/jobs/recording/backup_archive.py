"""File of a backup: a ZIP file with the rows of each table and a manifest with their hashes."""

import json
import os
import zipfile
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Any

from ...whole_files import move
from ..database.transfer import Contents, PrintLine, Source, Table, TransferFailed, digest
from ..database.unavailable import DatabaseUnavailable
from .backup_folder import MANIFEST, UNFINISHED

KIND, FORMAT = "Anime Production's record of jobs", 1
CHUNK = 1 << 20  # bytes
NOTHING: Mapping[str, Any] = {}


class ArchiveSource:
    """A backup file as a source of rows."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Read the manifest.

        Raises:
            ValueError, KeyError, TypeError: the file is no backup.
        """
        manifest = json.loads(archive.read(MANIFEST))
        if (manifest["kind"], manifest["format"]) != (KIND, FORMAT):
            raise ValueError(f"{MANIFEST} is of another kind or format")
        self._archive, self.version = archive, int(manifest["schema"])
        self.tables: Sequence[Table] = [
            Table(each["name"], tuple(each["columns"]), tuple(each["key"]))
            for each in manifest["tables"]
        ]
        self._contents = {each["name"]: Contents(**each["contents"]) for each in manifest["tables"]}

    def chunks(self, table: Table) -> Generator[bytes, None, None]:
        """Yield the table's rows, and check that they are those that were backed up."""
        with self._archive.open(f"{table.name}.copy") as stream:
            chunks, contents_of_chunks = digest(iter(lambda: stream.read(CHUNK), b""))
            yield from chunks
        if contents_of_chunks() != self._contents[table.name]:
            raise ValueError(f"the rows of the table {table.name} were changed or damaged")


def write_file(
    file: Path,
    source: Source,
    print_line: PrintLine,
    pace: Callable[[], None] = lambda: None,
    more: Mapping[str, Any] = NOTHING,
) -> dict[str, Contents]:
    """Write all rows of a source into a new file, which has its name only when it is complete.

    Args:
        file: path of the new file; only its owner can read it.
        source: rows.
        print_line: function that prints a line of progress for each table.
        pace: function that is called after each row; an error of it ends the writing.
        more: further values for the manifest.

    Returns:
        The contents of every table, by its name.

    Raises:
        TransferFailed: the file can't be written.
    """
    unfinished = file.with_name(f"{file.name}{UNFINISHED}")
    try:
        descriptor = os.open(unfinished, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w+b") as stream:
            contents = write_archive(stream, source, print_line, pace, more)
            stream.flush()
            os.fsync(stream.fileno())
        move(unfinished, file)
    except OSError as error:
        if isinstance(error, DatabaseUnavailable):
            raise
        raise TransferFailed(f"{file} can't be written: {error}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return contents


def write_archive(
    file: Path | IO[bytes],
    source: Source,
    print_line: PrintLine,
    pace: Callable[[], None] = lambda: None,
    more: Mapping[str, Any] = NOTHING,
) -> dict[str, Contents]:
    """Write all rows of a source into a ZIP file; see `write_file`."""
    contents = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in source.tables:
            with (
                closing(source.chunks(table)) as rows,
                archive.open(f"{table.name}.copy", "w", force_zip64=True) as stream,
            ):
                chunks, contents_of_chunks = digest(rows)
                for chunk in chunks:
                    stream.write(chunk)
                    pace()
            contents[table.name] = contents_of_chunks()
            print_line(f"{table.name}: {contents[table.name].rows} rows")
        tables = [
            {**asdict(table), "contents": asdict(contents[table.name])} for table in source.tables
        ]
        manifest = {
            "kind": KIND,
            "format": FORMAT,
            "schema": source.version,
            "made_at": datetime.now(timezone.utc).isoformat(),
            "tables": tables,
            **more,
        }
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return contents
