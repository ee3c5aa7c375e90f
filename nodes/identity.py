"""The node Identity Model, which chooses the detector and the embedder of a workflow."""

from typing import Any

import torch
from comfy_api.latest import io

from ..models.character.declaration import AUTO, ClipVision, Resources, Weights
from ..models.character.detection import IdentityModel
from ..models.character.identity import WITHOUT_WEIGHTS, IdentityChoice, choose_identity_model
from ..models.character.registry import (
    BACKENDS,
    DETECTOR_NAMES,
    DETECTORS,
    EMBEDDERS,
    FOLDERS,
    choices_of,
)
from . import comfyui
from .sockets import IdentityModelSocket

MODEL_INPUT = IdentityModelSocket.Input(
    "model",
    optional=True,
    tooltip="From an Identity Model. Without one, the colours and coarse shape of the figure in "
    "the whole image are compared, which needs no weights.",
)


def connected_model(model: IdentityModel | None) -> IdentityModel:
    """Return the connected model, or by default the one that needs no weights.

    The default compares the palette of the whole image.

    Args:
        model: value of `MODEL_INPUT`; None if nothing is connected.
    """
    if model is not None:
        return model
    # It opens none of the installed weights, but a report may advise them.
    return choose_identity_model(WITHOUT_WEIGHTS, Resources(_installed(), comfyui.device()))


def networks_of(model: IdentityModel) -> dict[str, object]:
    """Return the detector and the embedder of a model by their names in reports."""
    return {model.detector_name: model.detector, model.embedder.name: model.embedder}


class AnimeIdentityModel(io.ComfyNode):
    """Node that chooses the detector of characters and the embedder that tells them apart."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        installed = _installed()
        return io.Schema(
            node_id="AnimeIdentityModel",
            display_name="Identity Model (Anime)",
            category="Anime Production/Character",
            description="Model that finds characters and tells them apart: CCIP for anime, "
            "InsightFace for realistic faces, a CLIP vision model, or colours and coarse shape "
            "without any weights. Says what was chosen, what is installed and what is missing.",
            search_aliases=[
                *("ccip", "insightface", "face detection", "same face", "identity", "face"),
                *("face similarity", "face recognition", "anime face"),
            ],
            inputs=[
                io.Combo.Input(
                    "backend",
                    options=list(BACKENDS),
                    default=AUTO,
                    optional=True,
                    tooltip="Model that tells characters apart. auto: ccip if it is installed, "
                    "else a connected CLIP vision model, else palette, which needs no weights.",
                ),
                io.Combo.Input(
                    "detector",
                    options=list(DETECTOR_NAMES),
                    default=AUTO,
                    optional=True,
                    tooltip="Model that finds characters. whole_image sees one figure and needs no "
                    "weights; the others see several people. auto: the best one that is "
                    "installed.",
                ),
                io.Combo.Input(
                    "weights",
                    options=[AUTO, *choices_of(EMBEDDERS, installed)],
                    default=AUTO,
                    optional=True,
                    advanced=True,
                    tooltip="Weights of the backend: a model of CCIP, or a pack of InsightFace.",
                ),
                io.Combo.Input(
                    "detector_weights",
                    options=[AUTO, *choices_of(DETECTORS, installed)],
                    default=AUTO,
                    optional=True,
                    advanced=True,
                    tooltip="Weights of the detector: a network in models/anime_detection, or a "
                    "pack of InsightFace.",
                ),
                io.ClipVision.Input(
                    "clip_vision",
                    optional=True,
                    tooltip="For the backend clip_vision: from ComfyUI's Load CLIP Vision.",
                ),
            ],
            outputs=[
                IdentityModelSocket.Output(
                    "model", tooltip="For Character Sheet and Character Score."
                ),
                io.String.Output(
                    "explanation",
                    tooltip="Text that says what was chosen and why, where it runs, and what is "
                    "installed or missing.",
                ),
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, **inputs: Any) -> str:
        """Return a text that changes when a weight file is added, removed or modified."""
        files = [path for each in _installed().values() for path in each.values()]
        return str(sorted((str(path), path.stat().st_mtime_ns) for path in files))

    @classmethod
    def execute(
        cls,
        backend: str = AUTO,
        detector: str = AUTO,
        weights: str = AUTO,
        detector_weights: str = AUTO,
        clip_vision: Any = None,
    ) -> io.NodeOutput:
        choice = IdentityChoice(backend, detector, weights, detector_weights)
        connected = None if clip_vision is None else _as_clip_vision(clip_vision)
        model = choose_identity_model(choice, Resources(_installed(), comfyui.device(), connected))
        return io.NodeOutput(model, model.explanation, ui={"text": [model.explanation]})


def _installed() -> Weights:
    return {folder: comfyui.weights(folder) for folder in FOLDERS}


def _as_clip_vision(model: Any) -> ClipVision:
    def encode(pictures: torch.Tensor) -> torch.Tensor:
        return model.encode_image(pictures, crop=False).image_embeds

    return ClipVision(comfyui.weights_name(model), encode, str(model.load_device))
