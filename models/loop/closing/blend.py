"""Mixing of pictures with or without alpha, and the limit on the frames that a seam may blend."""

import torch

from ...frames import InputError
from .drawn_clip import DrawnClip

LEAST_ALPHA = 1e-4  # below this alpha a premultiplied colour is lost in rounding


def blend(first: torch.Tensor, second: torch.Tensor, share: float) -> torch.Tensor:
    """Mix two pictures.

    Args:
        first: picture of shape (height, width, channels), 1, 3 or 4 channels.
        second: picture of the same shape.
        share: share of the second picture in the mix, 0–1.

    Returns:
        Shape (height, width, channels); alpha is mixed by the same share.
    """
    return straight_alpha(premultiplied(first) * (1 - share) + premultiplied(second) * share)


def premultiplied(picture: torch.Tensor) -> torch.Tensor:
    """Return a picture with premultiplied alpha, unchanged if it has no alpha.

    Pictures are moved and mixed in this form, so that a transparent pixel adds no colour.
    """
    if picture.shape[-1] != 4:
        return picture
    return torch.cat([picture[..., :3] * picture[..., 3:], picture[..., 3:]], dim=-1)


def straight_alpha(picture: torch.Tensor) -> torch.Tensor:
    """Undo `premultiplied`; transparent pixels become black."""
    if picture.shape[-1] != 4:
        return picture
    alpha = picture[..., 3:]
    colour = (picture[..., :3] / alpha.clamp(min=LEAST_ALPHA)).clamp(max=1)
    return torch.cat([colour, alpha], dim=-1)


def most_blend_frames(clip: DrawnClip) -> int:
    """Return the largest number of frames that a seam can be blended over.

    This is the length of half of the clip's drawings.
    """
    return len(clip.drawings) // 2 * clip.pattern.typical


def check_blend_frames(clip: DrawnClip, blend_frames: int) -> None:
    """Refuse to blend more than half of a clip.

    Raises:
        InputError: `blend_frames` is more than `most_blend_frames`.
    """
    most = most_blend_frames(clip)
    if blend_frames > most:
        raise InputError(
            "blend_frames",
            f"at most {most}, half of this clip's drawings",
            str(blend_frames),
            "Give a smaller blend_frames or a longer clip.",
        )
