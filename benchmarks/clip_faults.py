"""Functions that plant the faults of generated video into clips, at five growing strengths.

Lengths are in px of a picture 480 px wide and grow with the width of the picture. The functions
treat each frame as a new drawing, so the clip must have no held frames. Frames are RGB in 0–1,
shape (frames, height, width, 3).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch.nn.functional import interpolate

from .distortions import add_noise, blur, compress
from .temporal_distortions import displaced, random_steps

SEED = 7
WIDTH = 480  # px; width to which all lengths refer
MELT_GRAIN, PATCH = 40, 60  # px
POPPED = 12  # the replaced part is a twelfth of the picture


@dataclass(frozen=True)
class ClipFault:
    """Fault of a clip that can be planted at five strengths.

    Attributes:
        plant: function from frames and a strength to frames with the fault.
        strengths: five strengths, from weak to strong.
        unit: unit of a strength.
        own: names of the measures one of which must be the first to fail.
    """

    plant: Callable[[torch.Tensor, float], torch.Tensor]
    strengths: tuple[float, ...]
    unit: str
    own: tuple[str, ...]


def ghost(frames: torch.Tensor, percent: float) -> torch.Tensor:
    """Mix each frame with `percent` of the frame before it."""
    mixed = frames.clone()
    mixed[1:] = torch.lerp(frames[1:], frames[:-1], percent / 100)
    return mixed


def melt(frames: torch.Tensor, length: float) -> torch.Tensor:
    """Deform each frame along a smooth random field; `length` is the root mean square, in px."""
    count, height, width, _ = frames.shape
    scale = width / WIDTH
    fields = _smooth_fields(count, 2, height, width, MELT_GRAIN * scale)
    fields = fields * (length * scale / 2**0.5)
    return displaced(frames, fields)


def flicker(frames: torch.Tensor, percent: float) -> torch.Tensor:
    """Multiply each frame's light by a random factor; `percent` is its root mean square."""
    factors = random_steps(len(frames), 1, SEED)[:, 0] * (percent / 100)
    return (frames * (1 + factors.view(-1, 1, 1, 1))).clamp(0, 1)


def flicker_in_patches(frames: torch.Tensor, percent: float) -> torch.Tensor:
    """Multiply the light of patches of each frame by random factors; `percent` as in `flicker`."""
    count, height, width, _ = frames.shape
    factors = _smooth_fields(count, 1, height, width, PATCH * width / WIDTH)[:, 0, ..., None]
    return (frames * (1 + factors * (percent / 100))).clamp(0, 1)


def shake(frames: torch.Tensor, length: float) -> torch.Tensor:
    """Displace each frame at random; `length` is the root mean square, in px."""
    offsets = random_steps(len(frames), 2, SEED) * (length * frames.shape[2] / WIDTH)
    return displaced(frames, offsets[:, :, None, None])


def soften_middle(frames: torch.Tensor, deviation: float) -> torch.Tensor:
    """Blur the middle third of the frames with a Gaussian; its standard deviation is in px."""
    third = len(frames) // 3
    softened = frames.clone()
    middle = slice(third, len(frames) - third)
    softened[middle] = blur(frames[middle], deviation * frames.shape[2] / WIDTH)
    return softened


def drift_hue(frames: torch.Tensor, degrees: float) -> torch.Tensor:
    """Turn the hue evenly, from 0 in the first frame to `degrees` in the last."""
    turns = torch.linspace(0, degrees / 360, len(frames))
    return torch.stack([_turned(*each) for each in zip(frames, turns, strict=True)])


def pop(frames: torch.Tensor, count: float) -> torch.Tensor:
    """Replace a part of `count` frames in the middle by another part, upside down."""
    height, width = frames.shape[1:3]
    # A part of a twelfth of the area, as wide as high in proportion, off the middle.
    down, across = round(height / POPPED**0.5), round(width / POPPED**0.5)
    top, left = round(0.3 * height), round(0.45 * width)
    source = frames.roll((height // 2, width // 3), dims=(1, 2)).flip(1)
    popped = frames.clone()
    start = len(frames) // 2 - round(count) // 2
    place = (slice(start, start + round(count)), slice(top, top + down), slice(left, left + across))
    popped[place] = source[place]
    return popped


def drop(frames: torch.Tensor, count: float) -> torch.Tensor:
    """Leave out `count` frames that are spread over the clip."""
    dropped = set(spread(len(frames), round(count)))
    return frames[[frame for frame in range(len(frames)) if frame not in dropped]]


def repeat(frames: torch.Tensor, count: float) -> torch.Tensor:
    """Show `count` frames that are spread over the clip a second time, in place of the next one."""
    repeated = frames.clone()
    for frame in spread(len(frames), round(count)):
        repeated[frame] = frames[frame - 1]
    return repeated


def spread(frames: int, count: int) -> list[int]:
    """Return `count` frame numbers that are spread over a clip, without its ends."""
    return [round((number + 1) * frames / (count + 1)) for number in range(count)]


def _smooth_fields(
    count: int, channels: int, height: int, width: int, grain: float
) -> torch.Tensor:
    """Return random fields whose values change over about `grain` px; their variance is 1."""
    size = (max(2, round(height / grain) + 1), max(2, round(width / grain) + 1))
    generator = torch.Generator().manual_seed(SEED)
    coarse = torch.randn((count, channels, *size), generator=generator)
    fields = interpolate(coarse, (height, width), mode="bicubic", align_corners=True)
    return fields / fields.square().mean(dim=(1, 2, 3), keepdim=True).sqrt()


def _turned(frame: torch.Tensor, turn: torch.Tensor) -> torch.Tensor:
    """Return a frame with its hue turned, as HSV defines it; `turn` is in whole turns."""
    highest, lowest = frame.amax(dim=-1), frame.amin(dim=-1)
    chroma = highest - lowest
    red, green, blue = frame.unbind(-1)
    divisor = chroma.clamp(min=1e-6)
    hue = torch.where(
        highest == red,
        (green - blue) / divisor,
        torch.where(highest == green, 2 + (blue - red) / divisor, 4 + (red - green) / divisor),
    )
    hue = hue + 6 * turn
    shifted = torch.stack([(hue + shift).remainder(6) for shift in (5, 3, 1)], dim=-1)
    ramp = torch.minimum(shifted, 4 - shifted).clamp(0, 1)
    return highest[..., None] - chroma[..., None] * ramp


def _even(first: float, last: float) -> tuple[float, ...]:
    return tuple(first + (last - first) * step / 4 for step in range(5))


COUNTS = (1.0, 2.0, 3.0, 4.0, 5.0)
CLIP_FAULTS: Mapping[str, ClipFault] = MappingProxyType(
    {
        "ghost": ClipFault(ghost, _even(10, 50), "% of the frame before", ("ghosting",)),
        "melt": ClipFault(melt, _even(0.6, 3), "px", ("melting",)),
        "flicker": ClipFault(flicker, _even(1.2, 6), "% of the light", ("flicker", "flash")),
        "local flicker": ClipFault(
            flicker_in_patches, _even(2, 10), "% of the light", ("local_flicker",)
        ),
        "grain": ClipFault(add_noise, _even(3, 15), "grey levels", ("noise",)),
        "shake": ClipFault(shake, _even(0.4, 2), "px", ("jitter",)),
        "soft middle": ClipFault(soften_middle, _even(0.5, 2.5), "px", ("softening", "edge_width")),
        "hue": ClipFault(drift_hue, _even(6, 30), "°", ("drift",)),
        "pop": ClipFault(pop, COUNTS, "drawings", ("pop",)),
        "drop": ClipFault(drop, COUNTS, "drawings", ("dropped",)),
        "repeat": ClipFault(repeat, COUNTS, "drawings", ("duplicates", "dropped")),
        "JPEG": ClipFault(compress, (60, 46, 33, 19, 6), "quality", ("blockiness",)),
    }
)
"""Faults by name. The measures of `own` must be the first to fail as the fault grows."""
