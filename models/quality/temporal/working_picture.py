"""Frames at the size at which motion is measured, with the detail from which flow is computed."""

import torch
from torch.nn.functional import pad

from ...image_ops.area_mean import block_mean
from ...image_ops.gradients import mixed_difference
from ...image_ops.luma import luma
from ...image_ops.windows import box_mean

# Frames are reduced by the largest whole number that leaves at least so many px to the shorter
# side. A mouth is then still some px wide, and two flows take about 10 ms.
WORKING_SIDE = 192
# The shorter side divided by the radius of the window whose mean is subtracted from each pixel's
# luma.
SURROUNDINGS = 16
# Root mean square of the coarser detail below which a picture has no lines to be sharp.
FLAT = 0.5 / 255


class WorkingPicture:
    """Frame at the working size, and properties of it that several measures need.

    All are computed at once, so that the threads that measure the steps only read them.

    Attributes:
        colours: red, green, blue and luma in 0–1, shape (4, height, width).
        detail: luma minus its mean in the surroundings, shape (height, width). Flow is computed
            from it. With the luma itself, the flow would take a change of light for motion wherever
            the picture has a gradient.
        fine: luma minus its mean in 3 × 3 px: the finest detail, shape (height, width).
        without_lines: finest detail without straight lines, shape (height, width): Immerkær's
            difference of two Laplacians.
        fineness: finest detail as a share of the next coarser one; None if the picture is flat.
    """

    def __init__(self, frame: torch.Tensor) -> None:
        """Reduce a frame: RGB in 0–1, shape (height, width, 3)."""
        self.colours = reduced(frame)
        grey = self.colours[3]
        smooth = box_mean(grey, 1)
        self.detail = grey - box_mean(grey, min(grey.shape) // SURROUNDINGS)
        self.fine = grey - smooth
        self.without_lines = mixed_difference(pad(grey[None], (1, 1, 1, 1), mode="replicate")[0])
        self.fineness = _fineness(self.fine, smooth - box_mean(smooth, 2))


def _fineness(fine: torch.Tensor, coarse: torch.Tensor) -> float | None:
    coarser = coarse.square().mean().sqrt().item()
    return fine.square().mean().sqrt().item() / coarser if coarser > FLAT else None


def reduced(frame: torch.Tensor) -> torch.Tensor:
    """Reduce a frame to the size at which motion is measured, by means of squares of whole pixels.

    Args:
        frame: RGB in 0–1, shape (height, width, 3).

    Returns:
        Red, green, blue, luma; shape (4, height, width). Rows and columns at the end that fill no
        square are left out.
    """
    height, width = frame.shape[:2]
    side = max(1, min(height, width) // WORKING_SIDE)
    down, across = height // side, width // side
    planes = block_mean(frame[: down * side, : across * side], 0, side).movedim(-1, 0)
    planes = block_mean(planes, 2, side)
    return torch.cat([planes, luma(planes.movedim(0, -1))[None]])


def grey_levels(detail: torch.Tensor) -> torch.Tensor:
    """Return detail in grey levels around 127.5, as the flow takes it: uint8 on the CPU."""
    return (detail * 255 + 127.5).round().clamp(0, 255).byte().cpu()
