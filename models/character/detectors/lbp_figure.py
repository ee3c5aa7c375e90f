"""Detector of figures: around the faces that the anime face cascade finds, else of the whole image.

A face says where a figure is, so that figures are found before painted backgrounds, beside the
middle, and side by side. Faces that the cascade misses cost nothing: the whole image is searched
where no face is found.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from ...workers import in_order
from ..cut_out import Label, cut_out
from ..declaration import DetectorDeclaration, Resources
from ..detection import Box, Detection, Detector, Region
from ..figure_view import FigureView
from .bust import HEAD, radius
from .lbp import LBP_FACES, open_cascade
from .whole_image import WHOLE_IMAGE

NAME = "lbp_anime_figure"

# Places in widths of the face, across from its middle and down from the chin. Head and hair are an
# ellipse, `HEAD`; neck and shoulders widen below; further down the cut decides. Skin inside the
# face is figure for certain.
NECK, SHOULDERS, BODY_TOP = 0.35, 1.35, -0.15
SKIN = (-0.42, 0.42, 0.42)  # an ellipse inside the face
CHEST, CHEST_HALF = (0.1, 1.0), 0.25  # a strip below the chin, which is figure for certain, too
# For certain background: above the hair, and this far from the face's middle, growing from below
# the shoulders on, as skirts are wide. Without it, skin-coloured ground counts as figure.
MOST_ACROSS, GROWTH, GROWTH_STARTS, MOST_ABOVE = 1.6, 0.25, 1.0, 2.2
VIEW_ACROSS, VIEW_ABOVE, VIEW_BELOW = 2.5, 2.6, 7.0  # the part of the frame that is cut
# A cut that keeps less of head and shoulders than this took clothes or hair for background.
LEAST_BUST, INNER_HEAD = 0.5, (-0.75, 0.75, 0.95)


class LbpFigureDetector:
    """Detector of figures around faces, else of one figure in the whole image; see `Detector`."""

    name = NAME
    region = Region.FIGURE

    def __init__(self, faces: Detector, whole_image: Detector) -> None:
        """Combine a detector of faces with a detector of one figure in a whole image."""
        self._faces, self._whole_image = faces, whole_image

    @property
    def device(self) -> str:
        """Device of the figures; the cascade and the cuts run on the CPU."""
        return self._whole_image.device

    def detect(self, frames: torch.Tensor) -> list[tuple[Detection, ...]]:
        """Detect the figures in a few frames, one for each face; see `Detector`."""
        faces = zip(frames, self._faces.detect(frames), strict=True)
        return list(in_order(lambda pair: self._figures(*pair), faces))

    def _figures(self, frame: torch.Tensor, faces: Sequence[Detection]) -> tuple[Detection, ...]:
        boxes = [each.face for each in faces if each.face is not None]
        figures = _figures_around(frame.to(self.device), boxes)
        return figures or self._whole_image.detect(frame[None])[0]


def _figures_around(frame: torch.Tensor, faces: Sequence[Box]) -> tuple[Detection, ...]:
    """Return a detection for each face that has a figure around it."""
    detections = []
    for face in faces:
        view = _view_around(frame, face)
        size, face_in_view = view.picture.shape[:2], view.to_view(face)
        labels = _labels_around(face_in_view, size)
        for other in faces:
            if other is not face:
                labels[_is_skin(view.to_view(other), size)] = Label.BACKGROUND
        mask = cut_out(view.picture, labels)
        if _is_plausible(mask, face_in_view):
            # The cut may lose legs and skirts, as a picture does that ends at the waist.
            figure = view.figure(mask)
            figure = replace(figure, is_cut=torch.ones_like(figure.is_cut))
            box = view.to_frame(Box(*figure.boxes[0].tolist()))
            detections.append(Detection(box=box, crop=box, figure=figure, face=face))
    return tuple(detections)


def _view_around(frame: torch.Tensor, face: Box) -> FigureView:
    height, width = frame.shape[:2]
    unit, middle = (face.right - face.left) * width, (face.left + face.right) / 2 * width
    chin = face.bottom * height
    return FigureView(
        frame,
        slice(round(chin - VIEW_ABOVE * unit), round(chin + VIEW_BELOW * unit)),
        slice(round(middle - VIEW_ACROSS * unit), round(middle + VIEW_ACROSS * unit)),
    )


def _places(face: Box, size: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return how far across and down from the chin each pixel lies, in widths of the face."""
    height, width = size
    unit = (face.right - face.left) * width
    across = (np.arange(width)[None, :] + 0.5 - (face.left + face.right) / 2 * width) / unit
    down = (np.arange(height)[:, None] + 0.5 - face.bottom * height) / unit
    return across, down


def _is_skin(face: Box, size: tuple[int, ...]) -> np.ndarray:
    inside: np.ndarray = radius(*_places(face, size), *SKIN) < 1
    return inside


def _labels_around(face: Box, size: tuple[int, ...]) -> np.ndarray:
    """Return the labels of a picture's pixels for the figure that a face belongs to."""
    across, down = _places(face, size)
    head = radius(across, down, *HEAD) < 1
    half = np.clip(NECK + down / 0.75, NECK, SHOULDERS)
    likely = head | ((down > BODY_TOP) & (np.abs(across) < half))
    labels = np.where(likely, Label.LIKELY_FIGURE, Label.LIKELY_BACKGROUND)
    most_across = MOST_ACROSS + GROWTH * np.maximum(down - GROWTH_STARTS, 0)
    labels[(np.abs(across) > most_across) | (down < -MOST_ABOVE)] = Label.BACKGROUND
    chest = (down > CHEST[0]) & (down < CHEST[1]) & (np.abs(across) < CHEST_HALF)
    labels[_is_skin(face, size) | chest] = Label.FIGURE
    return labels


def _is_plausible(mask: np.ndarray, face: Box) -> bool:
    """Return True if a cut keeps head and shoulders of the figure that a face belongs to."""
    across, down = _places(face, mask.shape)
    head = radius(across, down, *INNER_HEAD) < 1
    shoulders = (down > 0) & (down < 1.2) & (np.abs(across) < np.clip(NECK + down / 0.75, 0, 0.95))
    bust = head | shoulders
    return bool((mask & bust).sum() >= LEAST_BUST * bust.sum())


def _open(weights: str, resources: Resources) -> LbpFigureDetector:
    return LbpFigureDetector(open_cascade(resources, NAME), WHOLE_IMAGE.open(weights, resources))


LBP_FIGURES = DetectorDeclaration(
    name=NAME,
    rank=35,  # before the cascade alone, whose faces it takes
    folder=LBP_FACES.folder,
    package=LBP_FACES.package,
    is_present=LBP_FACES.is_present,
    open=_open,
)
