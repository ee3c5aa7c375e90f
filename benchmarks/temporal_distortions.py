"""Functions that plant faults in time into clips at a known strength, to test the measures.

The functions treat each frame as a new drawing, so the clip must have no held frames.
"""

from collections.abc import Mapping
from types import MappingProxyType

import torch

from ..models.image_ops.warp import warped
from .distortions import GREY_LEVELS, SEED, Distortion

SPACING = 4  # least distance, in frames, of drawings that are left out or repeated
# Drawings are left out or repeated at up to 12 places, spread evenly over the clip. Every fifth
# place is used next, so that the first places used are far apart; 5 has no common factor with 12.
PLACES = 12
STRIDE = 5
PERIOD = 12  # frames of one cycle of slowly changing light


def flicker(frames: torch.Tensor, levels: float) -> torch.Tensor:
    """Add light that jumps from frame to frame.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3), as everywhere in this module.
        levels: root mean square of the jumps in grey levels.
    """
    random = random_steps(len(frames), 1)[:, 0]
    offsets = random * (levels / GREY_LEVELS)
    return (frames + offsets.to(frames.device).view(-1, 1, 1, 1)).clamp(0, 1)


def shake(frames: torch.Tensor, percent: float) -> torch.Tensor:
    """Displace the picture from frame to frame.

    Args:
        frames: frames of the clip.
        percent: root mean square of the displacement in % of the shorter side.
    """
    offsets = random_steps(len(frames), 2) * (percent / 100 * min(frames.shape[1:3]))
    return displaced(frames, offsets[:, :, None, None])


def drop(frames: torch.Tensor, count: float) -> torch.Tensor:
    """Leave out `count` frames that lie far from one another, 12 at most."""
    dropped = set(_places(len(frames))[: round(count)])
    return frames[[frame for frame in range(len(frames)) if frame not in dropped]]


def duplicate(frames: torch.Tensor, count: float) -> torch.Tensor:
    """Repeat `count` frames that lie far from one another, 12 at most; the clip gets longer."""
    repeated = set(_places(len(frames))[: round(count)])
    counts = [2 if frame in repeated else 1 for frame in range(len(frames))]
    return frames.repeat_interleave(torch.tensor(counts, device=frames.device), dim=0)


def flash(frames: torch.Tensor, share: float) -> torch.Tensor:
    """Mix the frame in the middle with white; `share` 1 makes it all white."""
    flashed = frames.clone()
    middle = len(frames) // 2
    flashed[middle] = torch.lerp(frames[middle], torch.ones_like(frames[middle]), share)
    return flashed


def pump(frames: torch.Tensor, levels: float) -> torch.Tensor:
    """Add light that slowly gets brighter and darker.

    Args:
        frames: frames of the clip.
        levels: root mean square of the change in grey levels.
    """
    angle = torch.arange(len(frames)) * (2 * torch.pi / PERIOD)
    offsets = angle.sin() * (2**0.5 * levels / GREY_LEVELS)
    return (frames + offsets.to(frames.device).view(-1, 1, 1, 1)).clamp(0, 1)


def displaced(frames: torch.Tensor, fields: torch.Tensor) -> torch.Tensor:
    """Return each frame sampled at displaced places.

    Args:
        frames: frames of the clip.
        fields: displacements in px to the right and downwards, shape (frames, 2, height, width) or
            (frames, 2, 1, 1).
    """
    size = frames.shape[1:3]
    pictures = frames.movedim(-1, 1)
    return torch.stack(
        [
            warped(picture, field.to(frames.device).expand(2, *size)).movedim(0, -1)
            for picture, field in zip(pictures, fields, strict=True)
        ]
    )


def random_steps(frames: int, axes: int, seed: int = SEED) -> torch.Tensor:
    """Return random values of mean 0, whose root mean square over all axes together is 1."""
    values = torch.randn(frames, axes, generator=torch.Generator().manual_seed(seed))
    values = values - values.mean(dim=0)
    return values / values.square().sum(dim=1).mean().sqrt().clamp(min=1e-9)


def _places(frames: int) -> list[int]:
    """Return frame numbers spread over a clip, in the order in which they are used."""
    count = max(1, min(PLACES, frames // SPACING))
    numbers = [int((place + 0.5) * frames / count) for place in range(count)]
    order = sorted(range(count), key=lambda place: place * STRIDE % PLACES)
    return [numbers[place] for place in order]


TEMPORAL: Mapping[str, Distortion] = MappingProxyType(
    {
        "flicker": Distortion(flicker, (0.5, 1.0, 2.0, 4.0, 8.0, 12.0), 0.0, "levels", "flicker"),
        "jitter": Distortion(shake, (0.1, 0.2, 0.4, 0.8, 1.2, 1.6), 0.0, "%", "jitter"),
        "drop": Distortion(drop, (1, 2, 3, 4, 6, 8), 0.0, "drawings", "dropped"),
        "duplicate": Distortion(duplicate, (1, 2, 3, 4, 5, 6), 0.0, "drawings", "duplicates"),
        "flash": Distortion(flash, (0.1, 0.2, 0.4, 0.6, 0.8, 1.0), 0.0, "of the way", "flash"),
        "pumping": Distortion(pump, (0.5, 1.0, 2.0, 4.0, 8.0, 12.0), 0.0, "levels", "pumping"),
    }
)
