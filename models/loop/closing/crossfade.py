"""Crossfade of a clip's last drawings into its first ones."""

from collections.abc import Callable, Iterator
from functools import partial

import torch

from ...sound.edits import Crossfade
from .blend import blend, check_blend_frames
from .drawn_clip import Change, DrawnClip, note
from .recipe import Drawing, Poll

CROSSFADE = note("crossfade", "frames", 100.0)


def crossfaded(clip: DrawnClip, blend_frames: int) -> Iterator[Change]:
    """Yield the clip with its last drawings faded into its first ones.

    The clip gets shorter by the drawings that were laid over the first ones. All frames after the
    fade stay as they are.

    Args:
        clip: the clip.
        blend_frames: length of the fade in frames; rounded to whole drawings.

    Raises:
        InputError: `blend_frames` is more than half of the clip.
    """
    check_blend_frames(clip, blend_frames)
    count = min(clip.drawings_in(blend_frames), len(clip.drawings) // 2)
    if count == 0:
        return
    remaining = len(clip.drawings) - count
    frames = list(range(clip.drawings[remaining]))
    drawings = []
    for drawing in range(count):
        start, end = clip.drawings[drawing], clip.ends[drawing]
        ends = (clip.drawings[remaining + drawing], start)
        first, second = (clip.recipe.pictures[frame] for frame in ends)
        drawings.append(Drawing(_fade, first, second, share=(drawing + 1) / (count + 1)))
        frames[start:end] = [-1 - drawing] * (end - start)
    values = {"frames": clip.ends[count - 1], "left": len(frames)}
    fade_note = CROSSFADE.measured(values["frames"], reason_values=values)
    recipe = clip.recipe.with_drawings(drawings, frames)
    yield Change(recipe, (fade_note,), Crossfade(len(frames), values["frames"]))


def _fade(
    first: torch.Tensor, second: torch.Tensor, _poll: Poll
) -> Callable[[float], torch.Tensor]:
    """Return the function that mixes two images by a share of the second; see `Transition`."""
    return partial(blend, first, second)
