"""The characters of a clip together: who of them is missing, and who is there twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..frames import Absence
from ..measure import Measure, Value
from ..measurement import Better
from .appearance import Appearance, Presence

# Twice in one frame is a fault of the picture. A detector that draws two boxes around somebody in
# a frame or two is not.
DOUBLED_ALLOWED = 0.1
MOST_LISTED = 5  # frames of a character that a sentence names

SOME_MISSING = "cast_missing"
NOBODY_SEEN = "nobody_seen"
SOME_DOUBLED = "doubled"


@dataclass(frozen=True)
class CastInClip:
    """The characters that a clip was scored against.

    Attributes:
        appearances: of each of them, at least one.
        frames: those that show anybody.
    """

    appearances: Sequence[Appearance]
    frames: Sequence[int]


def missing(cast: CastInClip) -> Value | Absence:
    """Return the share of the frames in which somebody who was asked for isn't found.

    Only frames that show anybody count.
    """
    if not cast.frames:
        return Absence(NOBODY_SEEN)
    frames = {
        each.name: [f for f in cast.frames if each.presences[f] is not Presence.SAME]
        for each in cast.appearances
        if Presence.UNKNOWN not in each.presences
    }
    return _share(frames, cast, SOME_MISSING, "missing")


def doubled(cast: CastInClip) -> Value:
    """Return the share of the frames that show anybody in which somebody is there twice."""
    frames = {each.name: [f for f in cast.frames if each.doubled[f]] for each in cast.appearances}
    twice, anybody = set().union(*frames.values()), set(cast.frames)
    per_frame = [
        float(frame in twice) if frame in anybody else None
        for frame in range(len(cast.appearances[0].presences))
    ]
    return _share(frames, cast, SOME_DOUBLED, "doubled", per_frame)


def _first_of(frames: Sequence[int]) -> str:
    """Write the first numbers of frames without words, as the sentence has many languages."""
    listed = ", ".join(map(str, frames[:MOST_LISTED]))
    return f"{listed}, …" if len(frames) > MOST_LISTED else listed


def _share(
    frames: Mapping[str, Sequence[int]],
    cast: CastInClip,
    reason: str,
    key: str,
    per_frame: Sequence[float | None] = (),
) -> Value:
    """Return a share of frames, with the names of those concerned and where."""
    concerned = set().union(*frames.values())
    places = "; ".join(
        f"{name} {len(which)}/{len(cast.frames)} ({_first_of(which)})"
        for name, which in frames.items()
        if which
    )
    return Value(
        len(concerned) / len(cast.frames),
        {key: places} if concerned else {},
        reason if concerned else None,
        per_frame,
        {"frames": {name: which for name, which in frames.items() if which}},
    )


# The backend of both is the embedder.
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
