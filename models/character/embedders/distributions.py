"""Distributions of a picture's colours and lines, for descriptors of looks.

A distribution is soft-binned, so that a small change moves little, and adds up to 1. Entered by
its square root, the product of two is their Bhattacharyya coefficient: 1 where they're the same.
"""

import torch

# Soft bins in CIELAB. Lightness is coarse, since light and shade change it first; the colour
# plane is finer. A bin is about as wide as the shading inside one cel colour.
PLANE_BINS, PLANE_STEP, PLANE_REACH = 11, 18.0, 90.0
# Greys (ink, white cloth, the shine of hair) belong to everybody; colours tell people apart.
GREY_COUNTS, FULL_CHROMA = 0.35, 30.0

Bins = tuple[tuple[torch.Tensor, torch.Tensor, int], ...]  # index, share, and count along each axis


def colour_bins(lab: torch.Tensor, lightness_bins: int, lightness_step: float) -> Bins:
    """Where each pixel's colour falls between the bins."""
    lightness, a, b = lab.unbind(-1)
    return (
        between(lightness / lightness_step, lightness_bins),
        between((a + PLANE_REACH) / PLANE_STEP, PLANE_BINS),
        between((b + PLANE_REACH) / PLANE_STEP, PLANE_BINS),
    )


def telling(lab: torch.Tensor) -> torch.Tensor:
    """How much each pixel's colour tells of who it is: less, the greyer."""
    chroma = torch.hypot(lab[..., 1], lab[..., 2])
    return GREY_COUNTS + (1 - GREY_COUNTS) * (chroma / FULL_CHROMA).clamp(max=1)


def between(position: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor, int]:
    """The bin below a position, and the share that goes to the one above it."""
    position = position.clamp(0, count - 1)
    below = position.floor().clamp(max=count - 2)
    return below.long(), position - below, count


def histogram(weight: torch.Tensor, bins: Bins) -> torch.Tensor:
    """Distribution of a weight over soft bins, shape (frames, bins); each adds up to 1."""
    frames, size = weight.shape[0], 1
    index, shares = torch.zeros_like(bins[0][0])[None], weight[None]
    for below, share, count in bins:
        index = torch.cat([index * count + below, index * count + below + 1])
        shares = torch.cat([shares * (1 - share), shares * share])
        size *= count
    index, shares = (each.movedim(1, 0).reshape(frames, -1) for each in (index, shares))
    # One product of one-hot rows would be deterministic on a GPU too, but far larger; in double
    # precision the order of a sum changes nothing that float32 can show.
    total = torch.zeros(frames, size, dtype=torch.float64, device=weight.device)
    total = total.scatter_add_(1, index, shares.double())
    return (total / total.sum(dim=1, keepdim=True).clamp(min=1e-9)).float()


def line_strength(lab: torch.Tensor) -> torch.Tensor:
    """How much the lightness changes around each pixel: high along drawn lines."""
    lightness = lab[..., 0]
    strength = torch.zeros_like(lightness)
    strength[:, 1:-1] += (lightness[:, 2:] - lightness[:, :-2]).abs()
    strength[:, :, 1:-1] += (lightness[:, :, 2:] - lightness[:, :, :-2]).abs()
    return strength
