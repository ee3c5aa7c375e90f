"""Measurements of the steps from drawing to drawing: optical flow, and the changes along it.

Only two steps are in memory at a time, whatever the length of the clip. All computations except the
flow itself run on the device of the frames.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from ...image_ops.flow import optical_flow
from ...image_ops.luma import luma
from ...image_ops.warp import visible_in_both, warped
from ...image_ops.windows import box_mean
from .cells import cell_means, middle_mean

FLOW = "flow-dis"  # backend of the measures along the optical flow
NOTHING_TO_FOLLOW = "nothing_to_follow"  # code of an absence

# Frames are reduced by the largest whole number that leaves at least so many px to the shorter
# side. A mouth is then still some px wide, and two flows take about 10 ms.
WORKING_SIDE = 192
# The shorter side divided by the radius of the window whose mean is subtracted from each pixel's
# luma.
SURROUNDINGS = 16
FEW_CELLS = 0.1  # share of all cells or pixels; if fewer can be compared, the result says nothing
BLACK, WHITE = 1.5 / 255, 253.5 / 255  # a pixel beyond these is clipped, so it can't show the light
TEXTURE = 3 / 255  # standard deviation in a cell from which its flow is reliable
# Share of the cells that must have texture to distinguish the camera from a figure on flat ground.
ENOUGH_TEXTURE = 0.1
# The speed of a step is the mean speed of this share of the pixels, the fastest, as in VBench's
# dynamic degree.
FASTEST = 0.05
MOVING = 0.25  # px at the working size; the direction of a slower flow is noise
# Share of the picture that must move to compare speeds. In a smaller share the errors of the flow
# are as large as the motion.
LEAST_MOVING = 0.05
# Px at the working size. A pixel is still if the two steps beside a drawing together move it by
# less than the first distance, and neither of them alone by the second or more.
STILL_NET, STILL_APART = 0.2, 2.0
STILL_CELL = 0.9  # share of a cell's pixels that must be still


@dataclass(frozen=True)
class Step:
    """Measurements of the step from one drawing to the next.

    Attributes:
        light: change of red, green, blue and luma, in 0–1, along the motion; shape (4,).
        warping_error: warping error of Lai et al. 2018: mean squared difference of RGB in 0–1
            after the motion is followed. None if too little is visible in both drawings.
        speed: mean speed of the fastest 5 % of the pixels, as a share of the shorter side.
    """

    light: torch.Tensor
    warping_error: float | None
    speed: float


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
        still_share: share of the cells that are still.
        motion_cosine: cosine between the motion before the drawing and the motion after it: 1 if
            the motion goes on, −1 if it turns back.
        speed_ratio: speed after the drawing divided by the speed before it, of the pixels that move
            both times; None if too few do.
        motion_change: difference between the motion before and after the drawing, px, added up over
            the moving pixels.
        motion: length of the motion before and after the drawing, px, added up over the moving
            pixels.
        displacement: distance of the whole picture from the middle between its positions in the
            drawings before and after, to the right and downwards, as a share of the shorter side.
            None if too few cells have texture.
    """

    local_flicker: float | None
    boiling: float | None
    still_share: float
    motion_cosine: float
    speed_ratio: float | None
    motion_change: float
    motion: float
    displacement: tuple[float, float] | None


@dataclass(frozen=True)
class ClipSteps:
    """Measurements along the drawings of a clip.

    Attributes:
        steps: measurements of the step from each drawing to the next; None across a cut.
        triplets: measurements at each drawing; None at the first and the last of a scene.
        means: mean red, green, blue and luma of each drawing, shape (drawings, 4).
    """

    steps: tuple[Step | None, ...]
    triplets: tuple[Triplet | None, ...]
    means: torch.Tensor


@dataclass(frozen=True)
class _StepFlow:
    """Flow of one step, and the change of light along it."""

    forward: torch.Tensor  # flow from the first drawing, px, (2, height, width)
    backward: torch.Tensor  # flow from the second drawing
    visible: torch.Tensor  # mask of the pixels of the first drawing that the second shows too
    visible_back: torch.Tensor  # mask of the pixels of the second drawing that the first shows too
    cell_light: torch.Tensor  # change of luma along the flow in each cell, NaN where too few count
    light: torch.Tensor  # change of the whole picture, (4,)
    error: float | None  # warping error of Lai et al.


def working_picture(frame: torch.Tensor) -> torch.Tensor:
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


def measure_steps(
    frames: torch.Tensor,
    drawings: Sequence[int],
    cuts: Sequence[int],
    report_progress: Callable[[int, int], None] | None = None,
) -> ClipSteps:
    """Measure every step of a clip.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        drawings: frames that show a new drawing, ascending.
        cuts: places among `drawings` at which a new scene begins.
        report_progress: called with (drawings done, drawings in all); may raise to stop.
    """
    steps: list[Step | None] = []
    triplets: list[Triplet | None] = [None] * len(drawings)
    first, detail = _picture_and_detail(frames[drawings[0]])
    means = [first.mean(dim=(1, 2))]
    previous: tuple[torch.Tensor, _StepFlow] | None = None
    for place in range(1, len(drawings)):
        second, second_detail = _picture_and_detail(frames[drawings[place]])
        means.append(second.mean(dim=(1, 2)))
        if place in cuts:
            steps.append(None)
            previous = None
        else:
            forward, backward = _flow(detail, second_detail), _flow(second_detail, detail)
            step_flow = _step_flow(first, second, forward, backward)
            steps.append(_step(first, step_flow))
            if previous is not None:
                triplets[place - 1] = _triplet(previous[0], first, second, previous[1], step_flow)
            previous = first, step_flow
        first, detail = second, second_detail
        if report_progress is not None:
            report_progress(place + 1, len(drawings))
    return ClipSteps(tuple(steps), tuple(triplets), torch.stack(means).cpu())


def _picture_and_detail(frame: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return a frame's working picture, and its detail in 0–255, from which the flow is computed.

    The detail is the luma minus its mean in the surroundings. With the luma itself, the flow would
    take a change of light for motion wherever the picture has a gradient.
    """
    picture = working_picture(frame)
    detail = picture[3] - box_mean(picture[3], min(picture.shape[1:]) // SURROUNDINGS)
    return picture, (detail * 255 + 127.5).round().clamp(0, 255).byte().cpu()


def _flow(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(optical_flow(first.numpy(), second.numpy())).movedim(-1, 0)


def _step_flow(
    first: torch.Tensor, second: torch.Tensor, forward: torch.Tensor, backward: torch.Tensor
) -> _StepFlow:
    forward = forward.to(first.device).contiguous()
    backward = backward.to(first.device).contiguous()
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
    return _StepFlow(forward, backward, visible, visible_back, cells[3], light, error)


def _step(first: torch.Tensor, flow: _StepFlow) -> Step:
    side = min(first.shape[1:])
    speeds = _length(flow.forward).flatten()
    fastest = speeds.topk(max(1, round(FASTEST * len(speeds)))).values.mean().item()
    return Step(flow.light.cpu(), flow.error, fastest / side)


def _triplet(
    before: torch.Tensor,
    middle: torch.Tensor,
    after: torch.Tensor,
    first_step: _StepFlow,
    second_step: _StepFlow,
) -> Triplet:
    """Measure a drawing between its neighbours; all flows begin at the middle drawing."""
    backward, forward = first_step.backward, second_step.forward
    visible = first_step.visible_back & second_step.visible
    net, change = _length(forward - backward), _length(forward + backward)
    speed_before, speed_after = _length(backward), _length(forward)
    fastest = torch.maximum(speed_before, speed_after)
    moving = visible & (fastest > MOVING)
    still = visible & (net < STILL_NET) & (fastest < STILL_APART)
    products = torch.stack(
        [(backward * -forward).sum(dim=0), speed_before.square(), speed_after.square(), change]
    )
    product, squares_before, squares_after, motion_change = (
        (products * moving).sum(dim=(1, 2)).tolist()
    )
    motion = ((speed_before + speed_after) * moving).sum().item()
    moving_twice = moving & (torch.minimum(speed_before, speed_after) > MOVING / 2)
    speed_ratio = None
    if moving_twice.float().mean() > LEAST_MOVING:
        speed_ratio = (
            (speed_after * moving_twice).sum() / (speed_before * moving_twice).sum()
        ).item()
    still_share, boiling = _boiling((middle - (before + after) / 2)[3], still)
    cell_flicker = (first_step.cell_light - second_step.cell_light) / 2
    cell_flicker = cell_flicker[cell_flicker.isfinite()]
    local_flicker = None
    if len(cell_flicker) >= FEW_CELLS * first_step.cell_light.numel():
        local_flicker = (cell_flicker - cell_flicker.median()).square().mean().sqrt().item()
    return Triplet(
        local_flicker,
        boiling,
        still_share,
        motion_cosine=product / max((squares_before * squares_after) ** 0.5, 1e-9),
        speed_ratio=speed_ratio,
        motion_change=motion_change,
        motion=motion,
        displacement=_displacement(middle[3], -(backward + forward) / 2, visible),
    )


def _displacement(
    grey: torch.Tensor, displacements: torch.Tensor, visible: torch.Tensor
) -> tuple[float, float] | None:
    """Return the median displacement of the textured cells: that of most of the picture.

    Args:
        grey: luma in 0–1, shape (height, width).
        displacements: displacement of each pixel, px, shape (2, height, width).
        visible: mask of the pixels that count, shape (height, width).
    """
    means = cell_means(torch.cat([displacements, grey[None], grey[None].square()]), visible)
    textured = means[3] - means[2].square() > TEXTURE**2  # False for a cell of NaN
    if textured.float().mean() < ENOUGH_TEXTURE:
        return None
    side = min(grey.shape)
    across, down = (means[axis][textured].median().item() / side for axis in (0, 1))
    return across, down


def _length(flow: torch.Tensor) -> torch.Tensor:
    return torch.hypot(flow[0], flow[1])  # a norm takes ten times as long on a CPU


def _boiling(difference: torch.Tensor, still: torch.Tensor) -> tuple[float, float | None]:
    """Return the share of the cells that are still, and how much their pixels change.

    Args:
        difference: luma of a drawing minus the mean of the drawings before and after, shape
            (height, width).
        still: mask of the pixels that are still, shape (height, width).

    Returns:
        `Triplet.still_share` and `Triplet.boiling`.
    """
    means = cell_means(torch.stack([difference, difference.square()]), still, STILL_CELL)
    still_cells = means[0].isfinite()
    share = still_cells.float().mean().item()
    if share < FEW_CELLS:
        return share, None
    variance = (means[1] - means[0].square())[still_cells].clamp(min=0)
    return share, variance.mean().sqrt().item()
