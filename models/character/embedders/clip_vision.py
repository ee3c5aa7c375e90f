"""Embedder for the CLIP vision models of ComfyUI, which compare two pictures as a whole.

CLIP was trained on the subject of pictures, not on identity: it groups by pose, framing and style
before it groups by character. It needs references in several poses. Frames are compared with the
nearest reference, not with their mean.
"""

from collections.abc import Callable, Sequence
from itertools import islice

import torch
import torch.nn.functional as functional

from ...frames import InputError
from ..declaration import EmbedderDeclaration, Resources
from ..detection import Detection, Detector
from .embedding import as_embeddings, cosines, crops

NAME = "clip_vision"
# Side of the squares in px. It is at least that of most networks' inputs, so that ComfyUI only
# makes the squares smaller.
SIDE = 384
# Colour around the picture in its square, and around a masked character: CLIP's mean colour, which
# is normalised to 0.
FILLING = (0.48145466, 0.4578275, 0.40821073)
AT_ONCE = 16  # crops in one batch: 28 MB

# There is no published threshold. Users report for pictures of one character about 0.81 without
# IPAdapter and 0.94 with it. The middle is used until references calibrate the threshold, and they
# can't move it beyond the two.
LOOSEST_THRESHOLD, STRICTEST_THRESHOLD = 0.81, 0.94
DEFAULT_THRESHOLD = 0.875


class ClipVisionEmbedder:
    """Embedder that runs a CLIP vision model of ComfyUI; see `Embedder`."""

    def __init__(
        self,
        name: str,
        encode: Callable[[torch.Tensor], torch.Tensor],
        device: str = "where ComfyUI runs it",
    ) -> None:
        """Wrap a network that ComfyUI loads and runs.

        Args:
            name: name that differs between models with different weights.
            encode: function from pictures, RGB in 0–1, shape (n, height, width, 3), to embeddings,
                shape (n, dimensions).
            device: name of the device that `encode` runs on.
        """
        self.name = f"{NAME}:{name}"
        self.device = device
        self._encode = encode

    @property
    def threshold(self) -> float:
        """Similarity from reports of users, as none is published; see `threshold_note`."""
        return DEFAULT_THRESHOLD

    @property
    def threshold_bounds(self) -> tuple[float, float]:
        """Similarities that users report without and with IPAdapter."""
        return LOOSEST_THRESHOLD, STRICTEST_THRESHOLD

    @property
    def threshold_note(self) -> str:
        """Origin of the threshold, as the end of a sentence for the user."""
        return (
            f"not published: {DEFAULT_THRESHOLD} is the middle of what users report for one "
            f"character without ({LOOSEST_THRESHOLD}) and with ({STRICTEST_THRESHOLD}) IPAdapter; "
            "the pose counts too, so give references in several poses"
        )

    def embed(
        self, frames: torch.Tensor, detections: Sequence[Sequence[Detection]]
    ) -> torch.Tensor:
        """Return the embeddings of all detections in a few frames; see `Embedder`."""
        parts, embeddings = crops(frames, detections, FILLING), []
        while batch := list(islice(parts, AT_ONCE)):
            output = self._encode(torch.stack([padded_to_square(each) for each in batch]))
            embeddings.append(as_embeddings(output, len(batch), self.name))
        return torch.cat(embeddings) if embeddings else torch.zeros(0, 0)

    def similarities(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """Return the cosines of every row of `first` with every row of `second`."""
        return cosines(first, second)

    def for_figures(self) -> "ClipVisionEmbedder":
        """Return itself: it describes any crop; see `Embedder`."""
        return self


def padded_to_square(picture: torch.Tensor) -> torch.Tensor:
    """Return a whole, undistorted picture in the middle of a square.

    ComfyUI's own preparation would crop a tall picture to its middle, without head and feet.

    Args:
        picture: RGB in 0–1, shape (height, width, 3).

    Returns:
        Shape (SIDE, SIDE, 3).
    """
    height, width = picture.shape[:2]
    scale = SIDE / max(height, width)
    size = (max(round(height * scale), 1), max(round(width * scale), 1))
    fitted = functional.interpolate(
        picture.movedim(-1, 0)[None], size=size, mode="bicubic", antialias=True
    )[0]
    square = picture.new_tensor(FILLING).expand(SIDE, SIDE, 3).clone()
    top, left = (SIDE - size[0]) // 2, (SIDE - size[1]) // 2
    inside = square[top : top + size[0], left : left + size[1]]
    inside.copy_(fitted.movedim(0, -1).clamp(0, 1))  # bicubic resizing overshoots at edges
    return square


def _open(weights: str, resources: Resources, detector: Detector) -> ClipVisionEmbedder:
    model = resources.clip_vision
    if model is None:
        expected = f"a CLIP vision model for the backend {NAME}"
        remedy = "Connect ComfyUI's Load CLIP Vision, or choose another backend."
        raise InputError("clip_vision", expected, "nothing connected", remedy)
    return ClipVisionEmbedder(model.name, model.encode, model.device)


CLIP_VISION = EmbedderDeclaration(
    name=NAME,
    rank=30,
    is_present=lambda resources: resources.clip_vision is not None,
    reason="a CLIP vision model is connected",
    open=_open,
)
