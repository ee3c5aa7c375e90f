"""Time of the loop score, compared with the structural features and optical flow that it needs."""

from functools import partial
from statistics import median

import torch

from ..models.image_ops.grey_clip import GreyPictures
from ..models.loop.hold import rhythm_of
from ..models.loop.seam import score_loop
from ..models.loop.velocity import seam_velocity
from ..models.perceptual.structural import STRUCTURAL_BACKEND
from ..models.sample.sample_clip import draw_clip
from .speed_side import in_planes
from .timing import Comparison, alternate, print_table

SIZES = ((48, 480, 270), (120, 832, 480))  # frames, width, height
ROUNDS = 5
FPS = 12.0


def run() -> None:
    """Time the score, and in turns only its features and its flow; no plot is drawn."""
    rows = []
    for count, width, height in SIZES:
        frames = in_planes(draw_clip(count, width, height, 24, 0, 1))
        drawings = rhythm_of(STRUCTURAL_BACKEND.steps(frames)).drawings

        ours, other = alternate(
            partial(score_loop, frames, FPS), partial(_features_and_flow, frames, drawings), ROUNDS
        )
        rows.append((count, f"{width}×{height}", median(ours), median(other)))
        name = f"loop_score/structural_{count}x{width}x{height}"
        Comparison(name, median(ours), median(other), "s").print()
    print_table(("frames", "size", "score s", "features and flow s"), rows)


def _features_and_flow(frames: torch.Tensor, drawings: list[int]) -> None:
    STRUCTURAL_BACKEND.steps(frames)
    seam_velocity(GreyPictures(frames, drawings))
