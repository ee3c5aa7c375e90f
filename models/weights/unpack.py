"""The networks in a zip, put where they belong: all of them, or none."""

import os
import shutil
import zipfile
from pathlib import Path, PurePosixPath

from .download import FetchFailed, check_room, sync_folder

NETWORK = ".onnx"


class BadArchive(FetchFailed):
    """The zip is of no use, and need not be kept."""


def unpack(archive: Path, target: Path, members: tuple[str, ...]) -> list[Path]:
    """Take the networks out of a zip, without the folders that some of them lie in.

    Args:
        archive: the zip; it stays.
        target: folder that receives them.
        members: files without which the archive is of no use.

    Returns:
        The files.

    Raises:
        BadArchive: it is no zip, it lacks a member, or it names places outside of itself.
        FetchFailed: the disk has no room.
    """
    partial = target.with_name(f"{target.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        with zipfile.ZipFile(archive) as content:
            wanted = _wanted(content, archive, members)
            check_room(target.parent, sum(info.file_size for info in wanted.values()))
            partial.mkdir(parents=True)
            for name, info in wanted.items():
                with content.open(info) as packed, (partial / name).open("wb") as file:
                    shutil.copyfileobj(packed, file, 1 << 20)
                    file.flush()
                    os.fsync(file.fileno())
        return _move(partial, target, list(wanted))
    except zipfile.BadZipFile as error:
        raise BadArchive(f"{archive} is no whole zip ({error}); try again.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _wanted(
    content: zipfile.ZipFile, archive: Path, members: tuple[str, ...]
) -> dict[str, zipfile.ZipInfo]:
    found: dict[str, zipfile.ZipInfo] = {}
    for info in content.infolist():
        parts = PurePosixPath(info.filename.replace("\\", "/")).parts
        if ".." in parts or info.filename.startswith(("/", "\\")) or ":" in info.filename:
            raise BadArchive(f"{archive}: {info.filename} points outside of the archive.")
        if info.is_dir() or not info.filename.lower().endswith(NETWORK):
            continue
        if parts[-1] in found:
            raise BadArchive(f"{archive} has {parts[-1]} twice; which one is meant is unclear.")
        found[parts[-1]] = info
    missing = [name for name in members if name not in found]
    if missing:
        raise BadArchive(f"{archive} has no {' and no '.join(missing)}: it is another archive.")
    return found


def _move(partial: Path, target: Path, names: list[str]) -> list[Path]:
    if not target.exists():
        os.replace(partial, target)
    else:  # half a pack, or one that was unpacked in another way
        for name in names:
            os.replace(partial / name, target / name)
    sync_folder(target)
    sync_folder(target.parent)
    return [target / name for name in names]
