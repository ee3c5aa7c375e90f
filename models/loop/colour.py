"""Measure of the jump of light and colour at a loop's seam, which a drift over the clip causes."""

import torch

from ..image_ops.colour import lab_from_rgb
from ..measure import Measure, Value, short
from ..measurement import Better
from ..perceptual.structural import BACKEND, step_distances
from ..rgb_frames import Frames

# ΔE (CIE 1976) by which the whole picture changes. The just noticeable difference of two patches
# side by side is 2.3 (Mahy et al. 1994). A quarter of that is visible if the whole picture jumps by
# it at every repetition: a flash is visible from 1 % of the light on (de Lange 1958), and 3 % of
# the light are 0.4–1 ΔE.
SEAM_COLOUR_LIMIT = 0.6
LARGEST_COLOUR = 6.0  # bad end of the scale: the scene ends at six sevenths of its light
# The limit holds at the lightness MID_GREY. The eye sees the ratio of two lights (Weber's law), so
# in darker pictures a smaller ΔE is equally visible. The ΔE of a ratio is proportional to L* + 16,
# which is proportional to the cube root of the light.
MID_GREY, OFFSET = 50.0, 16.0
# A change of light changes all pixels alike, another pose changes a few pixels in many ways. If the
# common part has at least this share of the squared difference, the change is one of light.
COMMON_PART = 0.4
COMMON_PART_PIXELS = 16_384  # pixels that the common part is computed from
# If at least the share SHARED_BY of the pixels changes in one direction, the light changes: the
# whole picture flashes. Motion changes the mean colour too, but not most pixels in one direction.
# In loops without drift, started at any frame, the shared change stayed below 0.2 ΔE (0.5 ΔE if
# the camera flies), but that of the mean colour reached 1.1 ΔE. So a change that is not shared
# counts only as the share PART of a flash.
SHARED_BY, PART = 0.75, 0.5
# Pixels of each drawing that the shared change is computed from. Pixels darker than the L* DARKEST
# are left out: they differ by less than one 8-bit code.
FLASH_PIXELS, DARKEST = 1024, 8.0
DRAWINGS_AT_ONCE = 64  # drawings whose shared changes are computed together

COLOUR_JUMP = "seam_colour_jump"
DARKER = "seam_darker"
BRIGHTER = "seam_brighter"


def seam_colour(
    frames: Frames,
    drawings: list[int],
    colours: torch.Tensor,
) -> Value:
    """Measure by how much more the colour changes at the seam than at any step inside.

    Light that swings and comes back changes as much inside the clip; light that drifts must jump
    back at the seam. In pictures darker than mid-grey a change counts as the ΔE that would be as
    visible at mid-grey. A change that nearly all pixels share counts fully, even if motion inside
    the clip changes the mean colour by more. Of a change of the mean colour that only some pixels
    cause, half counts.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        drawings: index of one frame of each drawing, in the order in which they play.
        colours: mean colour of every frame in CIELAB, shape (frames, 3).

    Returns:
        The excess of the change at the seam over the changes inside, as the ΔE that would be as
        visible at mid-grey: that of the change that nearly all pixels share or half of that of the
        mean colour, whichever is larger.
    """
    colours = colours[drawings]
    steps = step_distances(colours)
    factor = visibility_factor(colours[:, 0].mean()).item()
    excess = PART * factor * max(0.0, (steps[-1] - steps[:-1].max()).item())
    change, first, last = colours[-1] - colours[0], frames[drawings[0]], frames[drawings[-1]]
    ratio = last.mean().item() / max(first.mean().item(), 1e-6)
    shared = shared_changes(frames, [drawings[0], drawings[-1]])[:, 0]
    flash = shared.norm().item()
    if flash > excess:  # this is rare, so only then the shared changes inside are measured
        flash -= shared_changes(frames, drawings).norm(dim=0).max().item()
    if flash > excess:
        excess, change, ratio = flash, shared, _median_ratio(first, last)
    percent = 100 * (ratio - 1)
    values = {"difference": short(excess), "percent": round(abs(percent), 1)}
    return Value(
        excess,
        values,
        failing=_drift_reason(change),
        details={"common_part": common_part(first, last), "brightness_percent": percent},
    )


def shared_changes(frames: Frames, drawings: list[int]) -> torch.Tensor:
    """Return the change that nearly all pixels share, from each drawing to the next.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        drawings: index of one frame of each drawing, in the order in which they play; at least 2.

    Returns:
        Changes of L*, a* and b*, as the ΔE that would be as visible at mid-grey; shape (3,
        drawings − 1), on the CPU. A change is 0 unless a share of at least `SHARED_BY` of the
        pixels increases, or at least the same share decreases.
    """
    ends = torch.tensor([1 - SHARED_BY, SHARED_BY])
    stride = _stride(frames.shape, FLASH_PIXELS)
    changes = []
    for start in range(0, len(drawings) - 1, DRAWINGS_AT_ONCE):
        some = drawings[start : start + DRAWINGS_AT_ONCE + 1]
        # The channels come first, as the conversion then takes half the time.
        pixels = frames[some, ::stride, ::stride].movedim(-1, 0).flatten(2).cpu()
        lab = lab_from_rgb(pixels, dim=0)
        before, after = lab[:, :-1], lab[:, 1:]
        light = torch.minimum(before[0], after[0])
        change = torch.where(
            light > DARKEST, (after - before) * visibility_factor(before[0]), torch.nan
        )
        least, most = change.nanquantile(ends, dim=2).nan_to_num()
        changes.append(least.clamp(min=0) + most.clamp(max=0))
    return torch.cat(changes, dim=1)


def _median_ratio(first: torch.Tensor, last: torch.Tensor) -> float:
    """Return the median ratio of a pixel's brightness in the last picture to that in the first."""
    before, after = (_some_pixels(each, FLASH_PIXELS).mean(dim=-1) for each in (first, last))
    return (after / before.clamp(min=1e-6)).median().item()


def _some_pixels(frame: torch.Tensor, most: int) -> torch.Tensor:
    """Return about `most` evenly spread pixels of a frame, shape (height, width, 3)."""
    stride = _stride(frame.shape, most)
    return frame[::stride, ::stride]


def _stride(shape: torch.Size, most: int) -> int:
    """Return the distance of about `most` evenly spread pixels of a frame, px."""
    return max(1, int((shape[-3] * shape[-2] / most) ** 0.5))


def visibility_factor(lightness: torch.Tensor) -> torch.Tensor:
    """Return the factor by which a ΔE must be multiplied to be as visible at mid-grey.

    Args:
        lightness: L* of the picture that differs, 0–100.

    Returns:
        Above 1 in pictures darker than mid-grey, else 1.
    """
    return ((MID_GREY + OFFSET) / (lightness + OFFSET)).clamp(min=1.0)


def common_part(first: torch.Tensor, last: torch.Tensor) -> float:
    """Return the share of the difference of two frames that all their pixels have in common.

    Args:
        first: RGB in 0–1, shape (height, width, 3).
        last: RGB in 0–1, of the same shape.

    Returns:
        0–1: near 1 for the same picture in another light, near 0 if something moved.
    """
    samples = [_some_pixels(each, COMMON_PART_PIXELS) for each in (first, last)]
    lab = lab_from_rgb(torch.stack(samples)).flatten(1, 2)
    difference = lab[1] - lab[0]
    common = difference.mean(dim=0).square().sum()
    return (common / difference.square().sum(dim=1).mean().clamp(min=1e-9)).item()


def _drift_reason(change: torch.Tensor) -> str:
    lightness = change[0].item()
    if abs(lightness) < change.norm().item() / 2:
        return COLOUR_JUMP
    return DARKER if lightness < 0 else BRIGHTER


SEAM_COLOUR = Measure(
    "seam_colour",
    unit="ΔE",
    better=Better.LOWER,
    high=LARGEST_COLOUR,
    backend=BACKEND,
    threshold=SEAM_COLOUR_LIMIT,
    required=True,
    answers_to="Light or colour that has drifted by the end, in ΔE",
    function=lambda seam: seam_colour(seam.frames, seam.drawings, seam.measurements.colours),
    passes="seam_colour",
    reasons=(COLOUR_JUMP, DARKER, BRIGHTER),
)
