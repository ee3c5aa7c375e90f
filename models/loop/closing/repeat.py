"""Drop what is shown twice where the clip starts over."""

from collections.abc import Iterator

from ...holds import HELD_SHARE, STILL
from .drawn import Change, Drawn, note

REPEAT = note("repeat", "frames", 100.0)


def without_repeat(clip: Drawn) -> Iterator[Change]:
    """The clip without the frames at its end that show its first drawing once more.

    They are counted together with the first drawing's own frames: what is left of both is one
    hold of the clip's usual length.
    """
    steps = clip.steps
    if len(steps) < 3 or steps[-1] > max(STILL, HELD_SHARE * steps[:-1].median().item()):
        return
    lengths = clip.pattern.lengths
    surplus = min(lengths[0] + lengths[-1] - clip.pattern.typical, lengths[-1])
    if surplus < 1:
        return
    left = len(clip.images) - surplus
    values = {"frames": surplus, "before": len(clip.images)}
    yield Change(clip.images[:left], (REPEAT.measured(surplus, reason_values=values),))
