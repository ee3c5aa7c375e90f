"""Canvas that the sample clips are painted on, in the drawing's own units, for the drawing code."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from ..dependency import require
from .curves import ribbon

SIDE = 512.0  # units along the smaller side of a picture; a unit is a pixel at 512×512
SUPERSAMPLING = 2  # each pixel is painted as 2×2, on top of OpenCV's own antialiasing
SUBPIXEL_BITS = 4  # coordinates are handed to OpenCV in 1/16 pixel
LOWERED = 0.62  # share of a tall picture's spare height that lies above the unit square
# The picture may show at most this much below the unit square, in sides of the square. The body
# is drawn no further down.
BODY_BELOW = 1.1
LEAST_LINE = 1.1  # pixels of the finished picture; thinner lines break up

Colour = tuple[float, float, float]  # RGB, 0–255


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Return the colour at `share` (0–1) of the way from the first to the second."""
    red, green, blue = (
        start + (end - start) * share for start, end in zip(first, second, strict=True)
    )
    return red, green, blue


class Canvas:
    """Picture of any size that shapes are painted on, in units; later shapes cover earlier ones.

    The unit square of `SIDE` × `SIDE` fills the smaller side of the picture. It is centred
    horizontally, and it lies below the middle of a tall picture.

    Attributes:
        scale: supersampled pixels for each unit.
        picture: the supersampled picture so far, RGB in 0–255 (uint8), shape (height, width, 3).
    """

    def __init__(self, background: np.ndarray) -> None:
        """Start a drawing on a background.

        Args:
            background: RGB in 0–255 (uint8), shape (height, width, 3), at `SUPERSAMPLING` times
                the finished size. It is copied.
        """
        self._cv2 = require("cv2")
        height, width = (side // SUPERSAMPLING for side in background.shape[:2])
        self._size = (width, height)
        smaller = min(width, height)
        self.scale = smaller * SUPERSAMPLING / SIDE
        # OpenCV counts coordinates from the centre of a pixel, hence the half pixel.
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
        """Draw a line of constant width (in units) along a curve."""
        thickness = max(round(self._line_width(width)), 1)
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
        """Draw a line that tapers to both ends.

        Args:
            points: the curve, shape (points, 2), in units.
            width: width of the line where it is thickest, in units.
            colour: colour of the line.
            thickest: position of the full width, as a share of the points, 0–1.
        """
        position = np.linspace(0, 1, len(points))
        nearness = np.where(position < thickest, position / max(thickest, 1e-6), 1.0)
        after = position > thickest
        nearness[after] = (1 - position[after]) / max(1 - thickest, 1e-6)
        half_width = self._line_width(width) / self.scale / 2 * np.sin(nearness * np.pi / 2)
        self.fill(ribbon(points, half_width), colour)

    @contextmanager
    def inside(self, points: np.ndarray) -> Iterator[None]:
        """Limit all painting in this block to the inside of a closed outline.

        The cut follows whole (supersampled) pixels, so its edge is rough: draw an outline over it.
        """
        pixels = self._pixels(points)
        height, width = self.picture.shape[:2]
        left, top = np.maximum(pixels.min(axis=0) >> SUBPIXEL_BITS, 0).tolist()
        right, bottom = np.minimum(
            (pixels.max(axis=0) >> SUBPIXEL_BITS) + 2, [width, height]
        ).tolist()
        if right <= left or bottom <= top:
            # The outline lies outside the picture: the block paints on one pixel and shows nothing.
            left = top = 0
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
        """Return the picture at its finished size, RGB in 0–255, shape (height, width, 3)."""
        return self._cv2.resize(self.picture, self._size, interpolation=self._cv2.INTER_AREA)

    def _pixels(self, points: np.ndarray) -> np.ndarray:
        """Return points in units as OpenCV's integer coordinates on the supersampled picture."""
        pixels = points * self.scale + self._origin - self._corner
        return np.rint(pixels * (1 << SUBPIXEL_BITS)).astype(np.int32)

    def _line_width(self, width: float) -> float:
        """Return the width in supersampled pixels of a line that is `width` units wide."""
        return max(width * self.scale, LEAST_LINE * SUPERSAMPLING)
