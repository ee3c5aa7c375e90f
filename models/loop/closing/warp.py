"""Move pictures along the optical flow between them, and tell what both of them show."""

import torch
from torch.nn.functional import grid_sample

from ...image_ops.flow import grey_picture, optical_flow


def flow_between(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """How far each pixel of a picture moves to be found in another, at their full size.

    Args:
        first, second: RGB in 0–1, shape (height, width, 3).

    Returns:
        px to the right and downwards, shape (height, width, 2), on the pictures' device.
    """
    side = min(first.shape[:2])
    flow = optical_flow(grey_picture(first, side), grey_picture(second, side))
    return torch.from_numpy(flow).to(first.device)


def warp(picture: torch.Tensor, flow: torch.Tensor) -> torch.Tensor:
    """What a picture holds where a flow points to from each pixel; bilinear, edges go on.

    Args:
        picture: shape (height, width, channels).
        flow: px to the right and downwards, shape (height, width, 2).

    Returns:
        float32, shape (height, width, channels).
    """
    height, width = flow.shape[:2]
    rows = torch.arange(height, device=flow.device)[:, None] + flow[..., 1]
    columns = torch.arange(width, device=flow.device) + flow[..., 0]
    places = torch.stack([columns / (width - 1), rows / (height - 1)], dim=-1) * 2 - 1
    planes = picture.to(flow).movedim(-1, 0)[None]
    found = grid_sample(planes, places[None], padding_mode="border", align_corners=True)
    return found[0].movedim(0, -1)


def is_seen(forward: torch.Tensor, backward: torch.Tensor) -> torch.Tensor:
    """Which pixels of a picture the other one shows too: there and back ends where it began.

    Source: Sundaram et al., Dense Point Trajectories by GPU-accelerated Large Displacement Optical
    Flow, ECCV 2010; its constants.

    Args:
        forward: flow from the picture to the other, shape (height, width, 2).
        backward: flow from the other one to it.

    Returns:
        bool, shape (height, width).
    """
    back = warp(backward, forward)
    apart = (forward + back).square().sum(dim=-1)
    return apart <= 0.01 * (forward.square() + back.square()).sum(dim=-1) + 0.5
