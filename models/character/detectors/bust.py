"""Boxes of head and shoulders, derived from the boxes of a detector of faces or heads."""

from typing import Any, NamedTuple

from ..detection import WHOLE_PICTURE, Box

# Extent of a bust in widths of the face: to each side of the face's middle, and up and down from
# the chin. It includes hair up to a face's width away, and clothes to below the collar.
SIDES, ABOVE, BELOW = 1.5, 2.1, 1.2


# Ellipse of head and hair in widths of the face: its middle down from the chin, half its extent
# across and half its extent down.
HEAD = (-0.75, 0.95, 1.15)


class Inset(NamedTuple):
    """Margins between a detector's box and the face inside it, as shares of the box.

    The face reaches from cheek to cheek and from brow to chin.
    """

    side: float  # on the left and on the right
    top: float
    bottom: float


def face_box(box: Box, inset: Inset) -> Box:
    """Return the box of the face inside a detector's box.

    Examples:
        >>> face_box(Box(0.0, 0.0, 1.0, 1.0), Inset(side=0.25, top=0.5, bottom=0.25))
        Box(left=0.25, top=0.5, right=0.75, bottom=0.75)
    """
    width, height = box.right - box.left, box.bottom - box.top
    return Box(
        box.left + inset.side * width,
        box.top + inset.top * height,
        box.right - inset.side * width,
        box.bottom - inset.bottom * height,
    )


def bust_box(face: Box, aspect: float) -> Box:
    """Return the box of head and shoulders around a face.

    Args:
        face: box of the face, cheek to cheek and brow to chin, as shares of the picture.
        aspect: the picture's width per height.

    Returns:
        A box as shares of the picture; it may reach beyond the picture.
    """
    across = face.right - face.left
    down, middle = across * aspect, (face.left + face.right) / 2
    return Box(
        middle - SIDES * across,
        face.bottom - ABOVE * down,
        middle + SIDES * across,
        face.bottom + BELOW * down,
    )


def clip_to_picture(box: Box) -> Box:
    """Return the part of a box that is inside the picture."""
    return box.overlap(WHOLE_PICTURE)


def radius(across: Any, down: Any, middle: float, half_across: float, half_down: float) -> Any:
    """Return the distance from the middle of an ellipse, in units in which its edge is at 1.

    Args:
        across: places across from the face's middle, in widths of the face; array or tensor.
        down: places down from the chin, likewise.
        middle: place of the ellipse's middle, down from the chin.
        half_across: half the ellipse's extent across.
        half_down: half the ellipse's extent down.
    """
    return ((across / half_across) ** 2 + ((down - middle) / half_down) ** 2) ** 0.5
