"""Measures of all characters of a clip together: missing characters and doubled ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..frames import Absence
from ..measure import Measure, Value
from ..measurement import Better
from .appearance import Appearance, Presence

# Share of frames. If a character is doubled in more frames, the clip has a fault. In fewer frames,
# the detector may have put two boxes around one person.
DOUBLED_ALLOWED = 0.1
MOST_LISTED = 5  # number of frames of a character that the text of a reason lists

SOME_MISSING = "cast_missing"
NOBODY_SEEN = "nobody_seen"
SOME_DOUBLED = "doubled"


@dataclass(frozen=True)
class CastInClip:
    """The characters that a clip was scored against.

    Attributes:
        appearances: appearance of each character, at least one.
        frames: numbers of the frames in which at least one person was detected.
    """

    appearances: Sequence[Appearance]
    frames: Sequence[int]


def missing(cast: CastInClip) -> Value | Absence:
    """Return the share of the frames in which at least one character is missing.

    Only frames in which at least one person was detected count.
    """
    if not cast.frames:
        return Absence(NOBODY_SEEN)
    frames = {
        each.name: [f for f in cast.frames if each.presences[f] is not Presence.SAME]
        for each in cast.appearances
        if Presence.UNKNOWN not in each.presences
    }
    return _share_of_frames(frames, cast, SOME_MISSING, "missing")


def doubled(cast: CastInClip) -> Value:
    """Return the share of the frames that show a character twice.

    Only frames in which at least one person was detected count.
    """
    frames = {each.name: [f for f in cast.frames if each.doubled[f]] for each in cast.appearances}
    doubled_frames, frames_with_people = set().union(*frames.values()), set(cast.frames)
    per_frame = [
        float(frame in doubled_frames) if frame in frames_with_people else None
        for frame in range(len(cast.appearances[0].presences))
    ]
    return _share_of_frames(frames, cast, SOME_DOUBLED, "doubled", per_frame)


def _first_of(frames: Sequence[int]) -> str:
    """Return the first frame numbers as a text without words, for reasons in any language."""
    listed = ", ".join(map(str, frames[:MOST_LISTED]))
    return f"{listed}, …" if len(frames) > MOST_LISTED else listed


def _share_of_frames(
    frames: Mapping[str, Sequence[int]],
    cast: CastInClip,
    reason: str,
    key: str,
    per_frame: Sequence[float | None] = (),
) -> Value:
    """Return the share of the clip's frames that are listed for at least one character.

    Args:
        frames: by the name of each character, the frames in which it is missing, or doubled.
        cast: the characters of the clip.
        reason: code of the reason if any frame is listed.
        key: placeholder in that reason for the names of the characters and their frames.
        per_frame: value of each frame.
    """
    all_frames = set().union(*frames.values())
    listing = "; ".join(
        f"{name} {len(numbers)}/{len(cast.frames)} ({_first_of(numbers)})"
        for name, numbers in frames.items()
        if numbers
    )
    return Value(
        len(all_frames) / len(cast.frames),
        {key: listing} if all_frames else {},
        reason if all_frames else None,
        per_frame,
        {"frames": {name: numbers for name, numbers in frames.items() if numbers}},
    )


# The backend of both measures is the embedder; `character_measures` fills it in.
MISSING = Measure(
    "missing",
    unit="share",
    better=Better.LOWER,
    answers_to="With several characters: share of the frames in which one of them is missing",
    function=missing,
    passes="cast_complete",
    reasons=(SOME_MISSING,),
    absences=(NOBODY_SEEN,),
)
DOUBLED = Measure(
    "doubled",
    unit="share",
    better=Better.LOWER,
    threshold=DOUBLED_ALLOWED,
    required=True,
    answers_to="Share of the frames that show a character twice",
    function=doubled,
    passes="nobody_doubled",
    reasons=(SOME_DOUBLED,),
)
