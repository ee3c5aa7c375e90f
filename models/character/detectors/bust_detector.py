"""Detector of faces with crops of head and shoulders, for embedders that need more than a face."""

from dataclasses import replace

import torch

from ..detection import Detection, Detector, Region
from .bust import bust_box, clip_to_picture


class BustDetector:
    """Detector that enlarges the crops of a detector of faces to busts; see `Detector`."""

    region = Region.BUST

    def __init__(self, face_detector: Detector) -> None:
        """Wrap a detector whose boxes are faces, from cheek to cheek and brow to chin."""
        self._face_detector = face_detector
        self.name = face_detector.name

    @property
    def device(self) -> str:
        """Device that the detector of faces runs on."""
        return self._face_detector.device

    @property
    def had_no_room(self) -> bool:
        """True if the detector of faces runs on the CPU because the card had no room."""
        return getattr(self._face_detector, "had_no_room", False)

    def detect(self, frames: torch.Tensor) -> list[tuple[Detection, ...]]:
        """Detect the people in a few frames; see `Detector`."""
        aspect = frames.shape[2] / frames.shape[1]
        return [
            tuple(
                replace(face, face=face.box, crop=clip_to_picture(bust_box(face.box, aspect)))
                for face in faces
            )
            for faces in self._face_detector.detect(frames)
        ]
