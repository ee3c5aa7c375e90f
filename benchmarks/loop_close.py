"""Memory and CPU time of Close Loop with `auto`, compared with another checkout or with limits.

With the path of another checkout in the variable ANIME_BENCH_OTHER, that one closes the same clips.
Without it, the memory is compared with its limit, and the time with that of one score of the clip.
"""

from .peak_memory import Clip, ProcessCost, measure, other_checkout
from .timing import Comparison, print_table

# Without drift `auto` tries to cut, to blend and to add frames. With drift it also corrects the
# colours of all frames.
CLIPS = {
    "120 frames": Clip(120, 832, 480),
    "120 frames in pixels": Clip(120, 832, 480, planar=False),
    "120 frames with drift": Clip(120, 832, 480, drift=0.1),
    "1,000 frames": Clip(1000, 832, 480),
    "1,000 frames with drift": Clip(1000, 832, 480, drift=0.1),
}
MOST_CLIPS = 1.2  # limit of the peak memory, in multiples of the clip


def run() -> None:
    """Close each clip in a process of its own, and compare memory and time."""
    other = other_checkout()
    rows = []
    for name, clip in CLIPS.items():
        ours = measure("Close Loop", clip)
        theirs = measure("Close Loop", clip, other) if other else measure("Loop Score", clip)
        rows += [
            _row(name, "this checkout", ours),
            _row(name, "other checkout" if other else "one score", theirs),
        ]
        memory = theirs.clips if other else MOST_CLIPS
        Comparison(f"loop_close/memory of {name}", ours.clips, memory, "clips").print()
        seconds = ours.cpu_seconds, theirs.cpu_seconds
        Comparison(f"loop_close/time of {name}", *seconds, "CPU s").print()
    print_table(("clip", "side", "peak, clips", "peak, MB", "CPU s", "s"), rows)


def _row(clip: str, side: str, cost: ProcessCost) -> tuple[object, ...]:
    return clip, side, cost.clips, round(cost.peak / 1e6), cost.cpu_seconds, cost.seconds
