"""The sheet that a drawing is painted on, in the drawing's own units."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from ..dependency import require
from .curves import ribbon

SIDE = 512.0  # units along the smaller side of a picture; a unit is a pixel at 512×512
SUPERSAMPLING = 2  # each pixel is painted as 2×2, on top of OpenCV's own antialiasing
SUBPIXEL_BITS = 4  # OpenCV takes coordinates in 1/16 pixel
LOWERED = 0.62  # share of a tall picture's spare height that lies above the unit square
BODY_BELOW = 1.1  # most that may show below the unit square, in its sides: there the body ends
LEAST_LINE = 1.1  # pixels of the finished picture: thinner lines break up

Colour = tuple[float, float, float]  # RGB, 0–255


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """A colour `share` of the way from the first to the second."""
    red, green, blue = (a + (b - a) * share for a, b in zip(first, second, strict=True))
    return red, green, blue


class Canvas:
    """Paints shapes given in units on a picture of any size; later shapes cover earlier ones.

    The unit square of `SIDE` × `SIDE` fills the smaller side of the picture. It is centred across,
    and lies below the middle of a tall picture.
    """

    def __init__(self, background: np.ndarray) -> None:
        """Begin a drawing.

        Args:
            background: RGB in 0–255 (uint8) at `SUPERSAMPLING` times the finished size; is copied.
        """
        self._cv2 = require("cv2")
        height, width = (side // SUPERSAMPLING for side in background.shape[:2])
        self._size = (width, height)
        smaller = min(width, height)
        self.scale = smaller * SUPERSAMPLING / SIDE
        # OpenCV's coordinates are those of pixel centres, hence the half pixel.
        spare = height - smaller
        above = max(LOWERED * spare, spare - BODY_BELOW * smaller)
        self._origin = np.array([(width - smaller) / 2, above])
        self._origin = self._origin * SUPERSAMPLING - 0.5
        self._corner = np.zeros(2)
        self.picture = background.copy()

    def fill(self, points: np.ndarray, colour: Colour) -> None:
        """Paint the inside of a closed outline."""
        self._cv2.fillPoly(
            self.picture, [self._pixels(points)], colour, self._cv2.LINE_AA, SUBPIXEL_BITS
        )

    def outline(
        self, points: np.ndarray, width: float, colour: Colour, closed: bool = True
    ) -> None:
        """Draw a line of constant width, in units, along a curve."""
        thickness = max(round(self._line(width)), 1)
        self._cv2.polylines(
            self.picture,
            [self._pixels(points)],
            closed,
            colour,
            thickness,
            self._cv2.LINE_AA,
            SUBPIXEL_BITS,
        )

    def stroke(
        self, points: np.ndarray, width: float, colour: Colour, thickest: float = 0.5
    ) -> None:
        """Draw a line that tapers to both ends and is `width` units wide at `thickest` (0–1)."""
        along = np.linspace(0, 1, len(points))
        nearness = np.where(along < thickest, along / max(thickest, 1e-6), 1.0)
        after = along > thickest
        nearness[after] = (1 - along[after]) / max(1 - thickest, 1e-6)
        half = self._line(width) / self.scale / 2 * np.sin(nearness * np.pi / 2)
        self.fill(ribbon(points, half), colour)

    @contextmanager
    def inside(self, points: np.ndarray) -> Iterator[None]:
        """What is painted in this block shows only inside the closed outline.

        The cut follows whole (supersampled) pixels: it belongs under an outline.
        """
        pixels = self._pixels(points)
        height, width = self.picture.shape[:2]
        left, top = np.maximum(pixels.min(axis=0) >> SUBPIXEL_BITS, 0).tolist()
        right, bottom = np.minimum(
            (pixels.max(axis=0) >> SUBPIXEL_BITS) + 2, [width, height]
        ).tolist()
        if right <= left or bottom <= top:
            left = top = 0  # the outline lies outside the picture: the block paints on nothing
            right = bottom = 1
        sheet, corner = self.picture, self._corner
        box = sheet[top:bottom, left:right]
        self.picture, self._corner = box.copy(), corner + np.array([left, top])
        mask = np.zeros(box.shape[:2], np.uint8)
        self._cv2.fillPoly(mask, [self._pixels(points)], 255, self._cv2.LINE_8, SUBPIXEL_BITS)
        try:
            yield
            self._cv2.copyTo(self.picture, mask, box)
        finally:
            self.picture, self._corner = sheet, corner

    def finished(self) -> np.ndarray:
        """The picture at its own size, RGB in 0–255, shape (height, width, 3)."""
        return self._cv2.resize(self.picture, self._size, interpolation=self._cv2.INTER_AREA)

    def _pixels(self, points: np.ndarray) -> np.ndarray:
        pixels = points * self.scale + self._origin - self._corner
        return np.rint(pixels * (1 << SUBPIXEL_BITS)).astype(np.int32)

    def _line(self, width: float) -> float:
        """Width of a line on the supersampled sheet, of `width` units in the drawing."""
        return max(width * self.scale, LEAST_LINE * SUPERSAMPLING)
