"""Warping of pictures along optical flow, and the mask of pixels for which that works."""

import torch
from torch.nn.functional import grid_sample

# A pixel is occluded if its forward and backward flow don't cancel, or if it lies at the edge
# of something that moves. The constants are those of Ruder, Dosovitskiy, Brox, Artistic Style
# Transfer for Videos, GCPR 2016, which Lai et al. 2018 use too; in px² at the size of the flow.
MISMATCH_SHARE, MISMATCH = 0.01, 0.5
EDGE_SHARE, EDGE = 0.01, 0.002


def warped(pictures: torch.Tensor, flow: torch.Tensor) -> torch.Tensor:
    """Sample pictures at the positions to which the flow points.

    Sampling is bilinear; positions outside the picture take the nearest pixel of its border.

    Args:
        pictures: shape (channels, height, width).
        flow: px to the right and downwards, shape (2, height, width), on the same device.

    Returns:
        The pictures, warped; shape (channels, height, width).
    """
    height, width = flow.shape[1:]
    grid = flow.new_empty(height, width, 2)
    places = torch.linspace(-1, 1, width, device=flow.device, dtype=flow.dtype)
    torch.add(places, flow[0], alpha=2 / (width - 1), out=grid[..., 0])
    places = torch.linspace(-1, 1, height, device=flow.device, dtype=flow.dtype)
    torch.add(places[:, None], flow[1], alpha=2 / (height - 1), out=grid[..., 1])
    sampled = grid_sample(pictures[None], grid[None], padding_mode="border", align_corners=True)
    return sampled[0]


def visible_in_both(forward: torch.Tensor, backward: torch.Tensor) -> torch.Tensor:
    """Return a mask of the pixels that another picture shows too.

    The flow of such a pixel leads to a place inside the other picture, and from there back to its
    start. Pixels at the edge of something that moves are not in the mask, because the flow is
    unreliable there.

    Args:
        forward: flow to the other picture, px, shape (2, height, width).
        backward: flow from the other picture back, sampled at the positions to which `forward`
            points; same shape.

    Returns:
        Boolean mask, shape (height, width).
    """
    squared_length = forward.square().sum(dim=0)
    mismatch = (forward + backward).square().sum(dim=0)
    squared_lengths = squared_length + backward.square().sum(dim=0)
    occluded = mismatch > MISMATCH_SHARE * squared_lengths + MISMATCH
    occluded |= _squared_gradient(forward) > EDGE_SHARE * squared_length + EDGE
    return ~occluded & inside(forward)


def inside(flow: torch.Tensor) -> torch.Tensor:
    """Return a mask of the pixels whose flow leads to a place inside the picture.

    Args:
        flow: px to the right and downwards, shape (2, height, width).
    """
    height, width = flow.shape[1:]
    across = torch.arange(width, device=flow.device) + flow[0]
    down = torch.arange(height, device=flow.device)[:, None] + flow[1]
    return (across >= 0) & (across <= width - 1) & (down >= 0) & (down <= height - 1)


def _squared_gradient(flow: torch.Tensor) -> torch.Tensor:
    """Return the sum of the squared differences to the right and the lower neighbour."""
    total = torch.zeros_like(flow[0])
    total[:, :-1] += (flow[:, :, 1:] - flow[:, :, :-1]).square().sum(dim=0)
    total[:-1] += (flow[:, 1:] - flow[:, :-1]).square().sum(dim=0)
    return total
