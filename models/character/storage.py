"""A character as files: strict JSON for what people can read, safetensors for the tensors.

Which field goes where follows from the dataclass and its values. Nothing is unpickled.
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

from ..jobs.provenance.files import as_picture
from .sheet import Character

SCHEMA = 1
FACTS, TENSORS = "character.json", "character.safetensors"


class LibraryError(ValueError):
    """A file of a library can't be read or written; the message names it."""


@dataclass(frozen=True)
class Label:
    """What is said of a saved character before it is loaded.

    Attributes:
        id: given when it was saved.
        name: what people call the character, in Unicode's composed form.
        saved_at: with time zone.
        sha256: of everything that was saved, hexadecimal.
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
        tensors: the others, as a safetensors file.
    """

    facts: Mapping[str, Any]
    tensors: bytes

    @cached_property
    def sha256(self) -> str:
        """Equal where the characters are, bit for bit."""
        digest = hashlib.sha256(json.dumps(self.facts, sort_keys=True).encode())
        digest.update(self.tensors)
        return digest.hexdigest()


def pack(character: Character) -> Packed:
    """A character as it is written.

    Raises:
        TypeError: a field holds what neither file can.
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
    """The character that was packed.

    Raises:
        ValueError: it isn't one.
    """
    try:
        tensors = safetensors.torch.load(packed.tensors)
    except safetensors.SafetensorError as error:
        raise ValueError(str(error)) from error
    values = {**{name: _as_tuple(value) for name, value in packed.facts.items()}, **tensors}
    known = {field.name: field for field in fields(Character)}
    strange = sorted(values.keys() - known.keys())
    if strange:
        raise ValueError(f"it holds {', '.join(strange)}, which this pack doesn't know")
    lacking = sorted(
        name
        for name, field in known.items()
        if name not in values and field.default is MISSING and field.default_factory is MISSING
    )
    if lacking:
        raise ValueError(f"it lacks {', '.join(lacking)}")
    return Character(**values)


def write(folder: Path, packed: Packed, label: Label, pictures: torch.Tensor) -> None:
    """Write a character into an empty folder, down to the disk.

    Args:
        folder: where.
        packed: the character.
        label: what is said of it.
        pictures: RGB in 0–1, shape (references, height, width, 3); each becomes a PNG for people.

    Raises:
        OSError: it can't be written.
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
    settle(folder)


def read(folder: Path) -> Character:
    """The character that `write` wrote, bit for bit.

    Raises:
        LibraryError: a file is missing, damaged, or made by a newer pack.
    """
    data = _read_facts(folder)
    path = folder / TENSORS
    try:
        packed = Packed(data["fields"], path.read_bytes())
        if packed.sha256 != data["sha256"]:
            raise ValueError(f"it is not what was saved with {FACTS}, or that was changed")
        return unpack(packed)
    except (OSError, ValueError) as error:
        raise _damaged(path, error) from error


def read_label(folder: Path) -> Label:
    """What is said of a saved character. Raises as `read` does."""
    data = _read_facts(folder)
    return Label(
        id=UUID(data["id"]),
        name=data["name"],
        saved_at=datetime.fromisoformat(data["saved_at"]),
        sha256=data["sha256"],
    )


def settle(folder: Path) -> None:
    """Have the names of a folder's files survive a power cut, where the system can do that."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:
        pass  # some network file systems have no such thing for folders
    finally:
        os.close(descriptor)


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
            raise ValueError("an entry is of the wrong kind")
    except LibraryError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(path, error) from error
    return dict(data)


def _damaged(path: Path, why: Exception) -> LibraryError:
    said = why.strerror if isinstance(why, OSError) else f"{why}"
    return LibraryError(
        f"{path} is missing or damaged ({said or type(why).__name__})."
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
