"""Checks of the fields of a phase definition; each error names the field and the expected value."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

LONGEST_LINE = 100  # characters of a text, or entries of a list, unless a field sets its own limit
LEAST_NUMBER, MOST_NUMBER = -(2**64), 2**64  # whole numbers; ComfyUI's highest seed is 2**64 - 1
LONGEST_NESTED = 100_000  # characters of a text or a key anywhere in a JSON value
MOST_RECEIVED = 60  # characters of the received value that an error shows


class DefinitionError(ValueError):
    """Error for a phase definition that can't be used; one sentence names the field at fault."""


def mapping(field: str, value: Any) -> Mapping[str, Any]:
    """Return a value if it is an object, else raise `DefinitionError`.

    Args:
        field: name of the field, for the error.
        value: JSON value of the field.
    """
    if not isinstance(value, Mapping):
        raise field_error(field, "an object", value)
    return value


def sequence(field: str, value: Any, most: int = LONGEST_LINE) -> Sequence[Any]:
    """Return a value if it is a list of at most `most` entries, else raise `DefinitionError`.

    Args:
        field: name of the field, for the error.
        value: JSON value of the field.
        most: most entries of the list.
    """
    if not isinstance(value, list | tuple) or len(value) > most:
        raise field_error(field, f"a list of at most {most} entries", value)
    return value


def text(field: str, value: Any, least: int = 0, most: int = LONGEST_LINE) -> str:
    """Return a value if it is a text of an allowed length, else raise `DefinitionError`.

    Args:
        field: name of the field, for the error.
        value: JSON value of the field.
        least: fewest characters.
        most: most characters.
    """
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise field_error(field, f"a text of {least} to {most} characters", value)
    return value


def whole_number(field: str, value: Any, least: int, most: int) -> int:
    """Return a value if it is a whole number within bounds, else raise `DefinitionError`.

    Args:
        field: name of the field, for the error.
        value: JSON value of the field.
        least: lowest allowed number.
        most: highest allowed number.
    """
    fits = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    if not fits:
        raise field_error(field, f"a whole number from {least} to {most}", value)
    return int(value)


def boolean(field: str, value: Any) -> bool:
    """Return a value if it is true or false, else raise `DefinitionError`.

    Args:
        field: name of the field, for the error.
        value: JSON value of the field.
    """
    if not isinstance(value, bool):
        raise field_error(field, "true or false", value)
    return value


def refuse_unknown_fields(field: str, value: Mapping[str, Any], allowed: Sequence[str]) -> None:
    """Raise `DefinitionError` if an object has a field that isn't allowed."""
    for name in value:
        if name not in allowed:
            unknown = str(name)[:MOST_RECEIVED]
            raise DefinitionError(
                f"{field}: unknown field {unknown!r}; the fields are {', '.join(allowed)}."
            )


def is_storable(text: str) -> bool:
    """Return True if a file and PostgreSQL can store a text: no NUL, no unpaired surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def is_finite(value: Any) -> bool:
    """Return True if a JSON value contains neither NaN nor infinity."""
    return all(not isinstance(each, float) or math.isfinite(each) for each in scalars_of(value))


def scalars_of(value: Any) -> Iterator[Any]:
    """Yield the texts, numbers and keys of a JSON value, without recursion, however deep it is."""
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, Mapping):
            yield from each
            pending += each.values()
        elif isinstance(each, list | tuple):
            pending += each
        else:
            yield each


def is_number_in_bounds(value: Any) -> bool:
    """Return True if a value is no number, or one that every reader of JSON and ComfyUI takes."""
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or LEAST_NUMBER <= value <= MOST_NUMBER


def is_text_in_bounds(value: Any) -> bool:
    """Return True if a value is no text, or one that can be stored and isn't too long."""
    return not isinstance(value, str) or (len(value) <= LONGEST_NESTED and is_storable(value))


def field_error(field: str, expected: str, received: Any) -> DefinitionError:
    """Return the error for a field with a wrong value.

    Args:
        field: name of the field.
        expected: expected value, in words.
        received: value of the field; None if the field is absent.
    """
    received_text = "nothing" if received is None else repr(received)
    if len(received_text) > MOST_RECEIVED:
        received_text = f"{received_text[:MOST_RECEIVED]}…"
    return DefinitionError(f"{field}: expected {expected}, got {received_text}.")
