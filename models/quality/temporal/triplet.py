"""Measurements at a drawing, from the steps before and after it."""

from dataclasses import dataclass

import torch

from .cells import cell_means
from .dropped import PaceChange, pace_change
from .ghosting import detail_correlation
from .step_flow import FEW_CELLS, StepFlow, length_of
from .working_picture import WorkingPicture

TEXTURE = 3 / 255  # standard deviation in a cell from which its flow is reliable
# Share of the cells that must have texture to distinguish the camera from a figure on flat ground.
ENOUGH_TEXTURE = 0.1
MOVING = 0.25  # px at the working size; the direction of a slower flow is noise
# Px at the working size. A pixel is still if the two steps beside a drawing together move it by
# less than the first distance, and neither of them alone by the second or more.
STILL_NET, STILL_APART = 0.2, 2.0
STILL_CELL = 0.9  # share of a cell's pixels that must be still


@dataclass(frozen=True)
class Triplet:
    """Measurements at a drawing, from the steps before and after it.

    Attributes:
        local_flicker: deviation of the luma of the cells from the mean of the drawings before and
            after, root mean square, 0–1. The median deviation is subtracted first, because it is
            that of the whole picture. None if too few cells can be compared.
        boiling: deviation of the luma of single pixels in still cells from the mean of the drawings
            before and after, root mean square, 0–1. The mean deviation of a pixel's cell is
            subtracted first. None if too few cells are still.
        motion_change: difference between the motion before and after the drawing, px, added up over
            the moving pixels.
        motion: length of the motion before and after the drawing, px, added up over the moving
            pixels.
        cell_displacements: distance of each textured cell from the middle between its positions in
            the drawings before and after, to the right and downwards, as a share of the shorter
            side; shape (2, rows, columns), NaN for other cells.
        displacement: median of `cell_displacements`, which is that of the whole picture. None if
            too few cells have texture.
        detail_correlation: result of `ghosting.detail_correlation`.
        pace: change of speed from the step before to the step after; None if too little moves.
    """

    local_flicker: float | None
    boiling: float | None
    motion_change: float
    motion: float
    cell_displacements: torch.Tensor
    displacement: tuple[float, float] | None
    detail_correlation: float | None
    pace: PaceChange | None


def measure_triplet(
    before: WorkingPicture,
    middle: WorkingPicture,
    after: WorkingPicture,
    first_step: StepFlow,
    second_step: StepFlow,
) -> Triplet:
    """Measure a drawing between its neighbours; all flows begin at the middle drawing."""
    backward, forward = first_step.backward, second_step.forward
    visible = first_step.visible_back & second_step.visible
    net, change = length_of(forward - backward), length_of(forward + backward)
    speed_before, speed_after = length_of(backward), length_of(forward)
    fastest = torch.maximum(speed_before, speed_after)
    moving = visible & (fastest > MOVING)
    still = visible & (net < STILL_NET) & (fastest < STILL_APART)
    motion_change, motion = (
        (each * moving).sum().item() for each in (change, speed_before + speed_after)
    )
    greys = before.colours[3], middle.colours[3], after.colours[3]
    boiling = _boiling(greys[1] - (greys[0] + greys[2]) / 2, still)
    cell_displacements = _cell_displacements(greys[1], -(backward + forward) / 2, visible)
    return Triplet(
        _local_flicker(first_step.cell_light, second_step.cell_light),
        boiling,
        motion_change=motion_change,
        motion=motion,
        cell_displacements=cell_displacements.cpu(),
        displacement=_displacement(cell_displacements),
        detail_correlation=detail_correlation(
            before, middle, after, torch.minimum(speed_before, speed_after)
        ),
        pace=pace_change(-backward, forward, visible),
    )


def _local_flicker(change_before: torch.Tensor, change_after: torch.Tensor) -> float | None:
    deviations = (change_before - change_after) / 2
    measured = deviations[deviations.isfinite()]
    if len(measured) < FEW_CELLS * deviations.numel():
        return None
    return (measured - measured.median()).square().mean().sqrt().item()


def _cell_displacements(
    grey: torch.Tensor, displacements: torch.Tensor, visible: torch.Tensor
) -> torch.Tensor:
    """Return `Triplet.cell_displacements`.

    Args:
        grey: luma in 0–1, shape (height, width).
        displacements: displacement of each pixel, px, shape (2, height, width).
        visible: mask of the pixels that count, shape (height, width).
    """
    means = cell_means(torch.cat([displacements, grey[None], grey[None].square()]), visible)
    textured = means[3] - means[2].square() > TEXTURE**2  # False for a cell of NaN
    return (means[:2] / min(grey.shape)).where(textured, torch.nan)


def _displacement(cell_displacements: torch.Tensor) -> tuple[float, float] | None:
    textured = cell_displacements[0].isfinite()
    if textured.float().mean() < ENOUGH_TEXTURE:
        return None
    across, down = (each[textured].median().item() for each in cell_displacements)
    return across, down


def _boiling(difference: torch.Tensor, still: torch.Tensor) -> float | None:
    """Return `Triplet.boiling`.

    Args:
        difference: luma of a drawing minus the mean of the drawings before and after, shape
            (height, width).
        still: mask of the pixels that are still, shape (height, width).
    """
    means = cell_means(torch.stack([difference, difference.square()]), still, STILL_CELL)
    still_cells = means[0].isfinite()
    if still_cells.float().mean() < FEW_CELLS:
        return None
    variance = (means[1] - means[0].square())[still_cells].clamp(min=0)
    return variance.mean().sqrt().item()
