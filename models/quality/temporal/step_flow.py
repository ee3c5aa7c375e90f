"""Optical flow of the step from one drawing to the next, and the change of light along it."""

from dataclasses import dataclass

import torch

from ...image_ops.flow import optical_flow
from ...image_ops.warp import visible_in_both, warped
from .cells import cell_means, middle_mean
from .working_picture import WorkingPicture, grey_levels

FLOW = "flow-dis"  # backend of the measures along the optical flow
NOTHING_TO_FOLLOW = "nothing_to_follow"  # code of an absence

FEW_CELLS = 0.1  # share of all cells or pixels; if fewer can be compared, the result says nothing
BLACK, WHITE = 1.5 / 255, 253.5 / 255  # a pixel beyond these is clipped, so it can't show the light


@dataclass(frozen=True)
class StepFlow:
    """Flow of one step, and the change of light along it.

    Attributes:
        forward: flow from the first drawing to the second, px, shape (2, height, width).
        backward: flow from the second drawing to the first.
        visible: mask of the pixels of the first drawing that the second shows too.
        visible_back: mask of the pixels of the second drawing that the first shows too.
        cell_light: change of luma along the flow in each cell, NaN where too few pixels count.
        light: change of red, green, blue and luma of the whole picture, shape (4,).
        error: warping error of Lai et al. 2018: mean squared difference of RGB along the flow. None
            if too little is visible in both drawings.
    """

    forward: torch.Tensor
    backward: torch.Tensor
    visible: torch.Tensor
    visible_back: torch.Tensor
    cell_light: torch.Tensor
    light: torch.Tensor
    error: float | None


def step_flow(before: WorkingPicture, after: WorkingPicture) -> StepFlow:
    """Compute the flow from one drawing to the next and back, and the change of light."""
    first, second = before.colours, after.colours
    grey_before, grey_after = grey_levels(before.detail), grey_levels(after.detail)
    forward = flow_between(grey_before, grey_after).to(first.device).contiguous()
    backward = flow_between(grey_after, grey_before).to(first.device).contiguous()
    sampled = warped(torch.cat([second, backward]), forward)
    visible = visible_in_both(forward, sampled[4:])
    visible_back = visible_in_both(backward, warped(forward, backward))
    change = sampled[:4] - first
    lightest, darkest = torch.maximum(first[3], sampled[3]), torch.minimum(first[3], sampled[3])
    unclipped = visible & (darkest > BLACK) & (lightest < WHITE)
    cells = cell_means(change, unclipped)
    if cells[3].isfinite().float().mean() < FEW_CELLS:
        # In a flash, or if everything is covered, the pixels are compared without the flow.
        cells = cell_means(second - first, torch.ones_like(visible))
    pixels = int(visible.sum())
    error = None
    if pixels >= FEW_CELLS * visible.numel():
        error = (change[:3].square().sum(dim=0) * visible).sum().item() / pixels
    light = middle_mean(cells)
    return StepFlow(forward, backward, visible, visible_back, cells[3], light, error)


def flow_between(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Return the flow between two results of `grey_levels`, px, shape (2, height, width)."""
    return torch.from_numpy(optical_flow(first.numpy(), second.numpy())).movedim(-1, 0)


def length_of(flow: torch.Tensor) -> torch.Tensor:
    """Return the length of each vector of a flow, px, shape (height, width)."""
    return torch.hypot(flow[0], flow[1])  # a norm takes ten times as long on a CPU
