"""Kinds of phases, each with the file that it gives to the phase after it."""

from enum import Enum

PICTURES, VIDEO = "image", "video"


class PhaseKind(str, Enum):
    """Kind of a phase, named after its result."""

    IMAGE = "image"
    LOOP = "loop"
    CLIP = "clip"

    @property
    def gives(self) -> str:
        """Kind of file that the next phase can take, `PICTURES` or `VIDEO`."""
        return PICTURES if self is PhaseKind.IMAGE else VIDEO


KINDS = tuple(each.value for each in PhaseKind)
