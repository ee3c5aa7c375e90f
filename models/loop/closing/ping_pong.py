"""Play a clip forth and back."""

from collections.abc import Iterator

from .drawn import Change, Drawn, note

PING_PONG = note("ping_pong", "frames", 1000.0)


def ping_pong(clip: Drawn) -> Iterator[Change]:
    """The clip, then its drawings backwards, without the first and the last one once more."""
    order = list(range(len(clip.images)))
    for drawing in range(len(clip.drawings) - 2, 0, -1):
        order += range(clip.drawings[drawing], clip.ends[drawing])
    added = len(order) - len(clip.images)
    values = {"frames": added, "left": len(order)}
    yield Change(clip.images[order], (PING_PONG.measured(added, reason_values=values),))
