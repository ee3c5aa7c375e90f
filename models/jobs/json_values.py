"""Dataclasses as JSON values, and back, by the types of their fields."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID


def to_json_value(value: Any) -> Any:
    """Return a value as JSON has it: ids, times, enums and bytes as texts.

    Mappings stay as they are, as graphs are large.
    """
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, tuple | list):
        return [to_json_value(each) for each in value]
    if is_dataclass(value):
        return {each.name: to_json_value(getattr(value, each.name)) for each in fields(value)}
    return value


def row_to_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the database as JSON has it."""
    return {name: to_json_value(value) for name, value in row.items()}


def of_json_value(kind: Any, value: Any) -> Any:
    """Return the value that `to_json_value` was given. A field that is absent has its default.

    Args:
        kind: type of the value.
        value: as JSON has it.

    Raises:
        ValueError, TypeError, AttributeError: it is none of this type.
    """
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):  # of one type and None
        return None if value is None else of_json_value(arguments[0], value)
    if origin is tuple:  # of any length
        return tuple(of_json_value(arguments[0], each) for each in value)
    if origin is not None:  # a mapping
        return value
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is bytes:
        return b64decode(value, validate=True)
    if isinstance(kind, type) and is_dataclass(kind):
        given = {name: each for name, each in _types_of(kind).items() if name in value}
        return kind(**{name: of_json_value(each, value[name]) for name, each in given.items()})
    return kind(value) if isinstance(kind, type) and issubclass(kind, UUID | Enum) else value


@cache
def _types_of(kind: Any) -> dict[str, Any]:
    """Return the types of the fields that a dataclass is made with."""
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind) if each.init}
