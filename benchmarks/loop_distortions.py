"""Functions that plant faults of a seam into loops at a known strength."""

from collections.abc import Mapping
from types import MappingProxyType

import torch
from torch.nn.functional import affine_grid, grid_sample

from .distortions import GREY_LEVELS, Distortion


def jump(frames: torch.Tensor, pixels: float) -> torch.Tensor:
    """Move the camera evenly to the right by `pixels` over the clip, so that it jumps back."""
    return _moved(frames, pixels * torch.linspace(0, 1, len(frames)))


def turn(frames: torch.Tensor, pixels: float) -> torch.Tensor:
    """Swing the camera out and back, so that its motion turns back at the seam alone.

    The speed at either side of the seam is `pixels` a frame; the camera slows down towards the
    middle of the clip.
    """
    count = len(frames)
    place = torch.arange(count) / count
    return _moved(frames, pixels * count * (place - place**2))


def without_end(frames: torch.Tensor, count: float) -> torch.Tensor:
    """Leave out the last frames, so that the motion skips at the seam."""
    return frames[: len(frames) - round(count)]


def with_first_again(frames: torch.Tensor, count: float) -> torch.Tensor:
    """Append the first frame, so that the motion stops at the seam."""
    return torch.cat([frames, *[frames[:1]] * round(count)])


def brighten(frames: torch.Tensor, levels: float) -> torch.Tensor:
    """Add light evenly over the clip, up to `levels` grey levels in the last frame."""
    ramp = torch.linspace(0, levels / GREY_LEVELS, len(frames))
    return (frames + ramp[:, None, None, None]).clamp(0, 1)


def _moved(frames: torch.Tensor, pixels: torch.Tensor) -> torch.Tensor:
    """Return frames moved across, each by its number of px; the border is mirrored."""
    transforms = torch.eye(2, 3).repeat(len(frames), 1, 1)
    transforms[:, 0, 2] = 2 * pixels / frames.shape[2]  # `affine_grid` counts in half widths
    pictures = frames.movedim(-1, 1)
    grid = affine_grid(transforms, list(pictures.shape), align_corners=False)
    moved = grid_sample(pictures, grid, padding_mode="reflection", align_corners=False)
    return moved.clamp(0, 1).movedim(1, -1).contiguous()


SEAM: Mapping[str, Distortion] = MappingProxyType(
    {
        "jump": Distortion(jump, (1, 2, 3, 4, 6, 8), 0.0, "px", "seam_position"),
        "missing drawings": Distortion(
            without_end, (1, 2, 3, 4, 5, 6), 0.0, "frames", "seam_position"
        ),
        "colour ramp": Distortion(brighten, (3, 6, 9, 12, 18, 24), 0.0, "levels", "seam_colour"),
        "repeated first frame": Distortion(
            with_first_again, (1, 2, 3, 4, 5, 6), 0.0, "frames", "seam_hold"
        ),
        "turn": Distortion(turn, (0.5, 1.0, 1.5, 2.0, 3.0, 4.0), 0.0, "px/frame", "seam_velocity"),
    }
)
