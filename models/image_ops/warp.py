"""Pictures laid over one another along the flow, and where that cannot be done."""

import torch
from torch.nn.functional import grid_sample

# Where going there and coming back ends elsewhere, or at the rim of something that moves, a pixel
# is covered or uncovered. Constants: Ruder, Dosovitskiy, Brox, Artistic Style Transfer for Videos,
# GCPR 2016, as Lai et al. 2018 use them; in px² at the size of the flow.
ASTRAY_SHARE, ASTRAY = 0.01, 0.5
RIM_SHARE, RIM = 0.01, 0.002


def warped(pictures: torch.Tensor, flow: torch.Tensor) -> torch.Tensor:
    """What lies where the flow points, for every pixel; bilinear, the border repeated.

    Args:
        pictures: shape (channels, height, width).
        flow: px to the right and downwards, shape (2, height, width), on the same device.

    Returns:
        Shape (channels, height, width).
    """
    height, width = flow.shape[1:]
    across = torch.arange(width, device=flow.device, dtype=flow.dtype) + flow[0]
    down = torch.arange(height, device=flow.device, dtype=flow.dtype)[:, None] + flow[1]
    grid = torch.stack([across * (2 / (width - 1)) - 1, down * (2 / (height - 1)) - 1], dim=-1)
    found = grid_sample(pictures[None], grid[None], padding_mode="border", align_corners=True)
    return found[0]


def visible_in_both(out: torch.Tensor, back_there: torch.Tensor) -> torch.Tensor:
    """Pixels that another picture shows too: their flow leads there and back, and not outside.

    Args:
        out: flow to the other picture, shape (2, height, width).
        back_there: flow from the other picture back, taken where `out` leads; same shape.

    Returns:
        Boolean, shape (height, width).
    """
    height, width = out.shape[1:]
    length = out.square().sum(dim=0)
    astray = (out + back_there).square().sum(dim=0)
    lost = astray > ASTRAY_SHARE * (length + back_there.square().sum(dim=0)) + ASTRAY
    lost |= _steepness(out) > RIM_SHARE * length + RIM
    across = torch.arange(width, device=out.device) + out[0]
    down = torch.arange(height, device=out.device)[:, None] + out[1]
    inside = (across >= 0) & (across <= width - 1) & (down >= 0) & (down <= height - 1)
    return ~lost & inside


def _steepness(flow: torch.Tensor) -> torch.Tensor:
    """Sum of the squared differences to the neighbours to the right and below."""
    steep = torch.zeros_like(flow[0])
    steep[:, :-1] += (flow[:, :, 1:] - flow[:, :, :-1]).square().sum(dim=0)
    steep[:-1] += (flow[:, 1:] - flow[:, :-1]).square().sum(dim=0)
    return steep
