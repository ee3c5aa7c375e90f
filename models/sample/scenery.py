"""Still background of the sample clips: a gradient with a few soft shapes."""

from colorsys import hsv_to_rgb
from dataclasses import dataclass

import numpy as np

from .canvas import Colour

SPOTS = 5
SOFTNESS = 0.35  # width of a shape's edge, in its radii
OPACITY = 0.5


@dataclass(frozen=True)
class Spot:
    """Soft round shape of the background."""

    x: float  # share of the picture's width
    y: float  # share of the picture's height
    radius: float  # share of the picture's larger side
    colour: Colour


@dataclass(frozen=True)
class Scenery:
    """Background: a gradient from top to bottom with soft shapes on it."""

    above: Colour  # at the upper edge
    below: Colour  # at the lower edge
    spots: tuple[Spot, ...]


def random_scenery(random: np.random.Generator) -> Scenery:
    """Return a random background in pale, mostly cool colours, so that the character stands out."""
    hue = random.uniform(0.42, 0.68)

    def colour(hue_shift: float, saturation: float, value: float) -> Colour:
        red, green, blue = hsv_to_rgb((hue + hue_shift) % 1.0, saturation, value)
        return red * 255, green * 255, blue * 255

    spots = tuple(
        Spot(
            x=float((i + random.uniform(0.1, 0.9)) / SPOTS),
            y=float(random.uniform(0.1, 0.95)),
            radius=float(random.uniform(0.08, 0.24)),
            colour=colour(
                random.uniform(-0.08, 0.08), random.uniform(0.08, 0.3), random.uniform(0.8, 0.95)
            ),
        )
        for i in range(SPOTS)
    )
    return Scenery(colour(0.0, 0.30, 0.82), colour(0.05, 0.12, 0.93), spots)


def draw_scenery(scenery: Scenery, width: int, height: int) -> np.ndarray:
    """Paint a background.

    Args:
        scenery: background to paint.
        width: pixels.
        height: pixels.

    Returns:
        RGB in 0–255 (uint8), shape (height, width, 3).
    """
    y, x = np.ogrid[0:height, 0:width]
    y, x = y.astype(np.float32), x.astype(np.float32)
    above, below = np.array(scenery.above, np.float32), np.array(scenery.below, np.float32)
    picture = np.repeat(above + (below - above) * (y / height)[..., None], width, axis=1)
    larger = max(width, height)
    for spot in scenery.spots:
        distance = np.hypot(x - spot.x * width, y - spot.y * height) / (spot.radius * larger)
        inside = np.clip((1 - distance) / SOFTNESS + 0.5, 0, 1)
        picture += (np.array(spot.colour, np.float32) - picture) * (OPACITY * inside)[..., None]
    return np.rint(picture).astype(np.uint8)
