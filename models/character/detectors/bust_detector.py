"""A detector of faces whose crops show head and shoulders, for embedders that want more."""

from dataclasses import replace

import torch

from ..detection import Detection, Detector, Region
from .bust import bust_of, cut


class BustDetector:
    """Grows what a detector of faces finds to a bust; see `Detector`."""

    region = Region.BUST

    def __init__(self, faces: Detector) -> None:
        """Take a detector whose boxes are faces, from cheek to cheek and brow to chin."""
        self._faces = faces
        self.name = faces.name

    @property
    def device(self) -> str:
        return self._faces.device

    def detect(self, frames: torch.Tensor) -> list[tuple[Detection, ...]]:
        """Find everybody in a few frames; see `Detector`."""
        aspect = frames.shape[2] / frames.shape[1]
        return [
            tuple(
                replace(face, face=face.box, crop=cut(bust_of(face.box, aspect))) for face in found
            )
            for found in self._faces.detect(frames)
        ]
