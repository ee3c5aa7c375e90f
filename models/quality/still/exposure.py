"""Exposure: shares of clipped and crushed pixels, and contrast."""

import torch

from ...image_ops.order import ranked
from ...measure import Measure
from ...measurement import Better
from .picture import Picture

# Lowest and highest grey level that are still distinct in 8-bit video.
BLACK, WHITE = 2 / 255, 253 / 255
# Share of the pixels left out at either end: the darkest and lightest 1 % may be specks, lines or
# highlights.
TAIL = 0.01
PIXELS = 65_536  # pixels that are sampled: enough for quantiles to a tenth of a grey level


def clipped_share(frame: torch.Tensor) -> float:
    """Return the share of a picture's pixels that are clipped to white.

    A pixel counts if all its channels are at or above `WHITE`; a saturated red is a colour and no
    loss. White that was drawn (paper, the ground of a sheet) can't be distinguished from light that
    was lost.

    Args:
        frame: RGB in 0–1, shape (height, width, 3).

    Returns:
        Share in 0–1.
    """
    return clipped_numbers(frame.movedim(-1, 0)[None])[0, 0].item()


def crushed_share(frame: torch.Tensor) -> float:
    """Return the share of a picture's pixels that are crushed to black.

    A pixel counts if all its channels are at or below `BLACK`. Black that was drawn (lines,
    letterbox bars) can't be distinguished from lost shadows.

    Args:
        frame: RGB in 0–1, shape (height, width, 3).

    Returns:
        Share in 0–1.
    """
    return clipped_numbers(frame.movedim(-1, 0)[None])[0, 1].item()


def clipped_numbers(planes: torch.Tensor) -> torch.Tensor:
    """Return the shares of clipped and of crushed pixels, without waiting for the device.

    Args:
        planes: RGB in 0–1, shape (pictures, 3, height, width).

    Returns:
        Shares in 0–1, shape (pictures, 2).
    """
    darkest, lightest = planes.amin(dim=1), planes.amax(dim=1)
    # Comparisons in place write floats, which takes a third of the time of booleans.
    shares = [darkest.ge_(WHITE).mean(dim=(1, 2)), lightest.le_(BLACK).mean(dim=(1, 2))]
    return torch.stack(shares, dim=1)


def contrast(grey: torch.Tensor) -> float:
    """Return the distance between the 1 % and the 99 % quantile of a picture's luma.

    Args:
        grey: luma in 0–1, shape (height, width).

    Returns:
        Distance in 0–1.
    """
    darkest, lightest = contrast_numbers(grey[None])[0].tolist()
    return lightest - darkest


def contrast_numbers(grey: torch.Tensor) -> torch.Tensor:
    """Return the 1 % and the 99 % quantile of each picture, without waiting for the device.

    Args:
        grey: luma in 0–1, shape (pictures, height, width).

    Returns:
        Luma in 0–1, shape (pictures, 2).
    """
    stride = max(1, int((grey[0].numel() / PIXELS) ** 0.5))
    values = grey[:, ::stride, ::stride].flatten(1)
    tail = int(values.shape[1] * TAIL)
    return ranked(values, [tail, values.shape[1] - 1 - tail])


def _contrast(picture: Picture) -> float:
    darkest, lightest = picture.of_grey(contrast_numbers)
    return lightest - darkest


CLIPPED = Measure(
    "clipped",
    unit="of the picture",
    better=Better.LOWER,
    backend="exposure",
    threshold=0.9,  # even a small figure on white paper fills more than a tenth
    required=True,
    answers_to="Lost light: share of the picture that is pure white",
    function=lambda picture: picture.of_planes(clipped_numbers)[0],
    passes="light_kept",
    fails="light_clipped",
)
CRUSHED = Measure(
    "crushed",
    unit="of the picture",
    better=Better.LOWER,
    backend="exposure",
    threshold=0.9,
    required=True,
    answers_to="Lost shadows: share of the picture that is pure black",
    function=lambda picture: picture.of_planes(clipped_numbers)[1],
    passes="dark_kept",
    fails="dark_crushed",
)
CONTRAST = Measure(
    "contrast",
    unit="of the range",
    better=Better.HIGHER,
    backend="luma-quantiles",
    answers_to="Distance from dark to light, as a share of the full range",
    function=_contrast,
    passes="light_range",
)
