"""What a batch of frames is: RGB in 0–1, float32, shape (frames, height, width, 3)."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import torch

# Generators overshoot 0–1 a little and every image writer clips it; further out, the scale is
# another one (0–255, or −1–1) and clipping would hide the mistake.
OVERSHOOT = 0.5
# Transparent pixels hold whatever their maker left there; on mid grey they favour no colour.
BEHIND_ALPHA = 0.5
# Below this many pixels a side there is nothing to see: no line, no flow, no face.
LEAST_SIDE = 16


class InputError(ValueError):
    """An input that can't be worked with, said to the person who gave it."""

    def __init__(self, name: str, expected: str, came: str, remedy: str) -> None:
        self.name = name
        super().__init__(f"{name}: expected {expected}, got {came}. {remedy}")


class Absence(NamedTuple):
    """Reason why something can't be measured.

    Attributes:
        code: of a sentence, as measures declare them.
        values: what its placeholders stand for.
        counts: False where there is no occasion for the measure, so that its lack decides nothing.
    """

    code: str
    values: Mapping[str, Any] = MappingProxyType({})
    counts: bool = True


def as_frames(images: object, name: str = "images") -> torch.Tensor:
    """Check a batch of images and bring it to the pack's one form.

    Alpha is composited over mid grey, one channel becomes three equal ones, a small overshoot of
    0–1 is clipped as every image writer does. NaN and infinity stay: `unmeasurable` reports them.

    Args:
        images: float tensor, shape (frames, height, width, channels), 1, 3 or 4 channels, 0–1.
        name: the input's name, for the error.

    Returns:
        RGB in 0–1, float32, shape (frames, height, width, 3), on the device of `images`.

    Raises:
        InputError: not such a tensor.
    """
    expected = "a float tensor of shape (frames, height, width, channels) with values in 0–1"
    if not isinstance(images, torch.Tensor):
        came = type(images).__name__
        raise InputError(name, expected, came, "Connect an IMAGE output.")
    if not images.is_floating_point():
        remedy = "Convert it to float and divide by 255."
        raise InputError(name, expected, f"integers ({images.dtype})", remedy)
    if images.ndim != 4 or images.shape[-1] not in (1, 3, 4):
        came = f"shape {tuple(images.shape)}"
        raise InputError(name, expected, came, "The last axis holds 1, 3 or 4 colour channels.")
    frames = images.float()
    if frames.numel():
        lowest, highest = (edge.item() for edge in frames.aminmax())
        if not math.isfinite(lowest + highest):
            finite = frames.isfinite()
            frames = frames.where(finite, math.nan)  # clipped, infinity would turn white
            lowest, highest = _range(frames[finite])
        if lowest < -OVERSHOOT or highest > 1 + OVERSHOOT:
            came = f"values from {lowest:.3g} to {highest:.3g}"
            raise InputError(name, expected, came, "Scale them to 0–1 first.")
        if lowest < 0 or highest > 1:
            frames = frames.clamp(0, 1)  # NaN stays NaN
    if frames.shape[-1] == 1:
        return frames.expand(*frames.shape[:3], 3)
    if frames.shape[-1] == 4:
        alpha = frames[..., 3:]
        return frames[..., :3] * alpha + BEHIND_ALPHA * (1 - alpha)
    return frames


def _range(values: torch.Tensor) -> tuple[float, float]:
    return (values.min().item(), values.max().item()) if values.numel() else (0.0, 0.0)


def as_fps(fps: object, name: str = "fps") -> float:
    """Check a frame rate.

    Args:
        fps: frames per second, above 0.
        name: the input's name, for the error.

    Returns:
        The rate as a float.

    Raises:
        InputError: not a finite number above 0.
    """
    number = isinstance(fps, int | float) and not isinstance(fps, bool)
    if not number or not math.isfinite(fps) or fps <= 0:  # type: ignore[arg-type,operator]
        remedy = "Give the rate that the clip plays at, such as 12."
        raise InputError(name, "a number of frames per second above 0", repr(fps), remedy)
    return float(fps)  # type: ignore[arg-type]


def too_little(
    frames: torch.Tensor, least_frames: int = 1, least_side: int = LEAST_SIDE
) -> Absence | None:
    """Say why there is not enough of a batch to be measured, if so.

    Args:
        frames: what `as_frames` returned.
        least_frames: fewest frames that the measure needs.
        least_side: fewest pixels of height and of width.
    """
    count, height, width = frames.shape[:3]
    if count == 0:
        return Absence("no_frames")
    if count < least_frames:
        return Absence("too_few_frames", {"frames": count, "least": least_frames})
    if min(height, width) < least_side:
        return Absence("too_small", {"width": width, "height": height, "least": least_side})
    return None


def unmeasurable(
    frames: torch.Tensor, least_frames: int = 1, least_side: int = LEAST_SIDE
) -> Absence | None:
    """Say why a batch can't be measured at all, if so.

    Args:
        frames: what `as_frames` returned.
        least_frames: fewest frames that the measure needs.
        least_side: fewest pixels of height and of width.

    Returns:
        The reason, or None where the batch can be measured.
    """
    absence = too_little(frames, least_frames, least_side)
    if absence is not None:
        return absence
    lowest, highest = frames.aminmax()  # a NaN goes through both; far cheaper than asking each
    if not (lowest.isfinite() and highest.isfinite()):
        broken = ~torch.stack([frame.isfinite().all() for frame in frames])
        values = {"frame": int(broken.nonzero()[0]), "frames": int(broken.sum())}
        return Absence("not_finite", values)
    return None
