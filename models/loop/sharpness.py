"""Is the first frame as sharp as the last?"""

import torch

from ..measure import Measure, Value
from ..measurement import Better

# Every so many rows are enough to tell how sharp a picture is.
ROWS = 8
CLEAR = 0.05  # beyond what varies inside; below, one frame is as sharp as any other

SOFTER = "seam_softer"
SHARPER = "seam_sharper"


def bends(frames: torch.Tensor) -> torch.Tensor:
    """How sharp frames are: the usual second difference between pixels, beside one another.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).

    Returns:
        Shape (frames,).
    """
    green = frames[:, ::ROWS, :, 1].contiguous()  # read once, though used three times
    bent = green[:, :, 1:-1] * 2
    return bent.sub_(green[:, :, :-2]).sub_(green[:, :, 2:]).abs_().mean(dim=(1, 2))


def seam_sharpness(sharpness: torch.Tensor, drawings: list[int]) -> Value:
    """Measure by how much more the sharpness changes at the seam than at any step inside.

    Compression starts a clip with a sharp picture and lets it soften, and so do some generators:
    the texture then pops at the seam, though the motion goes on. It judges nothing by itself: it
    says why a learned distance may see a jump where colours and shapes have none.

    Args:
        sharpness: what `bends` gives for the frames.
        drawings: index of a frame of each drawing in the order in which they play.

    Returns:
        The change, in doublings of the usual second difference between pixels.
    """
    sharp = sharpness[drawings].clamp(min=1e-6).log2()
    changes = (sharp.roll(-1) - sharp).abs()
    beyond = max(0.0, (changes[-1] - changes[:-1].max()).item())
    percent = 100 * (2 ** (sharp[0] - sharp[-1]).item() - 1)
    reason = None
    if beyond > CLEAR:
        reason = SOFTER if percent < 0 else SHARPER
    return Value(beyond, {"percent": round(abs(percent))}, reason)


SEAM_SHARPNESS = Measure(
    "seam_sharpness",
    unit="log2",
    better=Better.LOWER,
    backend="second-difference",
    answers_to="Texture that becomes sharper or softer at the seam. Does not affect the verdict",
    function=lambda seam: seam_sharpness(seam.measurements.bends, seam.drawings),
    passes="seam_sharpness",
    reasons=(SOFTER, SHARPER),
)
