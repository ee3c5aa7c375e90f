"""Square card of a thumbnail: pictures above, and below them lines with verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont

# The editor shows a thumbnail 224 to 300 px wide, as a square.
SIDE = 512
LINE_HEIGHT, LINE_PADDING = 58, 14
FONT_SIZE = 27  # about 13 px in the editor
GAP = 4
BADGE = 0.3  # diameter of a mark, as a share of its picture's smaller side

PAPER, INK, MUTED = (247, 248, 250), (32, 33, 40), (104, 108, 118)
COLOURS = {"PASS": (14, 138, 94), "FAIL": (200, 56, 44)}


@dataclass(frozen=True)
class Line:
    """Line of text on a card.

    Attributes:
        text: words at the left.
        verdict: PASS or FAIL, shown at the right as a coloured label; "" for none.
        score: score from 0 to 100 beside the verdict; None shows none.
    """

    text: str
    verdict: str = ""
    score: float | None = None


@dataclass(frozen=True)
class Picture:
    """Picture on a card.

    Attributes:
        image: picture, RGB.
        mark: PASS or FAIL for a tick or a cross in a corner, other text as it is, "" for none.
        whole: True shows all of it on paper; False fills its place and cuts off the edges.
    """

    image: Image.Image
    mark: str = ""
    whole: bool = False


def draw_card(pictures: Sequence[Picture], columns: int, lines: Sequence[Line]) -> Image.Image:
    """Return a card.

    Args:
        pictures: pictures, row by row.
        columns: pictures in a row.
        lines: lines below the pictures.
    """
    card = Image.new("RGB", (SIDE, SIDE), PAPER)
    height = SIDE - LINE_HEIGHT * len(lines)
    rows = -(-len(pictures) // columns)
    for index, picture in enumerate(pictures):
        row, column = divmod(index, columns)
        left, right = (round(SIDE * each / columns) for each in (column, column + 1))
        top, bottom = (round(height * each / rows) for each in (row, row + 1))
        width = right - left - GAP * (column + 1 < columns)
        card.paste(_fitted(picture, width, bottom - top - GAP * (row + 1 < rows)), (left, top))
    for number, line in enumerate(lines):
        _draw_line(card, line, height + LINE_HEIGHT * number)
    return card


def _fitted(picture: Picture, width: int, height: int) -> Image.Image:
    """Return a picture in the size of its place, with its mark."""
    image = picture.image
    choose = min if picture.whole else max
    scale = choose(width / image.width, height / image.height)
    resized = image.resize((round(image.width * scale), round(image.height * scale)))
    place = Image.new("RGB", (width, height), "white")
    # The upper part of a drawing that is too tall is shown, because there is its face.
    upper = 0.5 if picture.whole else 0.15
    place.paste(resized, ((width - resized.width) // 2, round((height - resized.height) * upper)))
    if picture.mark:
        _draw_mark(place, picture.mark)
    return place


def _draw_mark(place: Image.Image, mark: str) -> None:
    size = round(min(place.size) * BADGE)
    left, top = place.width - size - size // 6, size // 6
    draw = ImageDraw.Draw(place)
    draw.ellipse((left, top, left + size, top + size), COLOURS.get(mark, INK), "white", size // 14)
    sign = {"PASS": "✓", "FAIL": "✗"}.get(mark, mark)
    middle = (left + size / 2, top + size / 2)
    draw.text(middle, sign, "white", _font(round(size * 0.62)), anchor="mm")


def _draw_line(card: Image.Image, line: Line, top: int) -> None:
    draw = ImageDraw.Draw(card)
    draw.line((0, top, SIDE, top), (222, 225, 230), 2)
    middle = top + LINE_HEIGHT / 2
    right = float(SIDE - LINE_PADDING)
    if line.verdict:
        score = "" if line.score is None else f" {line.score:.0f}"
        sign = {"PASS": "✓ ", "FAIL": "✗ "}.get(line.verdict, "")
        text = f"{sign}{line.verdict}{score}"
        width = draw.textlength(text, _font(FONT_SIZE)) + 24
        box = (right - width, middle - 20, right, middle + 20)
        draw.rounded_rectangle(box, 20, COLOURS.get(line.verdict, MUTED))
        draw.text((right - width / 2, middle), text, "white", _font(FONT_SIZE), anchor="mm")
        right -= width + LINE_PADDING
    font = _font(FONT_SIZE)
    if draw.textlength(line.text, font) > right - LINE_PADDING:
        raise ValueError(f"The line is too long for a thumbnail: {line.text}")
    draw.text((LINE_PADDING, middle), line.text, INK, font, anchor="lm")


def _font(size: int) -> ImageFont.FreeTypeFont:
    """Return matplotlib's own DejaVu Sans, so that a card looks the same on every machine."""
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans-Bold.ttf"
    return ImageFont.truetype(str(path), size)
