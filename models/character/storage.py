"""Files of a saved character: strict JSON, and safetensors for the fields that are tensors.

The value of a field decides which of the two files holds it. Nothing is ever unpickled.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import safetensors.torch
import torch

from ..media.levels import as_picture
from ..whole_files import sync_folder
from .sheet import Character

SCHEMA = 1
FACTS, TENSORS = "character.json", "character.safetensors"


class LibraryError(ValueError):
    """Error for a file of a library that can't be read or written; the message names the file."""


@dataclass(frozen=True)
class Label:
    """Label of a saved character, which can be read without loading the character.

    Attributes:
        id: id of this version of the character.
        name: name of the character, in Unicode's composed form.
        saved_at: time of saving, with time zone.
        sha256: SHA-256 of all saved data, in hexadecimal digits.
    """

    id: UUID
    name: str
    saved_at: datetime
    sha256: str


@dataclass(frozen=True)
class Packed:
    """A character in the form in which it is written.

    Attributes:
        facts: every field that is no tensor, as JSON values.
        tensors: all fields that are tensors, as the content of a safetensors file.
    """

    facts: Mapping[str, Any]
    tensors: bytes

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of all data; it is equal for characters that are equal bit for bit."""
        digest = hashlib.sha256(json.dumps(self.facts, sort_keys=True).encode())
        digest.update(self.tensors)
        return digest.hexdigest()


def pack(character: Character) -> Packed:
    """Return a character in the form in which it is written.

    Raises:
        TypeError: a field has a value of a type that neither file can hold.
    """
    values = {field.name: getattr(character, field.name) for field in fields(character)}
    tensors = {
        name: value.detach().to("cpu", copy=True).contiguous()
        for name, value in values.items()
        if isinstance(value, torch.Tensor)
    }
    facts = {name: _as_json(name, value) for name, value in values.items() if name not in tensors}
    return Packed(facts, safetensors.torch.save(tensors))


def unpack(packed: Packed) -> Character:
    """Return the character that `pack` packed.

    Raises:
        ValueError: the tensors can't be read, or the fields are not those of a character.
    """
    try:
        tensors = safetensors.torch.load(packed.tensors)
    except safetensors.SafetensorError as error:
        raise ValueError(str(error)) from error
    values = {**{name: _as_tuple(value) for name, value in packed.facts.items()}, **tensors}
    expected = {field.name: field for field in fields(Character)}
    unexpected = sorted(values.keys() - expected.keys())
    if unexpected:
        raise ValueError(f"it holds {', '.join(unexpected)}, which this pack doesn't know")
    missing = sorted(
        name
        for name, field in expected.items()
        if name not in values and field.default is MISSING and field.default_factory is MISSING
    )
    if missing:
        raise ValueError(f"it lacks {', '.join(missing)}")
    return Character(**values)


def write(folder: Path, packed: Packed, label: Label, pictures: torch.Tensor) -> None:
    """Write a character into an empty folder, and wait until it is on the disk.

    Args:
        folder: the empty folder.
        packed: character to write.
        label: label of the character.
        pictures: RGB in 0–1, shape (references, height, width, 3); each becomes a PNG for the user.

    Raises:
        OSError: a file can't be written.
    """
    data = {
        "schema": SCHEMA,
        "id": str(label.id),
        "name": label.name,
        "saved_at": label.saved_at.isoformat(),
        "sha256": packed.sha256,
        "fields": packed.facts,
    }
    text = json.dumps(data, allow_nan=False, ensure_ascii=False, indent=1)
    _write_file(folder / TENSORS, packed.tensors)
    _write_file(folder / FACTS, text.encode())
    for index, picture in enumerate(pictures):
        as_picture(picture).save(folder / f"reference_{index:02}.png")
    sync_folder(folder)


def read(folder: Path) -> Character:
    """Return the character that `write` wrote, bit for bit.

    Raises:
        LibraryError: a file is missing, damaged, or was made by a newer version of this pack.
    """
    data = _read_facts(folder)
    path = folder / TENSORS
    try:
        packed = Packed(data["fields"], path.read_bytes())
        if packed.sha256 != data["sha256"]:
            raise ValueError(f"its SHA-256 is not the one in {FACTS}: one of the two was changed")
        return unpack(packed)
    except (OSError, ValueError) as error:
        raise _damaged(path, error) from error


def read_label(folder: Path) -> Label:
    """Return the label of a saved character.

    Raises:
        LibraryError: the JSON file is missing, damaged, or made by a newer version of this pack.
    """
    data = _read_facts(folder)
    return Label(
        id=UUID(data["id"]),
        name=data["name"],
        saved_at=datetime.fromisoformat(data["saved_at"]),
        sha256=data["sha256"],
    )


def _read_facts(folder: Path) -> dict[str, Any]:
    path = folder / FACTS
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        schema = data["schema"]
        if isinstance(schema, int) and schema > SCHEMA:
            raise LibraryError(
                f"{path} has schema {schema}, made by a newer version of this pack; this one reads"
                f" schemas up to {SCHEMA}. Update the pack, or load another version."
            )
        if schema != SCHEMA:
            raise ValueError(f"schema {schema!r}")
        UUID(data["id"])
        saved_at = datetime.fromisoformat(data["saved_at"])
        texts = isinstance(data["name"], str) and isinstance(data["sha256"], str)
        if saved_at.tzinfo is None or not texts or not isinstance(data["fields"], dict):
            raise ValueError("an entry has the wrong type")
    except LibraryError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(path, error) from error
    return dict(data)


def _damaged(path: Path, error: Exception) -> LibraryError:
    reason = error.strerror if isinstance(error, OSError) else f"{error}"
    return LibraryError(
        f"{path} is missing or damaged ({reason or type(error).__name__})."
        " Load another version, or save the character again."
    )


def _write_file(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _as_json(name: str, value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, tuple):
        return [_as_json(name, each) for each in value]
    raise TypeError(f"Character.{name}: a library can't hold a {type(value).__name__}.")


def _as_tuple(value: Any) -> Any:
    return tuple(_as_tuple(each) for each in value) if isinstance(value, list) else value
