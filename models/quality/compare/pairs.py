"""Pairs of a picture and its reference, brought to one size."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import torch
from torch.nn.functional import interpolate

from ...frames import Absence, InputError, unmeasurable
from ...image_ops.luma import luma
from ...measure import Measure
from ...measurement import Better
from ...rgb_frames import Frames
from .ciede import colour_differences
from .pair_reasons import NO_REFERENCES, REFERENCE_NOT_FINITE

# Most pairs, and most pixels of their pictures, that a GPU compares at a time.
MOST_PAIRS, PIXELS_AT_ONCE = 8, 4_000_000
REFUSE = "refuse"
RESIZE = (REFUSE, "images_to_references", "references_to_images")
# Change of size, for example by an upscaler or by the rounding of a VAE. It is for information
# only, so it has no threshold.
RESIZED = Measure(
    "resized",
    unit="×",
    better=Better.HIGHER,
    high=8.0,
    backend="bicubic",
    reasons=(
        "resized_images",
        "resized_references",
    ),
)


class Pictures:
    """Frames with their luma, which is computed at the first use.

    Attributes:
        frames: RGB in 0–1, shape (pictures, height, width, 3).
    """

    def __init__(self, frames: torch.Tensor) -> None:
        self.frames = frames

    @cached_property
    def grey(self) -> torch.Tensor:
        """Luma, 0–1, shape (pictures, height, width)."""
        return luma(self.frames)


class PairBatch:
    """Pictures and their references, with results that several measures share.

    Attributes:
        pictures: the pictures that are compared.
        references: the pictures they are compared with, of the same size: one for each, or one for
            all of them.
    """

    def __init__(self, pictures: Pictures, references: Pictures) -> None:
        self.pictures, self.references = pictures, references

    def __len__(self) -> int:
        return len(self.pictures.frames)

    @cached_property
    def colour_differences(self) -> torch.Tensor:
        """Colour difference CIEDE2000 of every pixel, ΔE₀₀, shape (pairs, height, width)."""
        return colour_differences(self.pictures.frames, self.references.frames)


@dataclass(frozen=True)
class Pairs:
    """Pictures and their references.

    Attributes:
        images: RGB in 0–1, shape (pictures, height, width, 3).
        references: RGB in 0–1, shape (references, height, width, 3): as many as images, or one for
            all of them; their height and width may differ from those of the images.
        size: height and width at which they are compared, px.
        device: device on which they are compared; None for the device of the images.
    """

    images: Frames
    references: Frames
    size: tuple[int, int]
    device: torch.device | None = None

    def __len__(self) -> int:
        return len(self.images)

    def batches(self) -> Iterator[PairBatch]:
        """Yield the pairs at `size`, batch by batch; only one resized batch is in memory.

        On a CPU a batch is one pair, which stays in the processor's cache.
        """
        device = self.device or self.images.device
        count = 1
        if device.type != "cpu":
            count = max(1, min(MOST_PAIRS, PIXELS_AT_ONCE // (self.size[0] * self.size[1])))
        shared = None
        if len(self.references) == 1:
            shared = self._pictures(self.references[:1], device)
        for start in range(0, len(self), count):
            batch = slice(start, start + count)
            references = shared or self._pictures(self.references[batch], device)
            yield PairBatch(self._pictures(self.images[batch], device), references)

    def _pictures(self, frames: torch.Tensor, device: torch.device) -> Pictures:
        return Pictures(resized(frames.to(device), self.size))

    @property
    def resized(self) -> dict[str, object] | None:
        """The resized batch with its old and new width and height; None if none is resized."""
        for name, batch in (("images", self.images), ("references", self.references)):
            height, width = batch.shape[1:3]
            if (height, width) != self.size:
                to_height, to_width = self.size
                return {"what": name, "from": [width, height], "to": [to_width, to_height]}
        return None

    @property
    def absence(self) -> Absence | None:
        """Reason why the pictures can't be compared, or None if they can."""
        if not len(self.references):
            return Absence(NO_REFERENCES)
        reference_absence = unmeasurable(self.references)
        if reference_absence is not None and reference_absence.code == "not_finite":
            return Absence(REFERENCE_NOT_FINITE, reference_absence.values)
        return unmeasurable(self.images) or reference_absence


def paired(
    images: Frames,
    references: Frames,
    resize: str = REFUSE,
    device: torch.device | None = None,
) -> Pairs:
    """Pair each picture with its reference, at one size.

    Args:
        images: result of `as_frames`.
        references: result of `as_frames`: as many as images, or one for all of them.
        resize: one of `RESIZE`, which says which batch takes the size of the other.
        device: device on which they are compared; None for the device of the images.

    Raises:
        InputError: the number of references doesn't fit, or their size differs and `resize` is
            `refuse`.
    """
    count, reference_count = len(images), len(references)
    if count and reference_count not in (0, 1, count):
        raise InputError(
            "references",
            f"one picture, or as many as images has ({count})",
            f"{reference_count}",
            "Give one reference for all, or one for each image, in the same order.",
        )
    if resize not in RESIZE:
        expected = f"one of {', '.join(RESIZE)}"
        raise InputError("resize", expected, repr(resize), "Choose one of these.")
    sizes = [tuple(batch.shape[1:3]) for batch in (images, references)]
    if resize == REFUSE and count and reference_count and sizes[0] != sizes[1]:
        size_texts = [f"{width}×{height}" for height, width in sizes]
        raise InputError(
            "references",
            f"the size of images, {size_texts[0]}",
            size_texts[1],
            f"Set resize to {RESIZE[1]} or {RESIZE[2]}, or resize or crop them first.",
        )
    size = sizes[1] if resize == RESIZE[1] and reference_count else sizes[0]
    return Pairs(images, references, (size[0], size[1]), device)


def resized(frames: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Resize frames by bicubic interpolation, with a low-pass filter where they shrink.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        size: height and width, px.

    Returns:
        RGB in 0–1 of that size; the frames themselves if they have that size already.
    """
    if tuple(frames.shape[1:3]) == size:
        return frames
    channels = frames.movedim(-1, 1)
    scaled = interpolate(channels, size=size, mode="bicubic", antialias=True)
    return scaled.movedim(1, -1).clamp(0, 1)
