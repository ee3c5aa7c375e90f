"""Playing a clip forwards and then backwards."""

from collections.abc import Iterator

from ...sound.edits import ThereAndBack
from .drawn_clip import Change, DrawnClip, note

PING_PONG = note("ping_pong", "frames", 1000.0)


def ping_pong(clip: DrawnClip) -> Iterator[Change]:
    """Yield the clip followed by its drawings backwards, without repeating its first and last."""
    order = list(range(len(clip)))
    for drawing in range(len(clip.drawings) - 2, 0, -1):
        order += range(clip.drawings[drawing], clip.ends[drawing])
    added = len(order) - len(clip)
    values = {"frames": added, "left": len(order)}
    back_note = PING_PONG.measured(added, reason_values=values)
    first, last = (clip.ends[place] - clip.drawings[place] for place in (0, -1))
    edit = ThereAndBack(first, last) if added else None
    yield Change(clip.recipe.of_frames(order), (back_note,), edit)
