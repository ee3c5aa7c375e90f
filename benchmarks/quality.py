"""Still and clip quality of a clip, compared with OpenCV and scikit-image frame by frame."""

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
from .picture_by_picture import edge_width, fast_values, still_values
from .speed_side import in_planes
from .timing import Comparison, alternate, print_table

FRAMES, WIDTH, HEIGHT, PERIOD = 120, 832, 480, 24
FPS = 24.0
ROUNDS = 3
TIMED_FRAMES = 6  # frames per round of the baseline, whose time grows with their number
SCALES = (96, 48, 24, 12)  # shorter sides in px at which the distance of frames is measured
CELL = 10  # side in px, at the working size, of a cell whose mean is taken
Values = dict[str, Any]


def run() -> None:
    """Measure a clip with the pack, and some of its frames with the baseline; no plot is drawn."""
    frames = in_planes(draw_clip(FRAMES, WIDTH, HEIGHT, PERIOD, character=0, seed=2))
    pictures = [(frame.numpy() * 255).round().astype(np.uint8) for frame in frames[:TIMED_FRAMES]]
    still, clip = partial(score_still_quality, frames), partial(score_clip_quality, frames, FPS)
    clip_baseline = partial(_frame_by_frame, pictures, (WIDTH, HEIGHT))
    print(f"{FRAMES} frames of {WIDTH}×{HEIGHT}, {torch.get_num_threads()} threads")
    rows = []
    for name, title, ours, other in (
        (
            "still_and_clip",
            "still and clip",
            lambda: (still(), clip()),
            lambda: (clip_baseline(), [still_values(picture) for picture in pictures]),
        ),
        ("still", "still", still, lambda: [still_values(picture) for picture in pictures]),
        (
            "still_without_banding",
            "still; baseline without banding",
            still,
            lambda: [still_values(picture, banding=False) for picture in pictures],
        ),
        ("clip_full_size", "clip", clip, clip_baseline),
        (
            "clip_working_size",
            "clip; flow of the baseline at the working size",
            clip,
            partial(_frame_by_frame, pictures, (WIDTH // 2, HEIGHT // 2)),
        ),
    ):
        seconds, other_seconds = alternate(ours, other, ROUNDS)
        rate, other_rate = FRAMES / median(seconds), TIMED_FRAMES / median(other_seconds)
        rows.append((title, rate, other_rate, rate / other_rate))
        Comparison(f"quality/{name}", rate, other_rate, "frames/s").print()
    print_table(("quality", "pack frames/s", "baseline frames/s", "ratio"), rows)


def _frame_by_frame(pictures: list[np.ndarray], size: tuple[int, int]) -> list[Values]:
    """Return the baseline of AnimeClipQuality: similar measures in OpenCV and scikit-image.

    Args:
        pictures: 8-bit RGB, shape (height, width, 3).
        size: width and height in px at which the optical flow is computed.
    """
    cv2, colour = require("cv2"), require("skimage.color")
    transform, measure = require("skimage.transform"), require("skimage.measure")
    frame_values: list[Values] = []
    prepared: list[tuple[np.ndarray, np.ndarray, list[np.ndarray]]] = []
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
            **fast_values(cv2, picture, grey),
            "colour": colour.rgb2lab(picture).mean(axis=(0, 1)),
        }
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        small_grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
        prepared.append((small, small_grey, labs))
        if len(prepared) > 1:
            flows.append(_flows(cv2, prepared[-2][1], small_grey))
            values.update(_step_values(cv2, measure, prepared[-2], prepared[-1], *flows[-1]))
        if len(flows) > 1:
            greys = [each[1] for each in prepared[-3:]]
            values.update(_triplet_values(measure, greys, *flows[-2:]))
        frame_values.append(values)
    return frame_values


def _flows(cv2: ModuleType, first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    return search.calc(first, second, None), search.calc(second, first, None)


def _step_values(
    cv2: ModuleType,
    measure: ModuleType,
    first: tuple[np.ndarray, np.ndarray, list[np.ndarray]],
    second: tuple[np.ndarray, np.ndarray, list[np.ndarray]],
    forward: np.ndarray,
    backward: np.ndarray,
) -> Values:
    """Return motion, light and warping error of two frames, without pixels visible in only one."""
    height, width = forward.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    target_x, target_y = x + forward[..., 0], y + forward[..., 1]
    warped = cv2.remap(second[0], target_x, target_y, cv2.INTER_LINEAR)
    warped_backward = cv2.remap(backward, target_x, target_y, cv2.INTER_LINEAR)
    length = (forward**2).sum(axis=2)
    mismatch = ((forward + warped_backward) ** 2).sum(axis=2)
    gradients = [np.gradient(forward[..., i], axis=j) ** 2 for i in (0, 1) for j in (0, 1)]
    # A pixel is visible in both frames if its flow forwards and backwards agree, and no edge of
    # motion is near.
    visible = (mismatch < 0.01 * (length + (warped_backward**2).sum(axis=2)) + 0.5) & (
        np.sum(gradients, axis=0) < 0.01 * length + 0.002
    )
    change = (warped.astype(float) - first[0]) * visible[..., None]
    cells = measure.block_reduce(change, (CELL, CELL, 1), np.mean)
    speeds = np.sort(np.sqrt(length), axis=None)
    return {
        "motion": [float(np.linalg.norm(a - b)) for a, b in zip(first[2], second[2], strict=True)],
        "warping_error": float((change**2).sum() / max(visible.sum(), 1)),
        "light": np.median(cells, axis=(0, 1)),
        "speed": float(speeds[-round(0.05 * speeds.size) :].mean()),
    }


def _triplet_values(
    measure: ModuleType,
    greys: list[np.ndarray],
    first_flows: tuple[np.ndarray, np.ndarray],
    second_flows: tuple[np.ndarray, np.ndarray],
) -> Values:
    """Return smoothness, growth, jitter and boiling of three frames.

    Args:
        measure: the module `skimage.measure`.
        greys: the three frames in grey.
        first_flows: optical flow from the first to the second frame, and back.
        second_flows: optical flow from the second to the third frame, and back.
    """
    # Both flows start at the frame in the middle.
    backward, forward = first_flows[1], second_flows[0]
    acceleration = np.linalg.norm(forward + backward, axis=2)
    distance = np.linalg.norm(forward, axis=2) + np.linalg.norm(backward, axis=2)
    deviation = greys[1] - (greys[0].astype(float) + greys[2]) / 2
    still = np.linalg.norm(forward - backward, axis=2) < 0.2
    cell_accelerations = measure.block_reduce(forward + backward, (CELL, CELL, 1), np.mean)
    means = measure.block_reduce(deviation * still, (CELL, CELL), np.mean)
    squares = measure.block_reduce((deviation * still) ** 2, (CELL, CELL), np.mean)
    return {
        "smoothness": float(1 - acceleration.sum() / max(distance.sum(), 1e-9)),
        "growth": float(np.linalg.norm(forward)) / max(float(np.linalg.norm(backward)), 1e-9),
        "jitter": np.median(cell_accelerations, axis=(0, 1)),
        "boiling": float(np.sqrt(np.maximum(squares - means**2, 0).mean())),
    }
