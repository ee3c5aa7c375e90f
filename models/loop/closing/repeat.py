"""Removal of the frames at the end of a clip that repeat its first drawing."""

from collections.abc import Iterator

from ...holds import HELD_SHARE, STILL
from ...sound.edits import Cut
from ..seam_noise import repeats_first
from .drawn_clip import Change, DrawnClip, note

REPEAT = note("repeat", "frames", 100.0)


def without_repeat(clip: DrawnClip) -> Iterator[Change]:
    """Yield the clip without the frames at its end that repeat its first drawing, if there are any.

    The frames of the first drawing and of its repetition are counted together. As many remain as
    the clip usually holds a drawing.
    """
    if len(clip.steps) < 3 or not _repeats_first(clip):
        return
    lengths = clip.pattern.lengths
    surplus = min(lengths[0] + lengths[-1] - clip.pattern.typical, lengths[-1])
    if surplus < 1:
        return
    frames = len(clip)
    values = {"frames": surplus, "before": frames}
    repeat_note = REPEAT.measured(surplus, reason_values=values)
    left = range(frames - surplus)
    yield Change(clip.recipe.of_frames(left), (repeat_note,), Cut(0, len(left)))


def _repeats_first(clip: DrawnClip) -> bool:
    """Return True if the clip's last drawing is its first one, apart from compression noise."""
    steps = clip.steps
    if steps[-1] <= max(STILL, HELD_SHARE * steps[:-1].median().item()):
        return True
    return repeats_first(clip.pictures, steps, clip.measured.distances.structural_between)
