"""Head and shoulders, grown from whatever a detector calls a face or a head."""

from typing import NamedTuple

from ..detection import WHOLE_PICTURE, Box

# A bust in widths of the face: to both sides of its middle, and up and down from the chin. Hair
# that stands off by a face's width is in it, and what is worn down to below the collar.
SIDES, ABOVE, BELOW = 1.5, 2.1, 1.2


class Inset(NamedTuple):
    """Where the face, cheek to cheek and brow to chin, lies in a box, as shares of the box."""

    side: float  # from the left, and from the right
    top: float
    bottom: float


def face_in(box: Box, inset: Inset) -> Box:
    """The face in a box of some kind."""
    width, height = box.right - box.left, box.bottom - box.top
    return Box(
        box.left + inset.side * width,
        box.top + inset.top * height,
        box.right - inset.side * width,
        box.bottom - inset.bottom * height,
    )


def bust_of(face: Box, aspect: float) -> Box:
    """Head and shoulders around a face, not yet cut to the picture.

    Args:
        face: cheek to cheek and brow to chin, as shares of the picture.
        aspect: the picture's width per height.

    Returns:
        As shares of the picture; may reach beyond it.
    """
    across = face.right - face.left
    down, middle = across * aspect, (face.left + face.right) / 2
    return Box(
        middle - SIDES * across,
        face.bottom - ABOVE * down,
        middle + SIDES * across,
        face.bottom + BELOW * down,
    )


def cut(box: Box) -> Box:
    """The part of a box that is in the picture."""
    return box.overlap(WHOLE_PICTURE)
