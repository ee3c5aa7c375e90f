"""Detector without weights, which finds one figure that stands out from the background."""

import torch

from ..declaration import DetectorDeclaration
from ..detection import Box, Detection, Region
from ..figure import Figures, chunks
from ..whole_figure import DETECTOR, find_figures


class WholeImageDetector:
    """Detector of at most one figure in a picture; the module `figure` lists its limits."""

    name = DETECTOR
    region = Region.FIGURE

    def __init__(self, device: torch.device) -> None:
        self._device = device

    @property
    def device(self) -> str:
        """Device that it runs on."""
        return str(self._device)

    def detect(self, frames: torch.Tensor) -> list[tuple[Detection, ...]]:
        """Detect the figure of every frame, and keep its segmentation; see `Detector`."""
        detections: list[tuple[Detection, ...]] = []
        for chunk in chunks(frames, self._device):
            figures = find_figures(chunk)
            boxes = figures.boxes.tolist()
            for frame, visible in enumerate(figures.visible.tolist()):
                figure = figures.single(frame)
                detections.append((_detection(boxes[frame], figure),) if visible else ())
        return detections


def _detection(edges: list[float], figure: Figures) -> Detection:
    box = Box(*edges)
    return Detection(box=box, crop=box, figure=figure)


WHOLE_IMAGE = DetectorDeclaration(
    name=DETECTOR,
    rank=60,
    reason="no detector is in models/anime_detection; it sees one figure in a picture",
    open=lambda weights, resources: WholeImageDetector(resources.device),
)
