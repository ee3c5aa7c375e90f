"""Have light and colours drifted from the first frame to the last?"""

import torch

from ..perceptual.structural import BACKEND, step_distances
from ..pixels.colour import lab_from_rgb
from ..report import Better, Measure, Measurement

# ΔE (CIE 1976) of the picture's mean colour; 2.3 is a just noticeable difference of two patches
# (Mahy et al. 1994), and a whole picture that flashes by half of it at every turn is seen.
SEAM_COLOUR_LIMIT = 1.2
LARGEST_COLOUR = 12.0
# Lightness at which that holds. Of a change of light the ratio is seen (Weber's law): in darker
# pictures a smaller ΔE is as visible, as L* + 16 grows with the cube root of the light.
MID_GREY, OFFSET = 50.0, 16.0
# A change of light changes all pixels alike, another pose a few of them in many ways: from this
# share of the squared difference on, the common part is what is seen.
COMMON_PART = 0.4
SAMPLED = 16_384  # pixels, for the common part

SEAM_COLOUR = Measure(
    "seam_colour",
    unit="ΔE",
    better=Better.LOWER,
    low=0.0,
    high=LARGEST_COLOUR,
    backend=BACKEND,
    threshold=SEAM_COLOUR_LIMIT,
    required=True,
)


def seam_colour(
    frames: torch.Tensor,
    drawings: list[int],
    colours: torch.Tensor,
    measure: Measure = SEAM_COLOUR,
) -> Measurement:
    """By how much more the mean colour changes at the seam than at any step inside.

    A light that swings and comes back changes as much inside; one that drifts has to jump back.
    In pictures darker than mid-grey a change counts as the ΔE that would be as visible there.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        drawings: index of a frame of each drawing in the order in which they play.
        colours: mean colour of every frame in CIELAB, shape (frames, 3).
        measure: as a profile wants it.

    Returns:
        The measurement.
    """
    colours = colours[drawings]
    steps = step_distances(colours)
    visible = max(1.0, (MID_GREY + OFFSET) / (colours[:, 0].mean().item() + OFFSET))
    beyond = visible * max(0.0, (steps[-1] - steps[:-1].max()).item())
    first, last = frames[drawings[0]], frames[drawings[-1]]
    percent = 100 * (last.mean().item() / max(first.mean().item(), 1e-6) - 1)
    values = {"difference": round(beyond, 2), "percent": round(abs(percent), 1)}
    return measure.measured(
        beyond,
        _drift(colours[-1] - colours[0]) if measure.fails(beyond) else "seam_colour",
        values,
        details={"common_part": common_part(first, last), "brightness_percent": percent},
    )


def common_part(first: torch.Tensor, last: torch.Tensor) -> float:
    """Which share of the difference of two frames all their pixels have in common.

    Args:
        first, last: RGB in 0–1, shape (height, width, 3).

    Returns:
        0–1: near 1 for the same picture in another light, near 0 where something moved.
    """
    height, width = first.shape[:2]
    stride = max(1, int((height * width / SAMPLED) ** 0.5))
    samples = torch.stack([first[::stride, ::stride], last[::stride, ::stride]])
    lab = lab_from_rgb(samples).flatten(1, 2)
    difference = lab[1] - lab[0]
    common = difference.mean(dim=0).square().sum()
    return (common / difference.square().sum(dim=1).mean().clamp(min=1e-9)).item()


def _drift(change: torch.Tensor) -> str:
    lightness = change[0].item()
    if abs(lightness) < change.norm().item() / 2:
        return "seam_colour_jump"
    return "seam_darker" if lightness < 0 else "seam_brighter"
