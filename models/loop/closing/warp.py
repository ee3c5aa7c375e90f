"""Moving of pictures along their optical flow, and a check of which pixels both pictures show."""

import torch
from torch.nn.functional import grid_sample

from ...image_ops.flow import grey_picture, optical_flow


def flow_between(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Return the optical flow from one picture to another at their full size.

    Args:
        first: RGB in 0–1, shape (height, width, 3).
        second: RGB in 0–1, of the same shape.

    Returns:
        Displacement of each pixel of the first picture in px to the right and downwards, shape
        (height, width, 2), on the pictures' device.
    """
    side = min(first.shape[:2])
    flow = optical_flow(grey_picture(first, side), grey_picture(second, side))
    return torch.from_numpy(flow).to(first.device)


def warp(picture: torch.Tensor, flow: torch.Tensor) -> torch.Tensor:
    """Return the values of a picture at the places that a flow points to from each pixel.

    Values between pixels are interpolated bilinearly. Outside the picture its edge pixels repeat.

    Args:
        picture: values to look up, shape (height, width, channels).
        flow: px to the right and downwards, shape (height, width, 2).

    Returns:
        float32, shape (height, width, channels).
    """
    height, width = flow.shape[:2]
    rows = torch.arange(height, device=flow.device)[:, None] + flow[..., 1]
    columns = torch.arange(width, device=flow.device) + flow[..., 0]
    places = flow.new_empty(height, width, 2)
    for axis, (place, length) in enumerate(((columns, width), (rows, height))):
        places[..., axis] = place.div_(length - 1).mul_(2).sub_(1)
    planes = picture.to(flow).movedim(-1, 0)[None]
    samples = grid_sample(planes, places[None], padding_mode="border", align_corners=True)
    return samples[0].movedim(0, -1)


def in_planes(values: torch.Tensor) -> torch.Tensor:
    """Return values of shape (height, width, channels) whose channels lie in planes in memory.

    Operations on single channels, and on values that `warp` returned, are faster then.
    """
    return values.movedim(-1, 0).contiguous().movedim(0, -1)


def visible_in_other(forward: torch.Tensor, backward: torch.Tensor) -> torch.Tensor:
    """Find the pixels of a picture that the other picture shows too.

    Such a pixel comes back close to its start if it follows the flow forward and then backward.

    Source: Sundaram et al., Dense Point Trajectories by GPU-accelerated Large Displacement Optical
    Flow, ECCV 2010; the constants are theirs.

    Args:
        forward: flow from the picture to the other one, shape (height, width, 2).
        backward: flow from the other picture to this one, shape (height, width, 2).

    Returns:
        bool, shape (height, width).
    """
    back = warp(backward, forward)
    deviation = (forward + back).square().sum(dim=-1)
    return deviation <= 0.01 * (forward.square() + back.square()).sum(dim=-1) + 0.5
