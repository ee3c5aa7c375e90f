"""Frames at the size at which motion is measured, with the detail from which flow is computed."""

from functools import cached_property

import torch
from torch.nn.functional import pad

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

    Attributes:
        colours: red, green, blue and luma in 0–1, shape (4, height, width).
    """

    def __init__(self, frame: torch.Tensor) -> None:
        """Reduce a frame: RGB in 0–1, shape (height, width, 3)."""
        self.colours = reduced(frame)

    @cached_property
    def detail(self) -> torch.Tensor:
        """Luma minus its mean in the surroundings, shape (height, width).

        Flow is computed from it. With the luma itself, the flow would take a change of light for
        motion wherever the picture has a gradient.
        """
        grey = self.colours[3]
        return grey - box_mean(grey, min(grey.shape) // SURROUNDINGS)

    @cached_property
    def fine(self) -> torch.Tensor:
        """Luma minus its mean in 3 × 3 px: the finest detail, shape (height, width)."""
        return self.colours[3] - self._smooth

    @cached_property
    def without_lines(self) -> torch.Tensor:
        """Finest detail without straight lines: Immerkær's difference of two Laplacians."""
        return mixed_difference(pad(self.colours[3][None], (1, 1, 1, 1), mode="replicate")[0])

    @cached_property
    def fineness(self) -> float | None:
        """Finest detail as a share of the next coarser one; None if the picture is flat."""
        coarser = (self._smooth - box_mean(self._smooth, 2)).square().mean().sqrt().item()
        return self.fine.square().mean().sqrt().item() / coarser if coarser > FLAT else None

    @cached_property
    def _smooth(self) -> torch.Tensor:
        return box_mean(self.colours[3], 1)


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
    if side > 1:
        rows = frame[: down * side, : across * side]
        rows = rows.reshape(down, side, across * side * 3).mean(dim=1)
        frame = rows.view(down, across, side, 3).mean(dim=2)
    return torch.cat([frame, luma(frame)[..., None]], dim=-1).movedim(-1, 0).contiguous()


def grey_levels(detail: torch.Tensor) -> torch.Tensor:
    """Return detail in grey levels around 127.5, as the flow takes it: uint8 on the CPU."""
    return (detail * 255 + 127.5).round().clamp(0, 255).byte().cpu()
