"""Mix pictures, with or without alpha, and check how far a seam may be blended."""

import torch

from ...frames import InputError
from .drawn import Drawn

LEAST_ALPHA = 1e-4  # below, a colour is lost in rounding


def blended(first: torch.Tensor, second: torch.Tensor, share: float) -> torch.Tensor:
    """A mix of two pictures.

    Args:
        first, second: shape (height, width, channels), 1, 3 or 4 channels.
        share: of the second picture, 0–1.

    Returns:
        Shape (height, width, channels); alpha is mixed by the same share.
    """
    return straight(weighed(first) * (1 - share) + weighed(second) * share)


def weighed(picture: torch.Tensor) -> torch.Tensor:
    """A picture whose colours weigh as much as they are opaque (premultiplied alpha).

    What is transparent has no colour to lend: pictures are moved and mixed in this form.
    """
    if picture.shape[-1] != 4:
        return picture
    return torch.cat([picture[..., :3] * picture[..., 3:], picture[..., 3:]], dim=-1)


def straight(picture: torch.Tensor) -> torch.Tensor:
    """The picture that `weighed` was made of; black where it is transparent."""
    if picture.shape[-1] != 4:
        return picture
    alpha = picture[..., 3:]
    colour = (picture[..., :3] / alpha.clamp(min=LEAST_ALPHA)).clamp(max=1)
    return torch.cat([colour, alpha], dim=-1)


def most_blend_frames(clip: Drawn) -> int:
    """Over how many frames a clip's seam can be blended: half of its drawings, and what's held."""
    return len(clip.drawings) // 2 * clip.pattern.typical


def check_blend_frames(clip: Drawn, blend_frames: int) -> None:
    """Refuse to blend more than half of a clip.

    Raises:
        InputError: more than `most_blend_frames`.
    """
    most = most_blend_frames(clip)
    if blend_frames > most:
        raise InputError(
            "blend_frames",
            f"at most {most}, half of this clip's drawings",
            str(blend_frames),
            "Give a smaller blend_frames or a longer clip.",
        )
