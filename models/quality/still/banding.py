"""Bands in what should be a smooth gradient: CAMBI."""

import torch
from torch.nn.functional import pad

from ...image_ops.windows import box_sum
from ...measure import Measure
from ...measurement import Better

# Recipe of CAMBI (Tandon et al., CAMBI: Contrast-aware multiscale banding index, PCS 2021), with
# the numbers of its reference implementation in libvmaf.
WINDOW = 63  # px at 3840 × 2160: about one degree; in proportion to width plus height elsewhere
LEAST_WINDOW = 3  # libvmaf refuses pictures so small that it would be less
STEPS = 4  # contrasts that are looked at: 1 to 4 levels of 10 bits, weighted by their number
# Highest 10-bit level at which a contrast of 1 … 4 levels is visible: 1.9 % of the luminance of
# BT.1886 with a white of 300 and a black of 0.01 cd/m².
VISIBLE_UP_TO = (178, 305, 432, 559)
SCALE_WEIGHTS = (16, 8, 4, 2, 1)
TOP = 0.6  # share of the pixels, those with most banding, that count
MASK_SIDE = 7  # px of the window in which most of a flat area's pixels equal their neighbours
# Larger pictures are halved first (every second pixel): bands are broad, and its cost grows with
# the window, too. 1024 × 1024 is measured as it is.
MOST_PIXELS = 1_100_000
BLOCK = 32  # px; blocks without contrasts of up to 4 levels are skipped
COUNTS = 8_000_000  # of one level around one pixel, at one time: bounds the memory
LEVELS = 1024 + 2 * STEPS


def banding(grey: torch.Tensor) -> float:
    """CAMBI of a picture: 0 no bands, about 5 slightly annoying, 24 the most.

    Looks for flat areas whose brightness differs by one to four levels of 10 bits (a single one of
    8 bits) in sight of one another, at five scales. Dark pictures show bands, bright ones hardly.

    Args:
        grey: luma in 0–1, shape (height, width), at least 16 a side. It is rounded to the levels
            that 8-bit video has (16–235).

    Returns:
        0–24.
    """
    while grey.numel() > MOST_PIXELS:
        grey = grey[::2, ::2]
    height, width = grey.shape
    levels = _smoothed((16 + 219 * grey).round().to(torch.int32) * 4)
    mask = _flat(levels)
    window = max(LEAST_WINDOW, WINDOW * (width + height) // 375 >> 4)
    radius = window // 2
    score = 0.0
    for scale, weight in enumerate(SCALE_WEIGHTS):
        if scale:
            levels, mask = levels[::2, ::2], mask[::2, ::2]
        levels = _mode(levels)
        contrasts = _contrasts(levels.where(mask, torch.zeros_like(levels)), radius)
        score += weight * _top_mean(contrasts, levels.numel())
    return score / (2 * radius + 1) ** 2


def _smoothed(levels: torch.Tensor) -> torch.Tensor:
    """Mean over 2 × 2 px, rounded down: takes dithering away."""
    right = torch.cat([levels[:, 1:], levels[:, -1:]], dim=1)
    below = levels + right
    below = torch.cat([below[1:], below[-1:]], dim=0)
    return (levels + right + below) >> 2


def _flat(levels: torch.Tensor) -> torch.Tensor:
    """Where most pixels around equal their right and lower neighbours."""
    height, width = levels.shape
    same = torch.ones_like(levels, dtype=torch.int16)
    same[:, :-1] *= levels[:, :-1] == levels[:, 1:]
    same[:-1] *= levels[:-1] == levels[1:]
    radius = MASK_SIDE // 2
    count = box_sum(pad(same, (radius,) * 4), MASK_SIDE)
    shift = max(0, (width >> 6) * (height >> 6) - 1).bit_length()
    return count > (MASK_SIDE**2 + 3 * (shift - 11) - 1) >> 1


def _mode(levels: torch.Tensor) -> torch.Tensor:
    """The most frequent level of 3 × 3 px, the lowest of equally frequent ones."""
    height, width = levels.shape
    # Replicated by index: padding of integers isn't implemented everywhere.
    rows = torch.arange(-1, height + 1, device=levels.device).clamp(0, height - 1)
    columns = torch.arange(-1, width + 1, device=levels.device).clamp(0, width - 1)
    around = levels.to(torch.int16)[rows][:, columns]
    cells = [(y, x) for y in range(3) for x in range(3)]
    counts = [torch.ones(height, width, dtype=torch.uint8, device=levels.device) for _ in cells]
    # Cells as far apart as others are equal where those are, a little further on: compared once.
    apart = {(v - y, u - x) for y, x in cells for v, u in cells if (y, x) < (v, u)}
    for down, right in sorted(apart):
        same = _same_at(around, down, right)
        for place, (y, x) in enumerate(cells):
            if (y + down, x + right) in cells:
                here = same[y : y + height, min(x, x + right) :][:, :width]
                counts[place] += here
                counts[cells.index((y + down, x + right))] += here
    # One number to compare: the count above, the level's distance from the highest below.
    best = torch.zeros(height, width, dtype=torch.int16, device=levels.device)
    for count, (y, x) in zip(counts, cells, strict=True):
        number = count.to(torch.int16).mul_(2048).sub_(around[y : y + height, x : x + width])
        torch.maximum(best, number, out=best)
    return (-best & 2047).int()


def _same_at(levels: torch.Tensor, down: int, right: int) -> torch.Tensor:
    """Whether each pixel equals the one so far down and right (left, where negative); 0 or 1."""
    height, width = levels.shape
    first = levels[: height - down, max(0, -right) : width - max(0, right)]
    return (first == levels[down:, max(0, right) : width + min(0, right)]).view(torch.uint8)


def _contrasts(levels: torch.Tensor, radius: int) -> torch.Tensor:
    """The contrast index c of every pixel where it isn't 0, flat.

    Args:
        levels: 10-bit levels, 0 where a pixel doesn't count; int32, shape (height, width).
        radius: of the window.
    """
    height, width = levels.shape
    below, right = -height % BLOCK, -width % BLOCK
    padded = pad(levels, (radius, right + radius, radius, below + radius))
    side = BLOCK + 2 * radius
    blocks = padded.unfold(0, side, BLOCK).unfold(1, side, BLOCK).reshape(-1, side, side)
    # Which levels a block has, with another one within reach of a contrast.
    present = levels.new_zeros(len(blocks), LEVELS, dtype=torch.int16)
    present.scatter_(1, blocks.flatten(1).long(), 1)
    present[:, 0] = 0
    present[:, VISIBLE_UP_TO[-1] + STEPS + 1 :] = 0
    beside = box_sum(pad(present, (STEPS, STEPS)), 2 * STEPS + 1, (-1,))
    paired = (present > 0) & (beside > 1)
    numbers = paired.sum(dim=1).cumsum(0)
    found = []
    start, most = 0, max(1, COUNTS // side**2)
    while start < len(blocks):
        before = int(numbers[start - 1]) if start else 0
        end = max(start + 1, int((numbers <= before + most).sum()))
        found.append(_contrasts_of(blocks[start:end], paired[start:end], radius))
        start = end
    return torch.cat(found)


def _contrasts_of(blocks: torch.Tensor, paired: torch.Tensor, radius: int) -> torch.Tensor:
    """`_contrasts` of some blocks, given which levels are worth counting in each."""
    block, level = paired.nonzero().unbind(1)
    if not len(block):
        return blocks.new_zeros(0, dtype=torch.float32)
    small = blocks.to(torch.int16)
    same = (small[block] == level[:, None, None].to(torch.int16)).to(torch.int16)
    counts = box_sum(same, 2 * radius + 1)
    # The last one stands for every level that was not counted.
    counts = torch.cat([counts.flatten(1), counts.new_zeros(1, BLOCK**2)]).flatten()
    index = torch.full(paired.shape, len(block), device=blocks.device)
    index[block, level] = torch.arange(len(block), device=blocks.device)
    inner = blocks[:, radius : radius + BLOCK, radius : radius + BLOCK].flatten(1).long()
    visible = (inner <= VISIBLE_UP_TO[-1]) & paired.gather(1, inner)
    owner, place = visible.nonzero().unbind(1)
    own = inner[owner, place]

    def count(difference: int) -> torch.Tensor:
        return counts[index[owner, own + difference] * BLOCK**2 + place].float()

    here = count(0)
    strongest = torch.zeros_like(here)
    for step, highest in zip(range(1, STEPS + 1), VISIBLE_UP_TO, strict=True):
        there = torch.maximum(count(step), count(-step))
        value = step * here * there / (here + there)
        strongest = torch.where(own <= highest, torch.maximum(strongest, value), strongest)
    return strongest


def _top_mean(contrasts: torch.Tensor, pixels: int) -> float:
    """Mean of the highest `TOP` of all pixels, of which those that are not given are 0."""
    count = min(max(int(TOP * pixels), 1), pixels)
    if len(contrasts) > count:
        # Twenty times as fast as to sort: what lies above the lowest that counts, and it as often.
        lowest = contrasts.kthvalue(len(contrasts) - count + 1).values
        higher = contrasts[contrasts > lowest]
        contrasts = torch.cat([higher, lowest.expand(count - len(higher))])
    return contrasts.sum(dtype=torch.float64).item() / count


BANDING = Measure(
    "banding",
    unit="CAMBI",
    better=Better.LOWER,
    high=24.0,
    backend="cambi",
    threshold=10.0,  # twice the 5 that its publisher calls slightly annoying
    required=True,
    answers_to="Bands in dark gradients, on the CAMBI scale. 5 is slightly annoying",
    function=lambda picture: banding(picture.grey),
    passes="no_bands",
    fails="banded",
)
