"""Banding: visible steps in smooth gradients, measured with CAMBI."""

import torch
from torch.nn.functional import pad

from ...image_ops.order import places, ranked
from ...image_ops.windows import box_sum
from ...measure import Measure
from ...measurement import Better
from .contrasts import contrasts

# The method is CAMBI (Tandon et al., CAMBI: Contrast-aware multiscale banding index, PCS 2021), and
# the numbers are those of its reference implementation in libvmaf.
WINDOW = 63  # px at 3840 × 2160, about one degree; other sizes in proportion to width plus height
LEAST_WINDOW = 3  # px; libvmaf refuses pictures whose window would be smaller
SCALE_WEIGHTS = (16, 8, 4, 2, 1)
TOP = 0.6  # share of the pixels that count, those with most banding
MASK_SIDE = 7  # px of the window around a pixel that decides whether the pixel is in a flat area
# Larger pictures are reduced to every second row and column, as often as needed: bands are broad,
# and the time grows with the window as well as with the picture. 1024 × 1024 px are measured in
# full.
MOST_PIXELS = 1_100_000


def banding(grey: torch.Tensor) -> float:
    """Return the CAMBI of a picture: 0 for no bands, about 5 for slightly annoying ones, up to 24.

    CAMBI searches, at five scales, for flat areas near each other whose brightness differs by one
    to four levels of 10 bits (one level of 8 bits). Bands show in dark pictures, hardly in bright
    ones.

    Args:
        grey: luma in 0–1, shape (height, width), at least 16 px a side. It is rounded to the
            levels of 8-bit video (16–235).

    Returns:
        CAMBI in 0–24.

    Examples:
        >>> banding(torch.full((64, 64), 0.2))
        0.0
        >>> dark_gradient = torch.linspace(0.05, 0.15, 256).expand(256, 256)
        >>> banding(dark_gradient) > 5
        True
    """
    return banding_numbers(grey[None])[0, 0].item()


def banding_numbers(grey: torch.Tensor) -> torch.Tensor:
    """Return the CAMBI of each picture.

    The numbers of pixels and blocks to look at depend on the pictures, so that a device is waited
    for about three times a scale, for all pictures together.

    Args:
        grey: luma in 0–1, shape (pictures, height, width), at least 16 px a side.

    Returns:
        CAMBI in 0–24, shape (pictures, 1).
    """
    while grey[0].numel() > MOST_PIXELS:
        grey = grey[:, ::2, ::2]
    height, width = grey.shape[1:]
    levels = _smoothed((219 * grey).add_(16).round_().to(torch.int16))
    mask = _flat(levels)
    window = max(LEAST_WINDOW, WINDOW * (width + height) // 375 >> 4)
    radius = window // 2
    scales = []
    for _ in SCALE_WEIGHTS:
        levels = _mode(levels, mask)
        scales.append(levels * mask)
        levels, mask = levels[:, ::2, ::2].contiguous(), mask[:, ::2, ::2].contiguous()
    score = torch.zeros(len(grey), device=grey.device)
    rows = contrasts(scales, radius)
    for scale, weight in zip(scales, SCALE_WEIGHTS, strict=True):
        means = [_top_mean(next(rows), picture.numel()) for picture in scale]
        score += weight * torch.stack(means)
    return score[:, None] / (2 * radius + 1) ** 2


def _smoothed(levels: torch.Tensor) -> torch.Tensor:
    """Return the means over 2 × 2 px as levels of 10 bits, which removes dithering.

    Args:
        levels: levels of 8 bits, int16, shape (pictures, height, width).
    """
    for axis in (1, 2):
        length = levels.shape[axis] - 1
        last = levels.narrow(axis, length, 1)
        levels = levels + torch.cat([levels.narrow(axis, 1, length), last], dim=axis)
    return levels


def _flat(levels: torch.Tensor) -> torch.Tensor:
    """Return a mask of the flat areas: 1 and 0, int16.

    A pixel is in a flat area if most pixels of the window around it equal their right and lower
    neighbours.
    """
    height, width = levels.shape[1:]
    same = torch.zeros_like(levels)
    same[..., :-1] |= levels[..., :-1] ^ levels[..., 1:]
    same[:, :-1] |= levels[:, :-1] ^ levels[:, 1:]
    same.eq_(0)  # in place, which writes int16 and takes a fifth of the time of booleans
    radius = MASK_SIDE // 2
    count = box_sum(pad(same, (radius,) * 4), MASK_SIDE)
    shift = max(0, (width >> 6) * (height >> 6) - 1).bit_length()
    return count.gt_(MASK_SIDE**2 + 3 * (shift - 11) - 1 >> 1)


def _mode(levels: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return the most frequent level among the 3 × 3 px around each pixel.

    If several levels are equally frequent, it is the lowest of them. Pixels keep their level if
    they are neither in `mask` nor in an even row and column: nothing reads them again.

    Args:
        levels: int16, shape (pictures, height, width).
        mask: pixels that are compared at this scale, 1 or 0; the next scale has the even ones.
    """
    # The border is replicated by parts, because not every device can pad integers.
    padded = torch.cat([levels[:, :1], levels, levels[:, -1:]], dim=1)
    padded = torch.cat([padded[..., :1], padded, padded[..., -1:]], dim=2)
    read = mask.clone()
    read[:, ::2, ::2] = 1
    # A level that five of the nine pixels have is the most frequent one: few pixels are left.
    unclear = _equal_neighbours(padded).lt_(4).mul_(read)
    # Places of the upper left one of the nine pixels, in rows of the length of those of `padded`.
    corners = places(pad(unclear, (0, 2, 0, 2)))
    line, flat = padded.shape[2], padded.view(-1)
    offsets = [line * down + across for down in range(3) for across in range(3)]
    cells = torch.stack([flat[offset:].index_select(0, corners) for offset in offsets])
    flat[offsets[4] :].scatter_(0, corners, _most_frequent(cells))
    return padded[:, 1:-1, 1:-1]


def _equal_neighbours(padded: torch.Tensor) -> torch.Tensor:
    """Return how many of the eight pixels around each pixel have its level.

    Args:
        padded: int16, shape (pictures, height, width). The outermost pixels are neighbours only.

    Returns:
        Numbers, int16; smaller than `padded` by 2 px along each axis.
    """
    height, width = (length - 2 for length in padded.shape[1:])
    equal = torch.zeros_like(padded[:, 1:-1, 1:-1])
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        # The picture is compared with itself at an offset, and both pixels count the result.
        to_left, to_right = max(0, -right), max(0, right)
        first = padded[:, : height + 2 - down, to_left : width + 2 - to_right]
        second = padded[:, down:, to_right : width + 2 - to_left]
        same = torch.eq(first, second, out=torch.empty_like(first))
        equal += same[:, 1 : 1 + height, 1 - to_left :][..., :width]
        equal += same[:, 1 - down : 1 - down + height, 1 - to_right :][..., :width]
    return equal


def _most_frequent(cells: torch.Tensor) -> torch.Tensor:
    """Return the most frequent of nine levels, the lowest one of several.

    Args:
        cells: int16, shape (9, pixels).
    """
    count, pairs = len(cells), len(cells) // 2
    further = torch.cat([cells, cells[:pairs]])
    equal, numbers = torch.empty_like(cells), torch.ones_like(cells)
    for place in range(1, pairs + 1):
        # Each cell is compared with the one `place` further on, and both count the result.
        torch.eq(cells, further[place : place + count], out=equal)
        numbers += equal
        numbers[place:] += equal[:-place]
        numbers[:place] += equal[-place:]
    # One number holds the count in its upper bits and the inverted level in its lower bits. So the
    # greatest number has the highest count and, among equal counts, the lowest level.
    return -numbers.mul_(2048).sub_(cells).amax(dim=0) & 2047


def _top_mean(contrast: torch.Tensor, pixels: int) -> torch.Tensor:
    """Return the mean of the highest `TOP` of all pixels; pixels not in `contrast` count as 0."""
    count = min(max(int(TOP * pixels), 1), pixels)
    if len(contrast) <= count:
        return contrast.sum() / count
    # `lowest` is the lowest value that counts; it is repeated as often as it is needed.
    lowest = ranked(contrast[None], [len(contrast) - count])[0, 0]
    higher = contrast > lowest
    return ((contrast * higher).sum() + lowest * (count - higher.sum())) / count


BANDING = Measure(
    "banding",
    unit="CAMBI",
    better=Better.LOWER,
    high=20.0,  # 24 is the highest value that CAMBI can have
    backend="cambi",
    threshold=10.0,  # twice the 5 that its publisher calls slightly annoying
    required=True,
    answers_to="Bands in dark gradients, on the CAMBI scale. 5 is slightly annoying",
    function=lambda picture: picture.of_grey(banding_numbers)[0],
    passes="no_bands",
    fails="banded",
)
