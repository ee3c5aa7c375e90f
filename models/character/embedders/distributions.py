"""Distributions of a picture's colours and lines, for the embedder palette.

A distribution is a histogram that adds up to 1. Its bins are soft: a pixel counts in the two bins
nearest to its value, so that a small change of the picture changes the distribution little. Two
distributions are compared by the scalar product of their square roots, the Bhattacharyya
coefficient, which is 1 if they are equal.
"""

import torch

from ...image_ops.precision import summing_device

# Soft bins of CIELAB's colour plane, in its units. They are finer than those of lightness, which
# light and shade change first. A bin is about as wide as the shading inside one cel colour.
PLANE_BINS, PLANE_STEP, PLANE_REACH = 11, 18.0, 90.0
# Weight of grey, and the chroma from which a colour has the full weight. Greys (ink, white cloth,
# shine on hair) occur in all characters; colours tell the characters apart.
GREY_WEIGHT, FULL_CHROMA = 0.35, 30.0

Bins = tuple[tuple[torch.Tensor, torch.Tensor, int], ...]  # index, share and count for each axis


def colour_bins(lab: torch.Tensor, lightness_bins: int, lightness_step: float) -> Bins:
    """Return the soft bins of each pixel's colour in CIELAB."""
    lightness, a, b = lab.unbind(-1)
    return (
        soft_bin(lightness / lightness_step, lightness_bins),
        soft_bin((a + PLANE_REACH) / PLANE_STEP, PLANE_BINS),
        soft_bin((b + PLANE_REACH) / PLANE_STEP, PLANE_BINS),
    )


def colour_weight(lab: torch.Tensor) -> torch.Tensor:
    """Return the weight of each pixel's colour, which is lower for greys; see `GREY_WEIGHT`."""
    chroma = torch.hypot(lab[..., 1], lab[..., 2])
    return GREY_WEIGHT + (1 - GREY_WEIGHT) * (chroma / FULL_CHROMA).clamp(max=1)


def soft_bin(position: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor, int]:
    """Return the bin below each position, the share of the bin above, and the number of bins."""
    position = position.clamp(0, count - 1)
    below = position.floor().clamp(max=count - 2)
    return below.long(), position - below, count


def histogram(weight: torch.Tensor, bins: Bins) -> torch.Tensor:
    """Return the distribution of a weight over soft bins, shape (frames, bins); each sums to 1."""
    frames, size = weight.shape[0], 1
    # On a GPU `scatter_add_` sums in any order. In double precision the difference is too small for
    # float32. A product of one-hot rows would be deterministic, but needs far more memory. Devices
    # without double precision leave the sums to the CPU.
    device, home = weight.device, summing_device(weight.device)
    if device != home:
        weight = weight.to(home)
        bins = tuple((below.to(home), share.to(home), count) for below, share, count in bins)
    index, shares = torch.zeros_like(bins[0][0])[None], weight[None]
    for below, share, count in bins:
        index = torch.cat([index * count + below, index * count + below + 1])
        shares = torch.cat([shares * (1 - share), shares * share])
        size *= count
    index, shares = (each.movedim(1, 0).reshape(frames, -1) for each in (index, shares))
    total = torch.zeros(frames, size, dtype=torch.float64, device=home)
    total = total.scatter_add_(1, index, shares.double())
    return (total / total.sum(dim=1, keepdim=True).clamp(min=1e-9)).float().to(device)


def line_strength(lab: torch.Tensor) -> torch.Tensor:
    """Return the change of lightness around each pixel, which is high along drawn lines."""
    lightness = lab[..., 0]
    strength = torch.zeros_like(lightness)
    strength[:, 1:-1] += (lightness[:, 2:] - lightness[:, :-2]).abs()
    strength[:, :, 1:-1] += (lightness[:, :, 2:] - lightness[:, :, :-2]).abs()
    return strength
