"""What networks think that were trained on drawings: how good one looks, how finished it is.

DeepGHS's classifiers; what is done to pictures, of imgutils, their reference implementation.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch
from PIL import Image

from ...dependency import MissingDependency
from ...frames import Absence, InputError
from ...measure import Measure
from ...measurement import Better
from ...onnx import open_session
from ...weights import WEIGHTS
from ...weights.published import is_published
from ...weights.unusable import absence_for_unusable

# Squeezed to the network's own size, or this one where it takes any; −1 to 1.
SIDE = 384
MEAN, DEVIATION = 0.5, 0.5
LABELS_FILE = "meta.json"


@dataclass(frozen=True)
class Classifier:
    """One of the published networks.

    Attributes:
        name: of the folder below ComfyUI's models, and of the measure.
        model: the folder in it, as its publisher calls it.
        worth: of each class, by its label, in the network's order.
    """

    name: str
    model: str
    worth: Mapping[str, float]

    @property
    def file(self) -> str:
        """The network's path below its folder."""
        return f"{self.model}/model.onnx"

    @property
    def labels(self) -> str:
        """Where its classes are named, below its folder."""
        return f"{self.model}/{LABELS_FILE}"


AESTHETIC = Classifier(
    "anime_aesthetic",
    "swinv2pv3_v0_448_ls0.2_x",
    MappingProxyType(
        {
            "worst": 0.0,
            "low": 1.0,
            "normal": 2.0,
            "good": 3.0,
            "great": 4.0,
            "best": 5.0,
            "masterpiece": 6.0,
        }
    ),
)
COMPLETENESS = Classifier(
    "anime_completeness",
    "mobilenetv3_v2.2_dist",
    MappingProxyType({"polished": 1.0, "rough": 0.0, "monochrome": 0.0}),
)
CLASSIFIERS = (AESTHETIC, COMPLETENESS)


class LearnedMeasure:
    """An installed classifier, ready to run."""

    def __init__(
        self, classifier: Classifier, files: Mapping[str, Path], device: torch.device | str = "cpu"
    ) -> None:
        """Open a network.

        Args:
            classifier: which.
            files: what is installed in its folder: file name, with folders, to path.
            device: where to run it, where onnxruntime can.

        Raises:
            InputError: it is not installed, or the file is another network's.
            MissingDependency: onnxruntime is absent.
        """
        known = {name.replace("\\", "/"): path for name, path in files.items()}
        if classifier.file not in known:
            expected = f"models/{classifier.name}/{classifier.file}"
            raise InputError(classifier.name, expected, "nothing there", "Install the weights.")
        self.name = classifier.name
        self.classifier = classifier
        self._session = open_session(known[classifier.file], device)
        sides = [each if isinstance(each, int) else SIDE for each in self._session.input_shape[-2:]]
        self._session.check_shape((1, 3, *sides))
        height, width = sides
        self._size = (width, height)
        names = known.get(classifier.labels)
        labels = _labels(names) or tuple(classifier.worth)
        if set(labels) != set(classifier.worth):
            came = ", ".join(labels)
            expected = f"the classes {', '.join(classifier.worth)}"
            raise InputError(str(names), expected, came, "Install its weights again.")
        self.labels = labels
        self._worth = [classifier.worth[label] for label in labels]

    def probabilities(self, frame: torch.Tensor) -> dict[str, float]:
        """How likely each class is.

        Args:
            frame: RGB in 0–1, shape (height, width, 3).

        Returns:
            By label, as the network gives them.

        Raises:
            InputError: the network has another number of classes, or gives no numbers.
        """
        answers = self._session.run(_prepared(frame, self._size))
        # Some files hold the features before the classes as well.
        output = answers.get("output", next(iter(answers.values())))[0].flatten()
        if len(output) != len(self.labels):
            came = f"{len(output)} values"
            expected = f"{len(self.labels)} classes"
            raise InputError(str(self._session.path), expected, came, "Install it again.")
        shares = dict(zip(self.labels, output.tolist(), strict=True))
        if not all(math.isfinite(share) for share in shares.values()):
            came = "NaN or infinity"
            raise InputError(str(self._session.path), "numbers", came, "Install it again.")
        return shares

    def value(self, frame: torch.Tensor) -> float:
        """The mean worth of the classes, weighted by how likely they are."""
        likely = self.probabilities(frame).values()
        return sum(worth * share for worth, share in zip(self._worth, likely, strict=True))


@dataclass(frozen=True)
class Learned:
    """The classifiers that can run, and why others that are installed can't.

    Attributes:
        ready: those that were opened.
        unusable: by name of a classifier, why its files are of no use.
    """

    ready: tuple[LearnedMeasure, ...] = ()
    unusable: Mapping[str, Absence] = field(default_factory=lambda: MappingProxyType({}))


NOT_INSTALLED = Learned()


def open_installed(
    files: Mapping[str, Mapping[str, Path]], device: torch.device | str = "cpu"
) -> Learned:
    """Open those of the classifiers that are installed. None of them is worth failing for.

    Args:
        files: by name of a classifier, what is installed in its folder.
        device: where to run them.
    """
    ready, unusable = [], {}
    for classifier in CLASSIFIERS:
        known = {name.replace("\\", "/"): path for name, path in files[classifier.name].items()}
        if classifier.file not in known:
            continue
        try:
            _check_published(classifier, known[classifier.file])
            ready.append(LearnedMeasure(classifier, known, device))
        except (InputError, MissingDependency) as error:
            unusable[classifier.name] = why_failed(classifier, error)
    return Learned(tuple(ready), MappingProxyType(unusable))


def why_failed(classifier: Classifier, error: InputError | MissingDependency) -> Absence:
    """Why a classifier is left out."""
    names = isinstance(error, InputError) and error.name.endswith(LABELS_FILE)
    file = classifier.labels if names else classifier.file
    return absence_for_unusable(classifier.name, f"models/{classifier.name}/{file}", error)


def _check_published(classifier: Classifier, path: Path) -> None:
    if not is_published(WEIGHTS[classifier.name].files[0], path):
        came = "another size or sha256"
        raise InputError(str(path), "the file that was published", came, "Install it again.")


def _prepared(frame: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """As in training: 8 bits, Pillow's bilinear filter; shape (1, 3, height, width)."""
    pixels = (frame.cpu().numpy() * 255).round().astype(np.uint8)
    image = Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR)
    values = torch.from_numpy(np.asarray(image).copy()).movedim(-1, 0)[None]
    return (values.float() / 255 - MEAN) / DEVIATION


def _labels(path: Path | None) -> Sequence[str]:
    """The classes' names as the file beside a network has them; none where there is none."""
    if path is None:
        return ()
    try:
        return tuple(str(label) for label in json.loads(path.read_text(encoding="utf-8"))["labels"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        remedy = "Install its weights again, or remove the file."
        raise InputError(str(path), "labels in JSON", repr(error), remedy) from error


NOT_IN_FOLDER = "still_weights_absent"
ANIME_AESTHETIC = Measure(
    AESTHETIC.name,
    unit="of 6",
    better=Better.HIGHER,
    high=6.0,
    backend=AESTHETIC.model,
    answers_to="Rating by a neural network: 0 is worst, 6 is a masterpiece",
    passes="looks_rated",
    absences=(NOT_IN_FOLDER,),
)
ANIME_COMPLETENESS = Measure(
    COMPLETENESS.name,
    unit="polished",
    better=Better.HIGHER,
    backend=COMPLETENESS.model,
    answers_to="Probability, by a neural network, that the picture is polished, not rough or "
    "monochrome",
    passes="looks_finished",
    absences=(NOT_IN_FOLDER,),
)
LEARNED = (ANIME_AESTHETIC, ANIME_COMPLETENESS)
