"""Loop search, compared with moviepy on the same frames, and its time for ever longer clips."""

import importlib
import importlib.util
import statistics
import sys
import time

import torch

from ..models.loop.find import LoopSearch, find_loops
from ..models.loop.seam import score_loop
from ..models.report import Report
from ..models.sample.sample_clip import draw_clip
from .speed_side import in_planes
from .timing import Comparison, alternate, print_table

FPS = 24.0
FRAMES, HEIGHT, WIDTH, PERIOD = 120, 480, 832, 48
ROUNDS = 3
SHORTEST = 24
# moviepy's thresholds in grey levels: the largest difference of two frames that match, and the
# least difference within a second that makes a scene count as moving.
MATCH, MOVES = 10, 1
GROWTH = (250, 500, 1000, 2000)
GROWTH_LONGEST = 240


def run() -> None:
    """Compare with moviepy if it is installed, then search longer and longer clips."""
    if importlib.util.find_spec("moviepy") is None:
        command = f'"{sys.executable}" -m pip install "moviepy>=2.2,<2.3"'
        print(f"moviepy is not installed, so the comparison is left out. To install it: {command}")
    else:
        compare()
    grow()


def compare() -> None:
    """Search the same 120 frames with the pack and with moviepy, and score both loops."""
    clip = in_planes(draw_clip(FRAMES, WIDTH, HEIGHT, PERIOD, 0, 1))
    loops: dict[str, tuple[int, int]] = {}

    def ours() -> None:
        search = find_loops(clip, FPS, shortest=SHORTEST)
        loops["pack"] = search.start, search.length

    pictures = [(frame.numpy() * 255).round().astype("uint8") for frame in clip]

    def other() -> None:
        loops["moviepy"] = moviepy_loop(pictures)

    seconds = alternate(ours, other, ROUNDS)
    rows = []
    for name, times in zip(("pack", "moviepy"), seconds, strict=True):
        start, length = loops[name]
        report = score_loop(clip[start : start + length], FPS)
        rows.append((name, statistics.median(times), start, length, _score(report)))
    print_table(("side", "seconds", "start", "length", "loop score"), rows)
    ours_median, other_median = (statistics.median(each) for each in seconds)
    Comparison("loop_find/120 frames 480×832", ours_median, other_median, "s").print()
    Comparison("loop_find/score of the loop", rows[0][4], rows[1][4], "of 100").print()


def moviepy_loop(pictures: list) -> tuple[int, int]:
    """Return start and length of moviepy's best scene, or the whole clip if it has none."""
    editor = importlib.import_module("moviepy")
    cuts = importlib.import_module("moviepy.video.tools.cuts")
    clip = editor.ImageSequenceClip(pictures, fps=FPS)
    matches = cuts.FramesMatches.from_clip(clip, MATCH, len(pictures) / FPS, logger=None)
    scenes = matches.select_scenes(MATCH, SHORTEST / FPS, nomatch_threshold=MOVES)
    if not scenes:
        return 0, len(pictures)
    best = scenes.best()
    start, end = round(best.start_time * FPS), round(best.end_time * FPS)
    return start, end - start


def grow() -> None:
    """Print the seconds for longer and longer clips.

    The growth of the time is compared with the growth of the number of pairs of frames.
    """
    # A camera moves down a tall picture, so that 2,000 frames share the memory of one picture.
    tall = torch.rand(HEIGHT + GROWTH[-1], WIDTH, 3, generator=torch.Generator().manual_seed(0))
    rows = []
    for count in GROWTH:
        frames = tall.as_strided((count, HEIGHT, WIDTH, 3), (WIDTH * 3, WIDTH * 3, 3, 1))
        longest = min(GROWTH_LONGEST, count)
        pairs = count * longest - longest * (longest - 1) // 2
        started = time.perf_counter()
        search: LoopSearch = find_loops(frames, FPS, SHORTEST, longest)
        rows.append((count, pairs, time.perf_counter() - started, search.report.verdict.value))
    print_table(("frames", "pairs", "seconds", "verdict"), rows)
    shortest, longest_row = rows[0], rows[-1]
    Comparison(
        "loop_find/growth", longest_row[2] / shortest[2], longest_row[1] / shortest[1], "times"
    ).print()


def _score(report: Report) -> float:
    return 0.0 if report.score is None else report.score
