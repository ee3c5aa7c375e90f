"""Four characters of the sample clips, described by colours and shapes as numbers.

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
    """Looks of a character: colours, hair, face and clothes."""

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
    twin_tails: float  # size as a share of the full size, 0–1
    ponytail: float  # size as a share of the full size, 0–1
    fringe: tuple[float, float, float, float, float, float]  # y of each tip, left to right
    fringe_notch: float  # how far the gaps between the tips reach up
    fringe_sweep: float  # how far the tips are combed to one side
    parting: float  # x of the parting at the crown
    ahoge: float  # size of the lock that stands up, 0–1
    curl: float  # how far the ends of the hair turn outwards (negative: inwards)

    jaw: float  # half width of the face at the mouth
    chin: float  # y of the chin
    eye_width: float  # half width
    eye_height: float  # half height
    eye_spacing: float  # x of the middle of an eye
    eye_slant: float  # how far the outer corner is lifted
    brow_slant: float  # how far the inner end of a brow is lowered
    brow_height: float  # how far a brow lies above the eye

    shoulder: float  # half width at the shoulders
    neckline: float  # how deep the V of the outfit reaches below the neck
    neck_cover: float  # height of a turtleneck, 0–1
    sailor: float  # size of a sailor collar, 0–1
    lapel: float  # size of a jacket's lapels, 0–1
    bow: float  # size of the bow, 0–1
    tie: float  # size of the tie, 0–1
    band: float  # thickness of a band in the stripe's colour across the chest, 0–1


def _character_from(description: dict[str, Any]) -> Character:
    """Return a character from an entry of the file: its looks in words, and its numbers."""
    numbers = {name: value for name, value in description.items() if name != "looks"}
    return Character(**{name: _list_as_tuple(value) for name, value in numbers.items()})


def _list_as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


CHARACTERS = tuple(map(_character_from, json.loads(FILE.read_text(encoding="utf-8"))))


def blend_characters(first: Character, second: Character, share: float) -> Character:
    """Return a character whose every number lies between those of two characters.

    Args:
        first: the character at a share of 0.
        second: the character at a share of 1.
        share: how far every number goes from the first to the second, 0–1.
    """
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
        return tuple(_blend(*pair, share) for pair in zip(start, end, strict=True))
    # At a share of 1 this gives exactly `end`, which `start + (end - start)` does not.
    return start * (1 - share) + end * share
