"""Anime faces by nagadomi's cascade of local binary patterns: a small file, no network.

It knows faces from the front. One that is turned far away, tilted, or photographed is not found.
"""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional

from ...dependency import require
from ...frames import InputError
from ...weights import WEIGHTS
from ..declaration import DetectorDeclaration, Resources, absent_weights
from ..detection import Box, Detection, Region
from .bust import Inset, bust_of, cut, face_in
from .suppression import suppress

SCALE = 1.1  # between one size of window and the next
LEAST_SIDE = 24  # px; the cascade was trained on windows of this side
# Larger pictures are searched reduced, which costs as little as 480×832 and loses only the faces
# under a twentieth of the picture's height.
MOST_PIXELS = 480 * 832
# Windows that say yes alike: at a face many do, at a palm leaf one or two. At the faces of drawn
# characters 18 and more did on every ground, and nowhere else more than 4; at a generated face
# that looks back over its shoulder 2–5 did, so that it is found in one frame of three.
ALIKE, LEAST_NEIGHBOURS = 0.5, 5  # intersection over union; windows, itself included
MOST_OVERLAP = 0.3  # of two faces, intersection over union
# Its boxes go from the fringe to below the chin: read off seven drawings and four sample characters
FACE = Inset(side=0.15, top=0.25, bottom=0.15)
GREY = torch.tensor([0.299, 0.587, 0.114])  # of red, green and blue in grey, as OpenCV has it
NAME, FOLDER, FILE = "lbp_anime_face", "anime_detection", "lbpcascade_animeface"


class LbpFaceDetector:
    """Finds anime faces; see `Detector`. It has no confidence: it only answers yes or no."""

    name = NAME
    region = Region.BUST
    device = "cpu"

    def __init__(self, path: Path) -> None:
        """Read the cascade.

        Raises:
            InputError: no such file, or something else is in it.
            MissingDependency: scikit-image is absent.
        """
        self._cascade = _read(path)
        self._lock = threading.Lock()  # nothing says that a cascade may be used by two threads

    def detect(self, frames: torch.Tensor) -> list[tuple[Detection, ...]]:
        """Find the faces of a few frames; see `Detector`. Most windows said yes to the first."""
        aspect = frames.shape[2] / frames.shape[1]
        return [self._faces(frame, aspect) for frame in equalised(frames).numpy()]

    def _faces(self, grey: np.ndarray, aspect: float) -> tuple[Detection, ...]:
        height, width = grey.shape
        boxes, neighbours = _grouped(self._windows(grey))
        kept = suppress(boxes, neighbours, MOST_OVERLAP)
        kept = kept[neighbours[kept] >= LEAST_NEIGHBOURS]
        shares = boxes[kept] / boxes.new_tensor([width, height, width, height])
        return tuple(_detection(Box(*edges), aspect) for edges in shares.tolist())

    def _windows(self, grey: np.ndarray) -> torch.Tensor:
        """Every window that the cascade says yes to, in pixels, shape (windows, 4)."""
        smallest, largest = (LEAST_SIDE, LEAST_SIDE), grey.shape
        # Each window alone (at least 1, never merged): skimage merges them in the order in which
        # they come, and that is not always the same.
        with self._lock:
            answers = self._cascade.detect_multi_scale(grey, SCALE, 1, smallest, largest, 1, 1.0)
        windows = sorted(
            (each["c"], each["r"], each["c"] + each["width"], each["r"] + each["height"])
            for each in answers
        )
        return torch.tensor(windows, dtype=torch.float64).view(-1, 4)


def equalised(frames: torch.Tensor) -> torch.Tensor:
    """Grey pictures whose shades are all as frequent, as whole numbers from −128 to 127.

    Around 0, since the cascade adds up all pixels in single precision: that stays exact. It
    compares sums of areas of one size, so that no answer changes.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).

    Returns:
        Float32 on the CPU, shape (frames, height, width); reduced where they are large.
    """
    grey = (frames.cpu().float().clamp(0, 1) @ GREY)[:, None]
    scale = (MOST_PIXELS / (grey.shape[2] * grey.shape[3])) ** 0.5
    if scale < 1:
        size = tuple(max(round(side * scale), 1) for side in grey.shape[2:])
        grey = functional.interpolate(grey, size=size, mode="area")
    return torch.stack([_spread(each) for each in (grey[:, 0] * 255).round().long()])


def _spread(grey: torch.Tensor) -> torch.Tensor:
    """Shades of one picture by their rank: the darkest becomes −128, the lightest 127."""
    rank = torch.bincount(grey.flatten(), minlength=256).cumsum(0)
    first = rank[grey.min()]
    span = (rank[-1] - first).clamp(min=1)
    return ((rank - first).clamp(min=0) * 255 / span).round().float()[grey] - 128


def _grouped(windows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """For each window the mean of those like it, and their number."""
    areas = (windows[:, 2:] - windows[:, :2]).prod(dim=1)
    meet = torch.minimum(windows[:, None, 2:], windows[:, 2:])
    meet = meet - torch.maximum(windows[:, None, :2], windows[:, :2])
    shared = meet.clamp(min=0).prod(dim=2)
    alike = (shared / (areas[:, None] + areas - shared) >= ALIKE).double()
    neighbours = alike.sum(dim=1)
    return alike @ windows / neighbours[:, None], neighbours


def _detection(box: Box, aspect: float) -> Detection:
    face = face_in(box, FACE)
    return Detection(box=box, crop=cut(bust_of(face, aspect)), face=face)


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


def _open(weights: str, resources: Resources) -> LbpFaceDetector:
    path = _installed(resources)
    if path is None:
        raise absent_weights("detector", NAME, FILE)
    return LbpFaceDetector(path)


LBP_FACES = DetectorDeclaration(
    name=NAME,
    rank=40,  # networks see more than the cascade
    folder=FOLDER,
    package="skimage",
    is_present=lambda resources: _installed(resources) is not None,
    open=_open,
)
