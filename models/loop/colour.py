"""Have light and colours drifted from the first frame to the last?"""

import torch

from ..image_ops.colour import lab_from_rgb
from ..measure import Measure, Value, short
from ..measurement import Better
from ..perceptual.structural import BACKEND, step_distances

# ΔE (CIE 1976) of the picture's mean colour; 2.3 is a just noticeable difference of two patches
# (Mahy et al. 1994), and a whole picture that flashes by half of it at every turn is seen.
SEAM_COLOUR_LIMIT = 1.2
LARGEST_COLOUR = 30.0  # as visible as a scene that ends at two thirds of its light
# Lightness at which that holds. Of a change of light the ratio is seen (Weber's law): in darker
# pictures a smaller ΔE is as visible, as L* + 16 grows with the cube root of the light.
MID_GREY, OFFSET = 50.0, 16.0
# A change of light changes all pixels alike, another pose a few of them in many ways: from this
# share of the squared difference on, the common part is what is seen.
COMMON_PART = 0.4
SAMPLED = 16_384  # pixels, for the common part
# A change that so large a share of the pixels takes part in is one of light, and seen as a flash of
# the whole picture (from 1 % of its light on: de Lange 1958); of something that moves, the mean
# colour alone tells. So it counts double: 3 % drift by 0.8–2 ΔE, dark pictures too, and in loops
# started anywhere nothing above 0.2 was shared, or 0.5 where a camera flies.
SHARED_BY, FLASH = 0.75, 2.0
# Pixels of each drawing looked at for that; darker than L* 8 they differ by less than one of 256.
LOOKED_AT, DARKEST = 1024, 8.0

COLOUR_JUMP = "seam_colour_jump"
DARKER = "seam_darker"
BRIGHTER = "seam_brighter"


def seam_colour(
    frames: torch.Tensor,
    drawings: list[int],
    colours: torch.Tensor,
) -> Value:
    """Measure by how much more the mean colour changes at the seam than at any step inside.

    A light that swings and comes back changes as much inside; one that drifts has to jump back.
    In pictures darker than mid-grey a change counts as the ΔE that would be as visible there. What
    nearly all pixels share counts as a flash, even where motion inside changes the mean by more.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        drawings: index of a frame of each drawing in the order in which they play.
        colours: mean colour of every frame in CIELAB, shape (frames, 3).
    """
    colours = colours[drawings]
    steps = step_distances(colours)
    visible = as_visible(colours[:, 0].mean()).item()
    beyond = visible * max(0.0, (steps[-1] - steps[:-1].max()).item())
    change, first, last = colours[-1] - colours[0], frames[drawings[0]], frames[drawings[-1]]
    ratio = last.mean().item() / max(first.mean().item(), 1e-6)
    shared = shared_changes(frames, [drawings[0], drawings[-1]])[:, 0]
    flash = FLASH * shared.norm().item()
    if flash > beyond:  # seldom: what is shared inside is only looked at then
        flash -= FLASH * shared_changes(frames, drawings).norm(dim=0).max().item()
    if flash > beyond:
        beyond, change, ratio = flash, shared, _usual_ratio(first, last)
    percent = 100 * (ratio - 1)
    values = {"difference": short(beyond), "percent": round(abs(percent), 1)}
    return Value(
        beyond,
        values,
        failing=_drift(change),
        details={"common_part": common_part(first, last), "brightness_percent": percent},
    )


def shared_changes(frames: torch.Tensor, drawings: list[int]) -> torch.Tensor:
    """By how much nearly all pixels change together from each drawing to the next.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        drawings: index of a frame of each drawing in the order in which they play, at least 2.

    Returns:
        CIELAB, as visible as at mid-grey, shape (3, drawings − 1), on the CPU. 0 where less than
        `SHARED_BY` of the pixels become lighter, or darker.
    """
    # Each channel together: the conversion takes half the time.
    pixels = _some_pixels(frames, LOOKED_AT)[drawings].movedim(-1, 0).flatten(2).cpu()
    lab = lab_from_rgb(pixels, dim=0)
    before, after = lab[:, :-1], lab[:, 1:]
    light = torch.minimum(before[0], after[0])
    change = torch.where(light > DARKEST, (after - before) * as_visible(before[0]), torch.nan)
    ends = torch.tensor([1 - SHARED_BY, SHARED_BY])
    least, most = change.nanquantile(ends, dim=2).nan_to_num()
    return least.clamp(min=0) + most.clamp(max=0)


def _usual_ratio(first: torch.Tensor, last: torch.Tensor) -> float:
    """How much brighter a usual pixel is in the last picture than in the first."""
    before, after = (_some_pixels(each, LOOKED_AT).mean(dim=-1) for each in (first, last))
    return (after / before.clamp(min=1e-6)).median().item()


def _some_pixels(frames: torch.Tensor, most: int) -> torch.Tensor:
    """About so many pixels of each frame, evenly spread; shape (…, height, width, 3) as before."""
    height, width = frames.shape[-3:-1]
    stride = max(1, int((height * width / most) ** 0.5))
    return frames[..., ::stride, ::stride, :]


def as_visible(lightness: torch.Tensor) -> torch.Tensor:
    """How many ΔE at mid-grey are as visible as one at this lightness."""
    return ((MID_GREY + OFFSET) / (lightness + OFFSET)).clamp(min=1.0)


def common_part(first: torch.Tensor, last: torch.Tensor) -> float:
    """Which share of the difference of two frames all their pixels have in common.

    Args:
        first, last: RGB in 0–1, shape (height, width, 3).

    Returns:
        0–1: near 1 for the same picture in another light, near 0 where something moved.
    """
    samples = _some_pixels(torch.stack([first, last]), SAMPLED)
    lab = lab_from_rgb(samples).flatten(1, 2)
    difference = lab[1] - lab[0]
    common = difference.mean(dim=0).square().sum()
    return (common / difference.square().sum(dim=1).mean().clamp(min=1e-9)).item()


def _drift(change: torch.Tensor) -> str:
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
