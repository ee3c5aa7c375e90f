"""Anime faces, heads and persons by the YOLO networks of deepghs, as ONNX files.

After `imgutils.generic.yolo` of dghs-imgutils 0.19: a plain resize without letterbox, one score
for each class, boxes whose last pixel counts when they're compared.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as functional

from ...frames import InputError
from ...onnx import Session, open_session
from ..declaration import (
    AUTO,
    DetectorDeclaration,
    Files,
    Resources,
    absent_weights,
    published_for,
)
from ..detection import Box, Detection, Region
from .bust import Inset, bust_of, cut, face_in
from .suppression import suppress

IMAGE_SIDE = 640  # px, where neither the network nor its metadata says
MOST_BOXES = 1000  # compared with one another; the surest, of more
END_TO_END = 6  # numbers for each box of a network that suppresses duplicates itself
FOLDER = "anime_detection"


@dataclass(frozen=True)
class Kind:
    """What a family of networks finds, and how its makers use it.

    Attributes:
        region: how much of the character its crops show.
        confidence: least confidence of a detection, unless `threshold.json` says otherwise.
        overlap: intersection over union that two detections may have.
        face: where the face lies in its boxes; None where there may be none.
    """

    region: Region
    confidence: float
    overlap: float
    face: Inset | None


# Where faces lie in the boxes is read off the examples of the data sets that the networks learned
# from; it has not been measured.
KINDS: Mapping[str, Kind] = {
    "anime_face": Kind(Region.BUST, 0.25, 0.7, Inset(side=0.0, top=0.0, bottom=0.0)),
    "anime_head": Kind(Region.BUST, 0.40, 0.7, Inset(side=0.18, top=0.42, bottom=0.02)),
    "anime_person": Kind(Region.FIGURE, 0.30, 0.5, None),
}


class YoloDetector:
    """Finds everybody of one kind; see `Detector`."""

    def __init__(
        self, kind: str, name: str, path: Path, threshold_path: Path | None, device: torch.device
    ) -> None:
        """Open the network.

        Args:
            kind: a key of `KINDS`.
            name: of the network, for reports.
            path: its `model.onnx`.
            threshold_path: its `threshold.json`, where it has one.
            device: where to run it.

        Raises:
            InputError: a file is absent, broken, or something else.
        """
        self._kind = KINDS[kind]
        self.name = f"{kind}:{name}"
        self.region = self._kind.region
        self._path = path
        self._session: Session = open_session(path, device)
        self._size = _input_size(self._session)
        self._confidence = self._kind.confidence
        if threshold_path is not None:
            self._confidence = _threshold(threshold_path)

    @property
    def device(self) -> str:
        return self._session.provider

    def detect(self, frames: torch.Tensor) -> list[tuple[Detection, ...]]:
        """Find everybody in a few frames; see `Detector`."""
        if not len(frames):
            return []
        outputs = self._session.run(_resized(frames.to(self._session.device), self._size))
        output = outputs.get("output0", next(iter(outputs.values()))).float().cpu()
        if output.ndim != 3 or not (output.shape[2] == END_TO_END or output.shape[1] >= 5):
            raise InputError(
                str(self._path),
                "a detector whose output is (frames, 4 + classes, boxes) or (frames, boxes, 6)",
                f"one whose output is {tuple(output.shape)}",
                "Install a detection network of this family.",
            )
        aspect = frames.shape[2] / frames.shape[1]
        return [self._detections(*_decoded(each), aspect) for each in output]

    def _detections(
        self, boxes: torch.Tensor, scores: torch.Tensor, aspect: float
    ) -> tuple[Detection, ...]:
        """Those that are sure enough, without duplicates; boxes in pixels of the network."""
        sure = (scores > self._confidence).nonzero()[:, 0]
        sure = sure[scores[sure].argsort(descending=True, stable=True)[:MOST_BOXES]]
        kept = sure[suppress(boxes[sure], scores[sure], self._kind.overlap, pixel=1.0)]
        height, width = self._size
        shares = (boxes[kept] / boxes.new_tensor([width, height, width, height])).clamp(0, 1)
        found = zip(shares.tolist(), scores[kept].tolist(), strict=True)
        return tuple(
            self._detection(Box(*edges), confidence, aspect)
            for edges, confidence in found
            if Box(*edges).area > 0
        )

    def _detection(self, box: Box, confidence: float, aspect: float) -> Detection:
        if self._kind.face is None:
            return Detection(box=box, crop=box, confidence=confidence)
        face = face_in(box, self._kind.face)
        return Detection(box=box, crop=cut(bust_of(face, aspect)), confidence=confidence, face=face)


def _input_size(session: Session) -> tuple[int, int]:
    """Height and width that the network takes: its own, else its metadata's, else the usual."""
    *_, height, width = session.input_shape
    if isinstance(height, int) and isinstance(width, int):
        return height, width
    said = json.loads(session.metadata.get("imgsz", "null")) or IMAGE_SIDE
    return (said, said) if isinstance(said, int) else (int(said[0]), int(said[1]))


def _threshold(path: Path) -> float:
    try:
        return float(json.loads(path.read_text(encoding="utf-8"))["threshold"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            str(path),
            'JSON with the least confidence, such as {"threshold": 0.3}',
            f"something else ({error})",
            "Install the file again, or remove it: the published confidence then holds.",
        ) from error


def _resized(frames: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Squeezed to the network's size as Pillow does it, bicubic, shape (frames, 3, *size)."""
    channels_first = frames.movedim(-1, 1)
    if channels_first.shape[2:] == size:
        return channels_first
    resized = functional.interpolate(
        channels_first, size=size, mode="bicubic", align_corners=False, antialias=True
    )
    return resized.clamp(0, 1)


def _decoded(output: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Left, top, right, bottom of all boxes of one frame, and the score of each.

    All classes of a network are the same kind of thing: a box's score is that of its best.
    """
    if output.shape[1] == END_TO_END:
        return output[:, :4], output[:, 4]
    centre, half, scores = output[:2].T, output[2:4].T / 2, output[4:].amax(dim=0)
    return torch.cat([centre - half, centre + half], dim=1), scores


def installed_networks(kind: str, files: Files) -> list[str]:
    """Return the names of a kind's networks that are installed, the catalogue's own first.

    Args:
        kind: a key of `KINDS`.
        files: of `FOLDER`.
    """
    paths = [Path(name) for name in files]
    networks = sorted(path.parent.name for path in paths if path.name == "model.onnx")
    own = [each for each in networks if each.startswith(kind.removeprefix("anime_"))]
    published = published_for(kind)
    return sorted(own, key=lambda each: each not in published)


def _is_present(kind: str, resources: Resources) -> bool:
    return bool(installed_networks(kind, resources.weights[FOLDER]))


def _open(kind: str, name: str, resources: Resources) -> YoloDetector:
    files = resources.weights[FOLDER]
    installed = installed_networks(kind, files)
    if name == AUTO:
        if not installed:
            raise absent_weights("detector", kind, published_for(kind)[0])
        name = installed[0]
    elif name not in installed:
        expected = f"auto, or a network for {kind} in models/{FOLDER}"
        received = f"{name!r}; there are {', '.join(installed) or 'none'}"
        raise InputError("detector_weights", expected, received, "Install it, or choose auto.")
    own = {Path(each).name: path for each, path in files.items() if Path(each).parent.name == name}
    threshold = own.get("threshold.json")
    return YoloDetector(kind, name, own["model.onnx"], threshold, resources.device)


def _declaration(kind: str, rank: int) -> DetectorDeclaration:
    return DetectorDeclaration(
        name=kind,
        rank=rank,
        folder=FOLDER,
        package="onnxruntime",
        is_present=partial(_is_present, kind),
        choices=partial(installed_networks, kind),
        open=partial(_open, kind),
    )


# A person shows most of a character, a head more than a face.
PERSONS = _declaration("anime_person", rank=10)
HEADS = _declaration("anime_head", rank=20)
FACES = _declaration("anime_face", rank=30)
