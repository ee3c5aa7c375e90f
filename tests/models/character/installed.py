"""Every detector and embedder that can be chosen, on small weights, and a picture for each."""

import importlib.util
import shutil
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as functional
from PIL import Image

from anime_production.models.character.declaration import ClipVision, Resources
from anime_production.models.character.detection import Detection, Detector
from anime_production.models.character.embedders.ccip import DEFAULT_MODEL
from anime_production.models.character.registry import DETECTORS, EMBEDDERS, FOLDERS
from anime_production.models.weights import WEIGHTS

from .detectors.test_yolo import finder_of_green
from .embedders.test_ccip import write_network
from .embedders.test_clip_vision import encode

# Detector and backend of every identity model that a user can make.
CHOICES = [
    (detector, backend.name)
    for detector in DETECTORS
    for backend in EMBEDDERS.values()
    if backend.own_detector is None or detector == backend.name
]
NETWORKS = ("anime_face", "anime_head", "anime_person")
PHOTOGRAPH = slice(220, 540), slice(20, 210)  # one of the six people in the package's picture


def install(folder: Path, shared_assets: Path) -> Resources:
    """Put weights of every kind into a folder, as small as they may be."""
    cascade = shared_assets / "weights" / "lbpcascade_animeface.xml"
    files = {"anime_detection": {cascade.name: cascade}, "ccip": {}, "insightface": {}}
    for weight in WEIGHTS.values():
        if set(weight.used_by) & set(NETWORKS):
            path = folder / weight.file
            path.parent.mkdir(parents=True)
            files["anime_detection"][weight.file] = finder_of_green(path)
    ccip = write_network(folder / DEFAULT_MODEL / "model_feat.onnx")
    files["ccip"][f"{DEFAULT_MODEL}/model_feat.onnx"] = ccip
    pack = folder / "models" / "antelopev2"
    pack.mkdir(parents=True)
    for name in ("scrfd_det_500m.onnx", "mobilefacenet_128d.onnx"):
        shutil.copy(shared_assets / "weights" / name, pack)
        files["insightface"][f"models/antelopev2/{name}"] = pack / name
    weights = {each: files.get(each, {}) for each in FOLDERS}
    return Resources(weights, torch.device("cpu"), ClipVision("small", encode, "cpu"))


def somebody_for(detector: str, shared_assets: Path) -> torch.Tensor:
    """Return a picture in which a detector sees one person, a batch of one."""
    if detector in NETWORKS:
        picture = torch.full((1, 320, 320, 3), 0.5)
        picture[:, 64:96, 128:160] = torch.tensor([0.0, 0.8, 0.0])
        return picture
    if detector == "insightface":
        package = importlib.util.find_spec("insightface")
        assert package is not None
        assert package.origin is not None
        path = Path(package.origin).parent / "data" / "images" / "t1.jpg"
        with Image.open(path) as image:
            pixels = np.array(image.convert("RGB"))[PHOTOGRAPH]
        return torch.from_numpy(pixels).float()[None] / 255
    with Image.open(shared_assets / "characters" / "eileen_happy.png") as image:
        drawing = torch.from_numpy(np.array(image.convert("RGBA"))).float() / 255
    alpha = drawing[..., 3:]
    large = (drawing[..., :3] * alpha + 0.5 * (1 - alpha)).movedim(-1, 0)[None]
    picture = functional.pad(large, (60, 60, 60, 0), value=0.5)
    return functional.interpolate(picture, scale_factor=0.5, mode="area").movedim(1, -1)


class Remembering:
    """A detector that looks at the same frames only once, for tables with many rows."""

    def __init__(self, detector: Detector) -> None:
        self.name, self.region, self.device = detector.name, detector.region, detector.device
        self._detect = detector.detect
        self._results: dict[tuple[torch.Size, bytes], list[tuple[Detection, ...]]] = {}

    def detect(self, frames: torch.Tensor) -> list[tuple[Detection, ...]]:
        """Return the detections of the frames, from memory where it has seen them before."""
        key = frames.shape, frames.contiguous().numpy().tobytes()
        if key not in self._results:
            self._results[key] = self._detect(frames)
        return self._results[key]
