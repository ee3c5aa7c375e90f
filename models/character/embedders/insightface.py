"""InsightFace: a detector of faces with landmarks, and the embedder ArcFace.

They were made for photographs of people, and their author says that they are weak on drawn faces:
the detector misses many, and similarities of one character are lower. A frame without a detected
face counts as a frame without people, and has no score.
"""

import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ...closable_network import Closable, ClosableNetwork
from ...dependency import require
from ...frames import InputError
from ...graphics_memory import NO_ROOM, MemoryFull, is_out_of_memory
from ...image_ops.bytes import as_bytes
from ...onnx import (
    CPU,
    CUDA,
    OPEN_NETWORKS,
    PASS_PER_INPUT,
    WORKSPACE,
    load_errors,
    providers_for,
    usable_device,
)
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
from ..detectors.bust_detector import BustDetector
from .embedding import as_embeddings, cosines

NAME = FOLDER = "insightface"
# px; size of the detector's input, the default of older versions of the package. By default, newer
# versions also detect at 128 × 128.
DETECTION_SIZE = (640, 640)
LEAST_CONFIDENCE = 0.5  # default of the package
AT_ONCE = 32  # faces in one pass, 112 × 112 each
# Memory of a pass, to ask for room on a card: the input in float32, and what the layers hold.
DETECTION_MEMORY = 640 * 640 * 3 * 4 * PASS_PER_INPUT + WORKSPACE
RECOGNITION_MEMORY = AT_ONCE * 112 * 112 * 3 * 4 * PASS_PER_INPUT + WORKSPACE
EXPECTED = "a pack of InsightFace with a detector of faces and a recogniser"
REMEDY = "Install the pack again, with all its files in one folder."
KNOWN_PACKS = ("buffalo_l", "antelopev2", "buffalo_m", "buffalo_s", "buffalo_sc")  # best first

# Cosines that the package uses as thresholds: 0.40 in its server and its GUI, 0.45 for persons.
DEFAULT_THRESHOLD = LOOSEST_THRESHOLD = 0.40
STRICTEST_THRESHOLD = 0.45


def find_packs(files: Mapping[str, Path]) -> dict[str, Path]:
    """Return the folders of the installed packs by name, without opening or downloading any.

    A pack is a folder of networks. It lies in `<pack>/`, or in `models/<pack>/`, the package's own
    layout, which is preferred. It may lie one level deeper, if its archive was unpacked into a
    folder with its name.

    Args:
        files: path of each file, by its path below ComfyUI's `models/insightface`.

    Returns:
        The folder of each pack by its name, the best of `KNOWN_PACKS` first.
    """
    counts: dict[tuple[str, ...], int] = {}
    folders: dict[tuple[str, ...], Path] = {}
    for name, path in files.items():
        *folder, file = name.replace("\\", "/").split("/")
        if folder and file.lower().endswith(".onnx"):
            key = tuple(folder)
            counts[key] = counts.get(key, 0) + 1
            folders[key] = path.parent
    packs: dict[str, Path] = {}
    for key in sorted(folders, key=lambda each: (each[0] != "models", len(each), each)):
        # A pack has at least a detector and a recogniser; a single file is another tool's model.
        if counts[key] > 1 or key[-1] in KNOWN_PACKS:
            packs.setdefault(key[-1], folders[key])
    best = [name for name in KNOWN_PACKS if name in packs]
    return {name: packs[name] for name in [*best, *sorted(set(packs) - set(best))]}


class _Pack(Closable):
    """Networks of an installed pack, opened by the package; see `ClosableNetwork`."""

    def __init__(self, folder: Path, files: Sequence[Path], device: torch.device) -> None:
        """Open the pack.

        Args:
            folder: folder of its files.
            files: its networks.
            device: device to run on.
        """
        self.provider = CPU
        self.network: ClosableNetwork[Any] = ClosableNetwork(
            f"{NAME} {folder.name}",
            sum(each.stat().st_size for each in files),
            device,
            partial(_open_networks, folder),
            self._device_of,
        )
        self.network.use()

    def _device_of(self, pack: Any, device: torch.device) -> torch.device:
        self.provider = str(pack.det_model.session.get_providers()[0])
        return device if self.provider == CUDA else torch.device("cpu")


class _PackNetwork:
    """One of the networks of a pack."""

    def __init__(self, name: str, pack: _Pack) -> None:
        """Take a pack.

        Args:
            name: name of the pack.
            pack: the pack.
        """
        self.name = f"{NAME}:{name}"
        self._pack = pack

    @property
    def device(self) -> str:
        """Provider of onnxruntime that really runs the network."""
        provider = self._pack.provider
        return f"{provider} ({NO_ROOM})" if self.had_no_room else provider

    @property
    def had_no_room(self) -> bool:
        """True if it runs on the CPU because the card had no room."""
        return self._pack.had_no_room


class InsightFaceDetector(_PackNetwork):
    """Detector of faces with their eyes, nose and corners of the mouth; see `Detector`."""

    region = Region.FACE

    def detect(self, frames: torch.Tensor) -> list[tuple[Detection, ...]]:
        """Detect the people in a few frames, one frame at a time; see `Detector`."""
        return [self._detect(_blue_first(frame)) for frame in frames]

    def _detect(self, picture: np.ndarray) -> tuple[Detection, ...]:
        height, width = picture.shape[:2]
        # The package scales the longer side to its input. It can't scale the shorter one to 0 px.
        if max(DETECTION_SIZE) * min(height, width) < max(height, width):
            return ()
        (people,) = self._pack.in_parts(
            1, lambda start, end: self._pack.network.use(DETECTION_MEMORY).det_model.detect(picture)
        )
        boxes, landmarks = people
        detections = []
        for number in np.argsort(-boxes[:, 4], kind="stable"):
            left, top, right, bottom, confidence = boxes[number].tolist()
            box = Box(left / width, top / height, right / width, bottom / height)
            box = box.overlap(WHOLE_PICTURE)
            points = None
            if landmarks is not None:  # older detectors give none
                points = torch.from_numpy(landmarks[number] / np.array([width, height])).float()
            detections.append(Detection(box, box, confidence, points))
        return tuple(detections)


class InsightFaceEmbedder(_PackNetwork):
    """Embedder of faces, which it turns upright by their landmarks; see `Embedder`."""

    @property
    def threshold(self) -> float:
        """Threshold of the package, for photographs."""
        return DEFAULT_THRESHOLD

    @property
    def threshold_bounds(self) -> tuple[float, float]:
        """The two thresholds of the package; see `STRICTEST_THRESHOLD`."""
        return LOOSEST_THRESHOLD, STRICTEST_THRESHOLD

    @property
    def threshold_note(self) -> str:
        """Origin of the threshold, as the end of a sentence for the user."""
        return f"shipped with insightface for photographs: a cosine of {DEFAULT_THRESHOLD:.2f}"

    def embed(
        self, frames: torch.Tensor, detections: Sequence[Sequence[Detection]]
    ) -> torch.Tensor:
        """Return the embeddings of all detections in a few frames; see `Embedder`.

        Raises:
            InputError: a detection has no landmarks.
        """
        faces: list[np.ndarray] = []
        for frame, row in zip(frames, detections, strict=True):
            if row:
                picture = _blue_first(frame)
                faces += [self._upright(picture, each) for each in row]
        # A recogniser that was exported for one face at a time can't take more.
        step = 1 if self._recogniser().input_shape[0] == 1 else AT_ONCE
        rows = self._pack.in_parts(
            len(faces), lambda start, end: self._recogniser().get_feat(faces[start:end]), step
        )
        if not rows:
            return torch.zeros(0, 0)
        return as_embeddings(torch.from_numpy(np.concatenate(rows)), len(faces), self.name)

    def similarities(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """Return the cosines of every row of `first` with every row of `second`."""
        return cosines(first, second)

    def for_figures(self) -> "InsightFaceEmbedder":
        """Refuse masks and boxes: it needs the landmarks of a face; see `Embedder`."""
        raise InputError(
            "model",
            "a backend that describes whole figures, for masks and boxes",
            f"{self.name}, which describes faces",
            "Choose ccip, clip_vision or palette, or leave masks and boxes unconnected.",
        )

    def _upright(self, picture: np.ndarray, detection: Detection) -> np.ndarray:
        if detection.landmarks is None:
            expected = "a detector that gives eyes, nose and corners of the mouth"
            remedy = "Choose the detector insightface with the backend insightface."
            raise InputError("detector", expected, "one that doesn't", remedy)
        height, width = picture.shape[:2]
        points = detection.landmarks.cpu().numpy() * np.array([width, height], np.float32)
        align = require("insightface.utils.face_align")
        return align.norm_crop(picture, points, self._recogniser().input_size[0])

    def _recogniser(self) -> Any:
        return self._pack.network.use(RECOGNITION_MEMORY).models["recognition"]


def open_pack(
    name: str, folder: Path, device: torch.device | str = "cpu"
) -> tuple[InsightFaceDetector, InsightFaceEmbedder]:
    """Open an installed pack.

    Args:
        name: name of the pack, for reports.
        folder: folder of its files, from `find_packs`.
        device: device to run on; the CPU if onnxruntime can't use it.

    Raises:
        InputError: the folder is absent, or has no detector, no recogniser, or a broken file.
        MissingDependency: insightface is absent.
    """
    # If the folder doesn't exist, the package would download a pack of its name.
    if not folder.is_dir():
        raise InputError(str(folder), EXPECTED, "no folder", REMEDY)
    device = usable_device(torch.device(device))
    files = sorted(folder.glob("*.onnx"))
    version = tuple((each.name, each.stat().st_mtime_ns, each.stat().st_size) for each in files)
    key = (NAME, folder.resolve(), str(device))
    pack = OPEN_NETWORKS.get(key, version, lambda: _Pack(folder, files, device))
    return InsightFaceDetector(name, pack), InsightFaceEmbedder(name, pack)


def _open_networks(folder: Path, device: torch.device) -> Any:
    app = require("insightface.app")
    # The package calls a deprecated function of scikit-image for each face. No user can change
    # that, so the warning is hidden.
    warnings.filterwarnings("ignore", "`estimate` is deprecated", FutureWarning, "insightface")
    try:
        pack = app.FaceAnalysis(
            name=str(folder),
            allowed_modules=["detection", "recognition"],
            providers=providers_for(device),
        )
        if "recognition" not in pack.models:
            raise InputError(str(folder), EXPECTED, "no recogniser", REMEDY)
        pack.prepare(ctx_id=0, det_thresh=LEAST_CONFIDENCE, det_size=DETECTION_SIZE)
    except AssertionError as error:  # the package raises this if it finds no detector
        received = "no detector, or a file of another kind"
        raise InputError(str(folder), EXPECTED, received, REMEDY) from error
    except Exception as error:
        if is_out_of_memory(error):
            raise MemoryFull(f"{NAME} {folder.name}") from error
        if not isinstance(error, load_errors()):
            raise
        raise InputError(str(folder), EXPECTED, f"a broken file ({error})", REMEDY) from error
    return pack


def _blue_first(frame: torch.Tensor) -> np.ndarray:
    """Return a frame in OpenCV's form: 8 bits in the order blue, green, red."""
    return np.ascontiguousarray(as_bytes(frame)[..., ::-1])


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


# `auto` never takes it, as it is made for photographs and seldom finds drawn faces.
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
