"""The seam as something to look at."""

import torch

FRAMES_BESIDE = 4
GAIN = 4.0  # of the difference picture: a step of motion in it is plain to see


def around_seam(frames: torch.Tensor) -> torch.Tensor:
    """The frames around the seam in the order in which they play.

    Args:
        frames: shape (frames, height, width, channels).

    Returns:
        The last frames, then the first ones: up to `FRAMES_BESIDE` of each side.
    """
    beside = min(FRAMES_BESIDE, len(frames) // 2)
    return torch.cat([frames[len(frames) - beside :], frames[:beside]]) if beside else frames


def seam_difference(frames: torch.Tensor) -> torch.Tensor:
    """What changes from the last frame to the first: black where nothing does.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3), at least one.

    Returns:
        The difference of each channel, `GAIN` times, in 0–1; shape (height, width, 3).
    """
    return ((frames[0] - frames[-1]).abs() * GAIN).clamp(0, 1)


def seam_preview(frames: torch.Tensor) -> torch.Tensor:
    """An animation across the seam, and beside it, in each frame, what changes at the seam.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).

    Returns:
        `around_seam` on the left and `seam_difference` on the right: twice as wide.
    """
    strip = around_seam(frames)
    if not len(strip):
        return strip
    return torch.cat([strip, seam_difference(frames).expand_as(strip)], dim=2)
