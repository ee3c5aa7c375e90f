"""Crossfade of a clip's last drawings into its first ones."""

from collections.abc import Iterator

from .blend import blend, check_blend_frames
from .drawn_clip import Change, DrawnClip, note

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
    images = clip.images[: clip.drawings[remaining]].clone()
    for drawing in range(count):
        start, end = clip.drawings[drawing], clip.ends[drawing]
        share = (drawing + 1) / (count + 1)
        ending = clip.images[clip.drawings[remaining + drawing]]
        images[start:end] = blend(ending, clip.images[start], share)
    values = {"frames": clip.ends[count - 1], "left": len(images)}
    fade_note = CROSSFADE.measured(values["frames"], reason_values=values)
    yield Change(images, (fade_note,))
