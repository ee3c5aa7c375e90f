"""Conversion of dataclasses to JSON values and back, by the types of their fields."""

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
    """Return a value in a form that JSON can hold: ids, times, enums and bytes become strings.

    Mappings are returned unchanged: they hold JSON already, and copying a graph is slow.
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
    """Return a row of the database with values that JSON can hold."""
    return {name: to_json_value(value) for name, value in row.items()}


def from_json_value(kind: Any, value: Any) -> Any:
    """Return the value from which `to_json_value` made this JSON; absent fields get their defaults.

    Args:
        kind: type of the value.
        value: result of `to_json_value`.

    Raises:
        ValueError, TypeError, AttributeError: the JSON does not describe a value of this type.
    """
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):  # the only unions here are `X | None`
        return None if value is None else from_json_value(arguments[0], value)
    if origin is tuple:  # the only tuples here are `tuple[X, ...]`
        return tuple(from_json_value(arguments[0], each) for each in value)
    if origin is not None:  # a mapping, which holds JSON already
        return value
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is bytes:
        return b64decode(value, validate=True)
    if isinstance(kind, type) and is_dataclass(kind):
        types = {name: each for name, each in _field_types(kind).items() if name in value}
        return kind(**{name: from_json_value(each, value[name]) for name, each in types.items()})
    return kind(value) if isinstance(kind, type) and issubclass(kind, UUID | Enum) else value


@cache
def _field_types(kind: Any) -> dict[str, Any]:
    """Return the types of the fields that a dataclass takes in its constructor."""
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind) if each.init}
