"""Banding: visible steps in smooth gradients, measured with CAMBI."""

import torch
from torch.nn.functional import pad

from ...image_ops.precision import summing_type
from ...image_ops.windows import box_sum
from ...measure import Measure
from ...measurement import Better

# The method is CAMBI (Tandon et al., CAMBI: Contrast-aware multiscale banding index, PCS 2021), and
# the numbers are those of its reference implementation in libvmaf.
WINDOW = 63  # px at 3840 × 2160, about one degree; other sizes in proportion to width plus height
LEAST_WINDOW = 3  # px; libvmaf refuses pictures whose window would be smaller
STEPS = 4  # contrasts of 1 to 4 levels of 10 bits are measured, weighted by their number of levels
# Highest 10-bit level at which a contrast of 1, 2, 3 or 4 levels is visible. A contrast is visible
# if it changes the luminance by 1.9 % or more, on a BT.1886 display whose white is 300 and whose
# black is 0.01 cd/m².
VISIBLE_UP_TO = (178, 305, 432, 559)
SCALE_WEIGHTS = (16, 8, 4, 2, 1)
TOP = 0.6  # share of the pixels that count, those with most banding
MASK_SIDE = 7  # px of the window around a pixel that decides whether the pixel is in a flat area
# Larger pictures are reduced to every second row and column, as often as needed: bands are broad,
# and the time grows with the window as well as with the picture. 1024 × 1024 px are measured in
# full.
MOST_PIXELS = 1_100_000
BLOCK = 32  # px; blocks without contrasts of up to 4 levels are skipped
# Numbers held in memory at a time; each says how often one level occurs around one pixel.
COUNTS = 8_000_000
# Levels of 10 bits, with room for contrasts below the lowest and above the highest.
LEVELS = 1024 + 2 * STEPS


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
    """Return the means over 2 × 2 px, rounded down, which removes dithering."""
    right = torch.cat([levels[:, 1:], levels[:, -1:]], dim=1)
    below = levels + right
    below = torch.cat([below[1:], below[-1:]], dim=0)
    return (levels + right + below) >> 2


def _flat(levels: torch.Tensor) -> torch.Tensor:
    """Return a mask of the flat areas.

    A pixel is in a flat area if most pixels of the window around it equal their right and lower
    neighbours.
    """
    height, width = levels.shape
    same = torch.ones_like(levels, dtype=torch.int16)
    same[:, :-1] *= levels[:, :-1] == levels[:, 1:]
    same[:-1] *= levels[:-1] == levels[1:]
    radius = MASK_SIDE // 2
    count = box_sum(pad(same, (radius,) * 4), MASK_SIDE)
    shift = max(0, (width >> 6) * (height >> 6) - 1).bit_length()
    return count > (MASK_SIDE**2 + 3 * (shift - 11) - 1) >> 1


def _mode(levels: torch.Tensor) -> torch.Tensor:
    """Return the most frequent level among the 3 × 3 px around each pixel.

    If several levels are equally frequent, it is the lowest of them.
    """
    height, width = levels.shape
    # The border is replicated by index, because not every device can pad integers.
    rows = torch.arange(-1, height + 1, device=levels.device).clamp(0, height - 1)
    columns = torch.arange(-1, width + 1, device=levels.device).clamp(0, width - 1)
    padded = levels.to(torch.int16)[rows][:, columns]
    cells = [(y, x) for y in range(3) for x in range(3)]
    counts = [torch.ones(height, width, dtype=torch.uint8, device=levels.device) for _ in cells]
    # Pairs of cells with the same offset share one comparison of the whole picture with itself.
    offsets = {(v - y, u - x) for y, x in cells for v, u in cells if (y, x) < (v, u)}
    for down, right in sorted(offsets):
        same = _equals_at_offset(padded, down, right)
        for place, (y, x) in enumerate(cells):
            if (y + down, x + right) in cells:
                equal = same[y : y + height, min(x, x + right) :][:, :width]
                counts[place] += equal
                counts[cells.index((y + down, x + right))] += equal
    # One number holds the count in its upper bits and the inverted level in its lower bits. So the
    # greatest number has the highest count and, among equal counts, the lowest level.
    best = torch.zeros(height, width, dtype=torch.int16, device=levels.device)
    for count, (y, x) in zip(counts, cells, strict=True):
        number = count.to(torch.int16).mul_(2048).sub_(padded[y : y + height, x : x + width])
        torch.maximum(best, number, out=best)
    return (-best & 2047).int()


def _equals_at_offset(levels: torch.Tensor, down: int, right: int) -> torch.Tensor:
    """Return 1 for each pixel that equals the pixel at an offset, else 0.

    Args:
        levels: shape (height, width).
        down: offset in rows, 0 or more.
        right: offset in columns; negative for an offset to the left.
    """
    height, width = levels.shape
    first = levels[: height - down, max(0, -right) : width - max(0, right)]
    return (first == levels[down:, max(0, right) : width + min(0, right)]).view(torch.uint8)


def _contrasts(levels: torch.Tensor, radius: int) -> torch.Tensor:
    """Return CAMBI's contrast index c of each pixel that may have a band, in one row.

    The index of all other pixels is 0.

    Args:
        levels: 10-bit levels, 0 for a pixel that doesn't count; int32, shape (height, width).
        radius: px from the middle of the window to its sides.
    """
    height, width = levels.shape
    below, right = -height % BLOCK, -width % BLOCK
    padded = pad(levels, (radius, right + radius, radius, below + radius))
    side = BLOCK + 2 * radius
    blocks = padded.unfold(0, side, BLOCK).unfold(1, side, BLOCK).reshape(-1, side, side)
    # A level is counted in a block if the block also has another level at most `STEPS` away.
    present = levels.new_zeros(len(blocks), LEVELS, dtype=torch.int16)
    present.scatter_(1, blocks.flatten(1).long(), 1)
    present[:, 0] = 0
    present[:, VISIBLE_UP_TO[-1] + STEPS + 1 :] = 0
    levels_nearby = box_sum(pad(present, (STEPS, STEPS)), 2 * STEPS + 1, (-1,))
    paired = (present > 0) & (levels_nearby > 1)
    pair_totals = paired.sum(dim=1).cumsum(0)
    contrasts = []
    start, most_pairs = 0, max(1, COUNTS // side**2)
    while start < len(blocks):
        before = int(pair_totals[start - 1]) if start else 0
        end = max(start + 1, int((pair_totals <= before + most_pairs).sum()))
        contrasts.append(_block_contrasts(blocks[start:end], paired[start:end], radius))
        start = end
    return torch.cat(contrasts)


def _block_contrasts(blocks: torch.Tensor, paired: torch.Tensor, radius: int) -> torch.Tensor:
    """Return the contrast indices of the pixels of some blocks, as `_contrasts` does.

    Args:
        blocks: 10-bit levels with their surroundings, shape (blocks, side, side).
        paired: levels that are counted in each block, boolean, shape (blocks, `LEVELS`).
        radius: px from the middle of the window to its sides.
    """
    block, level = paired.nonzero().unbind(1)
    if not len(block):
        return blocks.new_zeros(0, dtype=torch.float32)
    small = blocks.to(torch.int16)
    same = (small[block] == level[:, None, None].to(torch.int16)).to(torch.int16)
    counts = box_sum(same, 2 * radius + 1)
    # The last row of zeros stands for every level that was not counted.
    counts = torch.cat([counts.flatten(1), counts.new_zeros(1, BLOCK**2)]).flatten()
    index = torch.full(paired.shape, len(block), device=blocks.device)
    index[block, level] = torch.arange(len(block), device=blocks.device)
    inner = blocks[:, radius : radius + BLOCK, radius : radius + BLOCK].flatten(1).long()
    visible = (inner <= VISIBLE_UP_TO[-1]) & paired.gather(1, inner)
    pixel_block, pixel = visible.nonzero().unbind(1)
    own_level = inner[pixel_block, pixel]

    def count(difference: int) -> torch.Tensor:
        return counts[index[pixel_block, own_level + difference] * BLOCK**2 + pixel].float()

    own_count = count(0)
    strongest = torch.zeros_like(own_count)
    for step, highest in zip(range(1, STEPS + 1), VISIBLE_UP_TO, strict=True):
        other_count = torch.maximum(count(step), count(-step))
        value = step * own_count * other_count / (own_count + other_count)
        strongest = torch.where(own_level <= highest, torch.maximum(strongest, value), strongest)
    return strongest


def _top_mean(contrasts: torch.Tensor, pixels: int) -> float:
    """Return the mean of the highest `TOP` of all pixels; pixels not in `contrasts` count as 0."""
    count = min(max(int(TOP * pixels), 1), pixels)
    if len(contrasts) > count:
        # `lowest` is the lowest value that counts; it is repeated as often as it is needed. This
        # is twenty times as fast as sorting.
        lowest = contrasts.kthvalue(len(contrasts) - count + 1).values
        higher = contrasts[contrasts > lowest]
        contrasts = torch.cat([higher, lowest.expand(count - len(higher))])
    return contrasts.sum(dtype=summing_type(contrasts.device)).item() / count


BANDING = Measure(
    "banding",
    unit="CAMBI",
    better=Better.LOWER,
    high=20.0,  # 24 is the highest value that CAMBI can have
    backend="cambi",
    threshold=10.0,  # twice the 5 that its publisher calls slightly annoying
    required=True,
    answers_to="Bands in dark gradients, on the CAMBI scale. 5 is slightly annoying",
    function=lambda picture: banding(picture.grey),
    passes="no_bands",
    fails="banded",
)
