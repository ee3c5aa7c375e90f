"""Exposure: shares of clipped and crushed pixels, and contrast."""

from functools import reduce

import torch

from ...measure import Measure
from ...measurement import Better

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
    darkest = reduce(torch.minimum, frame.unbind(-1))  # a fifth of the time of `amin`
    return (darkest >= WHITE).float().mean().item()


def crushed_share(frame: torch.Tensor) -> float:
    """Return the share of a picture's pixels that are crushed to black.

    A pixel counts if all its channels are at or below `BLACK`. Black that was drawn (lines,
    letterbox bars) can't be distinguished from lost shadows.

    Args:
        frame: RGB in 0–1, shape (height, width, 3).

    Returns:
        Share in 0–1.
    """
    lightest = reduce(torch.maximum, frame.unbind(-1))
    return (lightest <= BLACK).float().mean().item()


def contrast(grey: torch.Tensor) -> float:
    """Return the distance between the 1 % and the 99 % quantile of a picture's luma.

    Args:
        grey: luma in 0–1, shape (height, width).

    Returns:
        Distance in 0–1.
    """
    stride = max(1, int((grey.numel() / PIXELS) ** 0.5))
    values = grey[::stride, ::stride].flatten()
    tail = int(len(values) * TAIL) + 1
    lightest = values.topk(tail, sorted=False).values.min()
    return (lightest - values.topk(tail, largest=False, sorted=False).values.max()).item()


CLIPPED = Measure(
    "clipped",
    unit="of the picture",
    better=Better.LOWER,
    backend="exposure",
    threshold=0.9,  # even a small figure on white paper fills more than a tenth
    required=True,
    answers_to="Lost light: share of the picture that is pure white",
    function=lambda picture: clipped_share(picture.frame),
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
    function=lambda picture: crushed_share(picture.frame),
    passes="dark_kept",
    fails="dark_crushed",
)
CONTRAST = Measure(
    "contrast",
    unit="of the range",
    better=Better.HIGHER,
    backend="luma-quantiles",
    answers_to="Distance from dark to light, as a share of the full range",
    function=lambda picture: contrast(picture.grey),
    passes="light_range",
)
