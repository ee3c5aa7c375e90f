"""Pictures for the user: the contact sheet of a character, and the overlay of a scored clip."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

from ..frames import InputError
from ..image_ops.bytes import as_bytes
from ..measurement import Measurement
from ..report import Report
from ..rgb_frames import Frames
from ..scoring import score_text
from .appearance import Presence
from .detection import Box
from .references import ReferenceStatus
from .report_boxes import DOUBLED, STRANGERS, boxes_of_details, last_complete_frame
from .sheet import Character
from .similarity import SIMILARITY

MOST_COLUMNS = 4
MARGIN, CAPTION = 8, 36  # px around and below each reference of a contact sheet
LEAST_CELL = 140  # least width in px, so that the caption under a narrow reference fits
PAPER, INK, WHITE = (247, 247, 248), (31, 41, 55), (255, 255, 255)
# Colours that colour-blind people can tell apart (Okabe and Ito 2008). A text beside each says the
# same.
COLOURS = {
    Presence.SAME: (0, 158, 115),
    Presence.DIFFERENT: (213, 94, 0),
    Presence.NOT_VISIBLE: (107, 114, 128),
    Presence.UNKNOWN: (107, 114, 128),
}
STRANGER = (170, 80, 135)
COLOURS_OF_STATUSES = {
    ReferenceStatus.USED: COLOURS[Presence.SAME],
    ReferenceStatus.CHOSEN: COLOURS[Presence.SAME],
    ReferenceStatus.OUTLIER: COLOURS[Presence.DIFFERENT],
    ReferenceStatus.SEVERAL: STRANGER,
    ReferenceStatus.NOBODY: COLOURS[Presence.NOT_VISIBLE],
    ReferenceStatus.TOO_SMALL: COLOURS[Presence.NOT_VISIBLE],
}

Colour = tuple[int, int, int]
Edges = tuple[float, float, float, float]


def contact_sheet(character: Character) -> torch.Tensor:
    """Draw all references of a character with their boxes, similarities and statuses.

    Args:
        character: character of `make_character`.

    Returns:
        One picture, RGB in 0–1, shape (1, height, width, 3).
    """
    count, height, width = character.pictures.shape[:3]
    columns = min(max(count, 1), MOST_COLUMNS)
    rows = -(-max(count, 1) // columns)
    cell_height, cell_width = height + CAPTION + MARGIN, max(width, LEAST_CELL) + MARGIN
    size = (columns * cell_width + MARGIN, rows * cell_height + MARGIN + CAPTION)
    sheet = Image.new("RGB", size, PAPER)
    draw, font = ImageDraw.Draw(sheet), _font(13)
    source = "its references" if character.calibrated else "default"
    draw.text((MARGIN, MARGIN), character.name, INK, _font(16))
    draw.text((MARGIN, MARGIN + 18), f"from {character.threshold:.2f} ({source})", INK, font)
    for index, picture in enumerate(character.pictures):
        row, column = divmod(index, columns)
        x = MARGIN + column * cell_width
        y = MARGIN + CAPTION + row * cell_height
        sheet.paste(_image(picture), (x, y))
        status = ReferenceStatus(character.statuses[index])
        colour = COLOURS_OF_STATUSES[status]
        if status.usable:
            box = _pixels(character.boxes[index].tolist(), width, height, x, y)
            draw.rectangle(box, None, colour)
        caption = _caption(index, status, character.similarities[index])
        draw.multiline_text((x, y + height + 2), caption, colour, font, spacing=1)
    return _tensor(sheet)[None]


def _caption(index: int, status: ReferenceStatus, similarity: float | None) -> str:
    """Return two short lines with the similarity and the status of a reference."""
    if not status.usable:
        unused = "" if status is ReferenceStatus.NOBODY else "\nnot used"
        return f"{index}: {status.value}{unused}"
    similarity_text = "the only one" if similarity is None else f"{similarity:.2f} alike"
    second_line = "" if status is ReferenceStatus.USED else f"\n{status.value}"
    return f"{index}: {similarity_text}{second_line}"


@dataclass(frozen=True)
class _ReportedCharacter:
    """One character in a report, frame by frame.

    Attributes:
        name: name of the character.
        presences: presence in each frame.
        points: score of each frame, 0–100; None if no person is assigned.
        boxes: box in each frame; None if no person is assigned.
        doubled: boxes of the further people who look like the character, by frame.
        strangers: boxes of the people who are no character, by frame.
        complete_until: frame from which on the report may lack boxes; None if it has all.
    """

    name: str
    presences: Sequence[Presence]
    points: Sequence[float | None]
    boxes: Sequence[Box | None]
    doubled: Mapping[int, list[Box]]
    strangers: Mapping[int, list[Box]]
    complete_until: int | None


def overlay(frames: Frames, report: Report) -> torch.Tensor:
    """Draw the box, name and score of each character, and the strangers, into every frame.

    In addition to the returned pictures, it needs the memory of a single frame.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3), on any device.
        report: report of `score_characters` on these frames.

    Returns:
        RGB in 0–1, the shape of `frames`, on the CPU.

    Raises:
        InputError: the report has no characters, or another number of frames.
    """
    characters = _reported_characters(report)
    if not characters:
        expected = "a report of Character Score"
        remedy = "Connect the report of a Character Score. The report of a gate has no boxes."
        raise InputError("report", expected, f"one of {report.subject} without boxes", remedy)
    if any(len(each.presences) != len(frames) for each in characters):
        counts = sorted({len(each.presences) for each in characters})
        expected = f"the {' and '.join(map(str, counts))} frames of the report"
        remedy = "Connect the images that went into the Character Score."
        raise InputError("images", expected, f"{len(frames)} frames", remedy)
    pictures = torch.empty(frames.shape)
    for index, frame in enumerate(frames):
        picture = _image(frame)
        _draw_frame(picture, index, characters)
        pictures[index] = _tensor(picture)
    return pictures


def _reported_characters(report: Report) -> list[_ReportedCharacter]:
    """Return the characters of a report, also those for which nothing could be measured."""
    return [_reported_character(each) for each in report.measurements if _is_similarity(each)]


def _is_similarity(measurement: Measurement) -> bool:
    """Return True for the measurement of a character's similarity, which holds its boxes."""
    # With several characters it is named `similarity: Rin`, and in a merged report
    # `character.similarity: Rin`.
    kind = measurement.name.partition(":")[0].rpartition(".")[2]
    return kind == SIMILARITY.name and "character" in measurement.details


def _reported_character(measurement: Measurement) -> _ReportedCharacter:
    details, count = measurement.details, len(measurement.per_frame)
    ends = [last_complete_frame(key, details) for key in (DOUBLED, STRANGERS)]
    return _ReportedCharacter(
        name=details["character"],
        presences=[Presence(each) for each in details.get("presence", [Presence.UNKNOWN] * count)],
        points=details.get("points", [None] * count),
        boxes=[each and Box(*each) for each in details.get("boxes", [None] * count)],
        doubled=boxes_of_details(DOUBLED, details),
        strangers=boxes_of_details(STRANGERS, details),
        complete_until=min((each for each in ends if each is not None), default=None),
    )


def _draw_frame(picture: Image.Image, index: int, characters: Sequence[_ReportedCharacter]) -> None:
    """Draw the boxes, then the labels over them; list characters without a box in the corner."""
    draw, side = ImageDraw.Draw(picture), min(picture.size)
    font, line = _font(max(side // 24, 10)), max(side // 200, 1)
    labels: list[tuple[float, float, str, Colour]] = []
    corner: list[tuple[str, Colour]] = []

    def mark(box: Box, text: str, colour: Colour) -> None:
        edges = _pixels(box, *picture.size)
        draw.rectangle(edges, None, colour, line)
        labels.append((edges[0], edges[1], text, colour))

    for character in characters:
        for box in character.strangers.get(index, ()):
            mark(box, "stranger", STRANGER)
    for character in characters:
        presence, points, place = (
            character.presences[index],
            character.points[index],
            character.boxes[index],
        )
        for box in character.doubled.get(index, ()):
            mark(box, f"{character.name} again", COLOURS[Presence.DIFFERENT])
        text = f"{character.name}: {presence.value}"
        if place is None or points is None:
            corner.append((text, COLOURS[presence]))
        else:
            mark(place, f"{text} {score_text(points)}", COLOURS[presence])
    if any(each.complete_until is not None and index >= each.complete_until for each in characters):
        corner.append(("further boxes are not in the report", STRANGER))
    below = 2.0 * line
    for text, colour in corner:
        labels.append((2.0 * line, below, text, colour))
        below += draw.textbbox((0, 0), text, font)[3] + 4 * line
    for x, y, text, colour in labels:
        _label(draw, picture.size, (x, y), text, colour, font, line)


def _label(
    draw: ImageDraw.ImageDraw,
    size: tuple[int, int],
    place: tuple[float, float],
    text: str,
    colour: Colour,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    line: int,
) -> None:
    """Draw white text on a coloured ground, moved into the picture as far as it fits."""
    text = _shortened(draw, text, font, size[0] - 6 * line)
    left, top, right, bottom = draw.textbbox((0, 0), text, font)
    x = max(min(place[0] + 2 * line, size[0] - right - 2 * line), 2 * line)
    y = max(min(place[1] + 2 * line, size[1] - bottom - 2 * line), 2 * line)
    ground = (x + left - line, y + top - line, x + right + line, y + bottom + line)
    draw.rectangle(ground, colour)
    draw.text((x, y), text, WHITE, font)


def _shortened(draw: ImageDraw.ImageDraw, text: str, font: Any, width: float) -> str:
    """Return a text that fits a width in pixels: the name before ": " is cut, the rest is kept."""
    name, separator, result = text.rpartition(": ")
    shortened = text
    while draw.textlength(shortened, font) > width and len(name) > 1:
        name = name[:-1]
        shortened = f"{name}…{separator}{result}"
    return shortened


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return Pillow's own font, which needs no file and has no Chinese or Japanese letters."""
    return ImageFont.load_default(size)


def _pixels(box: Sequence[float], width: int, height: int, x: int = 0, y: int = 0) -> Edges:
    """Return the edges of a box in pixels of a picture whose corner lies at x, y."""
    left, top, right, bottom = (min(max(edge, 0.0), 1.0) for edge in box)
    right, bottom = max(left, right), max(top, bottom)  # Pillow refuses a negative size
    return (
        x + left * (width - 1),
        y + top * (height - 1),
        x + right * (width - 1),
        y + bottom * (height - 1),
    )


def _image(picture: torch.Tensor) -> Image.Image:
    return Image.fromarray(as_bytes(picture.nan_to_num(0.0, 1.0, 0.0)))


def _tensor(picture: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.asarray(picture, dtype=np.float32) / 255)
