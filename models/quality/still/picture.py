"""Picture with the properties that several still measures share, each computed once."""

from functools import cached_property

import torch

from ...image_ops.luma import luma
from ..sharpness import edge_width
from .dither import is_dithered
from .noise import noise


class Picture:
    """Picture, and properties of it that several measures need.

    Attributes:
        frame: RGB in 0–1, shape (height, width, 3), at least 16 px a side.
    """

    def __init__(self, frame: torch.Tensor) -> None:
        self.frame = frame

    @cached_property
    def grey(self) -> torch.Tensor:
        """Luma in 0–1, shape (height, width)."""
        return luma(self.frame)

    @cached_property
    def noise(self) -> float | None:
        """Standard deviation of the noise in grey levels; None if clipping hides it."""
        return noise(self.grey)

    @cached_property
    def edge_width(self) -> float | None:
        """Width of the strongest edges in px; None if the picture has none."""
        return edge_width(self.frame[None])[0]

    @cached_property
    def dithered(self) -> bool:
        """True if the picture is a pattern of few colours, strong enough to hide other faults."""
        return is_dithered(self.frame, noise(self.grey, with_dither=True))
