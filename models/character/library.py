"""A library of saved characters: a folder that several processes may share.

    <library>/<name>-<hash of the name>/0001/character.json         everything but the tensors
                                             character.safetensors  the tensors, bit for bit
                                             reference_00.png, …    for the user; never read back
                                        0002/…

A version is written under a hidden name and renamed once it is complete. So no process ever sees
an incomplete version, and a version never changes.
"""

import hashlib
import logging
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
from ..whole_files import move, sync_folder
from .sheet import Character
from .storage import FACTS, Label, LibraryError, Packed, pack, read, read_label, write

log = logging.getLogger(__name__)

VERSION = re.compile(r"\d{4,}")
READABLE = 60  # letters of the character's name in its folder's name; the hash makes it unique
HASH_DIGITS = 12
UNFINISHED = ".saving-"
ABANDONED_SECONDS = 3600.0  # age from which an unfinished version is one of a killed process


@dataclass(frozen=True)
class SavedCharacter:
    """A version of a character in a library.

    Attributes:
        path: folder of the version.
        version: number of the version, from 1.
        label: id, name, time and hash of the version.
        is_new: True if the call that returned this saved it; False if it was saved before.
    """

    path: Path
    version: int
    label: Label
    is_new: bool = False


def save_character(folder: Path, character: Character) -> SavedCharacter:
    """Save a character as the newest version of its name.

    Args:
        folder: folder of the library; made if it doesn't exist.
        character: character of `make_character` or `load_character`.

    Returns:
        The new version; or the newest existing one, if it holds exactly the same data.

    Raises:
        InputError: the character has no name.
        LibraryError: the folder can't be written.

    Examples:
        >>> import tempfile
        >>> import torch
        >>> from .declaration import Resources
        >>> from .identity import WITHOUT_WEIGHTS, choose_identity_model
        >>> from .registry import FOLDERS
        >>> from .sheet import make_character
        >>> resources = Resources({folder: {} for folder in FOLDERS}, torch.device("cpu"))
        >>> model = choose_identity_model(WITHOUT_WEIGHTS, resources)
        >>> rin, _ = make_character("Rin", torch.rand(1, 64, 64, 3), model)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     saved = save_character(Path(folder), rin)
        ...     again = save_character(Path(folder), rin)
        ...     loaded = load_character(Path(folder), "Rin")
        >>> saved.version, saved.is_new, again.version, again.is_new, loaded.name
        (1, True, 1, False, 'Rin')
    """
    name = _name_in_library(character.name)
    if not name:
        raise InputError("name", "a name", "none", "Name the character in its Character Sheet.")
    packed, character_folder = pack(character), folder / _folder_name(name)
    label = Label(uuid4(), name, datetime.now(timezone.utc), packed.sha256)
    unfinished = character_folder / f"{UNFINISHED}{label.id}"
    try:
        identical = _identical_version(character_folder, _version_numbers(character_folder), packed)
        if identical is not None:
            return identical
        unfinished.mkdir(parents=True)
        write(unfinished, packed, label, character.pictures)
        return _publish(unfinished, character_folder, packed, label)
    except OSError as error:
        raise LibraryError(
            f"{error.filename or character_folder} can't be written ({error.strerror or error}); "
            "the character was not saved. Is the disk full, or the folder read-only?"
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        _remove_abandoned(character_folder)


def load_character(folder: Path, name: str, version: int | None = None) -> Character:
    """Load a character, bit for bit as it was saved.

    Args:
        folder: folder of the library.
        name: name of the character.
        version: number of the version; None for the newest.

    Raises:
        InputError: there is no such character or version.
        LibraryError: one of its files is damaged, or was made by a newer version of this pack.
    """
    return read(find_character(folder, name, version).path)


def find_character(folder: Path, name: str, version: int | None = None) -> SavedCharacter:
    """Return the folder and the label of a saved character, without reading its tensors.

    Its arguments and errors are those of `load_character`.
    """
    character_folder = folder / _folder_name(_name_in_library(name))
    versions = _version_folders(character_folder)
    if not versions:
        names = ", ".join(list_characters(folder))
        remedy = f"Saved are: {names}." if names else "The library is empty: save one first."
        raise InputError("name", "a character of the library", repr(name), remedy)
    number = versions[-1] if version is None else version
    if number not in versions:
        remedy = f"Saved versions of {name}: {', '.join(map(str, versions))}."
        raise InputError("version", "a saved version", str(number), remedy)
    path = character_folder / _version_name(number)
    return SavedCharacter(path, number, read_label(path))


def list_characters(folder: Path) -> tuple[str, ...]:
    """Return the names of all characters in a library, sorted.

    It never raises: a character that can't be read is left out, with a warning in the log.
    """
    try:
        names = {_character_name(character_folder) for character_folder in folder.iterdir()}
    except OSError:
        return ()  # the folder doesn't exist until a character is saved
    return tuple(sorted(names - {""}, key=lambda name: (name.casefold(), name)))


def library_fingerprint(folder: Path) -> str:
    """Return a text that changes when a version is saved or removed, as a key for caches."""
    state = []
    for character_folder in sorted(folder.glob("*-*")):
        for number in _version_folders(character_folder)[-1:]:
            with suppress(OSError):  # another process may be removing it
                changed = (character_folder / _version_name(number)).stat().st_mtime_ns
                state.append(f"{character_folder.name}/{number}/{changed}")
    return hashlib.sha256("\n".join(state).encode()).hexdigest()


def version_record(saved: SavedCharacter, character: Character) -> CharacterVersion:
    """Return the record of a saved character for the database."""
    references = zip(character.statuses, character.usable, character.similarities, strict=True)
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
            CharacterReference(status, is_used, similarity if is_used else None)
            for status, is_used, similarity in references
        ),
    )


def _publish(
    unfinished: Path, character_folder: Path, packed: Packed, label: Label
) -> SavedCharacter:
    """Rename a complete version to the next free number; other processes may do so at once."""
    while True:
        numbers = _version_numbers(character_folder)
        # The character is compared with the newest version. If another process takes the next
        # number first, the rename fails, and the next round compares with that process's version.
        identical = _identical_version(character_folder, numbers, packed)
        if identical is not None:
            return identical
        number = max(numbers, default=0) + 1
        path = character_folder / _version_name(number)
        try:
            move(unfinished, path, overwrite=False)
        except OSError:
            if not path.exists():
                raise
            continue
        sync_folder(character_folder)
        sync_folder(character_folder.parent)
        return SavedCharacter(path, number, label, is_new=True)


def _identical_version(
    character_folder: Path, numbers: Sequence[int], packed: Packed
) -> SavedCharacter | None:
    """Return the newest of some versions if it holds exactly `packed` undamaged, else None."""
    for number in reversed(numbers):
        path = character_folder / _version_name(number)
        if not path.is_dir():
            continue
        try:
            label = read_label(path)
            if label.sha256 != packed.sha256:
                return None
            read(path)  # raises if it is damaged; then the character is saved again
        except LibraryError:
            return None
        return SavedCharacter(path, number, label)
    return None


def _name_in_library(name: str) -> str:
    """Return a cleaned name in Unicode's composed form.

    Without that form, が for example has two encodings, and would be two names.
    """
    return unicodedata.normalize("NFC", clean_name("name", name))


def _folder_name(name: str) -> str:
    """Return a folder name that is unique, also on file systems that ignore the case of letters."""
    readable = plain_name(name[:READABLE]) or "character"
    return f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:HASH_DIGITS]}"


def _version_name(number: int) -> str:
    return f"{number:04}"


def _version_numbers(character_folder: Path) -> list[int]:
    """Return all version numbers in use, sorted, those of damaged versions too."""
    try:
        entries = [entry.name for entry in character_folder.iterdir()]
    except OSError:
        return []
    return sorted(int(entry) for entry in entries if VERSION.fullmatch(entry))


def _version_folders(character_folder: Path) -> Sequence[int]:
    """Return the numbers of the versions that are folders, sorted."""
    return [
        number
        for number in _version_numbers(character_folder)
        if (character_folder / _version_name(number)).is_dir()
    ]


def _character_name(character_folder: Path) -> str:
    """Return the name of the character that a folder belongs to; "" if it is no character's."""
    for number in reversed(_version_folders(character_folder)):
        try:
            facts = character_folder / _version_name(number) / FACTS
            name = _name_in_version(facts.parent, facts.stat().st_mtime_ns)
        except OSError:
            continue
        # A copy of a folder under another name doesn't count: `load_character` wouldn't find it.
        if unicodedata.normalize("NFC", character_folder.name) == _folder_name(name):
            return name
    return ""


@lru_cache(maxsize=10_000)
def _name_in_version(path: Path, modified: int) -> str:
    """Return the name in a version's label; "" if it can't be read.

    Every prompt needs the names, and the files don't change, so it is cached.
    """
    try:
        return read_label(path).name
    except LibraryError as error:
        log.warning("The list of characters leaves one out, as it can't be read: %s", error)
        return ""


def _remove_abandoned(character_folder: Path) -> None:
    """Remove the unfinished versions of processes that were killed while they saved."""
    for path in character_folder.glob(f"{UNFINISHED}*"):
        try:
            if time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                shutil.rmtree(path, ignore_errors=True)
        except OSError:
            continue  # another process removed it first
