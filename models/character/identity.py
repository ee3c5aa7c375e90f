"""Choice of a detector and an embedder: those that a user asks for, or the best installed."""

from dataclasses import dataclass
from typing import TypeVar

from ..frames import InputError
from ..weights import WEIGHTS
from .declaration import AUTO, DetectorDeclaration, EmbedderDeclaration, Resources, Weights
from .detection import Detector, Embedder, IdentityModel
from .detectors.whole_image import WHOLE_IMAGE
from .embedders.palette import PALETTE
from .registry import BACKENDS, DETECTOR_NAMES, DETECTORS, EMBEDDERS, FOLDERS

D = TypeVar("D", DetectorDeclaration, EmbedderDeclaration)


@dataclass(frozen=True)
class IdentityChoice:
    """A user's choice of detector and embedder; `auto` takes the best installed.

    Attributes:
        backend: one of `BACKENDS`.
        detector: one of `DETECTOR_NAMES`.
        weights: of the backend: a model of CCIP, or a pack of InsightFace.
        detector_weights: a network of the detector's kind, or a pack of InsightFace.
    """

    backend: str = AUTO
    detector: str = AUTO
    weights: str = AUTO
    detector_weights: str = AUTO


WITHOUT_WEIGHTS = IdentityChoice(PALETTE.name, WHOLE_IMAGE.name)


def choose_identity_model(choice: IdentityChoice, resources: Resources) -> IdentityModel:
    """Open what a user chose, or the best that is installed.

    `auto` never takes InsightFace: its embeddings are made for photographs, and its faces are
    seldom found in drawings. A backend that has what it needs is taken in the order CCIP, a
    connected CLIP vision model, palette.

    Args:
        choice: the user's choice.
        resources: installed weights, device and connected models.

    Returns:
        Detector and embedder, with an explanation of what was chosen and why.

    Raises:
        InputError: no such choice, its weights are absent or broken, or the two don't go together.
        MissingDependency: a package that the choice needs is absent; the message says which.
    """
    _one_of("backend", choice.backend, BACKENDS)
    _one_of("detector", choice.detector, DETECTOR_NAMES)
    backend, reason = _chosen(choice.backend, EMBEDDERS, resources)
    if backend.own_detector is not None:
        detector, embedder = backend.own_detector(choice.weights, resources)
        if choice.detector not in (AUTO, backend.name):
            raise _needs_its_own(backend, choice.detector)
        detector_reason = f"the only one with the {backend.needs} that this backend needs"
    else:
        assert backend.open is not None
        declared, detector_reason = _chosen(choice.detector, DETECTORS, resources)
        detector = declared.open(choice.detector_weights, resources)
        embedder = backend.open(choice.weights, resources, detector)
    explanation = _explanation(embedder, reason, detector, detector_reason, resources.weights)
    return IdentityModel(detector, embedder, explanation)


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise InputError(name, f"one of {', '.join(choices)}", repr(value), "Choose one of those.")


def _chosen(name: str, declared: dict[str, D], resources: Resources) -> tuple[D, str]:
    """Return the declaration of this name, or the one that `auto` takes, and the reason."""
    if name != AUTO:
        return declared[name], "as chosen"
    passed_over = ""
    for each in declared.values():
        if each.automatic:
            obstacle = each.obstacle(resources)
            if obstacle is None:
                return each, passed_over + each.reason
            passed_over += f"{obstacle}; " if obstacle else ""
    raise AssertionError("the last of each kind needs nothing")


def _needs_its_own(backend: EmbedderDeclaration, detector: str) -> InputError:
    name = backend.name
    return InputError(
        "detector",
        f"{name} or auto, since the backend {name} needs {backend.needs}",
        detector,
        f"Choose detector {name}, or another backend.",
    )


def _explanation(
    embedder: Embedder, reason: str, detector: Detector, detector_reason: str, weights: Weights
) -> str:
    ours = [each for each in WEIGHTS.values() if each.folder in FOLDERS]
    present = [each.name for each in ours if each.installed(weights[each.folder]) is not None]
    missing = [each.name for each in ours if each.name not in present]
    return "\n".join(
        (
            f"Backend: {embedder.name}: {reason}. It runs on {embedder.device}.",
            f"Threshold: {embedder.threshold:.3f}, {embedder.threshold_note}.",
            f"Detector: {detector.name}: {detector_reason}. It runs on {detector.device}.",
            f"Installed: {', '.join(present) or 'no weights'}.",
            f"Missing: {', '.join(missing) or 'nothing'}.",
        )
    )
