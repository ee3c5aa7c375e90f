"""Choice of a detector and an embedder: those that a user names, or the best installed ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..frames import InputError
from ..onnx import CPU
from ..onnx_packages import CPU_ONLY, find_problem
from ..weights import RECOMMENDED, WEIGHTS
from ..weights.weight import fetch_command
from .better_detector import BetterDetector
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
        weights: weights of the backend: a model of CCIP, or a pack of InsightFace.
        detector_weights: weights of the detector: a network of its kind, or a pack of InsightFace.
    """

    backend: str = AUTO
    detector: str = AUTO
    weights: str = AUTO
    detector_weights: str = AUTO


WITHOUT_WEIGHTS = IdentityChoice(PALETTE.name, WHOLE_IMAGE.name)


def choose_identity_model(choice: IdentityChoice, resources: Resources) -> IdentityModel:
    """Open the detector and the embedder that a user chose, or the best installed ones.

    The backend `auto` is CCIP if its weights are installed, else a connected CLIP vision model,
    else palette. It is never InsightFace, which is made for photographs and seldom finds drawn
    faces.

    Args:
        choice: the user's choice.
        resources: installed weights, device and connected models.

    Returns:
        Detector and embedder, with an explanation of the choice and its reason.

    Raises:
        InputError: there is no such choice, its weights are absent or broken, or detector and
            embedder don't work together.
        MissingDependency: a package that the choice needs is absent; the message names it.

    Examples:
        >>> import torch
        >>> resources = Resources({folder: {} for folder in FOLDERS}, torch.device("cpu"))
        >>> choose_identity_model(WITHOUT_WEIGHTS, resources).key
        'palette/figure'
    """
    _check_choice("backend", choice.backend, BACKENDS)
    _check_choice("detector", choice.detector, DETECTOR_NAMES)
    backend, reason = _choose(choice.backend, EMBEDDERS, resources)
    better = None
    if backend.own_detector is not None:
        detector, embedder = backend.own_detector(choice.weights, resources)
        if choice.detector not in (AUTO, backend.name):
            raise _other_detector_error(backend, choice.detector)
        detector_reason = f"the only one with the {backend.needs} that this backend needs"
    else:
        assert backend.open is not None
        declared, detector_reason = _choose(choice.detector, DETECTORS, resources)
        detector = declared.open(choice.detector_weights, resources)
        embedder = backend.open(choice.weights, resources, detector)
        better = _better_detector(declared, resources)
    explanation = _explanation(embedder, reason, detector, detector_reason, resources.weights)
    return IdentityModel(detector, embedder, explanation, better)


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise InputError(name, f"one of {', '.join(choices)}", repr(value), "Choose one of those.")


def _choose(name: str, declared: dict[str, D], resources: Resources) -> tuple[D, str]:
    """Return the declaration of a name, or the one that `auto` takes, and the reason for it."""
    if name != AUTO:
        return declared[name], "as chosen"
    obstacles = ""
    for declaration in declared.values():
        if declaration.automatic:
            obstacle = declaration.obstacle(resources)
            if obstacle is None:
                return declaration, obstacles + declaration.reason
            obstacles += f"{obstacle}; " if obstacle else ""
    raise AssertionError("one automatic declaration of each kind must need no weights")


def _better_detector(chosen: DetectorDeclaration, resources: Resources) -> BetterDetector | None:
    """Return an installed reliable detector, or the one to install; None if one is chosen."""
    if chosen.reliable:
        return None
    reliable = {name: each for name, each in DETECTORS.items() if each.reliable}
    for name, declaration in reliable.items():
        if declaration.is_present(resources):
            return BetterDetector(name)
    pairs = ((name, each) for each in RECOMMENDED for name in each.used_by if name in reliable)
    return BetterDetector(*next(pairs))


def _other_detector_error(backend: EmbedderDeclaration, detector: str) -> InputError:
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
    usable = [each for each in WEIGHTS.values() if each.folder in FOLDERS]
    present = [each.name for each in usable if each.installed(weights[each.folder]) is not None]
    missing = [each.name for each in usable if each.name not in present]
    return "\n".join(
        (
            f"Backend: {embedder.name}: {reason}. It runs on {embedder.device}.",
            f"Threshold: {embedder.threshold:.3f}, {embedder.threshold_note}.",
            f"Detector: {detector.name}: {detector_reason}. It runs on {detector.device}.",
            *_cpu_only(embedder, detector),
            f"Installed: {', '.join(present) or 'no weights'}.",
            f"Missing: {', '.join(missing) or 'nothing'}.",
            *_recommendation(missing),
        )
    )


def _cpu_only(*parts: Embedder | Detector) -> tuple[str, ...]:
    """Return a line on the package that keeps these networks on the CPU beside a graphics card."""
    if not any(each.device.startswith(CPU) for each in parts):
        return ()
    problem = find_problem()
    return () if problem is None or problem.kind != CPU_ONLY else (problem.message,)


def _recommendation(missing: Sequence[str]) -> tuple[str, ...]:
    """Return a line on the recommended weights that are missing; empty if there are none."""
    weights = [each for each in RECOMMENDED if each.name in missing]
    if not weights:
        return ()
    listed = "; ".join(f"{each.name}, {each.size}, licence {each.licence}" for each in weights)
    command = fetch_command(*(each.name for each in weights))
    return (f"Recommended for anime: {listed}. In the pack's folder run: {command}",)
