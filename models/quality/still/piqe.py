"""PIQE: how much of a picture's busy parts looks distorted, by rules made for photographs."""

import torch
from torch.nn.functional import pad

from ...image_ops.windows import box_sum, gaussian_weights, windowed_mean

# Rec. 601, as MATLAB's rgb2gray, on which its recipe stands.
GREY = (0.298936021293775, 0.587043074451121, 0.114020904255103)
BLOCK = 16  # px
SEGMENT = 6  # px of a block's edge
ACTIVE = 0.1  # variance of a block from which on it counts
FLAT = 0.1  # standard deviation of a segment below which its edge is an artefact
RADIUS, SIGMA = 3, 7 / 6  # of the window that brightness and contrast are taken out with


def piqe(frame: torch.Tensor) -> float | None:
    """Venkatanath et al.'s Perception-based Image Quality Evaluator.

    Method: N. Venkatanath et al., Blind image quality evaluation using perception based features,
    NCC 2015, in the recipe of MATLAB's `piqe`: the shares of blocks of 16 px with a flat segment on
    an edge, and of blocks as noisy in their middle as around it, weighted by their contrast.

    Args:
        frame: RGB in 0–1, shape (height, width, 3), at least 16 a side.

    Returns:
        0–100; below 20 excellent, above 50 poor, for photographs. None for a black picture.
    """
    red, green, blue = GREY
    grey = frame[..., 0] * red + frame[..., 1] * green + frame[..., 2] * blue
    brightest = grey.max()
    if brightest <= 0:
        return None
    grey = (grey / brightest * 255).round()
    blocks = _blocks(_normalised(_padded(grey)))
    # Sums of columns: all variances come of them, in a tenth of the time that `var` takes.
    sums, squares = blocks.sum(dim=1), blocks.square().sum(dim=1)
    variance = _variance(sums.sum(dim=1), squares.sum(dim=1), BLOCK**2)
    active = variance > ACTIVE
    distorted = active & _has_flat_segment(blocks)
    noisy = active & _is_noisy(sums, squares, variance)
    total = ((1 - variance) * distorted).sum() + (variance * noisy).sum()
    return ((total + 1) / (1 + active.sum())).item() * 100


def _padded(grey: torch.Tensor) -> torch.Tensor:
    """Whole blocks: what is missing below and at the right is mirrored, the edge repeated."""
    for dim in (0, 1):
        missing = -grey.shape[dim] % BLOCK
        if missing:
            end = grey.narrow(dim, grey.shape[dim] - missing, missing).flip(dim)
            grey = torch.cat([grey, end], dim=dim)
    return grey


def _normalised(grey: torch.Tensor) -> torch.Tensor:
    """Every pixel's difference from its surroundings, in their standard deviations plus 1."""
    weights = gaussian_weights(SIGMA, RADIUS)
    around = pad(grey[None, None], (RADIUS,) * 4, mode="replicate")[0, 0]
    mean = windowed_mean(around, weights)
    square = windowed_mean(around * around, weights)
    return (grey - mean) / ((square - mean * mean).abs().sqrt() + 1)


def _blocks(picture: torch.Tensor) -> torch.Tensor:
    """Shape (blocks, 16, 16)."""
    return picture.unfold(0, BLOCK, BLOCK).unfold(1, BLOCK, BLOCK).reshape(-1, BLOCK, BLOCK)


def _has_flat_segment(blocks: torch.Tensor) -> torch.Tensor:
    edges = torch.stack([blocks[:, 0], blocks[:, -1], blocks[:, :, 0], blocks[:, :, -1]], dim=1)
    sums, squares = (box_sum(each, SEGMENT, (-1,)) for each in (edges, edges.square()))
    return (_variance(sums, squares, SEGMENT) < FLAT**2).flatten(1).any(dim=1)


def _is_noisy(sums: torch.Tensor, squares: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
    """Whether the two columns in a block's middle vary as the rest does."""
    middle = BLOCK // 2
    centre = [middle - 1, middle]
    # The recipe drops a middle column, and then the one that has taken the next place.
    kept = [place for place in range(BLOCK) if place not in (middle - 1, middle + 1)]
    inside, around = (
        _variance(sums[:, columns].sum(1), squares[:, columns].sum(1), len(columns) * BLOCK)
        for columns in (centre, kept)
    )
    ratio = torch.nan_to_num((inside / around).sqrt())
    deviation = variance.sqrt()
    beta = (deviation - ratio).abs() / torch.maximum(deviation, ratio)
    return deviation > 2 * beta


def _variance(sums: torch.Tensor, squares: torch.Tensor, count: int) -> torch.Tensor:
    """From the sums of values that are normalised already, and of their squares."""
    return ((squares - sums * sums / count) / (count - 1)).clamp_(min=0)
