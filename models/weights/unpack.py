"""Function that unpacks the networks of a downloaded zip: all of them, or none."""

import os
import shutil
import zipfile
from pathlib import Path, PurePosixPath

from ..whole_files import move, sync_folder
from .download import FetchFailed, check_room

NETWORK = ".onnx"


class BadArchive(FetchFailed):
    """Error for a zip that can't be used; the caller can delete it."""


def unpack(archive: Path, target: Path, members: tuple[str, ...]) -> list[Path]:
    """Unpack the networks of a zip into a folder, without the folders inside the zip.

    Args:
        archive: path of the zip, which isn't deleted.
        target: folder for the networks.
        members: names of the files that the zip must hold.

    Returns:
        The paths of the networks.

    Raises:
        BadArchive: the file is no complete zip, a member is missing, or a path in it points outside
            of the archive.
        FetchFailed: the disk has no room.
    """
    partial = target.with_name(f"{target.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        with zipfile.ZipFile(archive) as content:
            networks = _networks_in(content, archive, members)
            check_room(target.parent, sum(info.file_size for info in networks.values()))
            partial.mkdir(parents=True)
            for name, info in networks.items():
                with content.open(info) as packed, (partial / name).open("wb") as file:
                    shutil.copyfileobj(packed, file, 1 << 20)
                    file.flush()
                    os.fsync(file.fileno())
        return _move(partial, target, list(networks))
    except zipfile.BadZipFile as error:
        raise BadArchive(f"{archive} is no complete zip ({error}); try again.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _networks_in(
    content: zipfile.ZipFile, archive: Path, members: tuple[str, ...]
) -> dict[str, zipfile.ZipInfo]:
    """Return the networks of a zip by file name, without their folders."""
    networks: dict[str, zipfile.ZipInfo] = {}
    for info in content.infolist():
        parts = PurePosixPath(info.filename.replace("\\", "/")).parts
        if ".." in parts or info.filename.startswith(("/", "\\")) or ":" in info.filename:
            raise BadArchive(f"{archive}: {info.filename} points outside of the archive.")
        if info.is_dir() or not info.filename.lower().endswith(NETWORK):
            continue
        if parts[-1] in networks:
            raise BadArchive(f"{archive} has {parts[-1]} twice; it is unclear which one to use.")
        networks[parts[-1]] = info
    missing = [name for name in members if name not in networks]
    if missing:
        raise BadArchive(f"{archive} has no {' and no '.join(missing)}: it is another archive.")
    return networks


def _move(partial: Path, target: Path, names: list[str]) -> list[Path]:
    if not target.exists():
        move(partial, target)
    else:  # the folder may hold some of the networks, or other files
        for name in names:
            move(partial / name, target / name)
    sync_folder(target)
    sync_folder(target.parent)
    return [target / name for name in names]
