"""Faults in time, planted into clips at a known strength, to see which measures answer.

They are planted into every frame: give a clip's drawings, without those that are held.
"""

from collections.abc import Mapping
from types import MappingProxyType

import torch

from ..models.image_ops.warp import warped
from .distortions import GREY_LEVELS, SEED, Distortion

SPACING = 4  # frames between the places at which drawings are left out or shown twice, at least
PLACES = 12  # at most; evenly over the clip, taken in strides, so that neighbours come late
STRIDE = 5
PERIOD = 12  # frames in which the light comes and goes


def flicker(frames: torch.Tensor, levels: float) -> torch.Tensor:
    """Light that jumps from frame to frame, root mean square in grey levels."""
    random = _random(len(frames), 1)[:, 0]
    offsets = random * (levels / GREY_LEVELS)
    return (frames + offsets.to(frames.device).view(-1, 1, 1, 1)).clamp(0, 1)


def shake(frames: torch.Tensor, percent: float) -> torch.Tensor:
    """The picture displaced from frame to frame, root mean square in % of the shorter side."""
    height, width = frames.shape[1:3]
    far = _random(len(frames), 2).to(frames.device) * (percent / 100 * min(height, width))
    shaken = [
        warped(frame.movedim(-1, 0), place.view(2, 1, 1).expand(2, height, width)).movedim(0, -1)
        for frame, place in zip(frames, far, strict=True)
    ]
    return torch.stack(shaken)


def drop(frames: torch.Tensor, count: float) -> torch.Tensor:
    """So many frames left out, up to twelve, far from one another."""
    gone = set(_places(len(frames))[: round(count)])
    return frames[[frame for frame in range(len(frames)) if frame not in gone]]


def duplicate(frames: torch.Tensor, count: float) -> torch.Tensor:
    """So many frames shown twice, up to twelve, far from one another; the clip gets longer."""
    twice = set(_places(len(frames))[: round(count)])
    shown = [[frame, frame] if frame in twice else [frame] for frame in range(len(frames))]
    return frames[[frame for each in shown for frame in each]]


def flash(frames: torch.Tensor, way: float) -> torch.Tensor:
    """One frame that goes to white, by a share of the way."""
    flashed = frames.clone()
    middle = len(frames) // 2
    flashed[middle] = torch.lerp(frames[middle], torch.ones_like(frames[middle]), way)
    return flashed


def pump(frames: torch.Tensor, levels: float) -> torch.Tensor:
    """Light that comes and goes slowly, root mean square in grey levels."""
    angle = torch.arange(len(frames)) * (2 * torch.pi / PERIOD)
    offsets = angle.sin() * (2**0.5 * levels / GREY_LEVELS)
    return (frames + offsets.to(frames.device).view(-1, 1, 1, 1)).clamp(0, 1)


def _random(frames: int, axes: int) -> torch.Tensor:
    """Displacements of root mean square 1 over all axes together, around 0."""
    values = torch.randn(frames, axes, generator=torch.Generator().manual_seed(SEED))
    values = values - values.mean(dim=0)
    return values / values.square().sum(dim=1).mean().sqrt().clamp(min=1e-9)


def _places(frames: int) -> list[int]:
    """In the order in which they are taken."""
    count = max(1, min(PLACES, frames // SPACING))
    spread = [int((place + 0.5) * frames / count) for place in range(count)]
    order = sorted(range(count), key=lambda place: place * STRIDE % PLACES)
    return [spread[place] for place in order]


TEMPORAL: Mapping[str, Distortion] = MappingProxyType(
    {
        "flicker": Distortion(flicker, (0.5, 1.0, 2.0, 4.0, 8.0, 12.0), 0.0, "levels", "flicker"),
        "jitter": Distortion(shake, (0.1, 0.2, 0.4, 0.8, 1.2, 1.6), 0.0, "%", "jitter"),
        "drop": Distortion(drop, (2, 4, 6, 8, 10, 12), 0.0, "drawings", "dropped"),
        "duplicate": Distortion(duplicate, (1, 2, 3, 4, 5, 6), 0.0, "drawings", "duplicates"),
        "flash": Distortion(flash, (0.1, 0.2, 0.4, 0.6, 0.8, 1.0), 0.0, "of the way", "flash"),
        "pumping": Distortion(pump, (0.5, 1.0, 2.0, 4.0, 8.0, 12.0), 0.0, "levels", "pumping"),
    }
)
