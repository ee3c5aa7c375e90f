"""Pictures for people: the contact sheet of a character, and the overlay of a scored clip."""

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

from . import palette
from .score import CharacterResult, Presence
from .sheet import Character

MOST_COLUMNS = 4
MARGIN, CAPTION = 8, 36  # px around and below each reference of a contact sheet
PAPER, INK = (247, 247, 248), (31, 41, 55)
# Colour-blind safe (Okabe and Ito 2008), and never alone: the word stands beside it.
COLOURS = {
    Presence.SAME: (0, 158, 115),
    Presence.DIFFERENT: (213, 94, 0),
    Presence.NOT_VISIBLE: (107, 114, 128),
    Presence.UNKNOWN: (107, 114, 128),
}


def contact_sheet_shape(character: Character) -> tuple[int, int, int, int]:
    """Shape of the picture that `contact_sheet` draws."""
    count, height, width = character.pictures.shape[:3]
    columns = min(max(count, 1), MOST_COLUMNS)
    rows = -(-max(count, 1) // columns)
    cell_height, cell_width = height + CAPTION + MARGIN, max(width, 120) + MARGIN
    return 1, rows * cell_height + MARGIN + CAPTION, columns * cell_width + MARGIN, 3


def contact_sheet(character: Character) -> torch.Tensor:
    """Draw all references of a character, with what was seen in them.

    Args:
        character: from `make_character`.

    Returns:
        RGB in 0–1, shape `contact_sheet_shape(character)`.
    """
    _, sheet_height, sheet_width, _ = contact_sheet_shape(character)
    sheet = Image.new("RGB", (sheet_width, sheet_height), PAPER)
    draw, font = ImageDraw.Draw(sheet), _font(13)
    source = "its references" if character.calibrated else "default"
    draw.text((MARGIN, MARGIN), character.name, INK, _font(16))
    draw.text((MARGIN, MARGIN + 18), f"from {character.threshold:.2f} ({source})", INK, font)
    height, width = character.pictures.shape[1:3]
    columns = min(max(len(character.pictures), 1), MOST_COLUMNS)
    for index, picture in enumerate(character.pictures):
        row, column = divmod(index, columns)
        x = MARGIN + column * (max(width, 120) + MARGIN)
        y = MARGIN + CAPTION + row * (height + CAPTION + MARGIN)
        sheet.paste(_image(picture), (x, y))
        presence = _presence_of_reference(character, index)
        if character.visible[index]:
            draw.rectangle(
                _pixels(character.boxes[index], width, height, x, y), None, COLOURS[presence]
            )
        draw.text((x, y + height + 2), _caption(character, index), COLOURS[presence], font)
    return _tensor(sheet)[None]


def overlay(frames: torch.Tensor, character: Character, result: CharacterResult) -> torch.Tensor:
    """Draw what was seen into every frame: the figure's box, the name, the similarity.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        character, result: what they were scored against, and what came of it.

    Returns:
        RGB in 0–1, the shape of `frames`.
    """
    pictures = torch.empty(frames.shape)
    height, width = frames.shape[1:3]
    font = _font(max(min(height, width) // 24, 10))
    line = max(min(height, width) // 200, 1)
    for index, frame in enumerate(frames):
        picture, presence = _image(frame), result.presences[index]
        draw, colour = ImageDraw.Draw(picture), COLOURS[presence]
        similarity = result.similarities[index]
        words = f"{character.name}: {presence.value}"
        if similarity is not None:
            words = f"{words} {similarity:.2f}"
            box = _pixels(result.boxes[index], width, height)
            draw.rectangle(box, None, colour, line)
        left, top, right, bottom = draw.textbbox((2 * line, 2 * line), words, font)
        draw.rectangle((left - line, top - line, right + line, bottom + line), colour)
        draw.text((2 * line, 2 * line), words, (255, 255, 255), font)
        pictures[index] = _tensor(picture)
    return pictures


def _presence_of_reference(character: Character, index: int) -> Presence:
    if not character.visible[index]:
        return Presence.NOT_VISIBLE
    similarity = character.similarities[index]
    alike = similarity is None or similarity >= palette.DEFAULT_THRESHOLD
    return Presence.SAME if alike else Presence.DIFFERENT


def _caption(character: Character, index: int) -> str:
    if not character.visible[index]:
        return f"{index}: nobody visible"
    similarity = character.similarities[index]
    return f"{index}: the only one" if similarity is None else f"{index}: {similarity:.2f} alike"


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font: no file of the system is needed. It knows no Chinese or Japanese."""
    return ImageFont.load_default(size)


def _pixels(
    box: torch.Tensor, width: int, height: int, x: int = 0, y: int = 0
) -> tuple[float, float, float, float]:
    left, top, right, bottom = box.tolist()
    return (
        x + left * (width - 1),
        y + top * (height - 1),
        x + right * (width - 1),
        y + bottom * (height - 1),
    )


def _image(picture: torch.Tensor) -> Image.Image:
    pixels = picture.nan_to_num(0.0, 1.0, 0.0).clamp(0, 1).mul(255).round().byte().cpu().numpy()
    return Image.fromarray(pixels)


def _tensor(picture: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.asarray(picture, dtype=np.float32) / 255)
