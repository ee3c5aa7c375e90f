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


class Picture:
    """Frame with its luma, which is computed at the first use.

    Attributes:
        frame: RGB in 0–1, shape (height, width, 3).
    """

    def __init__(self, frame: torch.Tensor) -> None:
        self.frame = frame

    @cached_property
    def grey(self) -> torch.Tensor:
        """Luma, 0–1, shape (height, width)."""
        return luma(self.frame)


class Pair:
    """Picture and its reference, with results that several measures share.

    Attributes:
        picture: the picture that is compared.
        reference: the picture it is compared with, of the same size.
    """

    def __init__(self, picture: Picture, reference: Picture) -> None:
        self.picture, self.reference = picture, reference

    @cached_property
    def colour_differences(self) -> torch.Tensor:
        """Colour difference CIEDE2000 of every pixel, ΔE₀₀, shape (height, width)."""
        return colour_differences(self.picture.frame, self.reference.frame)


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

    def __iter__(self) -> Iterator[Pair]:
        """Yield the pairs at `size`, one after the other; only one resized pair is in memory."""
        reference: Picture | None = None
        for index, image in enumerate(self.images):
            if reference is None or len(self.references) > 1:
                reference = self._picture(self.references[index], image.device)
            yield Pair(self._picture(image, image.device), reference)

    def _picture(self, frame: torch.Tensor, device: torch.device) -> Picture:
        return Picture(resized(frame.to(self.device or device), self.size))

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


def resized(frame: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Resize a frame by bicubic interpolation, with a low-pass filter where it shrinks.

    Args:
        frame: RGB in 0–1, shape (height, width, 3).
        size: height and width, px.

    Returns:
        RGB in 0–1 of that size; the frame itself if it has that size already.
    """
    if tuple(frame.shape[:2]) == size:
        return frame
    channels = frame.movedim(-1, 0)[None]
    scaled = interpolate(channels, size=size, mode="bicubic", antialias=True)
    return scaled[0].movedim(0, -1).clamp(0, 1)
