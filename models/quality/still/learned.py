"""Ratings of a picture by neural networks trained on drawings: how good and how finished it looks.

The networks are DeepGHS's classifiers. Pictures are prepared as in imgutils, their reference
implementation.
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

# Pictures are scaled to the size of the network, or to this one (px) if it takes any size, and
# their values to −1–1.
SIDE = 384
MEAN, DEVIATION = 0.5, 0.5
LABELS_FILE = "meta.json"


@dataclass(frozen=True)
class Classifier:
    """Description of a published classifier.

    Attributes:
        name: name of its folder in ComfyUI's `models` folder, and of its measure.
        model: name of the folder within that folder, as its publisher has it.
        worth: number that each class contributes to the measure's value, by the label of the class,
            in the order of the network's outputs.
    """

    name: str
    model: str
    worth: Mapping[str, float]

    @property
    def file(self) -> str:
        """Path of the network's file, relative to its folder."""
        return f"{self.model}/model.onnx"

    @property
    def labels(self) -> str:
        """Path of the file with the labels of its classes, relative to its folder."""
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
    """Installed classifier, ready to run."""

    def __init__(
        self, classifier: Classifier, files: Mapping[str, Path], device: torch.device | str = "cpu"
    ) -> None:
        """Open a network.

        Args:
            classifier: description of the classifier.
            files: paths of the files installed in its folder, by their names relative to it.
            device: device that runs it, if onnxruntime supports it.

        Raises:
            InputError: the classifier is not installed, or its file holds another network.
            MissingDependency: onnxruntime is not installed.
        """
        paths = _with_slashes(files)
        if classifier.file not in paths:
            expected = f"models/{classifier.name}/{classifier.file}"
            raise InputError(classifier.name, expected, "no such file", "Install the weights.")
        self.name = classifier.name
        self.classifier = classifier
        self._session = open_session(paths[classifier.file], device)
        height, width = (
            side if isinstance(side, int) else SIDE for side in self._session.input_shape[-2:]
        )
        self._session.check_shape((1, 3, height, width))
        self._size = (width, height)
        labels_path = paths.get(classifier.labels)
        labels = _read_labels(labels_path) or tuple(classifier.worth)
        if set(labels) != set(classifier.worth):
            received = ", ".join(labels)
            expected = f"the classes {', '.join(classifier.worth)}"
            raise InputError(str(labels_path), expected, received, "Install its weights again.")
        self.labels = labels
        self._worth = [classifier.worth[label] for label in labels]

    @property
    def had_no_room(self) -> bool:
        """True if it runs on the CPU because the card had no room."""
        return self._session.had_no_room

    def probabilities(self, frame: torch.Tensor) -> dict[str, float]:
        """Return the probability of each class.

        Args:
            frame: RGB in 0–1, shape (height, width, 3).

        Returns:
            Probabilities by label, in the order of the network's outputs.

        Raises:
            InputError: the network has another number of classes, or returns values that aren't
                finite.
        """
        outputs = self._session.run(_prepared(frame, self._size))
        # Some networks return their features as well; then the classes are named `output`.
        output = outputs.get("output", next(iter(outputs.values())))[0].flatten()
        if len(output) != len(self.labels):
            received = f"{len(output)} values"
            expected = f"{len(self.labels)} classes"
            raise InputError(str(self._session.path), expected, received, "Install it again.")
        shares = dict(zip(self.labels, output.tolist(), strict=True))
        if not all(math.isfinite(share) for share in shares.values()):
            received = "NaN or infinity"
            raise InputError(str(self._session.path), "numbers", received, "Install it again.")
        return shares

    def value(self, frame: torch.Tensor) -> float:
        """Return the value of a picture: the worth of the classes times their probabilities.

        Args:
            frame: RGB in 0–1, shape (height, width, 3).
        """
        shares = self.probabilities(frame).values()
        return sum(worth * share for worth, share in zip(self._worth, shares, strict=True))


@dataclass(frozen=True)
class Learned:
    """Installed classifiers: the ones that can run, and the reasons why the other ones can't.

    Attributes:
        ready: classifiers that were opened.
        unusable: reason why an installed classifier can't be used, by its name.
    """

    ready: tuple[LearnedMeasure, ...] = ()
    unusable: Mapping[str, Absence] = field(default_factory=lambda: MappingProxyType({}))


NOT_INSTALLED = Learned()


def open_installed(
    files: Mapping[str, Mapping[str, Path]], device: torch.device | str = "cpu"
) -> Learned:
    """Open the classifiers that are installed; one that can't be opened is left out with a reason.

    Args:
        files: for each classifier, the paths of the files in its folder by their names relative to
            it.
        device: device that runs them.
    """
    ready, unusable = [], {}
    for classifier in CLASSIFIERS:
        paths = _with_slashes(files[classifier.name])
        if classifier.file not in paths:
            continue
        try:
            _check_published(classifier, paths[classifier.file])
            ready.append(LearnedMeasure(classifier, paths, device))
        except (InputError, MissingDependency) as error:
            unusable[classifier.name] = absence_of_failed(classifier, error)
    return Learned(tuple(ready), MappingProxyType(unusable))


def _with_slashes(files: Mapping[str, Path]) -> dict[str, Path]:
    """Return the paths by names with slashes; on Windows, folders are separated by backslashes."""
    return {name.replace("\\", "/"): path for name, path in files.items()}


def absence_of_failed(classifier: Classifier, error: InputError | MissingDependency) -> Absence:
    """Return the reason why the measure of a classifier that failed is absent."""
    is_labels_error = isinstance(error, InputError) and error.name.endswith(LABELS_FILE)
    file = classifier.labels if is_labels_error else classifier.file
    return absence_for_unusable(classifier.name, f"models/{classifier.name}/{file}", error)


def _check_published(classifier: Classifier, path: Path) -> None:
    if not is_published(WEIGHTS[classifier.name].files[0], path):
        received = "another size or sha256"
        raise InputError(str(path), "the file that was published", received, "Install it again.")


def _prepared(frame: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Return a frame as the network's input, prepared as in its training.

    The frame is rounded to 8 bits and scaled by Pillow's bilinear filter.

    Args:
        frame: RGB in 0–1, shape (height, width, 3).
        size: width and height of the network's input, px.

    Returns:
        Values in −1–1, shape (1, 3, height, width).
    """
    pixels = (frame.cpu().numpy() * 255).round().astype(np.uint8)
    image = Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR)
    values = torch.from_numpy(np.asarray(image).copy()).movedim(-1, 0)[None]
    return (values.float() / 255 - MEAN) / DEVIATION


def _read_labels(path: Path | None) -> Sequence[str]:
    """Return the labels of the classes from the file beside a network; () without a file."""
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
