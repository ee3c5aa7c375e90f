"""Detectors of anime faces, heads and persons: the YOLO networks of deepghs, as ONNX files.

They follow `imgutils.generic.yolo` of dghs-imgutils 0.19: a plain resize without letterbox, one
score for each class, and boxes that include their last pixel when they are compared.
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
    published_weights,
)
from ..detection import Box, Detection, Region
from .bust import Inset, bust_box, clip_to_picture, face_box
from .suppression import suppress

IMAGE_SIDE = 640  # px; usual input of YOLO, for a network that gives no size itself
MOST_BOXES = 1000  # boxes with the highest scores that are compared with one another
END_TO_END = 6  # numbers for each box, from a network that suppresses duplicates itself
FOLDER = "anime_detection"


@dataclass(frozen=True)
class Kind:
    """A family of networks, with the settings that its makers use.

    Attributes:
        region: part of a person that its crops show.
        confidence: least confidence of a detection, unless the network's `threshold.json` has one.
        overlap: largest intersection over union of two detections.
        face: margins of the face in its boxes; None if a box may have no face.
    """

    region: Region
    confidence: float
    overlap: float
    face: Inset | None


# The margins of the faces are estimated by eye from examples of the networks' training data; nobody
# has measured them.
KINDS: Mapping[str, Kind] = {
    "anime_face": Kind(Region.BUST, 0.25, 0.7, Inset(side=0.0, top=0.0, bottom=0.0)),
    "anime_head": Kind(Region.BUST, 0.40, 0.7, Inset(side=0.18, top=0.42, bottom=0.02)),
    "anime_person": Kind(Region.FIGURE, 0.30, 0.5, None),
}


class YoloDetector:
    """Detector of faces, heads or persons; see `Detector`."""

    def __init__(
        self, kind: str, name: str, path: Path, threshold_path: Path | None, device: torch.device
    ) -> None:
        """Open the network.

        Args:
            kind: a key of `KINDS`.
            name: name of the network, for reports.
            path: path of its `model.onnx`.
            threshold_path: path of its `threshold.json`; None if it has none.
            device: device to run on.

        Raises:
            InputError: a file is absent, broken, or holds something else.
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
        """Provider of onnxruntime that really runs the network."""
        return self._session.runs_on

    @property
    def had_no_room(self) -> bool:
        """True if it runs on the CPU because the card had no room."""
        return self._session.had_no_room

    def detect(self, frames: torch.Tensor) -> list[tuple[Detection, ...]]:
        """Detect the people in a few frames; see `Detector`."""
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
        """Return the detections above the least confidence, without duplicates.

        Args:
            boxes: left, top, right, bottom in pixels of the network's input, shape (boxes, 4).
            scores: confidence of each box, shape (boxes,).
            aspect: the picture's width per height.
        """
        confident = (scores > self._confidence).nonzero()[:, 0]
        best_first = scores[confident].argsort(descending=True, stable=True)
        confident = confident[best_first[:MOST_BOXES]]
        unique = suppress(boxes[confident], scores[confident], self._kind.overlap, pixel=1.0)
        people = confident[unique]
        height, width = self._size
        shares = (boxes[people] / boxes.new_tensor([width, height, width, height])).clamp(0, 1)
        return tuple(
            self._detection(Box(*edges), confidence, aspect)
            for edges, confidence in zip(shares.tolist(), scores[people].tolist(), strict=True)
            if Box(*edges).area > 0
        )

    def _detection(self, box: Box, confidence: float, aspect: float) -> Detection:
        if self._kind.face is None:
            return Detection(box=box, crop=box, confidence=confidence)
        face = face_box(box, self._kind.face)
        return Detection(
            box=box, crop=clip_to_picture(bust_box(face, aspect)), confidence=confidence, face=face
        )


def _input_size(session: Session) -> tuple[int, int]:
    """Return the height and width of the network's input.

    They come from the shape of the input, else from the network's metadata, else from `IMAGE_SIDE`.
    """
    *_, height, width = session.input_shape
    if isinstance(height, int) and isinstance(width, int):
        return height, width
    size = json.loads(session.metadata.get("imgsz", "null")) or IMAGE_SIDE
    return (size, size) if isinstance(size, int) else (int(size[0]), int(size[1]))


def _threshold(path: Path) -> float:
    try:
        return float(json.loads(path.read_text(encoding="utf-8"))["threshold"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            str(path),
            'JSON with the least confidence, such as {"threshold": 0.3}',
            f"something else ({error})",
            "Install the file again, or remove it to use the published confidence.",
        ) from error


def _resized(frames: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Return frames resized to the network's input, bicubic as in Pillow, (frames, 3, *size)."""
    channels_first = frames.movedim(-1, 1)
    if channels_first.shape[2:] == size:
        return channels_first
    resized = functional.interpolate(
        channels_first, size=size, mode="bicubic", align_corners=False, antialias=True
    )
    return resized.clamp(0, 1)


def _decoded(output: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return left, top, right, bottom of all boxes of one frame, and the score of each.

    The classes of a network are subclasses of one kind, so a box's score is its highest one.
    """
    if output.shape[1] == END_TO_END:
        return output[:, :4], output[:, 4]
    centre, half, scores = output[:2].T, output[2:4].T / 2, output[4:].amax(dim=0)
    return torch.cat([centre - half, centre + half], dim=1), scores


def installed_networks(kind: str, files: Files) -> list[str]:
    """Return the names of a kind's networks that are installed, those of the catalogue first.

    Args:
        kind: a key of `KINDS`.
        files: installed files of `FOLDER`.
    """
    paths = [Path(name) for name in files]
    networks = sorted(path.parent.name for path in paths if path.name == "model.onnx")
    of_kind = [each for each in networks if each.startswith(kind.removeprefix("anime_"))]
    published = published_weights(kind)
    return sorted(of_kind, key=lambda each: each not in published)


def _is_present(kind: str, resources: Resources) -> bool:
    return bool(installed_networks(kind, resources.weights[FOLDER]))


def _open(kind: str, name: str, resources: Resources) -> YoloDetector:
    files = resources.weights[FOLDER]
    installed = installed_networks(kind, files)
    if name == AUTO:
        if not installed:
            raise absent_weights("detector", kind, published_weights(kind)[0])
        name = installed[0]
    elif name not in installed:
        expected = f"auto, or a network for {kind} in models/{FOLDER}"
        received = f"{name!r}; there are {', '.join(installed) or 'none'}"
        raise InputError("detector_weights", expected, received, "Install it, or choose auto.")
    paths = [path for file, path in files.items() if Path(file).parent.name == name]
    by_name = {path.name: path for path in paths}
    threshold = by_name.get("threshold.json")
    return YoloDetector(kind, name, by_name["model.onnx"], threshold, resources.device)


def _declaration(kind: str, rank: int) -> DetectorDeclaration:
    return DetectorDeclaration(
        name=kind,
        rank=rank,
        reliable=True,
        folder=FOLDER,
        package="onnxruntime",
        is_present=partial(_is_present, kind),
        choices=partial(installed_networks, kind),
        open=partial(_open, kind),
    )


# The ranks prefer persons, which show most of a character, then heads, then faces.
PERSONS = _declaration("anime_person", rank=10)
HEADS = _declaration("anime_head", rank=20)
FACES = _declaration("anime_face", rank=30)
