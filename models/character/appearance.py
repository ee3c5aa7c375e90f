"""Appearance of one character in a clip, frame by frame, for scores and pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from .detection import Box


class Presence(str, Enum):
    """Presence of a character in a frame."""

    SAME = "same"
    DIFFERENT = "different"  # another person, who doesn't look like it, is in its place
    NOT_VISIBLE = "not visible"
    UNKNOWN = "not measured"  # there is no reference, or the frames can't be measured


@dataclass(frozen=True)
class Appearance:
    """A character in the frames of a clip.

    In each frame at most one detected person is assigned to the character. Each sequence holds
    one entry for every frame, None where no person is assigned.

    Attributes:
        name: name of the character, made unique among those that were scored together.
        threshold: similarity from which a frame shows the character.
        presences: presence of the character.
        similarities: similarity of the assigned person to the most similar reference.
        boxes: bounding box of the assigned person.
        confidences: confidence of the detector in that box; None if the detector gives none.
        people: index of the assigned person in `Detections.people`.
        doubled: boxes of the further people who look like the character; empty for none.
    """

    name: str
    threshold: float
    presences: tuple[Presence, ...]
    similarities: tuple[float | None, ...]
    boxes: tuple[Box | None, ...]
    confidences: tuple[float | None, ...]
    people: tuple[int | None, ...]
    doubled: tuple[tuple[Box, ...], ...]

    @property
    def visible_frames(self) -> list[int]:
        """Frames that show the character, or another person in its place."""
        return [frame for frame, each in enumerate(self.similarities) if each is not None]


def unmeasured_appearance(name: str, threshold: float, count: int) -> Appearance:
    """Return an appearance in `count` frames for which nothing could be measured."""
    absent = (None,) * count
    presences = (Presence.UNKNOWN,) * count
    return Appearance(name, threshold, presences, absent, absent, absent, absent, ((),) * count)


def first_lost_frame(presences: Sequence[Presence]) -> int | None:
    """Return the frame from which on no visible frame shows the character, or None.

    Examples:
        >>> same, different = Presence.SAME, Presence.DIFFERENT
        >>> first_lost_frame([same, different, same, different, Presence.NOT_VISIBLE, different])
        3
        >>> first_lost_frame([same, different, same]) is None
        True
    """
    first = None
    for frame in reversed(range(len(presences))):
        if presences[frame] is Presence.SAME:
            break
        if presences[frame] is Presence.DIFFERENT:
            first = frame
    return first
