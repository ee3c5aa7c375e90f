"""What a detector says: where somebody is, and how much of them an embedding may look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, Protocol

import torch

from .figure import Figures


class Region(str, Enum):
    """How much of a character is described. Descriptions of two regions aren't comparable."""

    FIGURE = "figure"  # as much of the person as the picture shows
    BUST = "bust"  # head and shoulders, grown from a face or a head
    FACE = "face"  # the face alone, turned upright by its landmarks


class Box(NamedTuple):
    """A rectangle as shares of the picture: 0 is its left or upper edge, 1 its right or lower."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """As a share of the picture's area."""
        return max(self.right - self.left, 0.0) * max(self.bottom - self.top, 0.0)

    def overlap(self, other: "Box") -> "Box":
        """What both cover; its area is 0 where they don't meet."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )


WHOLE_PICTURE = Box(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Detection:
    """Somebody in a frame.

    Attributes:
        box: of what was found: a face, a head, a person, a figure.
        crop: what an embedding looks at, grown from `box` to the detector's region and cut to the
            picture.
        confidence: the detector's own, 0–1; None where it has none.
        landmarks: eyes, nose and corners of the mouth as shares of the picture, shape (5, 2);
            None where the detector gives none.
        figure: what a detector that separates the figure from its background already knows of it,
            a batch of one; None otherwise.
    """

    box: Box
    crop: Box
    confidence: float | None = None
    landmarks: torch.Tensor | None = None
    figure: Figures | None = None
    face: Box | None = None


class Detector(Protocol):
    """Finds everybody in some frames."""

    @property
    def name(self) -> str:
        """As in reports: `whole_image`, `lbp_anime_face`, `anime_face:face_detect_v1.4_s`, …"""

    @property
    def region(self) -> Region:
        """How much of a character its crops show."""

    @property
    def device(self) -> str:
        """Where it really runs, for people: `cpu`, `cuda:0`, `CPUExecutionProvider`, …"""

    def detect(self, frames: torch.Tensor) -> list[tuple[Detection, ...]]:
        """Find everybody in a few frames, in one batch.

        Args:
            frames: RGB in 0–1, shape (frames, height, width, 3).

        Returns:
            For each frame its detections, the surest first; empty where nobody is visible. Nested
            and duplicate boxes are suppressed.
        """


class Embedder(Protocol):
    """Describes those who were found, and compares descriptions."""

    @property
    def name(self) -> str:
        """Backend and weights, as in reports: `palette`, `ccip-caformer-24-randaug-pruned`, …"""

    @property
    def device(self) -> str:
        """Where it really runs, for people."""

    @property
    def threshold(self) -> float:
        """Published similarity from which two pictures show one character."""

    @property
    def threshold_bounds(self) -> tuple[float, float]:
        """How far references may move the threshold: the loosest, the strictest."""

    @property
    def threshold_note(self) -> str:
        """Where the threshold comes from, for people, as the rest of a sentence."""

    def embed(
        self, frames: torch.Tensor, detections: Sequence[Sequence[Detection]]
    ) -> torch.Tensor:
        """Describe everybody in a few frames, in one batch.

        Args:
            frames: RGB in 0–1, shape (frames, height, width, 3).
            detections: for each frame, who is in it.

        Returns:
            One row for each detection, frame by frame, float32 on the CPU,
            shape (detections, dimensions); (0, dimensions or 0) where there is none.
        """

    def similarities(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """How alike, every row of `first` with every one of `second`: 1 is the same.

        Args:
            first, second: what `embed` returned, shapes (m, dimensions) and (n, dimensions).

        Returns:
            Shape (m, n); one matrix product.
        """


@dataclass(frozen=True, eq=False)
class IdentityModel:
    """A detector and an embedder that work together.

    Attributes:
        detector, embedder: the two.
        explanation: what was chosen and why, what is installed, what is missing, for people.
    """

    detector: Detector
    embedder: Embedder
    explanation: str = ""

    @property
    def key(self) -> str:
        """Embeddings are comparable where this is equal: backend, weights, and region."""
        return f"{self.embedder.name}/{self.detector.region.value}"
