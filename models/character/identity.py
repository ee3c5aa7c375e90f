"""Which detector and which embedder to take: those that are asked for, or the best installed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from ..dependency import is_installed
from ..frames import InputError
from ..weights import WEIGHTS
from .detection import Detector, Embedder, IdentityModel
from .detectors.grown import BustDetector
from .detectors.lbp import LbpFaceDetector
from .detectors.whole_image import WholeImageDetector
from .detectors.yolo import KINDS, YoloDetector
from .embedders import ccip, insightface
from .embedders.clip_vision import ClipVisionEmbedder
from .embedders.palette import PaletteEmbedder

AUTO = "auto"
CCIP, INSIGHTFACE, CLIP_VISION, PALETTE = "ccip", "insightface", "clip_vision", "palette"
LBP, WHOLE_IMAGE = "lbp_anime_face", "whole_image"
BACKENDS = (AUTO, CCIP, INSIGHTFACE, CLIP_VISION, PALETTE)
# A person shows most of a character, a head more than a face; networks see more than the cascade.
DETECTORS_BEST_FIRST = ("anime_person", "anime_head", "anime_face", LBP)
DETECTORS = (AUTO, *DETECTORS_BEST_FIRST, INSIGHTFACE, WHOLE_IMAGE)
FOLDERS = ("ccip", "anime_detection", "insightface")  # below ComfyUI's models
CASCADE = "lbpcascade_animeface"

Weights = Mapping[str, Mapping[str, Path]]  # by folder, by file name


@dataclass(frozen=True)
class ClipVision:
    """A vision model that somebody else loads and runs.

    Attributes:
        name: tells its weights from others.
        encode: pictures, RGB in 0–1, shape (n, height, width, 3), to embeddings (n, dimensions).
        device: where it runs, for people.
    """

    name: str
    encode: Callable[[torch.Tensor], torch.Tensor]
    device: str


@dataclass(frozen=True)
class Wanted:
    """What a user asks for; `auto` leaves the choice to what is installed.

    Attributes:
        backend: one of `BACKENDS`.
        detector: one of `DETECTORS`.
        weights: of the backend: a model of CCIP, or a pack of InsightFace.
        detector_weights: a network of the detector's kind, or a pack of InsightFace.
    """

    backend: str = AUTO
    detector: str = AUTO
    weights: str = AUTO
    detector_weights: str = AUTO


def choose_identity_model(
    wanted: Wanted,
    weights: Weights,
    device: torch.device,
    clip_vision: ClipVision | None = None,
) -> IdentityModel:
    """Take what is asked for, or the best that is installed, and open it.

    `auto` never takes InsightFace: its embeddings are made for photographs, and its faces are
    seldom found in drawings. A backend that has what it needs is taken in the order CCIP, a
    connected CLIP vision model, palette.

    Args:
        wanted: the user's choice.
        weights: what is installed in each of `FOLDERS`.
        device: where to run it.
        clip_vision: ComfyUI's own model, where one is connected.

    Returns:
        Detector and embedder, with an explanation of what was chosen and why.

    Raises:
        InputError: no such choice, its weights are absent or broken, or the two don't go together.
        MissingDependency: a package that the choice needs is absent; the message says which.
    """
    _one_of("backend", wanted.backend, BACKENDS)
    _one_of("detector", wanted.detector, DETECTORS)
    backend, why = _backend(wanted, weights, clip_vision)
    pack = None
    if INSIGHTFACE in (backend, wanted.detector):
        choice = wanted.weights if backend == INSIGHTFACE else wanted.detector_weights
        pack = _pack(choice, weights["insightface"], device)
    detector, why_detector = _detector(backend, wanted, weights, device, pack)
    embedder: Embedder
    if backend == INSIGHTFACE:
        assert pack is not None
        embedder = pack[1]
    elif backend == CCIP:
        embedder = _ccip(wanted.weights, weights["ccip"], device)
    elif backend == CLIP_VISION:
        embedder = _clip_vision(clip_vision)
    else:
        embedder = PaletteEmbedder(detector.region, device)
    return IdentityModel(
        detector, embedder, _explanation(embedder, why, detector, why_detector, weights)
    )


def detector_weights(files: Mapping[str, Path]) -> dict[str, list[str]]:
    """Networks that are installed for each kind of detector, the catalogue's own first.

    Args:
        files: of the folder `anime_detection`.
    """
    names = [Path(name) for name in files]
    networks = sorted(name.parent.name for name in names if name.name == "model.onnx")
    found = {}
    for kind in KINDS:
        first = [each.name for each in WEIGHTS.values() if kind in each.used_by]
        own = [each for each in networks if each.startswith(kind.removeprefix("anime_"))]
        found[kind] = sorted(own, key=lambda each: each not in first)
    return found


def _one_of(name: str, came: str, choices: tuple[str, ...]) -> None:
    if came not in choices:
        raise InputError(name, f"one of {', '.join(choices)}", repr(came), "Choose one of those.")


def _backend(wanted: Wanted, weights: Weights, clip_vision: ClipVision | None) -> tuple[str, str]:
    """The backend, and why it is this one."""
    if wanted.backend != AUTO:
        return wanted.backend, "as chosen"
    if ccip.find_models(weights["ccip"]):
        if is_installed("onnxruntime"):
            return CCIP, "the best that is installed"
        missing = "CCIP's weights are installed, but the package onnxruntime is missing; "
    else:
        missing = "no weights of CCIP are in models/ccip; "
    if clip_vision is not None:
        return CLIP_VISION, f"{missing}a CLIP vision model is connected"
    return PALETTE, f"{missing}it needs none, and compares looks, not identity"


def _detector(
    backend: str,
    wanted: Wanted,
    weights: Weights,
    device: torch.device,
    pack: tuple[Detector, Embedder] | None,
) -> tuple[Detector, str]:
    """The detector, and why it is this one."""
    chosen, why = wanted.detector, "as chosen"
    files = weights["anime_detection"]
    if backend == INSIGHTFACE:
        if chosen not in (AUTO, INSIGHTFACE):
            expected = "insightface or auto, since the backend insightface needs landmarks"
            remedy = "Choose detector insightface, or another backend."
            raise InputError("detector", expected, chosen, remedy)
        chosen, why = INSIGHTFACE, "the only one with the landmarks that this backend needs"
    if chosen == AUTO:
        chosen = next((kind for kind in DETECTORS_BEST_FIRST if _installed(kind, files)), "")
        why = "the best that is installed"
        if not chosen:
            chosen = WHOLE_IMAGE
            why = "no detector is in models/anime_detection; it sees one figure in a picture"
    if chosen == INSIGHTFACE:
        assert pack is not None
        detector = pack[0]
        return (detector if backend == INSIGHTFACE else BustDetector(detector)), why
    if chosen == WHOLE_IMAGE:
        return WholeImageDetector(device), why
    if chosen == LBP:
        path = WEIGHTS[CASCADE].installed(files)
        if path is None:
            raise _absent("detector", chosen, CASCADE)
        return LbpFaceDetector(path), why
    return _yolo(chosen, wanted.detector_weights, files, device), why


def _installed(kind: str, files: Mapping[str, Path]) -> bool:
    if kind == LBP:
        return is_installed("skimage") and WEIGHTS[CASCADE].installed(files) is not None
    return is_installed("onnxruntime") and bool(detector_weights(files)[kind])


def _yolo(kind: str, name: str, files: Mapping[str, Path], device: torch.device) -> YoloDetector:
    installed = detector_weights(files)[kind]
    if name == AUTO:
        if not installed:
            published = next(each.name for each in WEIGHTS.values() if kind in each.used_by)
            raise _absent("detector", kind, published)
        name = installed[0]
    elif name not in installed:
        expected = f"auto, or a network for {kind} in models/anime_detection"
        there = f"{name!r}; there are {', '.join(installed) or 'none'}"
        raise InputError("detector_weights", expected, there, "Install it, or choose auto.")
    own = {Path(each).name: path for each, path in files.items() if Path(each).parent.name == name}
    return YoloDetector(kind, name, own["model.onnx"], own.get("threshold.json"), device)


def _ccip(name: str, files: Mapping[str, Path], device: torch.device) -> Embedder:
    found = ccip.find_models(files)
    if name == AUTO:
        if not found:
            raise _absent("backend", CCIP, ccip.DEFAULT_MODEL)
        name = ccip.DEFAULT_MODEL if ccip.DEFAULT_MODEL in found else next(iter(found))
    if name not in found:
        if name in ccip.MODELS:
            raise _absent("weights", name, name)
        expected = f"auto or one of {', '.join(ccip.MODELS)} for the backend ccip"
        raise InputError("weights", expected, repr(name), "Choose one of those.")
    return ccip.CcipEmbedder(name, found[name], device)


def _pack(name: str, files: Mapping[str, Path], device: torch.device) -> tuple[Detector, Embedder]:
    found = insightface.find_packs(files)
    if name == AUTO and found:
        name = next(iter(found))
    if name not in found:
        wanted = insightface.KNOWN_PACKS[0] if name == AUTO else name
        if wanted in WEIGHTS:
            raise _absent("weights", f"{INSIGHTFACE} {wanted}", wanted)
        expected = "auto, or a pack of InsightFace in models/insightface"
        came = f"{name!r}; there are {', '.join(found) or 'none'}"
        raise InputError("weights", expected, came, "Install it, or choose auto.")
    return insightface.open_pack(name, found[name], device)


def _clip_vision(model: ClipVision | None) -> Embedder:
    if model is None:
        expected = "a CLIP vision model for the backend clip_vision"
        remedy = "Connect ComfyUI's Load CLIP Vision, or choose another backend."
        raise InputError("clip_vision", expected, "nothing connected", remedy)
    return ClipVisionEmbedder(model.name, model.encode, model.device)


def _absent(name: str, what: str, weight: str) -> InputError:
    remedy = f"{WEIGHTS[weight].how_to_install} Or choose auto."
    return InputError(name, f"the weights of {what}", "no such file", remedy)


def _explanation(
    embedder: Embedder, why: str, detector: Detector, why_detector: str, weights: Weights
) -> str:
    ours = [each for each in WEIGHTS.values() if each.folder in FOLDERS]
    present = [each.name for each in ours if each.installed(weights[each.folder]) is not None]
    missing = [each.name for each in ours if each.name not in present]
    return "\n".join(
        (
            f"Backend: {embedder.name}: {why}. It runs on {embedder.device}.",
            f"Threshold: {embedder.threshold:.3f}, {embedder.threshold_note}.",
            f"Detector: {detector.name}: {why_detector}. It runs on {detector.device}.",
            f"Installed: {', '.join(present) or 'no weights'}.",
            f"Missing: {', '.join(missing) or 'nothing'}.",
        )
    )
