"""Gradient magnitude of pictures."""

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
