"""Inputs that several nodes share, and functions that read their values."""

from collections.abc import Callable
from typing import Any

from comfy_api.latest import io

from ..models.frames import Frames
from ..models.perceptual.backend import BACKENDS, FOLDER, Backend, choose_backend
from ..models.perceptual.features import GPU_PIXELS, MEMORY
from ..models.perceptual.structural import STRUCTURAL_BACKEND
from ..models.quality.compare.pairs import REFUSE, RESIZE
from . import comfyui
from .graphics_memory import LOOP_BYTES, STRUCTURAL_FEATURES, device_with_room


def text_input(name: str, tooltip: str) -> io.String.Input:
    """Return an optional text input that is empty by default."""
    return io.String.Input(name, default="", optional=True, tooltip=tooltip)


def refusal(read: Callable[..., object], *values: Any) -> bool | str:
    """Return the answer of `validate_inputs`, so that nothing runs in vain before a wrong value.

    Args:
        read: function that reads the values, and raises `ValueError` if it can't.
        values: values of inputs. None is one that comes over a link: it exists only when the prompt
            runs, so nothing is checked before.

    Returns:
        True, or the reason why the values are refused.
    """
    if any(each is None for each in values):
        return True
    try:
        read(*values)
    except ValueError as error:
        return str(error)
    return True


def fps_input(tooltip: str) -> io.Float.Input:
    """Return an optional input for a frame rate, 12 frames per second by default.

    Args:
        tooltip: text that says what plays at this rate.
    """
    return io.Float.Input(
        "fps", default=12.0, min=0.1, max=240.0, step=0.5, optional=True, tooltip=tooltip
    )


FPS_INPUT = fps_input("Frames per second at which the clip plays.")
BACKEND_INPUT = io.Combo.Input(
    "backend",
    options=list(BACKENDS),
    default="auto",
    optional=True,
    tooltip="Method that measures how different two frames look. structural needs no weights. auto "
    "takes the best one that is installed in models/lpips, and the report names it.",
)
RESIZE_INPUT = io.Combo.Input(
    "resize",
    options=list(RESIZE),
    default=REFUSE,
    optional=True,
    tooltip="If the sizes differ: refuse, or resize one of the two to the size of the other.",
)


def chosen_backend(name: str, images: Frames) -> Backend:
    """Return the backend that the user chose, on the device that ComfyUI renders on.

    Args:
        name: value of `BACKEND_INPUT`.
        images: frames of the clip, for which ComfyUI makes room on the device.

    Raises:
        InputError: the backend's weights are not installed; the message says what to download.
    """
    device = device_with_room(
        images,
        LOOP_BYTES,
        most_frames=len(images),
        most_pixels=STRUCTURAL_BACKEND.pixels_at_once * GPU_PIXELS,
        further=min(MEMORY, len(images) * STRUCTURAL_FEATURES),
    )
    backend, _ = choose_backend(name, comfyui.weights(FOLDER), device)
    return backend
