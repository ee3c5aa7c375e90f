"""Gradients and differences of pictures."""

import torch
from torch.nn.functional import pad


def prewitt_gradient(picture: torch.Tensor) -> torch.Tensor:
    """Return the gradient magnitude by Prewitt's operator.

    The operator is a third of [1 0 −1] in three rows or columns.

    Args:
        picture: shape (…, height, width). Pixels beyond its edge count as 0.

    Returns:
        Magnitudes in the shape of `picture`: change of its values over 2 px.
    """
    padded = pad(picture, (1, 1, 1, 1))
    across = padded[..., :, 2:] - padded[..., :, :-2]
    down = padded[..., 2:, :] - padded[..., :-2, :]
    across = across[..., :-2, :] + across[..., 1:-1, :] + across[..., 2:, :]
    down = down[..., :, :-2] + down[..., :, 1:-1] + down[..., :, 2:]
    return torch.hypot(across, down) / 3


def mixed_difference(picture: torch.Tensor) -> torch.Tensor:
    """Return the second difference across of the second difference down.

    It is 0 for flat colour, gradients and straight soft edges, so that noise remains. Method:
    J. Immerkær, Fast Noise Variance Estimation, 1996: the difference of two Laplacians.

    Args:
        picture: shape (…, height, width).

    Returns:
        Differences; smaller than `picture` by 2 px along each axis.
    """
    for axis in (-2, -1):
        for _ in range(2):
            length = picture.shape[axis] - 1
            picture = picture.narrow(axis, 1, length) - picture.narrow(axis, 0, length)
    return picture
