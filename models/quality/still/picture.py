"""Pictures of one size, and the numbers that several still measures share, each computed once.

A measure of stills has two parts. The first one takes all pictures at once and returns a few
numbers of each as a tensor; it waits for no result, so that a GPU is never idle. The second one
turns the numbers of one picture into its value, in plain Python.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import torch

from ...image_ops.luma import luma_of_planes
from ..sharpness import edge_width_numbers, width_of
from .dither import colour_counts, is_dithered_by
from .noise import noise_numbers, strength_of

# Function of the grey pictures or of the colour planes; it returns the numbers of each picture,
# shape (pictures, numbers).
Numbers = Callable[[torch.Tensor], torch.Tensor]


class Pictures:
    """Pictures of one size that are measured together.

    Attributes:
        planes: red, green and blue in 0–1, contiguous, shape (pictures, 3, height, width).
        grey: luma in 0–1, shape (pictures, height, width).
    """

    def __init__(self, frames: torch.Tensor) -> None:
        """Take pictures.

        Args:
            frames: RGB in 0–1, shape (pictures, height, width, 3), at least 16 px a side.
        """
        frames = frames.detach()  # NumPy reads no tensors that record gradients
        self.planes = frames.movedim(-1, 1).contiguous()
        self.grey = luma_of_planes(self.planes)
        self._read: dict[Numbers, list[list[float]]] = {}

    def __len__(self) -> int:
        return len(self.planes)

    def __getitem__(self, index: int) -> "Picture":
        return Picture(self, index)

    def __iter__(self) -> Iterator["Picture"]:
        return (self[index] for index in range(len(self)))

    def read(self, of_grey: Iterable[Numbers] = (), of_planes: Iterable[Numbers] = ()) -> None:
        """Compute numbers of all pictures and read them from the device in one transfer.

        Args:
            of_grey: functions of `grey`.
            of_planes: functions of `planes`.
        """
        tensors = {function: function(self.grey) for function in of_grey}
        tensors |= {function: function(self.planes) for function in of_planes}
        rows = torch.cat(list(tensors.values()), dim=1).tolist()
        start = 0
        for function, numbers in tensors.items():
            end = start + numbers.shape[1]
            self._read[function] = [row[start:end] for row in rows]
            start = end

    def numbers(self, function: Numbers, source: str) -> list[list[float]]:
        """Return the numbers of all pictures, which are computed at the first call.

        Args:
            function: function of the attribute `source`.
            source: `grey` or `planes`.
        """
        if function not in self._read:
            self._read[function] = function(getattr(self, source)).tolist()
        return self._read[function]


@dataclass(frozen=True)
class Picture:
    """One of the pictures that are measured together.

    Its properties follow from numbers that are kept, so they are no cached ones: before Python 3.12
    those have a lock for all pictures, and the workers would wait for each other.

    Attributes:
        pictures: all of them.
        index: place of this one.
    """

    pictures: Pictures
    index: int

    def of_grey(self, function: Numbers) -> list[float]:
        """Return the numbers of this picture that a function takes from grey pictures."""
        return self.pictures.numbers(function, "grey")[self.index]

    def of_planes(self, function: Numbers) -> list[float]:
        """Return the numbers of this picture that a function takes from colour planes."""
        return self.pictures.numbers(function, "planes")[self.index]

    @property
    def noise(self) -> float | None:
        """Standard deviation of the noise in grey levels; None if clipping hides it."""
        return strength_of(self.of_grey(noise_numbers))

    @property
    def edge_width(self) -> float | None:
        """Width of the strongest edges in px; None if the picture has none."""
        return width_of(self.of_grey(edge_width_numbers))

    @property
    def dithered(self) -> bool:
        """True if the picture is a pattern of few colours, strong enough to hide other faults."""
        strength = strength_of(self.of_grey(noise_numbers), with_dither=True)
        return is_dithered_by(strength, lambda: self.of_planes(colour_counts))
