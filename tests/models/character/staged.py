"""Scenes of simple people on a grey stage, and a model that really finds and compares them.

A person is two colours, one above the other. Where people touch they are one shape, as behind one
another in a picture.
"""

from dataclasses import dataclass

import cv2
import torch

from anime_production.models.character.detection import Box, Detection, IdentityModel, Region

HEIGHT, WIDTH, GREY = 96, 240, 0.5
TALL, WIDE = 60, 28
RED, GREEN, BLUE, YELLOW = (0.9, 0.1, 0.1), (0.1, 0.8, 0.1), (0.1, 0.1, 0.9), (0.9, 0.9, 0.1)
RIN, AOI, STRANGER = (RED, BLUE), (YELLOW, GREEN), (BLUE, GREEN)


def staged(*frames):
    """A clip; each frame lists who is in it: (colours, x of the left edge[, scale])."""
    clip = torch.full((len(frames), HEIGHT, WIDTH, 3), GREY)
    for picture, people in zip(clip, frames, strict=True):
        for colours, x, *rest in people:
            draw_person(picture, colours, x, *rest)
    return clip


def draw_person(picture, colours, x, scale=1.0):
    top, tall, wide = 20, round(TALL * scale), round(WIDE * scale)
    for part, colour in enumerate(colours):
        start = top + part * tall // len(colours)
        end = top + (part + 1) * tall // len(colours)
        picture[start:end, max(x, 0) : max(x + wide, 0)] = torch.tensor(colour)


class ShapesOnGrey:
    """Everything that isn't the stage, shape by shape."""

    name, region, device = "shapes", Region.FIGURE, "cpu"

    def __init__(self):
        self.batches = []

    def detect(self, frames):
        self.batches.append(len(frames))
        return [tuple(self._in(frame)) for frame in frames]

    def _in(self, frame):
        mask = ((frame - GREY).abs().amax(dim=-1) > 0.05).byte().cpu().numpy()
        height, width = mask.shape
        for x, y, wide, tall, _ in cv2.connectedComponentsWithStats(mask)[2][1:].tolist():
            box = Box(x / width, y / height, (x + wide) / width, (y + tall) / height)
            yield Detection(box, box, confidence=0.9)


@dataclass
class ColourShares:
    """How much of each colour there is in a crop, as a unit vector."""

    name: str = "colour_shares"
    device: str = "cpu"
    threshold: float = 0.8
    threshold_bounds: tuple[float, float] = (0.75, 0.9)
    threshold_note: str = "made up for these people"
    embedded: int = 0

    def embed(self, frames, detections):
        rows = [
            self._describe(frame, each.crop)
            for frame, found in zip(frames, detections, strict=True)
            for each in found
        ]
        self.embedded += len(rows)
        return torch.stack(rows) if rows else torch.zeros(0, 0)

    def _describe(self, frame, crop):
        height, width = frame.shape[:2]
        left, top, right, bottom = crop
        part = frame[
            round(top * height) : round(bottom * height), round(left * width) : round(right * width)
        ].reshape(-1, 3)
        part = part[(part - GREY).abs().amax(dim=-1) > 0.05]
        bins = (part * 7.999).long().clamp(0, 7) @ torch.tensor([64, 8, 1])
        counts = torch.bincount(bins, minlength=512).float()
        return (counts / counts.sum()).sqrt()

    def similarities(self, first, second):
        return first @ second.T


def stage_model():
    return IdentityModel(ShapesOnGrey(), ColourShares())
