"""CLIP and its like as a measure of identity: how alike two pictures of a character are at all.

It was trained on what pictures are of, not on who is in them: it groups by pose, framing and style
before it groups by character. Compare with references in several poses, and with the nearest of
them, not with a mean.
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
SIDE = 384  # px of the squares: what most of these networks see or more, so that they only shrink
# CLIP's mean colour fills the square: it is 0 to the network, neither light nor dark.
FILLING = (0.48145466, 0.4578275, 0.40821073)
AT_ONCE = 16  # crops handed over together: 28 MB

# Nobody has published a threshold. Makers report, of pictures that should show one character, about
# 0.81 where nothing held the character and 0.94 where IPAdapter did; the middle stands in until
# references calibrate it, and they can't move it beyond the two.
LOOSEST_THRESHOLD, STRICTEST_THRESHOLD = 0.81, 0.94
DEFAULT_THRESHOLD = 0.875


class ClipVisionEmbedder:
    """Describes everybody by a vision network of ComfyUI; see `Embedder`."""

    def __init__(
        self,
        name: str,
        encode: Callable[[torch.Tensor], torch.Tensor],
        device: str = "where ComfyUI runs it",
    ) -> None:
        """Take a network that somebody else loads and runs.

        Args:
            name: tells its weights from others.
            encode: pictures, RGB in 0–1, shape (n, height, width, 3), to embeddings, shape
                (n, dimensions).
            device: where `encode` runs it, for people.
        """
        self.name = f"{NAME}:{name}"
        self.device = device
        self._encode = encode

    @property
    def threshold(self) -> float:
        """Not published: see `threshold_note`."""
        return DEFAULT_THRESHOLD

    @property
    def threshold_bounds(self) -> tuple[float, float]:
        """Between what makers report without and with a hold on the character."""
        return LOOSEST_THRESHOLD, STRICTEST_THRESHOLD

    @property
    def threshold_note(self) -> str:
        """Where the threshold comes from, for people."""
        return (
            f"not published: {DEFAULT_THRESHOLD} is the middle of what makers report for one "
            f"character without ({LOOSEST_THRESHOLD}) and with ({STRICTEST_THRESHOLD}) IPAdapter; "
            "the pose counts too, so give references in several poses"
        )

    def embed(
        self, frames: torch.Tensor, detections: Sequence[Sequence[Detection]]
    ) -> torch.Tensor:
        """Describe everybody in a few frames; see `Embedder`."""
        parts, embeddings = crops(frames, detections), []
        while some := list(islice(parts, AT_ONCE)):
            output = self._encode(torch.stack([squared(each) for each in some]))
            embeddings.append(as_embeddings(output, len(some), self.name))
        return torch.cat(embeddings) if embeddings else torch.zeros(0, 0)

    def similarities(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """Cosines of every row of `first` with every one of `second`."""
        return cosines(first, second)


def squared(picture: torch.Tensor) -> torch.Tensor:
    """A picture in the middle of a square, whole and undistorted.

    ComfyUI's own preparation would cut a tall crop to its middle: head and feet gone.

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
    inside.copy_(fitted.movedim(0, -1).clamp(0, 1))  # bicubic overshoots at edges
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
