"""Fade a clip's last drawings into its first ones."""

from collections.abc import Iterator

from .blend import blended, check_blend_frames
from .drawn import Change, Drawn, note

CROSSFADE = note("crossfade", "frames", 100.0)


def crossfaded(clip: Drawn, blend_frames: int) -> Iterator[Change]:
    """The clip with its last drawings laid over its first ones and faded out.

    It gets shorter by what was laid over. All frames after the fade stay as they are.

    Args:
        clip: the clip.
        blend_frames: over how many frames to fade; rounded to whole drawings.

    Raises:
        InputError: `blend_frames` is more than half of the clip.
    """
    check_blend_frames(clip, blend_frames)
    count = min(clip.drawn_in(blend_frames), len(clip.drawings) // 2)
    if count == 0:
        return
    over = len(clip.drawings) - count
    images = clip.images[: clip.drawings[over]].clone()
    for drawing in range(count):
        start, end = clip.drawings[drawing], clip.ends[drawing]
        share = (drawing + 1) / (count + 1)
        ending = clip.images[clip.drawings[over + drawing]]
        images[start:end] = blended(ending, clip.images[start], share)
    values = {"frames": clip.ends[count - 1], "left": len(images)}
    done = CROSSFADE.measured(values["frames"], reason_values=values)
    yield Change(images, (done,))
