"""Pictures and what each of them is compared with, at one size."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import torch
from torch.nn.functional import interpolate

from ...frames import Absence, InputError, unmeasurable
from ...image_ops.luma import luma
from ...measure import Measure
from ...measurement import Better
from .ciede import colour_differences
from .pair_reasons import NO_REFERENCES, REFERENCE_NOT_FINITE

REFUSE = "refuse"
RESIZE = (REFUSE, "images_to_references", "references_to_images")
# What an upscaler, or the rounding of a VAE, does to a size; INFO, so it has no threshold.
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
    """A frame, and its grey once it is asked for.

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
    """A picture, its reference, and what several measures need of the two.

    Attributes:
        picture, reference: of one size.
    """

    def __init__(self, picture: Picture, reference: Picture) -> None:
        self.picture, self.reference = picture, reference

    @cached_property
    def colour_differences(self) -> torch.Tensor:
        """CIEDE2000 of every pixel, ΔE₀₀."""
        return colour_differences(self.picture.frame, self.reference.frame)


@dataclass(frozen=True)
class Pairs:
    """Pictures and what each of them is compared with.

    Attributes:
        images, references: RGB in 0–1, shape (pictures, height, width, 3); as many references as
            images, or one for all of them.
        size: height and width at which they are compared, px.
        device: where they are compared; None: where each image is.
    """

    images: torch.Tensor
    references: torch.Tensor
    size: tuple[int, int]
    device: torch.device | None = None

    def __len__(self) -> int:
        return len(self.images)

    def __iter__(self) -> Iterator[Pair]:
        """One pair after the other, at one size; memory for one pair."""
        reference: Picture | None = None
        for index, image in enumerate(self.images):
            if reference is None or len(self.references) > 1:
                reference = self._picture(self.references[index], image.device)
            yield Pair(self._picture(image, image.device), reference)

    def _picture(self, frame: torch.Tensor, device: torch.device) -> Picture:
        return Picture(resized(frame.to(self.device or device), self.size))

    @property
    def resized(self) -> dict[str, object] | None:
        """Which of the two are resized, from what, to what; width and height, None: neither."""
        for name, batch in (("images", self.images), ("references", self.references)):
            height, width = batch.shape[1:3]
            if (height, width) != self.size:
                to_height, to_width = self.size
                return {"what": name, "from": [width, height], "to": [to_width, to_height]}
        return None

    @property
    def absence(self) -> Absence | None:
        """Why nothing can be compared, if so."""
        if not len(self.references):
            return Absence(NO_REFERENCES)
        unclear = unmeasurable(self.references)
        if unclear is not None and unclear.code == "not_finite":
            return Absence(REFERENCE_NOT_FINITE, unclear.values)
        return unmeasurable(self.images) or unclear


def paired(
    images: torch.Tensor,
    references: torch.Tensor,
    resize: str = REFUSE,
    device: torch.device | None = None,
) -> Pairs:
    """Say which reference each picture is compared with, and at which size.

    Args:
        images, references: what `as_frames` returned; as many references as images, or one.
        resize: one of `RESIZE`: which of them takes the size of the other.
        device: where to compare them.

    Raises:
        InputError: another number of references, or another size where none may be resized.
    """
    count, given = len(images), len(references)
    if count and given not in (0, 1, count):
        raise InputError(
            "references",
            f"one picture, or as many as images has ({count})",
            f"{given}",
            "Give one reference for all, or one for each image, in the same order.",
        )
    if resize not in RESIZE:
        expected = f"one of {', '.join(RESIZE)}"
        raise InputError("resize", expected, repr(resize), "Choose one of those.")
    sizes = [tuple(batch.shape[1:3]) for batch in (images, references)]
    if resize == REFUSE and count and given and sizes[0] != sizes[1]:
        shown = [f"{width}×{height}" for height, width in sizes]
        raise InputError(
            "references",
            f"the size of images, {shown[0]}",
            shown[1],
            f"Set resize to {RESIZE[1]} or {RESIZE[2]}, or resize or crop them first.",
        )
    size = sizes[1] if resize == RESIZE[1] and given else sizes[0]
    return Pairs(images, references, (size[0], size[1]), device)


def resized(frame: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """A frame at another size, by bicubic interpolation that is low-passed where it shrinks.

    Args:
        frame: RGB in 0–1, shape (height, width, 3).
        size: height and width, px.

    Returns:
        The frame itself where it has that size; else RGB in 0–1.
    """
    if tuple(frame.shape[:2]) == size:
        return frame
    channels = frame.movedim(-1, 0)[None]
    larger = interpolate(channels, size=size, mode="bicubic", antialias=True)
    return larger[0].movedim(0, -1).clamp(0, 1)
