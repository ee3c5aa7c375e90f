"""InsightFace: a detector of faces with landmarks, and ArcFace, which tells their owners apart.

Made for photographs of people. On drawn faces it is weak, in its author's own words: it misses
many, and what it says of the right character is lower. A frame without a face that it finds shows
nobody, which is no score.
"""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ...dependency import require
from ...frames import InputError
from ...onnx import load_failures, providers_for
from ...weights import WEIGHTS
from ..declaration import (
    AUTO,
    DetectorDeclaration,
    EmbedderDeclaration,
    Files,
    Resources,
    absent_weights,
)
from ..detection import WHOLE_PICTURE, Box, Detection, Region
from ..detectors.grown import BustDetector
from .embedding import as_embeddings, cosines

NAME = FOLDER = "insightface"
# What older versions of the package looked at; the present one would look at 128 × 128 as well.
DETECTION_SIZE = (640, 640)
LEAST_CONFIDENCE = 0.5  # the package's own
AT_ONCE = 32  # faces in one pass, 112 × 112 each
KNOWN_PACKS = ("buffalo_l", "antelopev2", "buffalo_m", "buffalo_s", "buffalo_sc")  # best first

# Cosines that the package ships as thresholds: 0.40 in its server and its window, 0.45 for persons.
DEFAULT_THRESHOLD = LOOSEST_THRESHOLD = 0.40
STRICTEST_THRESHOLD = 0.45


def find_packs(files: Mapping[str, Path]) -> dict[str, Path]:
    """The packs that are installed, in either of the layouts in use; nothing is opened or fetched.

    Packs lie in `<pack>/` or, as the package itself lays them out, in `models/<pack>/`, which is
    preferred; an archive that was unpacked into a folder of its name lies one deeper.

    Args:
        files: file name, with folders, to path, below ComfyUI's `models/insightface`.

    Returns:
        The folder of each pack by its name, the best known first.
    """
    counts: dict[tuple[str, ...], int] = {}
    folders: dict[tuple[str, ...], Path] = {}
    for name, path in files.items():
        *folder, file = name.replace("\\", "/").split("/")
        if folder and file.lower().endswith(".onnx"):
            key = tuple(folder)
            counts[key] = counts.get(key, 0) + 1
            folders[key] = path.parent
    found: dict[str, Path] = {}
    for key in sorted(folders, key=lambda each: (each[0] != "models", len(each), each)):
        # A pack has at least a detector and a recogniser; a single file is another tool's model.
        if counts[key] > 1 or key[-1] in KNOWN_PACKS:
            found.setdefault(key[-1], folders[key])
    best = [name for name in KNOWN_PACKS if name in found]
    return {name: found[name] for name in [*best, *sorted(set(found) - set(best))]}


class _OfPack:
    """One of a pack's networks, as the package made it of its file."""

    def __init__(self, name: str, model: Any) -> None:
        """Take a network of the package.

        Args:
            name: of its pack.
            model: what the package made of its file, prepared.
        """
        self.name = f"{NAME}:{name}"
        self._model = model

    @property
    def device(self) -> str:
        """The provider of onnxruntime that is really in use."""
        return str(self._model.session.get_providers()[0])


class InsightFaceDetector(_OfPack):
    """Finds faces with their eyes, nose and corners of the mouth; see `Detector`."""

    region = Region.FACE

    def detect(self, frames: torch.Tensor) -> list[tuple[Detection, ...]]:
        """Find everybody in a few frames; see `Detector`. The package takes them one by one."""
        return [self._detect(_blue_first(frame)) for frame in frames]

    def _detect(self, picture: np.ndarray) -> tuple[Detection, ...]:
        height, width = picture.shape[:2]
        boxes, landmarks = self._model.detect(picture)
        found = []
        for number in np.argsort(-boxes[:, 4], kind="stable"):
            left, top, right, bottom, confidence = boxes[number].tolist()
            box = Box(left / width, top / height, right / width, bottom / height)
            box = box.overlap(WHOLE_PICTURE)
            points = None
            if landmarks is not None:  # old detectors give none
                points = torch.from_numpy(landmarks[number] / np.array([width, height])).float()
            found.append(Detection(box, box, confidence, points))
        return tuple(found)


class InsightFaceEmbedder(_OfPack):
    """Describes faces, turned upright by their landmarks; see `Embedder`."""

    @property
    def threshold(self) -> float:
        """As the package ships it, for photographs."""
        return DEFAULT_THRESHOLD

    @property
    def threshold_bounds(self) -> tuple[float, float]:
        """The two that the package ships."""
        return LOOSEST_THRESHOLD, STRICTEST_THRESHOLD

    @property
    def threshold_note(self) -> str:
        """Where the threshold comes from, for people."""
        return f"shipped with insightface for photographs: a cosine of {DEFAULT_THRESHOLD:.2f}"

    def embed(
        self, frames: torch.Tensor, detections: Sequence[Sequence[Detection]]
    ) -> torch.Tensor:
        """Describe everybody in a few frames; see `Embedder`.

        Raises:
            InputError: somebody was found without landmarks.
        """
        faces: list[np.ndarray] = []
        for frame, found in zip(frames, detections, strict=True):
            if found:
                picture = _blue_first(frame)
                faces += [self._upright(picture, each) for each in found]
        # A recogniser that was exported for one face at a time gets them so.
        step = 1 if self._model.input_shape[0] == 1 else AT_ONCE
        rows = [
            self._model.get_feat(faces[start : start + step])
            for start in range(0, len(faces), step)
        ]
        if not rows:
            return torch.zeros(0, 0)
        return as_embeddings(torch.from_numpy(np.concatenate(rows)), len(faces), self.name)

    def similarities(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """Cosines of every row of `first` with every one of `second`."""
        return cosines(first, second)

    def _upright(self, picture: np.ndarray, detection: Detection) -> np.ndarray:
        if detection.landmarks is None:
            expected = "a detector that gives eyes, nose and corners of the mouth"
            remedy = "Choose the detector insightface with the backend insightface."
            raise InputError("detector", expected, "one that doesn't", remedy)
        height, width = picture.shape[:2]
        points = detection.landmarks.cpu().numpy() * np.array([width, height], np.float32)
        align = require("insightface.utils.face_align")
        return align.norm_crop(picture, points, self._model.input_size[0])


def open_pack(
    name: str, folder: Path, device: torch.device | str = "cpu"
) -> tuple[InsightFaceDetector, InsightFaceEmbedder]:
    """Open an installed pack.

    Args:
        name: for reports.
        folder: where its files are, from `find_packs`.
        device: where to run it, where onnxruntime can.

    Raises:
        InputError: the folder is absent, or holds no detector, no recogniser, or a broken file.
        MissingDependency: insightface is absent.
    """
    expected = "a pack of InsightFace with a detector of faces and a recogniser"
    remedy = "Install the pack again: its files belong into one folder."
    # The package takes a name that is no folder for one to download.
    if not folder.is_dir():
        raise InputError(str(folder), expected, "no folder", remedy)
    app = require("insightface.app")
    # It says to nobody who could do anything about it, at each face, that another package moved on.
    warnings.filterwarnings("ignore", "`estimate` is deprecated", FutureWarning, "insightface")
    try:
        pack = app.FaceAnalysis(
            name=str(folder),
            allowed_modules=["detection", "recognition"],
            providers=providers_for(torch.device(device)),
        )
    except load_failures() as error:
        raise InputError(str(folder), expected, f"a broken file ({error})", remedy) from error
    except AssertionError as error:  # how the package says that it found no detector
        came = "no detector, or a file of another kind"
        raise InputError(str(folder), expected, came, remedy) from error
    if "recognition" not in pack.models:
        raise InputError(str(folder), expected, "no recogniser", remedy)
    pack.prepare(ctx_id=0, det_thresh=LEAST_CONFIDENCE, det_size=DETECTION_SIZE)
    detector, recogniser = pack.det_model, pack.models["recognition"]
    return InsightFaceDetector(name, detector), InsightFaceEmbedder(name, recogniser)


def _blue_first(frame: torch.Tensor) -> np.ndarray:
    """A frame as OpenCV has it: 8 bits, blue, green, red."""
    pixels = (frame * 255).round().clamp(0, 255).byte().cpu().numpy()
    return np.ascontiguousarray(pixels[..., ::-1])


def _open(name: str, resources: Resources) -> tuple[InsightFaceDetector, InsightFaceEmbedder]:
    installed = find_packs(resources.weights[FOLDER])
    if name == AUTO and installed:
        name = next(iter(installed))
    if name not in installed:
        published = KNOWN_PACKS[0] if name == AUTO else name
        if published in WEIGHTS:
            raise absent_weights("weights", f"{NAME} {published}", published)
        expected = f"auto, or a pack of InsightFace in models/{FOLDER}"
        received = f"{name!r}; there are {', '.join(installed) or 'none'}"
        raise InputError("weights", expected, received, "Install it, or choose auto.")
    return open_pack(name, installed[name], resources.device)


def _choices(files: Files) -> list[str]:
    return list(dict.fromkeys([*find_packs(files), *KNOWN_PACKS]))


# Never by itself: it is made for photographs, and seldom finds drawn faces.
INSIGHTFACE = EmbedderDeclaration(
    name=NAME,
    rank=20,
    automatic=False,
    folder=FOLDER,
    package="insightface",
    choices=_choices,
    own_detector=_open,
    needs="landmarks",
)
INSIGHTFACE_FACES = DetectorDeclaration(
    name=NAME,
    rank=50,
    automatic=False,
    folder=FOLDER,
    package="insightface",
    choices=_choices,
    open=lambda name, resources: BustDetector(_open(name, resources)[0]),
)
