"""Colourfulness of a picture."""

import torch

from ...measure import Measure
from ...measurement import Better

GREY_LEVELS = 255


def colourfulness(frame: torch.Tensor) -> float:
    """Return Hasler and Süsstrunk's colourfulness M³.

    On its scale 0 is grey, 33 moderately, 59 quite and 109 extremely colourful. Method: Hasler,
    Süsstrunk, Measuring colourfulness in natural images, SPIE 2003: spread and mean of the opponent
    colours red–green and yellow–blue.

    Args:
        frame: RGB in 0–1, shape (height, width, 3).

    Returns:
        M³, 0 or more, in grey levels (of 255).
    """
    return colourfulness_numbers(frame.movedim(-1, 0)[None])[0, 0].item()


def colourfulness_numbers(planes: torch.Tensor) -> torch.Tensor:
    """Return the colourfulness of each picture, without waiting for the device.

    Args:
        planes: RGB in 0–1, shape (pictures, 3, height, width).

    Returns:
        M³, shape (pictures, 1).
    """
    red, green, blue = planes.unbind(1)
    red_green, yellow_blue = red - green, (red + green).div_(2).sub_(blue)
    (spread_rg, mean_rg), (spread_yb, mean_yb) = map(_spread_and_mean, (red_green, yellow_blue))
    value = torch.hypot(spread_rg, spread_yb) + 0.3 * torch.hypot(mean_rg, mean_yb)
    return value[:, None] * GREY_LEVELS


def _spread_and_mean(values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    # On a CPU this takes a third of the time of `std_mean`.
    mean = values.mean(dim=(1, 2))
    return values.sub_(mean[:, None, None]).square_().mean(dim=(1, 2)).sqrt(), mean


COLOURFULNESS = Measure(
    "colourfulness",
    unit="M³",
    better=Better.HIGHER,
    high=150.0,
    backend="hasler-suesstrunk",
    answers_to="Colourfulness by Hasler and Süsstrunk: 0 is grey, 33 moderate, 59 quite colourful",
    function=lambda picture: picture.of_planes(colourfulness_numbers)[0],
    passes="colourful",
)
