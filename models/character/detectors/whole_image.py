"""The figure that stands out from its background, without weights: one in each picture at most."""

import torch

from ..declaration import DetectorDeclaration
from ..detection import Box, Detection, Region
from ..figure import DETECTOR, Figures, chunks, find_figures


class WholeImageDetector:
    """Finds the figure of every frame; what it can't do stands in `figure`."""

    name = DETECTOR
    region = Region.FIGURE

    def __init__(self, device: torch.device) -> None:
        self._device = device

    @property
    def device(self) -> str:
        return str(self._device)

    def detect(self, frames: torch.Tensor) -> list[tuple[Detection, ...]]:
        """Find the figure of every frame; see `Detector`. The detections keep their figure."""
        found: list[tuple[Detection, ...]] = []
        for chunk in chunks(frames, self._device):
            figures = find_figures(chunk)
            boxes = figures.boxes.tolist()
            for frame, visible in enumerate(figures.visible.tolist()):
                found.append((_detection(boxes[frame], figures.only(frame)),) if visible else ())
        return found


def _detection(edges: list[float], figure: Figures) -> Detection:
    box = Box(*edges)
    return Detection(box=box, crop=box, figure=figure)


WHOLE_IMAGE = DetectorDeclaration(
    name=DETECTOR,
    rank=60,
    reason="no detector is in models/anime_detection; it sees one figure in a picture",
    open=lambda weights, resources: WholeImageDetector(resources.device),
)
