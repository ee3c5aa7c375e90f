"""Fields of a definition, read one by one: each is what it should be, or one sentence says what."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

LONGEST_LINE = 100
SHOWN = 60  # characters of what came instead


class DefinitionError(ValueError):
    """A definition of a phase that can't be used; one sentence names what is wrong."""


def mapping(place: str, value: Any) -> Mapping[str, Any]:
    """An object."""
    if not isinstance(value, Mapping):
        raise refused(place, "an object", value)
    return value


def sequence(place: str, value: Any, most: int = LONGEST_LINE) -> Sequence[Any]:
    """A list that isn't too long."""
    if not isinstance(value, list | tuple) or len(value) > most:
        raise refused(place, f"a list of at most {most}", value)
    return value


def text(place: str, value: Any, least: int = 0, most: int = LONGEST_LINE) -> str:
    """A text of a length within bounds."""
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise refused(place, f"a text of {least} to {most} characters", value)
    return value


def whole(place: str, value: Any, least: int, most: int) -> int:
    """A whole number within bounds."""
    fits = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    if not fits:
        raise refused(place, f"a whole number from {least} to {most}", value)
    return int(value)


def boolean(place: str, value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise refused(place, "true or false", value)
    return value


def only(place: str, value: Mapping[str, Any], allowed: Sequence[str]) -> None:
    """Refuse an object that has other fields than the allowed ones."""
    for name in value:
        if name not in allowed:
            raise DefinitionError(
                f"{place}: unknown field {str(name)[:SHOWN]!r}; there are {', '.join(allowed)}."
            )


def storable(text: str) -> bool:
    """Whether a file and a database take a text: no NUL, no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def finite(value: Any) -> bool:
    """Whether a JSON value holds neither NaN nor infinity."""
    if isinstance(value, Mapping):
        return all(map(finite, value.values()))
    if isinstance(value, list | tuple):
        return all(map(finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def refused(place: str, expected: str, came: Any) -> DefinitionError:
    """What is said of a field that is something else."""
    shown = "nothing" if came is None else repr(came)
    shown = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
    return DefinitionError(f"{place}: expected {expected}, got {shown}.")
