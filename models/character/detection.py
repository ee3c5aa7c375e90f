"""Interfaces of detectors and embedders, and the boxes and detections that they exchange."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, Protocol

import torch

from .better_detector import BetterDetector
from .figure import Figures


class Region(str, Enum):
    """Part of a person that an embedding describes.

    Embeddings of two regions aren't comparable.
    """

    FIGURE = "figure"  # as much of the person as the picture shows
    BUST = "bust"  # head and shoulders, derived from the box of a face or a head
    FACE = "face"  # the face alone, turned upright by its landmarks


class Box(NamedTuple):
    """A bounding box in shares of the picture: 0 is its left or upper edge, 1 the opposite one.

    Examples:
        >>> face = Box(left=0.25, top=0.5, right=0.75, bottom=1.0)
        >>> face.area
        0.25
        >>> face.overlap(Box(0.5, 0.0, 1.0, 0.75))
        Box(left=0.5, top=0.5, right=0.75, bottom=0.75)
    """

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """Area as a share of the picture's area."""
        return max(self.right - self.left, 0.0) * max(self.bottom - self.top, 0.0)

    def overlap(self, other: "Box") -> "Box":
        """Return the intersection with another box; its area is 0 if they don't meet."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def pixels(self, height: int, width: int) -> tuple[slice, slice]:
        """Return the rows and columns of a picture that the box covers, at least one of each.

        Examples:
            >>> Box(0.25, 0.5, 0.75, 1.0).pixels(height=100, width=200)
            (slice(50, 100, None), slice(50, 150, None))
        """
        return _pixels(self.top, self.bottom, height), _pixels(self.left, self.right, width)


def _pixels(start: float, end: float, length: int) -> slice:
    first = min(max(round(start * length), 0), length - 1)
    return slice(first, min(max(round(end * length), first + 1), length))


WHOLE_PICTURE = Box(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Detection:
    """A person detected in a frame.

    Attributes:
        box: bounding box of the detected face, head, person or figure.
        crop: box that the embedder describes: `box` enlarged to the detector's region and clipped
            to the picture.
        confidence: confidence of the detector, 0–1; None if it gives none.
        landmarks: eyes, nose and corners of the mouth as shares of the picture, shape (5, 2);
            None if the detector gives none.
        figure: segmented figure, a batch of one, from a detector that separates figure and
            background; None from all others.
        face: bounding box of the face, from cheek to cheek and brow to chin; None if unknown.
        mask: True for each pixel of the person, shape (height, width) of the frame, on the CPU;
            None if only the box is known.
    """

    box: Box
    crop: Box
    confidence: float | None = None
    landmarks: torch.Tensor | None = None
    figure: Figures | None = None
    face: Box | None = None
    mask: torch.Tensor | None = None


class Detector(Protocol):
    """Interface of an object that detects the people in frames."""

    @property
    def name(self) -> str:
        """Name in reports: `whole_image`, `lbp_anime_face`, `anime_face:face_detect_v1.4_s`, …."""

    @property
    def region(self) -> Region:
        """Part of a person that its crops show."""

    @property
    def device(self) -> str:
        """Name of the device that it really runs on: `cpu`, `cuda:0`, `CPUExecutionProvider`, …."""

    def detect(self, frames: torch.Tensor) -> list[tuple[Detection, ...]]:
        """Detect the people in a few frames, in one batch.

        Args:
            frames: RGB in 0–1, shape (frames, height, width, 3).

        Returns:
            For each frame its detections, the highest confidence first; empty if nobody is visible.
            Nested and duplicate boxes are suppressed.
        """


class Embedder(Protocol):
    """Interface of an object that makes embeddings of detected people and compares them."""

    @property
    def name(self) -> str:
        """Backend and weights in reports: `palette`, `ccip-caformer-24-randaug-pruned`, …."""

    @property
    def device(self) -> str:
        """Name of the device that it really runs on."""

    @property
    def threshold(self) -> float:
        """Published similarity from which two pictures show one character."""

    @property
    def threshold_bounds(self) -> tuple[float, float]:
        """Loosest and strictest threshold that references may set."""

    @property
    def threshold_note(self) -> str:
        """Origin of the threshold, as the end of a sentence for the user."""

    def embed(
        self, frames: torch.Tensor, detections: Sequence[Sequence[Detection]]
    ) -> torch.Tensor:
        """Return the embeddings of all detections in a few frames, computed in one batch.

        Args:
            frames: RGB in 0–1, shape (frames, height, width, 3).
            detections: detections of each frame.

        Returns:
            One row for each detection, frame by frame, float32 on the CPU, shape
            (detections, dimensions); (0, dimensions) or (0, 0) if there is no detection, or no
            frame.
        """

    def similarities(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """Return the similarity of every row of `first` to every row of `second`.

        Args:
            first: embeddings of `embed`, shape (m, dimensions); (0, 0) if there are none.
            second: embeddings of `embed`, shape (n, dimensions); (0, 0) if there are none.

        Returns:
            Similarities, shape (m, n), by matrix products. The largest is 1: the same picture.
        """

    def for_figures(self) -> "Embedder":
        """Return the same embedder for crops of whole figures, as masks and boxes mark them.

        Raises:
            InputError: it describes faces only.
        """


class MarkedPeople(Protocol):
    """Interface of the people of a clip whom masks or boxes mark."""

    @property
    def name(self) -> str:
        """Name in reports, in the place of a detector's."""

    @property
    def region(self) -> Region:
        """Part of a person that the marks show."""

    def detect(self, frames: torch.Tensor, first: int) -> list[tuple[Detection, ...]]:
        """Return the marked people of a few frames, of which `first` is the first in the clip."""


@dataclass(frozen=True, eq=False)
class IdentityModel:
    """A detector and an embedder that work together.

    Attributes:
        detector: detector of people.
        embedder: embedder for the detector's crops.
        explanation: text for the user on the choice and its reason, and on which weights are
            installed and which are missing.
        better_detector: detector that sees people where this one sees nobody; None if there is
            none, or if frames aren't searched for people.
        marks: people whom masks or boxes mark in the clip; the detector isn't used then. None to
            detect people.
    """

    detector: Detector
    embedder: Embedder
    explanation: str = ""
    better_detector: BetterDetector | None = None
    marks: MarkedPeople | None = None

    def __str__(self) -> str:
        """Return the explanation of the choice; the key of a model without one."""
        return self.explanation or self.key

    @property
    def key(self) -> str:
        """Backend, weights and region; only embeddings with an equal key are comparable."""
        region = (self.marks or self.detector).region
        return f"{self.embedder.name}/{region.value}"

    @property
    def detector_name(self) -> str:
        """Name of the detector in reports, or of the marks."""
        return (self.marks or self.detector).name

    def detect(self, frames: torch.Tensor, first: int) -> list[tuple[Detection, ...]]:
        """Return the people in a few frames of a clip, of which `first` is the first."""
        if self.marks is not None:
            return self.marks.detect(frames, first)
        return self.detector.detect(frames)
