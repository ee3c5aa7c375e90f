"""The four characters of the sample clips: colours and shapes, as numbers only.

Every field is a number or a tuple of numbers, so that one character can turn into another
smoothly. Lengths are in units of the drawing (512 along the smaller side of the picture);
positions on the head are measured from the middle of the head, y downwards.
"""

from dataclasses import dataclass, fields
from typing import Any

from .canvas import Colour


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


CHARACTERS = (
    Character(  # long blue hair, sailor uniform
        skin=(250, 226, 211),
        hair=(74, 104, 178),
        iris=(214, 132, 40),
        outfit=(236, 238, 243),
        collar=(48, 62, 118),
        stripe=(240, 240, 244),
        shirt=(236, 238, 243),
        accent=(206, 52, 66),
        ink=(40, 34, 56),
        back_length=252,
        back_width=116,
        side_length=128,
        side_width=21,
        twin_tails=0,
        ponytail=0,
        fringe=(52, 20, 8, 14, 10, 50),
        fringe_notch=40,
        fringe_sweep=5,
        parting=-6,
        ahoge=0,
        curl=6,
        jaw=57,
        chin=106,
        eye_width=24,
        eye_height=27,
        eye_spacing=36,
        eye_slant=2,
        brow_slant=1,
        brow_height=20,
        shoulder=116,
        neckline=58,
        neck_cover=0,
        sailor=1,
        lapel=0,
        bow=1,
        tie=0,
        band=0,
    ),
    Character(  # pink twin tails, straight fringe, jacket and tie
        skin=(252, 231, 222),
        hair=(238, 148, 176),
        iris=(56, 160, 98),
        outfit=(122, 84, 74),
        collar=(100, 66, 60),
        stripe=(230, 200, 130),
        shirt=(244, 240, 232),
        accent=(58, 132, 92),
        ink=(66, 32, 46),
        back_length=66,
        back_width=70,
        side_length=92,
        side_width=17,
        twin_tails=1,
        ponytail=0,
        fringe=(34, 5, 2, 2, 5, 34),
        fringe_notch=15,
        fringe_sweep=0,
        parting=0,
        ahoge=0.9,
        curl=18,
        jaw=60,
        chin=101,
        eye_width=25,
        eye_height=29,
        eye_spacing=37,
        eye_slant=-1,
        brow_slant=-3,
        brow_height=22,
        shoulder=108,
        neckline=74,
        neck_cover=0,
        sailor=0,
        lapel=1,
        bow=0,
        tie=1,
        band=0,
    ),
    Character(  # short silver bob, turtleneck
        skin=(246, 224, 218),
        hair=(205, 210, 222),
        iris=(168, 50, 92),
        outfit=(62, 62, 78),
        collar=(62, 62, 78),
        stripe=(72, 176, 178),
        shirt=(62, 62, 78),
        accent=(72, 176, 178),
        ink=(42, 40, 58),
        back_length=92,
        back_width=97,
        side_length=84,
        side_width=27,
        twin_tails=0,
        ponytail=0,
        fringe=(50, 28, 24, 10, -10, 36),
        fringe_notch=44,
        fringe_sweep=-12,
        parting=20,
        ahoge=0,
        curl=-14,
        jaw=53,
        chin=108,
        eye_width=25,
        eye_height=22,
        eye_spacing=36,
        eye_slant=6,
        brow_slant=5,
        brow_height=17,
        shoulder=120,
        neckline=12,
        neck_cover=1,
        sailor=0,
        lapel=0,
        bow=0,
        tie=0,
        band=1,
    ),
    Character(  # auburn ponytail, swept fringe, yellow sports jacket
        skin=(236, 196, 168),
        hair=(176, 84, 44),
        iris=(52, 126, 188),
        outfit=(240, 188, 62),
        collar=(246, 244, 238),
        stripe=(216, 84, 52),
        shirt=(70, 108, 150),
        accent=(54, 150, 120),
        ink=(58, 28, 26),
        back_length=48,
        back_width=74,
        side_length=64,
        side_width=13,
        twin_tails=0,
        ponytail=1,
        fringe=(44, -2, -18, -22, 4, 48),
        fringe_notch=30,
        fringe_sweep=16,
        parting=26,
        ahoge=0.5,
        curl=10,
        jaw=58,
        chin=104,
        eye_width=23,
        eye_height=26,
        eye_spacing=37,
        eye_slant=4,
        brow_slant=3,
        brow_height=19,
        shoulder=122,
        neckline=44,
        neck_cover=0,
        sailor=0.45,
        lapel=0,
        bow=0,
        tie=0,
        band=0.6,
    ),
)


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
