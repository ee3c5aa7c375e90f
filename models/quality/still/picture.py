"""A picture with what several of the still measures ask of it, found once."""

from functools import cached_property

import torch

from ...image_ops.luma import luma
from ..sharpness import edge_width
from .dither import is_dithered
from .noise import noise


class Picture:
    """One picture, and what several measures need of it.

    Attributes:
        frame: RGB in 0–1, shape (height, width, 3), at least 16 a side.
    """

    def __init__(self, frame: torch.Tensor) -> None:
        self.frame = frame

    @cached_property
    def grey(self) -> torch.Tensor:
        """Luma in 0–1, shape (height, width)."""
        return luma(self.frame)

    @cached_property
    def noise(self) -> float | None:
        """Standard deviation of the noise in grey levels; None where it can't show."""
        return noise(self.grey)

    @cached_property
    def edge_width(self) -> float | None:
        """Width of the strongest edges in px; None where there are none."""
        return edge_width(self.frame[None])[0]

    @cached_property
    def dithered(self) -> bool:
        """True where it is a pattern of few colours that is strong enough to hide other faults."""
        return is_dithered(self.frame, self.noise)
