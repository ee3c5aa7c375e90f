"""Measure of the change of sharpness at a loop's seam."""

import torch

from ..measure import Measure, Value
from ..measurement import Better

ROWS = 8  # every eighth row is enough to measure the sharpness of a picture
# A change at the seam that exceeds the changes inside by less than this has no visible effect.
CLEAR = 0.05

SOFTER = "seam_softer"
SHARPER = "seam_sharper"


def second_differences(frames: torch.Tensor) -> torch.Tensor:
    """Return the mean second difference of neighbouring pixels in each frame, as its sharpness.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).

    Returns:
        Larger is sharper; shape (frames,).
    """
    green = frames[:, ::ROWS, :, 1].contiguous()  # copied once, as it is read three times
    differences = green[:, :, 1:-1] * 2
    return differences.sub_(green[:, :, :-2]).sub_(green[:, :, 2:]).abs_().mean(dim=(1, 2))


def seam_sharpness(sharpness: torch.Tensor, drawings: list[int]) -> Value:
    """Measure by how much more the sharpness changes at the seam than at any step inside.

    Compression starts a clip with a sharp picture and lets it soften, and so do some generators.
    The texture then pops at the seam, though the motion is continuous. The measure has no
    threshold. It explains why a learned distance may measure a jump though colours and shapes have
    none.

    Args:
        sharpness: `second_differences` of the frames, shape (frames,).
        drawings: index of one frame of each drawing, in the order in which they play.

    Returns:
        The excess of the change at the seam, in doublings of the mean second difference.
    """
    log_sharpness = sharpness[drawings].clamp(min=1e-6).log2()
    changes = (log_sharpness.roll(-1) - log_sharpness).abs()
    excess = max(0.0, (changes[-1] - changes[:-1].max()).item())
    percent = 100 * (2 ** (log_sharpness[0] - log_sharpness[-1]).item() - 1)
    reason = None
    if excess > CLEAR:
        reason = SOFTER if percent < 0 else SHARPER
    return Value(excess, {"percent": round(abs(percent))}, reason)


SEAM_SHARPNESS = Measure(
    "seam_sharpness",
    unit="log2",
    better=Better.LOWER,
    backend="second-difference",
    answers_to="Texture that becomes sharper or softer at the seam. Does not affect the verdict",
    function=lambda seam: seam_sharpness(seam.measurements.sharpness, seam.drawings),
    passes="seam_sharpness",
    reasons=(SOFTER, SHARPER),
)
