"""Colour conversions that several measures share; one home for each."""

import torch

# sRGB (IEC 61966-2-1) to CIE XYZ, and the white of D65 for the 2° observer: what skimage uses.
XYZ_FROM_RGB = (
    (0.412453, 0.357580, 0.180423),
    (0.212671, 0.715160, 0.072169),
    (0.019334, 0.119193, 0.950227),
)
WHITE_D65 = (0.95047, 1.0, 1.08883)


def lab_from_rgb(frames: torch.Tensor) -> torch.Tensor:
    """CIELAB of sRGB colours: distances in it are close to the differences that people see.

    Method: CIE 1976 L*a*b*, D65, 2° observer.

    Args:
        frames: RGB in 0–1, shape (…, 3).

    Returns:
        L in 0–100, a and b within about ±128, shape (…, 3).
    """
    linear = linear_light(frames)
    white = linear.new_tensor(WHITE_D65)
    matrix = linear.new_tensor(XYZ_FROM_RGB) / white[:, None]
    # A sum, not a matrix product: the same result for one frame as for many, and no TF32.
    xyz = sum(linear[..., channel, None] * matrix[:, channel] for channel in range(3))
    assert isinstance(xyz, torch.Tensor)
    curved = torch.where(xyz > 0.008856, xyz.clamp(min=1e-6) ** (1 / 3), 7.787 * xyz + 16 / 116)
    x, y, z = curved.unbind(-1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], dim=-1)


def linear_light(colours: torch.Tensor) -> torch.Tensor:
    """Linear light of sRGB colours (IEC 61966-2-1), any shape; 0–1 stays 0–1."""
    curved = ((colours + 0.055) / 1.055).clamp(min=0) ** 2.4
    return torch.where(colours > 0.04045, curved, colours / 12.92)


def srgb_colours(light: torch.Tensor) -> torch.Tensor:
    """sRGB colours of linear light (IEC 61966-2-1), any shape; 0–1 stays 0–1."""
    curved = 1.055 * light.clamp(min=1e-6) ** (1 / 2.4) - 0.055
    return torch.where(light > 0.0031308, curved, 12.92 * light)


def mean_colours(frames: torch.Tensor) -> torch.Tensor:
    """Mean colour of every frame.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).

    Returns:
        CIELAB, shape (frames, 3).
    """
    return lab_from_rgb(frames.mean(dim=(1, 2)))
