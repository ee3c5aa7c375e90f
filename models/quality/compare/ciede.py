"""CIEDE2000: perceived difference of two colours."""

import math

import torch

from ...image_ops.colour import lab_from_rgb
from ...measure import Measure
from ...measurement import Better
from .pair_reasons import COMPARED, UNCOMPARED

# Pixels of a strip of rows that is computed at a time. Some fifty small operations follow each
# other. With strips of this size they need little memory, and they are fast because their results
# stay in the processor's cache. On a GPU few large operations are fast; there they need 400 MB.
PIXELS_AT_ONCE, GPU_PIXELS_AT_ONCE = 131_072, 4_000_000
PERCENTILE = 0.95


def ciede2000(lab: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """Return ΔE₀₀ of colours (CIE 142:2001, all parametric factors 1).

    Method and names: Sharma, Wu, Dalal, The CIEDE2000 Color-Difference Formula, Color Research and
    Application 30, 2005.

    Args:
        lab: CIELAB, shape (…, 3).
        reference: CIELAB, of the same shape.

    Returns:
        ΔE₀₀, shape (…): 0 for the same colour; about 1 is just visible side by side.

    Examples:
        >>> blue = torch.tensor([50.0, 2.6772, -79.7751])
        >>> round(ciede2000(blue, torch.tensor([50.0, 0.0, -82.7485])).item(), 3)
        2.042
    """
    lightness, a, b = lab.unbind(-1)
    other_lightness, other_a, other_b = reference.unbind(-1)
    stretch = 1.5 - 0.5 * _saturation((torch.hypot(a, b) + torch.hypot(other_a, other_b)) / 2)
    a, other_a = a * stretch, other_a * stretch
    chroma, other_chroma = torch.hypot(a, b), torch.hypot(other_a, other_b)
    mean_chroma = (chroma + other_chroma) / 2
    hue = torch.atan2(b, a)
    turn = torch.remainder(torch.atan2(other_b, other_a) - hue + math.pi, 2 * math.pi) - math.pi
    mean_hue = hue + turn / 2

    middle = ((lightness + other_lightness) / 2 - 50).square()
    light = (other_lightness - lightness) / (1 + 0.015 * middle / (20 + middle).sqrt())
    colour = (other_chroma - chroma) / (1 + 0.045 * mean_chroma)
    tint = 2 * (chroma * other_chroma).sqrt() * (turn / 2).sin()
    tint = tint / (1 + 0.015 * mean_chroma * _hue_weight(mean_hue))
    interaction = _blue_rotation(mean_hue) * _saturation(mean_chroma) * colour * tint
    squares = light.square() + colour.square() + tint.square() - interaction
    return squares.clamp(min=0).sqrt()


def _saturation(chroma: torch.Tensor) -> torch.Tensor:
    """Return √(C⁷ / (C⁷ + 25⁷)) of a chroma C: near 0 for greys, near 1 for vivid colours."""
    power = (chroma / 25) ** 7
    return (power / (power + 1)).sqrt()


def _hue_weight(hue: torch.Tensor) -> torch.Tensor:
    """Return the weight T of a hue: at some hues a difference of hue is less visible."""
    weight = 1 - 0.17 * (hue - math.radians(30)).cos() + 0.24 * (2 * hue).cos()
    weight += 0.32 * (3 * hue + math.radians(6)).cos()
    return weight - 0.20 * (4 * hue - math.radians(63)).cos()


def _blue_rotation(hue: torch.Tensor) -> torch.Tensor:
    """Return 2 sin 2Δθ, a part of R_T: for blues, differences of chroma and of hue interact."""
    off_blue = torch.remainder(hue, 2 * math.pi) - math.radians(275)
    angle = math.radians(30) * (-(off_blue / math.radians(25)).square()).exp()
    return 2 * (2 * angle).sin()


def colour_differences(picture: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """Return ΔE₀₀ of every pixel.

    Args:
        picture: RGB in 0–1, shape (…, height, width, 3).
        reference: RGB in 0–1, of a shape that fits.

    Returns:
        ΔE₀₀, shape (…, height, width).
    """
    at_once = PIXELS_AT_ONCE if picture.device.type == "cpu" else GPU_PIXELS_AT_ONCE
    rows = max(1, at_once * picture.shape[-3] * 3 // max(picture.numel(), 1))
    strips = zip(picture.split(rows, dim=-3), reference.split(rows, dim=-3), strict=True)
    differences = [ciede2000(lab_from_rgb(one), lab_from_rgb(other)) for one, other in strips]
    return torch.cat(differences, dim=-2)


def percentile(differences: torch.Tensor) -> torch.Tensor:
    """Return the difference that 95 % of each picture's pixels don't exceed.

    The mean hides a small area, such as a face in a large picture. The greatest difference is that
    of a single pixel.

    Args:
        differences: ΔE₀₀, shape (…, height, width).

    Returns:
        ΔE₀₀, shape (…).
    """
    values = differences.flatten(-2)
    place = math.ceil(PERCENTILE * values.shape[-1])
    if values.device.type == "cpu":
        return values.kthvalue(place).values
    return values.sort().values[..., place - 1]  # a GPU sorts faster than it selects


COLOUR_DIFFERENCE = Measure(
    "colour_difference",
    unit="ΔE₀₀",
    better=Better.LOWER,
    high=10.0,
    backend="ciede2000",
    threshold=2.75,
    required=True,
    label="mean ΔE₀₀",
    answers_to="Mean colour difference, CIEDE2000. About 1 is just visible side by side",
    function=lambda pairs: pairs.colour_differences.mean(dim=(-2, -1)),
    reasons=COMPARED,
    absences=UNCOMPARED,
)
COLOUR_DIFFERENCE_95 = Measure(
    "colour_difference_95",
    unit="ΔE₀₀",
    better=Better.LOWER,
    high=20.0,
    backend="ciede2000",
    threshold=9.1,
    label="ΔE₀₀ of 95 % of the pixels",
    answers_to="Colour difference, CIEDE2000, that 95 % of the pixels stay within. Shows changes "
    "in a small part, such as a face in a large picture",
    function=lambda pairs: percentile(pairs.colour_differences),
    reasons=COMPARED,
    absences=UNCOMPARED,
)
