"""Pictures of a loop's seam, for the preview of Loop Score."""

import torch

from ..rgb_frames import Frames

FRAMES_BESIDE = 4
GAIN = 4.0  # factor on the difference picture; one step of motion is then easy to see


def around_seam(frames: Frames) -> torch.Tensor:
    """Return the frames around the seam in the order in which they play.

    Args:
        frames: shape (frames, height, width, channels).

    Returns:
        The last frames, then the first ones: up to `FRAMES_BESIDE` on each side.
    """
    beside = min(FRAMES_BESIDE, len(frames) // 2)
    if not beside:
        return frames[:]
    return torch.cat([frames[len(frames) - beside :], frames[:beside]])


def seam_difference(frames: Frames) -> torch.Tensor:
    """Return a picture of the change from the last frame to the first; unchanged pixels are black.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3), at least one frame.

    Returns:
        The difference of each channel times `GAIN`, in 0–1; shape (height, width, 3).
    """
    return ((frames[0] - frames[-1]).abs() * GAIN).clamp(0, 1)


def seam_preview(frames: Frames) -> torch.Tensor:
    """Return an animation across the seam, with the change at the seam beside every frame.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).

    Returns:
        `around_seam` on the left and `seam_difference` on the right, twice as wide as `frames`.
    """
    strip = around_seam(frames)
    if not len(strip):
        return strip
    return torch.cat([strip, seam_difference(frames).expand_as(strip)], dim=2)
