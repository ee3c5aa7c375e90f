"""Still and clip quality of a clip, beside scikit-image and OpenCV frame by frame."""

from functools import partial
from statistics import median
from types import ModuleType
from typing import Any

import numpy as np
import torch

from ..models.dependency import require
from ..models.quality.clip_quality import score_clip_quality
from ..models.quality.still.still_quality import score_still_quality
from ..models.sample.sample_clip import draw_clip
from .picture_by_picture import cheap_values, edge_width, still_values
from .timing import Comparison, alternate, print_table

FRAMES, WIDTH, HEIGHT, PERIOD = 120, 832, 480, 24
FPS = 24.0
ROUNDS = 3
TIMED_FRAMES = 6  # of the other side in each round; its time grows with their number
SCALES = (96, 48, 24, 12)  # shorter sides, px, of the distance between frames
CELL = 10  # px at the working size
Values = dict[str, Any]


def run() -> None:
    """Grade a clip, in turns with the same measures of some frames; no plot is drawn."""
    frames = draw_clip(FRAMES, WIDTH, HEIGHT, PERIOD, character=0, seed=2)
    pictures = [(frame.numpy() * 255).round().astype(np.uint8) for frame in frames[:TIMED_FRAMES]]
    still, clip = partial(score_still_quality, frames), partial(score_clip_quality, frames, FPS)
    clip_alone = partial(_frame_by_frame, pictures, (WIDTH, HEIGHT))
    print(f"{FRAMES} frames of {WIDTH}×{HEIGHT}, {torch.get_num_threads()} threads")
    rows = []
    for name, said, ours, other in (
        (
            "still_and_clip",
            "still and clip",
            lambda: (still(), clip()),
            lambda: (clip_alone(), [still_values(picture) for picture in pictures]),
        ),
        ("still", "still", still, lambda: [still_values(picture) for picture in pictures]),
        (
            "still_without_banding",
            "still; the other without bands",
            still,
            lambda: [still_values(picture, banding=False) for picture in pictures],
        ),
        ("clip_full_size", "clip", clip, clip_alone),
        (
            "clip_working_size",
            "clip; the other's flow at our working size",
            clip,
            partial(_frame_by_frame, pictures, (WIDTH // 2, HEIGHT // 2)),
        ),
    ):
        seconds, other_seconds = alternate(ours, other, ROUNDS)
        rate, other_rate = FRAMES / median(seconds), TIMED_FRAMES / median(other_seconds)
        rows.append((said, rate, other_rate, rate / other_rate))
        Comparison(f"quality/{name}", rate, other_rate, "frames/s").print()
    print_table(("quality", "pack, frames/s", "other, frames/s", "ratio"), rows)


def _frame_by_frame(pictures: list[np.ndarray], size: tuple[int, int]) -> list[Values]:
    """What AnimeClipQuality measures, as one would write it with OpenCV and scikit-image."""
    cv2, colour = require("cv2"), require("skimage.color")
    transform, measure = require("skimage.transform"), require("skimage.measure")
    found: list[Values] = []
    seen: list[tuple[np.ndarray, np.ndarray, list[np.ndarray]]] = []
    flows: list[tuple[np.ndarray, np.ndarray]] = []
    for picture in pictures:
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        labs = [
            colour.rgb2lab(
                transform.resize(picture, (side, round(side * WIDTH / HEIGHT)), anti_aliasing=True)
            )
            for side in SCALES
        ]
        values: Values = {
            "edge_width": edge_width(cv2, grey),
            **cheap_values(cv2, picture, grey),
            "colour": colour.rgb2lab(picture).mean(axis=(0, 1)),
        }
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        small_grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
        seen.append((small, small_grey, labs))
        if len(seen) > 1:
            flows.append(_flows(cv2, seen[-2][1], small_grey))
            values.update(_step(cv2, measure, seen[-2], seen[-1], *flows[-1]))
        if len(flows) > 1:
            values.update(_passage(measure, [each[1] for each in seen[-3:]], *flows[-2:]))
        found.append(values)
    return found


def _flows(cv2: ModuleType, first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    return search.calc(first, second, None), search.calc(second, first, None)


def _step(
    cv2: ModuleType,
    measure: ModuleType,
    first: tuple[np.ndarray, np.ndarray, list[np.ndarray]],
    second: tuple[np.ndarray, np.ndarray, list[np.ndarray]],
    out: np.ndarray,
    back: np.ndarray,
) -> Values:
    """Motion, light, and the warping error along the flow, covered pixels left out."""
    height, width = out.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    there = cv2.remap(second[0], x + out[..., 0], y + out[..., 1], cv2.INTER_LINEAR)
    back_there = cv2.remap(back, x + out[..., 0], y + out[..., 1], cv2.INTER_LINEAR)
    length = (out**2).sum(axis=2)
    astray = ((out + back_there) ** 2).sum(axis=2)
    rim = np.sum([np.gradient(out[..., i], axis=j) ** 2 for i in (0, 1) for j in (0, 1)], axis=0)
    seen = (astray < 0.01 * (length + (back_there**2).sum(axis=2)) + 0.5) & (
        rim < 0.01 * length + 0.002
    )
    change = (there.astype(float) - first[0]) * seen[..., None]
    cells = measure.block_reduce(change, (CELL, CELL, 1), np.mean)
    speeds = np.sort(np.sqrt(length), axis=None)
    return {
        "motion": [float(np.linalg.norm(a - b)) for a, b in zip(first[2], second[2], strict=True)],
        "warping_error": float((change**2).sum() / max(seen.sum(), 1)),
        "light": np.median(cells, axis=(0, 1)),
        "speed": float(speeds[-round(0.05 * speeds.size) :].mean()),
    }


def _passage(
    measure: ModuleType,
    greys: list[np.ndarray],
    into: tuple[np.ndarray, np.ndarray],
    onto: tuple[np.ndarray, np.ndarray],
) -> Values:
    """How evenly the motion goes on, whether it shakes, and whether what is still changes."""
    back, out = into[1], onto[0]
    turning = np.linalg.norm(out + back, axis=2)
    moved = np.linalg.norm(out, axis=2) + np.linalg.norm(back, axis=2)
    off = greys[1] - (greys[0].astype(float) + greys[2]) / 2
    still = np.linalg.norm(out - back, axis=2) < 0.2
    shaken = measure.block_reduce(out + back, (CELL, CELL, 1), np.mean)
    means = measure.block_reduce(off * still, (CELL, CELL), np.mean)
    squares = measure.block_reduce((off * still) ** 2, (CELL, CELL), np.mean)
    return {
        "smoothness": float(1 - turning.sum() / max(moved.sum(), 1e-9)),
        "growth": float(np.linalg.norm(out)) / max(float(np.linalg.norm(back)), 1e-9),
        "jitter": np.median(shaken, axis=(0, 1)),
        "boiling": float(np.sqrt(np.maximum(squares - means**2, 0).mean())),
    }
