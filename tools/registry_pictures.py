"""Generator of the icon and the banner with which the Comfy registry shows the pack.

The pack's own sample (`models/sample`) draws both. They are the same everywhere: no date, no random
number and no font of the system is in them.
"""

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..models.sample.canvas import SUPERSAMPLING, Canvas, Colour
from ..models.sample.characters import CHARACTERS
from ..models.sample.drawing import draw_character
from ..models.sample.pose import pose_at
from .comfyui import PACK

FOLDER = PACK / "docs" / "pictures"
# Everything is drawn at twice its size and made smaller at the end, for smooth edges. Lengths below
# are px of the large drawing.
SCALE = 2
# The registry takes an icon of at most 400×400 and a banner of 21:9.
ICON_SIDE = 400 * SCALE
BANNER_WIDTH, BANNER_HEIGHT = 1680 * SCALE, 720 * SCALE

INK = (38, 30, 58)  # RGB in 0–255, near the outlines of the drawings
PAPER = (255, 255, 255)
GREEN = (32, 158, 98)
# Colour at the upper and at the lower edge of the background of each character.
SKIES: tuple[tuple[Colour, Colour], ...] = (
    ((255, 196, 132), (255, 238, 210)),
    ((104, 196, 184), (208, 240, 230)),
    ((150, 156, 234), (222, 224, 252)),
    ((104, 176, 238), (206, 234, 252)),
)
MOMENTS = (0.86, 0.05, 0.42, 0.66)  # position of each character in the cycle of motion, 0–1
BLINK_AT = 0.25  # none of these moments is near it, so that all eyes are open

ICON_CHARACTER = 0
ICON_FIGURE = 960  # side of the square in which the icon's character is drawn
RING_RADIUS, RING_WIDTH = 340, 44
RING_END, RING_GAP = -28, 40  # degrees clockwise from the right; the gap is before the arrow's head

PANEL_LEFT = 1240  # where the first character begins; the title is at the left of it
SLANT = 180  # by so much an edge between two characters is further right at the top
FIGURE_SIDE = 1660  # side of the square in which a character of the banner is drawn
FIGURE_TOP = 150  # of which so much is cut off above
EDGE_WIDTH = 12
MARGIN = 130
TITLE = ("Anime", "Production")
PROMISES = ("the same character", "a loop that closes", "a clean picture")
TITLE_SIZE, PROMISE_SIZE = 158, 66


def generate(chosen: Sequence[str] = ()) -> None:
    """Draw the pictures of the chosen names, or both."""
    for name in chosen or PICTURES:
        path = FOLDER / f"{name}.png"
        draw(name).save(path, optimize=True)
        print(f"{path.name}: {path.stat().st_size} bytes")


def draw(name: str) -> Image.Image:
    """Return a picture in RGB, at its finished size.

    Args:
        name: key of `PICTURES`.
    """
    return PICTURES[name]().reduce(SCALE)


def _icon() -> Image.Image:
    """Return a character before a ring that closes, with a tick."""
    left, top = (ICON_FIGURE - ICON_SIDE) // 2, 60
    background = _sky(ICON_CHARACTER, ICON_FIGURE)
    middle = (left + ICON_SIDE / 2, top + ICON_SIDE / 2)
    _draw_ring(ImageDraw.Draw(background), *(each * SUPERSAMPLING for each in middle))
    picture = _character(ICON_CHARACTER, background)
    picture = picture.crop((left, top, left + ICON_SIDE, top + ICON_SIDE))
    _draw_tick(ImageDraw.Draw(picture), 664, 664, 104)
    return picture


def _banner() -> Image.Image:
    """Return the title, and the four characters side by side."""
    picture = Image.new("RGB", (BANNER_WIDTH, BANNER_HEIGHT), INK)
    step = (BANNER_WIDTH - PANEL_LEFT) / len(CHARACTERS)
    edges = [PANEL_LEFT + number * step for number in range(len(CHARACTERS))]
    # From left to right, each covers the picture to the right edge, and the next covers the rest.
    for number, edge in enumerate(edges):
        figure = _character(number, _sky(number, FIGURE_SIDE))
        place = (round(edge + (step - FIGURE_SIDE) / 2), -FIGURE_TOP)
        mask = Image.new("1", picture.size, 0)
        top, bottom = (edge + SLANT / 2, 0.0), (edge - SLANT / 2, float(BANNER_HEIGHT))
        right = edge + step + SLANT
        corners = [top, (right, 0.0), (right, float(BANNER_HEIGHT)), bottom]
        ImageDraw.Draw(mask).polygon(corners, fill=1)
        layer = Image.new("RGB", picture.size, INK)
        layer.paste(figure, place)
        picture.paste(layer, (0, 0), mask)
        ImageDraw.Draw(picture).line([top, bottom], fill=PAPER, width=EDGE_WIDTH)
    _draw_title(ImageDraw.Draw(picture))
    return picture


PICTURES = {"icon": _icon, "banner": _banner}


def _sky(number: int, side: int) -> Image.Image:
    """Return the background of a character, as large as the canvas of a square picture."""
    above, below = (np.array(colour) for colour in SKIES[number])
    side *= SUPERSAMPLING
    share = np.linspace(0, 1, side)[:, None, None]
    gradient = np.rint(above + (below - above) * share).astype(np.uint8)
    return Image.fromarray(np.repeat(gradient, side, axis=1))


def _character(number: int, background: Image.Image) -> Image.Image:
    """Return a character before a background."""
    canvas = Canvas(np.asarray(background))
    draw_character(canvas, CHARACTERS[number], pose_at(MOMENTS[number], BLINK_AT))
    return Image.fromarray(canvas.finished())


def _draw_ring(draw: ImageDraw.ImageDraw, x: float, y: float) -> None:
    """Draw a ring with the head of an arrow at its end, as the sign of a loop, on a canvas."""
    radius, width = RING_RADIUS * SUPERSAMPLING, RING_WIDTH * SUPERSAMPLING
    box = (x - radius, y - radius, x + radius, y + radius)
    draw.arc(box, RING_END + RING_GAP, RING_END + 360, fill=PAPER, width=width)
    angle = np.radians(RING_END)
    outward, onward = (
        np.array([np.cos(angle), np.sin(angle)]),
        np.array([-np.sin(angle), np.cos(angle)]),
    )
    joint = np.array([x, y]) + outward * (radius - width / 2)
    corners = [
        joint + outward * 1.4 * width,
        joint - outward * 1.4 * width,
        joint + onward * 2.4 * width,
    ]
    draw.polygon([(float(left), float(top)) for left, top in corners], fill=PAPER)


def _draw_tick(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    """Draw a green disc with a white tick."""
    rim = radius * 0.12
    for size, colour in ((radius, PAPER), (radius - rim, GREEN)):
        draw.ellipse((x - size, y - size, x + size, y + size), fill=colour)
    tick = [(x - 0.44 * radius, y + 0.02 * radius), (x - 0.12 * radius, y + 0.34 * radius),
            (x + 0.46 * radius, y - 0.32 * radius)]  # fmt: skip
    draw.line(tick, fill=PAPER, width=round(0.17 * radius), joint="curve")


def _draw_title(draw: ImageDraw.ImageDraw) -> None:
    """Write the name of the pack, and what it measures."""
    top = 240.0
    for line in TITLE:
        draw.text((MARGIN, top), line, font=_font("DejaVuSans-Bold", TITLE_SIZE), fill=PAPER)
        top += TITLE_SIZE * 1.2
    top += PROMISE_SIZE * 1.3
    for line in PROMISES:
        _draw_tick(draw, MARGIN + 40, top, 42)
        font = _font("DejaVuSans", PROMISE_SIZE)
        draw.text((MARGIN + 120, top), line, font=font, fill=PAPER, anchor="lm")
        top += PROMISE_SIZE * 1.75


def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Return a font that comes with matplotlib, so that every system has the same one."""
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"
    return ImageFont.truetype(str(path), size)
