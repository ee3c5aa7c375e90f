"""Contrasts of CAMBI: how often levels near each other lie near each other in a picture."""

from collections.abc import Iterator, Sequence

import torch
from torch.nn.functional import pad

from ...image_ops.order import places
from ...image_ops.windows import box_sum

STEPS = 4  # contrasts of 1 to 4 levels of 10 bits are measured, weighted by their number of levels
# Highest 10-bit level at which a contrast of 1, 2, 3 or 4 levels is visible. A contrast is visible
# if it changes the luminance by 1.9 % or more, on a BT.1886 display whose white is 300 and whose
# black is 0.01 cd/m².
VISIBLE_UP_TO = (178, 305, 432, 559)
BLOCK = 32  # px; blocks without contrasts of up to 4 levels are skipped
# Numbers held in memory at a time; each says how often one level occurs around one pixel. A CPU
# takes few, which stay in its cache.
COUNTS, CACHED = 64_000_000, 1_000_000
IN_CACHE = 64  # blocks whose levels are listed at a time on a CPU
# Levels that are counted: contrasts with higher ones are never visible.
LEVELS = VISIBLE_UP_TO[-1] + STEPS + 1


def contrasts(scales: Sequence[torch.Tensor], radius: int) -> Iterator[torch.Tensor]:
    """Yield CAMBI's contrast indices c of the pixels that may have a band, in one row.

    The index of all other pixels is 0.

    Args:
        scales: 10-bit levels at each scale, 0 for a pixel that doesn't count; int16, each of shape
            (pictures, height, width).
        radius: px from the middle of the window to its sides, the same at each scale.

    Yields:
        A row for each picture at the first scale, then at the next one, and so on.
    """
    parts = [_blocks(levels, radius) for levels in scales]
    blocks = torch.cat([blocks_of_scale for blocks_of_scale, _ in parts])
    # Number of the row that the contrasts of a block belong to.
    pictures = len(scales[0])
    row = torch.cat([picture + scale * pictures for scale, (_, picture) in enumerate(parts)])
    paired, own = _pairs(blocks, radius)
    counts = min(COUNTS, CACHED) if blocks.device.type == "cpu" else COUNTS
    most = max(1, counts // blocks.shape[1] ** 2)
    strongest, rows = [blocks.new_zeros(0, dtype=torch.float32)], [row[:0]]
    start = 0
    for end in _ends(paired.sum(dim=1).tolist(), most):
        part = slice(start, end)
        of_part, block = _block_contrasts(blocks[part], paired[part], own[part], radius)
        strongest.append(of_part)
        rows.append(row[part][block])
        start = end
    numbers = torch.arange(1, len(scales) * pictures, device=row.device)
    yield from torch.cat(strongest).tensor_split(torch.searchsorted(torch.cat(rows), numbers).cpu())


def _blocks(levels: torch.Tensor, radius: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the blocks that have levels to count, with their surroundings.

    Args:
        levels: 10-bit levels, 0 for a pixel that doesn't count; int16, shape
            (pictures, height, width).
        radius: px from the middle of the window to its sides.

    Returns:
        Levels, shape (blocks, side, side), and the picture of each block.
    """
    height, width = levels.shape[1:]
    levels = levels.clone().lt_(LEVELS).mul_(levels)
    padded = pad(levels, (radius, -width % BLOCK + radius, radius, -height % BLOCK + radius))
    side = BLOCK + 2 * radius
    windows = padded.unfold(1, side, BLOCK).unfold(2, side, BLOCK)
    down, across = windows.shape[1:3]
    inside = padded[:, radius : radius + down * BLOCK, radius : radius + across * BLOCK]
    top = inside.unflatten(1, (down, BLOCK)).amax(dim=2).unflatten(2, (across, BLOCK)).amax(dim=3)
    used = places(top)
    picture, place = used // (down * across), used % (down * across)
    return windows[picture, place // across, place % across], picture


def _ends(pairs: Sequence[int], most: int) -> Iterator[int]:
    """Yield where to divide a row of blocks so that no part has more than `most` pairs.

    Parts without pairs are left out at the end; a block of too many pairs is a part of its own.

    Args:
        pairs: number of pairs of each block.
        most: pairs in a part.
    """
    total = 0
    for block, count in enumerate(pairs):
        if total and total + count > most:
            yield block
            total = 0
        total += count
    if total:
        yield len(pairs)


def _pairs(blocks: torch.Tensor, radius: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the levels that are counted in each block.

    A level counts if the block has pixels of it that may have a visible contrast with another
    level of their surroundings, or if it is such another level.

    Args:
        blocks: 10-bit levels with their surroundings, int16, shape (blocks, side, side).
        radius: px from the middle of the window to its sides.

    Returns:
        All of these levels, and those of pixels with a contrast: 1 and 0, shape (blocks, `LEVELS`).
    """
    present = _levels_in(blocks)
    own = torch.zeros_like(present)
    # Level 0 stands for no level; the lowest level is 64, so that none is lower than `STEPS`.
    present[:, 0] = 0
    for step, highest in zip(range(1, STEPS + 1), VISIBLE_UP_TO, strict=True):
        lower = present[:, STEPS - step : highest + 1 - step]
        near = lower | present[:, STEPS + step : highest + 1 + step]
        own[:, STEPS : highest + 1] |= near
    own &= _levels_in(blocks[:, radius : radius + BLOCK, radius : radius + BLOCK])
    own[:, 0] = 0
    paired = own.clone()
    for step, highest in zip(range(1, STEPS + 1), VISIBLE_UP_TO, strict=True):
        for shift in (-step, step):
            paired[:, STEPS + shift : highest + 1 + shift] |= own[:, STEPS : highest + 1]
    return paired & present, own


def _levels_in(blocks: torch.Tensor) -> torch.Tensor:
    """Return 1 for each level that a block has and 0 for the others, shape (blocks, `LEVELS`)."""
    present = blocks.new_zeros(len(blocks), LEVELS, dtype=torch.uint8)
    # A few blocks at a time, because their indices of 64 bits fit into a CPU's cache then.
    size = IN_CACHE if blocks.device.type == "cpu" else max(1, len(blocks))
    for levels, part in zip(blocks.split(size), present.split(size), strict=True):
        part.scatter_(1, levels.flatten(1).long(), 1)
    return present


def _block_contrasts(
    blocks: torch.Tensor, paired: torch.Tensor, own: torch.Tensor, radius: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the contrast indices of the pixels of some blocks, as `contrasts` does.

    Args:
        blocks: 10-bit levels with their surroundings, int16, shape (blocks, side, side).
        paired: levels that are counted in each block, the first result of `_pairs`.
        own: levels of pixels with a contrast, the second result of `_pairs`.
        radius: px from the middle of the window to its sides.

    Returns:
        Contrast indices, and the block of each.
    """
    side = blocks.shape[1]
    pairs = places(paired)
    # The last pair is none: its counts of 0 stand for every level that was not counted.
    block = torch.cat([pairs // LEVELS, pairs.new_zeros(1)])
    level = torch.cat([pairs % LEVELS, pairs.new_full((1,), -1)]).to(torch.int16)
    same = blocks.index_select(0, block).eq_(level[:, None, None])
    # Windows that cross the end of a line are summed too, and never read: operations on one long
    # row take a tenth of the time of those on many short lines.
    columns = box_sum(same, 2 * radius + 1, (-2,)).flatten()
    counts = box_sum(columns, 2 * radius + 1, (-1,))
    starts = torch.arange(len(block), device=blocks.device) * (BLOCK * side)
    first = starts[-1:].repeat(paired.numel())
    first[pairs] = starts[:-1]

    inner = blocks[:, radius : radius + BLOCK, radius : radius + BLOCK].flatten(1).long()
    pixels = places(own.gather(1, inner))
    pixel_block, pixel = pixels // BLOCK**2, pixels % BLOCK**2
    own_level = inner.flatten().index_select(0, pixels)
    pair, cell = pixel_block * LEVELS + own_level, pixel // BLOCK * side + pixel % BLOCK

    def count(difference: int) -> torch.Tensor:
        places_of_counts = first.index_select(0, pair + difference).add_(cell)
        return counts.index_select(0, places_of_counts).float()

    own_count = count(0)
    strongest = torch.zeros_like(own_count)
    for step, highest in zip(range(1, STEPS + 1), VISIBLE_UP_TO, strict=True):
        other_count = torch.maximum(count(step), count(-step))
        value = step * own_count * other_count / (own_count + other_count)
        strongest = torch.where(own_level <= highest, torch.maximum(strongest, value), strongest)
    return strongest, pixel_block
