"""Embedder CCIP: a network trained to tell anime characters apart, in any outfit and pose.

The models, their thresholds and their scores are published in deepghs/ccip_onnx. Pictures and
features are processed as in imgutils, the reference implementation. A picture must show only one
character, so the embedder takes the crops of a detector.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch
from PIL import Image

from ...frames import InputError
from ...image_ops.bytes import as_bytes
from ...onnx import open_session
from ...workers import in_order
from ..declaration import AUTO, EmbedderDeclaration, Resources, absent_weights
from ..detection import Detection, Detector
from .embedding import as_embeddings, cosines, crops

SIDE = 384  # px; the whole crop is resized to this square
# Mean and standard deviation of CLIP's training pictures, which CCIP's training uses too.
MEAN, DEVIATION = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
FILLING = (1.0, 1.0, 1.0)  # around a masked character: the reference shows transparency as white
AT_ONCE = 8  # crops in one pass: 14 MB of input, and many times that inside the network
NAME = FOLDER = "ccip"
FILE = "model_feat.onnx"  # in a folder with the model's name

# Bounds of the threshold as shares of the published difference. For the default model deepghs also
# publishes the best differences for clustering, 0.1291 and 0.1836 beside 0.1785.
STRICTEST_SHARE, LOOSEST_SHARE = 0.1291 / 0.1785, 0.1836 / 0.1785


@dataclass(frozen=True)
class CcipModel:
    """One of the published networks.

    Attributes:
        difference: largest difference at which two pictures count as one character; it has the
            best F1.
        f1, precision, recall: published scores at that difference, on the publisher's pictures.
    """

    difference: float
    f1: float
    precision: float
    recall: float


MODELS: Mapping[str, CcipModel] = MappingProxyType(
    {
        "ccip-caformer_b36-24": CcipModel(0.213231, 0.9409, 0.9383, 0.9436),
        "ccip-caformer-24-randaug-pruned": CcipModel(0.178475, 0.9172, 0.9335, 0.9015),
        "ccip-v2-caformer_s36-10": CcipModel(0.207757, 0.9064, 0.9328, 0.8815),
        "ccip-caformer-6-randaug-pruned_fp32": CcipModel(0.195122, 0.8784, 0.8936, 0.8637),
        "ccip-caformer-5_fp32": CcipModel(0.183973, 0.8644, 0.9016, 0.8301),
    }
)  # in order of F1, the best first
DEFAULT_MODEL = "ccip-caformer-24-randaug-pruned"  # its publisher's default


def find_models(files: Mapping[str, Path]) -> dict[str, Path]:
    """Return the paths of the published models that are installed by name, the best first.

    Args:
        files: path of each installed file, by its path below `FOLDER`.
    """
    paths = {name.replace("\\", "/"): path for name, path in files.items()}
    models = {name: paths.get(f"{name}/{FILE}") for name in MODELS}
    return {name: path for name, path in models.items() if path is not None}


class CcipEmbedder:
    """Embedder that runs one of CCIP's networks; see `Embedder`."""

    def __init__(self, name: str, path: Path, device: torch.device | str = "cpu") -> None:
        """Open a network.

        Args:
            name: a key of `MODELS`.
            path: path of its file.
            device: device to run on; the CPU if onnxruntime can't use it.

        Raises:
            InputError: there is no such model, or the file is absent, broken, or another network.
            MissingDependency: onnxruntime is absent.
        """
        if name not in MODELS:
            remedy = "A threshold is published for these models only."
            raise InputError("ccip", f"one of {', '.join(MODELS)}", repr(name), remedy)
        self.name = name
        self._model = MODELS[name]
        self._session = open_session(path, device)
        self._session.check_shape((1, 3, SIDE, SIDE))

    @property
    def device(self) -> str:
        """Provider of onnxruntime that really runs the network."""
        return self._session.provider

    @property
    def threshold(self) -> float:
        """Similarity at the published difference: 1 minus it."""
        return 1 - self._model.difference

    @property
    def threshold_bounds(self) -> tuple[float, float]:
        """Loosest and strictest threshold, from published settings; see `STRICTEST_SHARE`."""
        difference = self._model.difference
        return 1 - LOOSEST_SHARE * difference, 1 - STRICTEST_SHARE * difference

    @property
    def threshold_note(self) -> str:
        """Origin of the threshold, as the end of a sentence for the user."""
        model = self._model
        return (
            f"published for {self.name}: F1 {model.f1}, precision {model.precision}, "
            f"recall {model.recall}"
        )

    def embed(
        self, frames: torch.Tensor, detections: Sequence[Sequence[Detection]]
    ) -> torch.Tensor:
        """Return the embeddings of all detections in a few frames; see `Embedder`."""
        parts, embeddings = crops(frames, detections, FILLING), []
        while batch := list(islice(parts, AT_ONCE)):
            squares = torch.stack(list(in_order(resized_to_square, batch)))
            outputs = self._session.run(network_input(squares.to(self._session.device)))
            output = outputs[self._session.output_names[0]]
            embeddings.append(as_embeddings(output, len(batch), self.name))
        return torch.cat(embeddings) if embeddings else torch.zeros(0, 0)

    def similarities(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """Return 1 minus CCIP's difference, which is (1 − cosine) / 2, for all pairs of rows."""
        return 1 - ((1 - cosines(first, second)) / 2).clamp(0, 1)

    def for_figures(self) -> "CcipEmbedder":
        """Return itself: it describes any crop; see `Embedder`."""
        return self


def resized_to_square(picture: torch.Tensor) -> torch.Tensor:
    """Return a picture resized to a square in 8 bits by Pillow, as in the network's training.

    Pillow is needed: torch's antialiased resizing rounds up to a quarter of the values differently.

    Args:
        picture: RGB in 0–1, shape (height, width, 3).

    Returns:
        uint8 on the CPU, shape (SIDE, SIDE, 3).
    """
    image = Image.fromarray(np.ascontiguousarray(as_bytes(picture)))
    small = image.resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return torch.from_numpy(np.array(small))


def network_input(squares: torch.Tensor) -> torch.Tensor:
    """Return normalised pixels for the network, equal to the reference implementation's bit by bit.

    Args:
        squares: uint8, shape (n, SIDE, SIDE, 3).

    Returns:
        float32, shape (n, 3, SIDE, SIDE).
    """
    share = (squares.float() / 255).double()  # the reference changes to double precision here too
    mean, deviation = share.new_tensor(MEAN), share.new_tensor(DEVIATION)
    return ((share - mean) / deviation).float().movedim(-1, 1).contiguous()


def _open(name: str, resources: Resources, detector: Detector) -> CcipEmbedder:
    installed = find_models(resources.weights[FOLDER])
    if name == AUTO:
        if not installed:
            raise absent_weights("backend", NAME, DEFAULT_MODEL)
        name = DEFAULT_MODEL if DEFAULT_MODEL in installed else next(iter(installed))
    if name not in installed:
        if name in MODELS:
            raise absent_weights("weights", name, name)
        expected = f"auto or one of {', '.join(MODELS)} for the backend {NAME}"
        raise InputError("weights", expected, repr(name), "Choose one of those.")
    return CcipEmbedder(name, installed[name], resources.device)


CCIP = EmbedderDeclaration(
    name=NAME,
    rank=10,
    folder=FOLDER,
    package="onnxruntime",
    is_present=lambda resources: bool(find_models(resources.weights[FOLDER])),
    choices=lambda files: tuple(MODELS),
    without_weights="no weights of CCIP are in models/ccip",
    without_package="CCIP's weights are installed, but the package onnxruntime is missing",
    open=_open,
)
