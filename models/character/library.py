"""A library of characters: a folder that several processes may share.

    <library>/<name>-<hash of the name>/0001/character.json         everything but the tensors
                                             character.safetensors  the tensors, bit for bit
                                             reference_00.png, …    for people; never read back
                                        0002/…

A version is written under a hidden name and renamed once it is complete: it is there wholly or
not at all, and never changes afterwards.
"""

import hashlib
import logging
import os
import re
import shutil
import time
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

from ..frames import InputError
from ..jobs.character_version import CharacterReference, CharacterVersion
from ..jobs.job import clean_name
from ..jobs.provenance.naming import plain_name
from .sheet import Character
from .storage import FACTS, Label, LibraryError, Packed, pack, read, read_label, settle, write

log = logging.getLogger(__name__)

VERSION = re.compile(r"\d{4,}")
READABLE = 60  # letters of a name in its folder's; the hash behind them tells names apart
HASH_DIGITS = 12
UNFINISHED = ".saving-"
ABANDONED_SECONDS = 3600.0  # whoever has been writing for so long was killed


@dataclass(frozen=True)
class SavedCharacter:
    """A version of a character in a library.

    Attributes:
        path: its folder.
        version: counts from 1.
        label: its id, name, time and hash.
        is_new: whether this very call saved it.
    """

    path: Path
    version: int
    label: Label
    is_new: bool = False


def save_character(folder: Path, character: Character) -> SavedCharacter:
    """Save a character as the newest version of its name.

    Args:
        folder: the library; made where it isn't there.
        character: from `make_character` or `load_character`.

    Returns:
        The new version; or the newest one that was there, if that holds exactly the same.

    Raises:
        InputError: its name is none.
        LibraryError: the folder can't be written.
    """
    name = _name_in_library(character.name)
    if not name:
        raise InputError("name", "a name", "none", "Name the character in its Character Sheet.")
    packed, home = pack(character), folder / _folder_name(name)
    label = Label(uuid4(), name, datetime.now(timezone.utc), packed.sha256)
    unfinished = home / f"{UNFINISHED}{label.id}"
    try:
        same = _same(home, _numbers(home), packed)
        if same is not None:
            return same
        unfinished.mkdir(parents=True)
        write(unfinished, packed, label, character.pictures)
        return _publish(unfinished, home, packed, label)
    except OSError as error:
        raise LibraryError(
            f"{error.filename or home} can't be written ({error.strerror or error}); the character"
            " was not saved. Is the disk full, or the folder read-only?"
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        _remove_abandoned(home)


def load_character(folder: Path, name: str, version: int | None = None) -> Character:
    """Load a character, bit for bit as it was saved.

    Args:
        folder: the library.
        name: what the character is called.
        version: which one; None is the newest.

    Raises:
        InputError: there is no such character or version.
        LibraryError: a file of it is damaged, or made by a newer pack.
    """
    return read(find_character(folder, name, version).path)


def find_character(folder: Path, name: str, version: int | None = None) -> SavedCharacter:
    """Where a character lies and what is said of it; takes and raises what `load_character` does,
    and reads no tensors."""
    home = folder / _folder_name(_name_in_library(name))
    versions = _versions(home)
    if not versions:
        known = ", ".join(list_characters(folder))
        remedy = f"Saved are: {known}." if known else "The library is empty: save one first."
        raise InputError("name", "a character of the library", repr(name), remedy)
    wanted = versions[-1] if version is None else version
    if wanted not in versions:
        remedy = f"Of {name} there is: {', '.join(map(str, versions))}."
        raise InputError("version", "one that was saved", str(wanted), remedy)
    path = home / _version_name(wanted)
    return SavedCharacter(path, wanted, read_label(path))


def list_characters(folder: Path) -> tuple[str, ...]:
    """The names of all characters in a library, in their order. Never raises: what can't be read
    is left out, and said in the log."""
    try:
        names = {_name_of(home) for home in folder.iterdir()}
    except OSError:
        return ()  # nothing was saved yet
    return tuple(sorted(names - {""}, key=lambda name: (name.casefold(), name)))


def state_of(folder: Path) -> str:
    """Another text whenever something was saved since, or removed: a fingerprint for caches."""
    state = []
    for home in sorted(folder.glob("*-*")):
        for number in _versions(home)[-1:]:
            with suppress(OSError):  # being removed right now
                changed = (home / _version_name(number)).stat().st_mtime_ns
                state.append(f"{home.name}/{number}/{changed}")
    return hashlib.sha256("\n".join(state).encode()).hexdigest()


def version_of(saved: SavedCharacter, character: Character) -> CharacterVersion:
    """What the database remembers of a saved character."""
    references = zip(character.statuses, character.visible, character.similarities, strict=True)
    return CharacterVersion(
        id=saved.label.id,
        name=saved.label.name,
        folder=saved.path.parent.name,
        version=saved.version,
        sha256=saved.label.sha256,
        model=character.model,
        backend=character.backend,
        threshold=character.threshold,
        calibrated=character.calibrated,
        saved_at=saved.label.saved_at,
        references=tuple(
            CharacterReference(status, used, similarity if used else None)
            for status, used, similarity in references
        ),
    )


def _publish(unfinished: Path, home: Path, packed: Packed, label: Label) -> SavedCharacter:
    """Rename a complete version to the next number, whatever other processes do meanwhile."""
    while True:
        numbers = _numbers(home)
        # Compared with the very version that the new number follows: where another process is
        # faster, the rename fails, and its version is looked at first.
        same = _same(home, numbers, packed)
        if same is not None:
            return same
        number = max(numbers, default=0) + 1
        path = home / _version_name(number)
        try:
            os.rename(unfinished, path)  # on a folder that holds files, it fails everywhere
        except OSError:
            if not path.exists():
                raise
            continue
        settle(home)
        settle(home.parent)
        return SavedCharacter(path, number, label, is_new=True)


def _same(home: Path, numbers: Sequence[int], packed: Packed) -> SavedCharacter | None:
    """The newest of some versions where it is whole and holds exactly this."""
    for number in reversed(numbers):
        path = home / _version_name(number)
        if not path.is_dir():
            continue
        try:
            label = read_label(path)
            if label.sha256 != packed.sha256:
                return None
            read(path)  # a damaged one is no reason not to save
        except LibraryError:
            return None
        return SavedCharacter(path, number, label)
    return None


def _name_in_library(name: str) -> str:
    """A name in one spelling: が typed as one letter and as two is the same."""
    return unicodedata.normalize("NFC", clean_name("name", name))


def _folder_name(name: str) -> str:
    """One that no other name has, on file systems that don't tell A from a either."""
    readable = plain_name(name[:READABLE]) or "character"
    return f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:HASH_DIGITS]}"


def _version_name(number: int) -> str:
    return f"{number:04}"


def _numbers(home: Path) -> list[int]:
    """What is taken, whether it can be loaded or not."""
    try:
        entries = [entry.name for entry in home.iterdir()]
    except OSError:
        return []
    return sorted(int(entry) for entry in entries if VERSION.fullmatch(entry))


def _versions(home: Path) -> Sequence[int]:
    return [number for number in _numbers(home) if (home / _version_name(number)).is_dir()]


def _name_of(home: Path) -> str:
    """The name of the character whose folder this is; "" where it is none's."""
    for number in reversed(_versions(home)):
        try:
            facts = home / _version_name(number) / FACTS
            name = _name_in_version(facts.parent, facts.stat().st_mtime_ns)
        except OSError:
            continue
        # A copy of a folder under another name is no character: it could not be found by its name.
        if unicodedata.normalize("NFC", home.name) == _folder_name(name):
            return name
    return ""


@lru_cache(maxsize=10_000)
def _name_in_version(path: Path, modified: int) -> str:
    """Asked for by every prompt, of files that don't change."""
    try:
        return read_label(path).name
    except LibraryError as error:
        log.warning("A character is left out of the list: %s", error)
        return ""


def _remove_abandoned(home: Path) -> None:
    """Remove what processes left that were killed while they saved."""
    for path in home.glob(f"{UNFINISHED}*"):
        try:
            if time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                shutil.rmtree(path, ignore_errors=True)
        except OSError:
            continue  # another process was faster
