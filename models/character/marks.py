"""Masks and bounding boxes that say where a character is, so that no detector is needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as functional

from ..frames import InputError
from ..rgb_frames import Frames
from .detection import WHOLE_PICTURE, Box, Detection, IdentityModel, Region
from .detectors.suppression import suppress

Confident = tuple[Box, float | None]  # a box and the confidence of the detector in it
# Largest difference of the shapes of a mask and its frame, as a ratio of width per height. A mask
# may be smaller than its frame; one of another shape would be stretched and mark the wrong place.
MOST_STRETCH = 1.03
MOST_OVERLAP = 0.7  # intersection over union of the boxes of two people, as for networks
INSIDE = 0.5  # value above which a mask marks a pixel


@dataclass(frozen=True, eq=False)
class Marks:
    """Marked people of a clip.

    Attributes:
        masks: 0–1, shape (frames, height, width), or one mask for all frames; None for no masks.
        boxes: boxes of each frame, or one list for all frames; None for no boxes. With masks, each
            person is the part of the mask that lies in its box.
    """

    masks: torch.Tensor | None = None
    boxes: tuple[tuple[Confident, ...], ...] | None = None

    region = Region.FIGURE

    @property
    def name(self) -> str:
        """Name in reports, in the place of a detector's."""
        names = (("masks", self.masks), ("boxes", self.boxes))
        return " and ".join(name for name, value in names if value is not None)

    def detect(self, frames: torch.Tensor, first: int) -> list[tuple[Detection, ...]]:
        """Return the marked people of a few frames.

        Args:
            frames: RGB in 0–1, shape (frames, height, width, 3).
            first: number of the first of these frames in the clip.
        """
        return [
            self._people(first + index, frames.shape[1], frames.shape[2])
            for index in range(len(frames))
        ]

    def _people(self, frame: int, height: int, width: int) -> tuple[Detection, ...]:
        boxes = None if self.boxes is None else self.boxes[min(frame, len(self.boxes) - 1)]
        if self.masks is None:
            return tuple(Detection(box, box, confidence) for box, confidence in boxes or ())
        mask = self.masks[min(frame, len(self.masks) - 1)].nan_to_num(0.0)
        if mask.shape != (height, width):
            size = (height, width)
            mask = functional.interpolate(mask[None, None], size=size, mode="bilinear")[0, 0]
        inside = mask > INSIDE
        if boxes is None:
            boxes = ((WHOLE_PICTURE, None),)
        people = (_in_box(inside, box, confidence) for box, confidence in boxes)
        return tuple(person for person in people if person is not None)


def marked_model(model: IdentityModel, marks: Marks | None) -> IdentityModel:
    """Return an identity model that looks at marked people only, instead of detecting them.

    Args:
        model: detector and embedder.
        marks: masks and boxes; None leaves the model as it is.

    Raises:
        InputError: the embedder describes faces, not whole figures.
    """
    if marks is None:
        return model
    embedder = model.embedder.for_figures()
    return replace(model, embedder=embedder, better_detector=None, marks=marks)


def remedy_for_sheet(sheet_key: str, model: IdentityModel) -> str:
    """Return what to do about a character whose embeddings can't be compared with a model's.

    Args:
        sheet_key: key of the model that the character was made with.
        model: model of another key.
    """
    backend, _, region = sheet_key.partition("/")
    if backend == model.embedder.name and model.marks is not None:
        return "Masks and boxes show whole figures: connect them to the Character Sheet too."
    again = "Make the sheet again with this identity model, or connect the model of the sheet."
    if backend == model.embedder.name and region == Region.FIGURE.value:
        return f"If the sheet has masks or boxes, connect masks or boxes here too. {again}"
    return again


def read_marks(
    masks: torch.Tensor | None, boxes: Any, frames: Frames, images: str = "images"
) -> Marks | None:
    """Return the marks of some frames, from the values of a node's inputs.

    Args:
        masks: ComfyUI's MASK, shape (masks, height, width); None if nothing is connected.
        boxes: ComfyUI's BOUNDING_BOX, in pixels of the frames: a mapping with `x`, `y`, `width` and
            `height`, a list of them for all frames, or a list of such lists, one for each frame;
            None if nothing is connected.
        frames: shape (frames, height, width, 3).
        images: name of the frames' input, for errors.

    Raises:
        InputError: there is another number of masks or lists of boxes than of frames, a mask has
            another shape than its frame, or the boxes can't be read.
    """
    if masks is None and boxes is None:
        return None
    if masks is not None:
        masks = _checked_masks(masks, frames, images)
    return Marks(masks, None if boxes is None else _read_boxes(boxes, frames, images))


def _checked_masks(masks: torch.Tensor, frames: Frames, images: str) -> torch.Tensor:
    if not isinstance(masks, torch.Tensor):
        expected = "masks of the shape (frames, height, width)"
        raise InputError("masks", expected, type(masks).__name__, "Connect a MASK.")
    masks = masks[None] if masks.ndim == 2 else masks
    if masks.ndim == 4 and 1 in (masks.shape[1], masks.shape[3]):  # masks of some other packs
        masks = masks.squeeze(1 if masks.shape[1] == 1 else 3)
    height, width = frames.shape[1:3]
    if masks.ndim != 3:
        expected = "masks of the shape (frames, height, width)"
        raise InputError("masks", expected, f"shape {tuple(masks.shape)}", "Connect a MASK.")
    _check_count("masks", len(masks), len(frames), images)
    is_marked = bool((masks > INSIDE).any())
    stretch = masks.shape[2] * height / max(masks.shape[1] * width, 1)
    if is_marked and not 1 / MOST_STRETCH <= stretch <= MOST_STRETCH:
        raise InputError(
            "masks",
            f"masks of the shape of {images}, {width}×{height}",
            f"{masks.shape[2]}×{masks.shape[1]}",
            "Make the masks from these pictures, or crop and resize both alike.",
        )
    if not is_marked:  # of any shape, also one without pixels, which couldn't be resized
        return torch.zeros(1, 1, 1)
    return masks.detach().float().cpu()


def _check_count(name: str, count: int, frames: int, images: str) -> None:
    if count not in (1, frames):
        expected = f"one for each of the {frames} {images}, or one for all"
        remedy = "Make them from the same pictures. A detector must give one for each picture."
        raise InputError(name, expected, str(count), remedy)


def _read_boxes(boxes: Any, frames: Frames, images: str) -> tuple[tuple[Confident, ...], ...]:
    if isinstance(boxes, Mapping):
        boxes = [boxes]
    is_list = isinstance(boxes, Sequence) and not isinstance(boxes, str)
    if is_list and boxes and all(isinstance(each, Mapping) for each in boxes):
        boxes = [boxes]  # one list for all frames
    if not is_list or not all(isinstance(row, Sequence) for row in boxes):
        expected = "boxes with x, y, width and height in pixels, a list of them for each picture"
        remedy = "Connect the boxes of a detector such as RT-DETR."
        raise InputError("boxes", expected, type(boxes).__name__, remedy)
    rows = list(boxes) or [()]
    _check_count("boxes", len(rows), len(frames), images)
    height, width = (max(side, 1) for side in frames.shape[1:3])
    return tuple(tuple(_boxes_of_row(row, height, width)) for row in rows)


def _boxes_of_row(row: Sequence[Any], height: int, width: int) -> list[Confident]:
    boxes = []
    for values in row:
        try:
            left, top = float(values["x"]) / width, float(values["y"]) / height
            right = left + float(values["width"]) / width
            bottom = top + float(values["height"]) / height
            score = values.get("score")
            confidence = None if score is None else float(score)
        except (TypeError, KeyError, ArithmeticError, ValueError, AttributeError) as error:
            expected = "boxes with x, y, width and height in pixels"
            remedy = "Connect the boxes of a detector such as RT-DETR."
            raise InputError("boxes", expected, repr(values)[:80], remedy) from error
        box = Box(left, top, right, bottom).overlap(WHOLE_PICTURE)
        if box.area > 0:
            boxes.append((box, confidence))
    return _distinct(boxes)


def _distinct(boxes: list[Confident]) -> list[Confident]:
    """Return the boxes without further ones around the same person, in their order."""
    if not boxes:
        return []
    edges = torch.tensor([box for box, _ in boxes], dtype=torch.float64)
    scores = torch.tensor([confidence or 0.0 for _, confidence in boxes])
    return [boxes[index] for index in sorted(suppress(edges, scores, MOST_OVERLAP))]


def _in_box(inside: torch.Tensor, box: Box, confidence: float | None) -> Detection | None:
    """Return the person whom a mask shows in a box, or None if the mask marks nothing there."""
    height, width = inside.shape
    rows, columns = box.pixels(height, width)
    mask = torch.zeros_like(inside)
    mask[rows, columns] = inside[rows, columns]
    down, across = mask.any(dim=1).nonzero().flatten(), mask.any(dim=0).nonzero().flatten()
    if not len(down):
        return None
    outline = Box(
        int(across[0]) / width,
        int(down[0]) / height,
        (int(across[-1]) + 1) / width,
        (int(down[-1]) + 1) / height,
    )
    return Detection(outline, outline, confidence, mask=mask)
