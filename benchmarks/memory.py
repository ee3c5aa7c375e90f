"""Peak memory of the nodes on long clips in planes, beyond the clip and in multiples of it.

Each is measured in a process of its own. With the path of another checkout in the variable
ANIME_BENCH_OTHER, both are measured; without it, the figures are compared with the clip itself.
"""

from .peak_memory import Clip, measure, other_checkout
from .timing import Comparison, print_table

CLIPS = (Clip(120, 1280, 720), Clip(1000, 832, 480))
WORK = (
    *("Find Loop", "Loop Score", "Close Loop", "Clip Quality", "Still Quality"),
    *("Character Score", "Compare Images"),
)


def run() -> None:
    """Measure each node on each clip."""
    other = other_checkout()
    rows = []
    for work in WORK:
        for clip in CLIPS:
            size = f"{clip.frames} × {clip.width}×{clip.height}"
            ours = measure(work, clip)
            row: list[object] = [work, size, ours.clips, round(ours.peak / 1e6)]
            reference = 1.0
            if other:
                theirs = measure(work, clip, other)
                row += [theirs.clips, round(theirs.peak / 1e6)]
                reference = theirs.clips
            rows.append(row)
            Comparison(f"memory/{work}, {size}", ours.clips, reference, "clips").print()
    headings = ["node", "clip", "peak, clips", "peak, MB"]
    print_table([*headings, *(["other, clips", "other, MB"] if other else [])], rows)
