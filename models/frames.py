"""Checks of inputs: batches of frames and frame rates.

A batch of frames is RGB in 0–1, float32, of shape (frames, height, width, 3).
"""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import torch

from .rgb_frames import Frames, RgbFrames

# Generators overshoot 0–1 a little, and every image writer clips that. Values further out have
# another scale (0–255, or −1–1), and clipping them would hide the mistake.
OVERSHOOT = 0.5
# Below this many pixels in height or width no line, optical flow or face can be measured.
LEAST_SIDE = 16


class InputError(ValueError):
    """Error for an input that can't be used: the message says what to change.

    Attributes:
        name: name of the input.
    """

    def __init__(self, name: str, expected: str, received: str, remedy: str) -> None:
        """Make the message.

        Args:
            name: name of the input.
            expected: expected value, in words.
            received: received value, in words.
            remedy: full sentence that says what to do.
        """
        self.name = name
        super().__init__(f"{name}: expected {expected}, got {received}. {remedy}")


class Absence(NamedTuple):
    """Reason why something can't be measured.

    Attributes:
        code: code of the reason's sentence, which the measure declares.
        values: values of the sentence's placeholders.
        counts: False if the measure doesn't apply to the frames, so that the missing value doesn't
            affect the report's verdict.
    """

    code: str
    values: Mapping[str, Any] = MappingProxyType({})
    counts: bool = True


def as_frames(images: object, name: str = "images") -> RgbFrames:
    """Check a batch of images and return it as RGB frames; see `RgbFrames`.

    A small overshoot of 0–1 is clipped, as every image writer does. NaN and infinity stay, as NaN:
    `unmeasurable` reports both.

    Args:
        images: float tensor of shape (frames, height, width, channels) with 1, 3 or 4 channels
            and values in 0–1.
        name: name of the input, for the error.

    Returns:
        RGB in 0–1, float32, shape (frames, height, width, 3), on the device of `images`. What has
        to be converted is converted where it is read.

    Raises:
        InputError: `images` is not such a tensor.

    Examples:
        >>> grey = torch.full((2, 64, 48, 1), 0.5)
        >>> as_frames(grey).shape
        torch.Size([2, 64, 48, 3])
    """
    expected = "a float tensor of shape (frames, height, width, channels) with values in 0–1"
    if not isinstance(images, torch.Tensor):
        received = type(images).__name__
        raise InputError(name, expected, received, "Connect an IMAGE output.")
    if not images.is_floating_point():
        remedy = "Convert it to float and divide by 255."
        raise InputError(name, expected, f"integers ({images.dtype})", remedy)
    if images.ndim != 4 or images.shape[-1] not in (1, 3, 4):
        received = f"shape {tuple(images.shape)}"
        remedy = "The last axis holds 1, 3 or 4 colour channels."
        raise InputError(name, expected, received, remedy)
    if not images.numel():
        return RgbFrames(images, 0.0, 0.0)
    lowest, highest = (edge.item() for edge in value_range(images))
    is_finite = math.isfinite(lowest + highest)
    if not is_finite:
        lowest, highest = _finite_range(images)
    if lowest < -OVERSHOOT or highest > 1 + OVERSHOOT:
        received = f"values from {lowest:.3g} to {highest:.3g}"
        raise InputError(name, expected, received, "Scale them to 0–1 first.")
    return RgbFrames(images, lowest, highest, is_finite)


def value_range(frames: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the lowest and the highest value of frames; both are NaN if any value is.

    The values are read in the order in which they lie in memory. ComfyUI's VAE Decode gives frames
    whose colours lie in planes, and in the order of the axes torch would copy the whole clip first.

    Examples:
        >>> planar = torch.rand(3, 4, 8, 8).movedim(0, -1)
        >>> [edge.item() for edge in value_range(planar)] == [planar.min(), planar.max()]
        True
    """
    for axis in range(frames.ndim):
        if frames.stride(axis) == 0:  # one value stands for all, as in expanded grey pictures
            frames = frames.narrow(axis, 0, 1)
    by_stride = sorted(range(frames.ndim), key=frames.stride, reverse=True)
    lowest, highest = frames.permute(by_stride).aminmax()
    return lowest, highest


def _finite_range(images: torch.Tensor) -> tuple[float, float]:
    """Return the lowest and the highest of the finite values, or zeros if there are none."""
    finite = [image[image.isfinite()] for image in images]
    ranges = [each.aminmax() for each in finite if each.numel()]
    lowest = min((each.min.item() for each in ranges), default=0.0)
    return lowest, max((each.max.item() for each in ranges), default=0.0)


def as_fps(fps: object, name: str = "fps") -> float:
    """Check a frame rate and return it as a float.

    Args:
        fps: frame rate in frames per second, above 0.
        name: name of the input, for the error.

    Raises:
        InputError: `fps` is not a finite number above 0.
    """
    is_number = isinstance(fps, int | float) and not isinstance(fps, bool)
    if not is_number or not math.isfinite(fps) or fps <= 0:  # type: ignore[arg-type,operator]
        remedy = "Give the rate that the clip plays at, such as 12."
        raise InputError(name, "a number of frames per second above 0", repr(fps), remedy)
    return float(fps)  # type: ignore[arg-type]


def too_little(
    frames: Frames, least_frames: int = 1, least_side: int = LEAST_SIDE
) -> Absence | None:
    """Return why a batch has too few frames or pixels to be measured, or None if it has enough.

    Args:
        frames: RGB frames from `as_frames`.
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
    frames: Frames, least_frames: int = 1, least_side: int = LEAST_SIDE
) -> Absence | None:
    """Return why a batch can't be measured, or None if it can: it is too small or has NaN.

    Args:
        frames: RGB frames from `as_frames`.
        least_frames: fewest frames that the measure needs.
        least_side: fewest pixels of height and of width.
    """
    absence = too_little(frames, least_frames, least_side)
    if absence is not None:
        return absence
    if not _is_finite(frames):
        broken = ~torch.stack([frame.isfinite().all() for frame in frames])
        values = {"frame": int(broken.nonzero()[0]), "frames": int(broken.sum())}
        return Absence("not_finite", values)
    return None


def _is_finite(frames: Frames) -> bool:
    if isinstance(frames, RgbFrames):
        return frames.is_finite
    # Both are NaN if any value is NaN. This is far faster than a test of every value.
    parts = [frames] if isinstance(frames, torch.Tensor) else frames
    return all(edge.isfinite() for part in parts for edge in value_range(part))
