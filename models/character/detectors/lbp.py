"""Detector of anime faces by nagadomi's cascade of local binary patterns, which is no network.

It finds faces from the front. It doesn't find faces that are turned far to the side or tilted, and
faces in photographs.
"""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ...dependency import require
from ...frames import InputError
from ...image_ops.area_mean import area_mean
from ...weights import WEIGHTS
from ..declaration import DetectorDeclaration, Resources, absent_weights
from ..detection import Box, Detection, Region
from .bust import Inset, bust_box, clip_to_picture, face_box
from .suppression import suppress

SCALE = 1.1  # factor from one size of window to the next
LEAST_SIDE = 24  # px; the cascade was trained on windows of this side
# Larger pictures are reduced to this many pixels, so that they take no longer than 480×832. Only
# faces that are smaller than a twentieth of the picture's height are lost.
MOST_PIXELS = 480 * 832
# The cascade classifies many overlapping windows at a face as faces, and few elsewhere: at drawn
# faces it was 18 or more on every background, elsewhere 4 at most. At a generated face that looks
# back over its shoulder it was 2–5, so that the face is found in one frame of three.
ALIKE = 0.5  # least intersection over union of two windows that count as neighbours
LEAST_NEIGHBOURS = 5  # least number of neighbours at a face, with the window itself
MOST_OVERLAP = 0.3  # intersection over union of two different faces
# The cascade's boxes go from the fringe to below the chin, measured by eye on seven drawings and
# four sample characters.
FACE = Inset(side=0.15, top=0.25, bottom=0.15)
GREY = torch.tensor([0.299, 0.587, 0.114])  # weights of red, green and blue in grey, as in OpenCV
NAME, FOLDER, FILE = "lbp_anime_face", "anime_detection", "lbpcascade_animeface"


class LbpFaceDetector:
    """Detector of anime faces without a confidence; see `Detector`."""

    name = NAME
    region = Region.BUST
    device = "cpu"

    def __init__(self, path: Path) -> None:
        """Read the cascade.

        Raises:
            InputError: the file doesn't exist or holds something else.
            MissingDependency: scikit-image is absent.
        """
        self._cascade = _read(path)
        # scikit-image doesn't document that two threads may use one cascade.
        self._lock = threading.Lock()

    def detect(self, frames: torch.Tensor) -> list[tuple[Detection, ...]]:
        """Detect the faces in a few frames, those with the most windows first; see `Detector`."""
        aspect = frames.shape[2] / frames.shape[1]
        return [self._faces(frame, aspect) for frame in equalised(frames).numpy()]

    def _faces(self, grey: np.ndarray, aspect: float) -> tuple[Detection, ...]:
        height, width = grey.shape
        boxes, neighbours = _merged_windows(self._windows(grey))
        faces = suppress(boxes, neighbours, MOST_OVERLAP)
        faces = faces[neighbours[faces] >= LEAST_NEIGHBOURS]
        shares = boxes[faces] / boxes.new_tensor([width, height, width, height])
        return tuple(_detection(Box(*edges), aspect) for edges in shares.tolist())

    def _windows(self, grey: np.ndarray) -> torch.Tensor:
        """Return every window that the cascade classifies as a face, in pixels, (windows, 4)."""
        smallest, largest = (LEAST_SIDE, LEAST_SIDE), grey.shape
        # The last two arguments keep every window (1 is enough, an overlap of 1.0 merges none).
        # scikit-image would merge them in the order of detection, which differs from run to run.
        with self._lock:
            faces = self._cascade.detect_multi_scale(grey, SCALE, 1, smallest, largest, 1, 1.0)
        windows = sorted(
            (each["c"], each["r"], each["c"] + each["width"], each["r"] + each["height"])
            for each in faces
        )
        return torch.tensor(windows, dtype=torch.float64).view(-1, 4)


def equalised(frames: torch.Tensor) -> torch.Tensor:
    """Return grey pictures with equalised histograms, as whole numbers from −128 to 127.

    The cascade adds up all pixels in single precision, which stays exact around 0. As it compares
    sums of equally large areas, the shift changes no result.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).

    Returns:
        Float32 on the CPU, shape (frames, height, width), reduced to at most `MOST_PIXELS`.
    """
    grey = (frames.cpu().float().clamp(0, 1) @ GREY)[:, None]
    scale = (MOST_PIXELS / (grey.shape[2] * grey.shape[3])) ** 0.5
    if scale < 1:
        size = max(round(grey.shape[2] * scale), 1), max(round(grey.shape[3] * scale), 1)
        grey = area_mean(grey, size)
    return torch.stack([_spread(each) for each in (grey[:, 0] * 255).round().long()])


def _spread(grey: torch.Tensor) -> torch.Tensor:
    """Return a picture with an equalised histogram, from −128 (darkest) to 127 (lightest)."""
    rank = torch.bincount(grey.flatten(), minlength=256).cumsum(0)
    first = rank[grey.min()]
    span = (rank[-1] - first).clamp(min=1)
    return ((rank - first).clamp(min=0) * 255 / span).round().float()[grey] - 128


def _merged_windows(windows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return for each window the mean of the windows that overlap it, and their number."""
    areas = (windows[:, 2:] - windows[:, :2]).prod(dim=1)
    sides = torch.minimum(windows[:, None, 2:], windows[:, 2:])
    sides = sides - torch.maximum(windows[:, None, :2], windows[:, :2])
    shared = sides.clamp(min=0).prod(dim=2)
    alike = (shared / (areas[:, None] + areas - shared) >= ALIKE).double()
    neighbours = alike.sum(dim=1)
    return alike @ windows / neighbours[:, None], neighbours


def _detection(box: Box, aspect: float) -> Detection:
    face = face_box(box, FACE)
    return Detection(box=box, crop=clip_to_picture(bust_box(face, aspect)), face=face)


def _read(path: Path) -> Any:
    try:
        return require("skimage.feature").Cascade(str(path))
    except (OSError, SyntaxError, AttributeError, TypeError, ValueError) as error:
        raise InputError(
            str(path),
            "lbpcascade_animeface.xml, a cascade as OpenCV writes it",
            f"something else ({error})",
            "Install the file again.",
        ) from error


def _installed(resources: Resources) -> Path | None:
    return WEIGHTS[FILE].installed(resources.weights[FOLDER])


def open_cascade(resources: Resources, name: str = NAME) -> LbpFaceDetector:
    """Return the detector of faces.

    Args:
        resources: installed weights.
        name: name of the detector that needs it, for the error.

    Raises:
        InputError: the cascade isn't installed, or its file holds something else.
        MissingDependency: scikit-image is absent.
    """
    path = _installed(resources)
    if path is None:
        raise absent_weights("detector", name, FILE)
    return LbpFaceDetector(path)


LBP_FACES = DetectorDeclaration(
    name=NAME,
    rank=40,  # networks see more than the cascade
    folder=FOLDER,
    package="skimage",
    is_present=lambda resources: _installed(resources) is not None,
    open=lambda weights, resources: open_cascade(resources),
)
