"""The four characters of the sample clips: colours and shapes, as numbers only.

Every field is a number or a tuple of numbers, so that one character can turn into another
smoothly. Lengths are in units of the drawing (512 along the smaller side of the picture);
positions on the head are measured from the middle of the head, y downwards.
"""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from .canvas import Colour

FILE = Path(__file__).with_suffix(".json")


@dataclass(frozen=True)
class Character:
    """How a character looks."""

    skin: Colour
    hair: Colour
    iris: Colour
    outfit: Colour
    collar: Colour
    stripe: Colour
    shirt: Colour
    accent: Colour  # bow, tie, hair ties
    ink: Colour

    back_length: float  # y at which the back hair ends
    back_width: float  # half width of the back hair at its lower end
    side_length: float  # y at which the locks beside the face end
    side_width: float
    twin_tails: float  # 0–1 of their full size
    ponytail: float  # 0–1 of its full size
    fringe: tuple[float, float, float, float, float, float]  # y of each tip, left to right
    fringe_notch: float  # how far the gaps between the tips reach up
    fringe_sweep: float  # how far the tips are combed to one side
    parting: float  # x of the parting at the crown
    ahoge: float  # 0–1, the lock that stands up
    curl: float  # how far hair ends turn outwards (negative: inwards)

    jaw: float  # half width of the face at the mouth
    chin: float  # y of the chin
    eye_width: float  # half width
    eye_height: float  # half height
    eye_spacing: float  # x of the middle of an eye
    eye_slant: float  # how far the outer corner is lifted
    brow_slant: float
    brow_height: float

    shoulder: float  # half width at the shoulders
    neckline: float  # how deep the V of the outfit reaches below the neck
    neck_cover: float  # 0–1, a turtleneck
    sailor: float  # 0–1, a sailor collar
    lapel: float  # 0–1, a jacket's lapels
    bow: float  # 0–1
    tie: float  # 0–1
    band: float  # 0–1, a band of the stripe's colour across the chest


def _read(described: dict[str, Any]) -> Character:
    """Return a character from its description: what it looks like in words, and its numbers."""
    numbers = {name: value for name, value in described.items() if name != "looks"}
    return Character(**{name: _frozen(value) for name, value in numbers.items()})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


CHARACTERS = tuple(map(_read, json.loads(FILE.read_text(encoding="utf-8"))))


def between(first: Character, second: Character, share: float) -> Character:
    """The character a `share` (0–1) of the way from the first to the second, in every number."""
    if share == 0:
        return first
    return Character(
        **{
            field.name: _blend(getattr(first, field.name), getattr(second, field.name), share)
            for field in fields(Character)
        }
    )


def _blend(start: Any, end: Any, share: float) -> Any:
    if isinstance(start, tuple):
        return tuple(_blend(a, b, share) for a, b in zip(start, end, strict=True))
    return start * (1 - share) + end * share  # exactly `end` at 1, which `a + (b - a)` is not
