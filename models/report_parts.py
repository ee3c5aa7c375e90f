"""Parts of a report beside its measurements: the worst frame, small pictures and flipbooks."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class WorstFrame:
    """The frame to look at first.

    Attributes:
        frame: index of the frame, from 0.
        reason_code: code of the reason why it is the worst frame.
        reason: English sentence of the reason.
    """

    frame: int
    reason_code: str
    reason: str


@dataclass(frozen=True)
class FlipbookLayout:
    """Places of a loop's frames in its flipbook, the picture in which they lie in rows.

    Attributes:
        frames: number of frames of the loop.
        numbers: index of each frame that is there, rising, from 0; all of them if the loop is
            short.
        columns: number of frames in a row. Each frame has the same size.
    """

    frames: int
    numbers: tuple[int, ...]
    columns: int


@dataclass(frozen=True)
class SnapshotSet:
    """Small pictures of some frames that a node judged; `snapshots.store` has the pictures.

    Attributes:
        id: id of the set.
        clip: fingerprint of all the frames. Two sets of the same clip have the same one, so that
            their frame numbers mean the same frames.
        flipbook: places of the frames in the flipbook; None for what is no loop.
    """

    id: UUID
    clip: str
    flipbook: FlipbookLayout | None = None


def of_one_clip(snapshots: Iterable[tuple[SnapshotSet, ...]]) -> tuple[SnapshotSet, ...]:
    """Return all sets of several reports, each once, if they show one clip; else none.

    A merged report has one number for a frame, which would mean a frame of either clip.

    Args:
        snapshots: sets of each report.

    Examples:
        >>> loop, still, other = (SnapshotSet(UUID(int=at), clip) for at, clip in enumerate("aab"))
        >>> of_one_clip([(loop,), (still, loop)]) == (loop, still), of_one_clip([(loop,), (other,)])
        (True, ())
    """
    sets = tuple(dict.fromkeys(each for part in snapshots for each in part))
    return sets if len({each.clip for each in sets}) == 1 else ()
