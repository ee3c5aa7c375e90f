"""How one character appears in a clip, frame by frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from .detection import Box


class Presence(str, Enum):
    """Whether a character is in a frame."""

    SAME = "same"
    DIFFERENT = "different"  # somebody is in its place who doesn't look like it
    NOT_VISIBLE = "not visible"
    UNKNOWN = "not measured"  # nothing to compare with, or nothing to look at


@dataclass(frozen=True)
class Appearance:
    """A character in the frames of a clip. The sequences hold an entry for every frame.

    Attributes:
        name: the character's, made unique among those that were scored together.
        threshold: similarity from which a frame shows it.
        presences: whether it's there.
        similarities: of who stands for it to the nearest of its references; None where nobody does.
        points: the same on its calibrated scale, 0–100, 50 at the threshold.
        boxes: of who stands for it.
        confidences: the detector's; None also where it has none.
        people: the number in the sight of who stands for it.
        doubled: the boxes of others who look like it.
    """

    name: str
    threshold: float
    presences: tuple[Presence, ...]
    similarities: tuple[float | None, ...]
    points: tuple[float | None, ...]
    boxes: tuple[Box | None, ...]
    confidences: tuple[float | None, ...]
    people: tuple[int | None, ...]
    doubled: tuple[tuple[Box, ...], ...]

    @property
    def visible(self) -> list[int]:
        """The frames that show it, or somebody in its place."""
        return [frame for frame, each in enumerate(self.similarities) if each is not None]


def unknown(name: str, threshold: float, count: int) -> Appearance:
    """An appearance of which nothing could be measured."""
    nothing = (None,) * count
    unmeasured = (Presence.UNKNOWN,) * count
    return Appearance(
        name, threshold, unmeasured, nothing, nothing, nothing, nothing, nothing, ((),) * count
    )


def lost_from(presences: Sequence[Presence]) -> int | None:
    """The first frame from which no visible frame shows the character any more, if there is one."""
    first = None
    for frame in reversed(range(len(presences))):
        if presences[frame] is Presence.SAME:
            break
        if presences[frame] is Presence.DIFFERENT:
            first = frame
    return first
