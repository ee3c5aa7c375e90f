"""Measurements of the frames that all attempts share, each made once."""

import math
from collections.abc import Sequence

import torch

from ...perceptual.backend import Backend, Progress
from ...perceptual.features import FeatureDistance
from ...perceptual.structural import STRUCTURAL_BACKEND, Structural
from ..clip_measurements import measure_clip
from ..structural_pass import FrameRecords
from .grey import SharedGreyClip
from .recipe import RecipeFrames

# The features of all frames are kept if a frame has at most this share of its values, which is so
# from about 200 × 200 px on. Of smaller pictures they are computed again where they are needed.
KEPT_SHARE = 0.3
SMALL_CLIP = 64 * 1024**2  # bytes of frames; up to this size all features are kept


class SharedMeasurements:
    """Measured frames of the input, or of the input in corrected colours.

    A clip that is made of these frames is measured from them: only the steps between frames that
    don't follow each other here are measured anew.

    Attributes:
        frames: the frames.
        backend: perceptual distance that measures the steps.
        structural: structural distance on the same device.
        grey: grey pictures of these frames.
        measurements: measurements of all these frames as one loop.
        distances: indices of some frames, and the structural distances of all their pairs, once
            they are measured.
    """

    def __init__(
        self,
        frames: RecipeFrames,
        backend: Backend = STRUCTURAL_BACKEND,
        report_progress: Progress = None,
    ) -> None:
        """Measure the frames of a clip.

        Args:
            frames: frames of the input that follow each other there, without new drawings.
            backend: perceptual distance that measures the steps.
            report_progress: called with (work done, all work); may raise to stop.
        """
        self.frames = frames
        self.backend = backend
        self.structural = backend if isinstance(backend, Structural) else STRUCTURAL_BACKEND
        self.grey = SharedGreyClip(frames)
        # A corrected frame takes long to make, so its grey picture is made in the same pass.
        also = self.grey.record if frames.pictures.recipe.correction else None
        features = backend if isinstance(backend, FeatureDistance) else STRUCTURAL_BACKEND
        is_small = 4 * math.prod(frames.shape) <= SMALL_CLIP
        kept_share = math.inf if is_small else KEPT_SHARE
        records = FrameRecords(len(frames), features, kept_share, also)
        self.measurements = measure_clip(frames, backend, report_progress, records, self.grey)
        self.distances: tuple[list[int], torch.Tensor] | None = None
        self._features = records.features
        self._first = frames.order[0]

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def keeps_features(self) -> bool:
        """True if the structural features of all frames are kept."""
        return self._features is not None

    def index(self, picture: int) -> int:
        """Return the index of a frame of the input among these frames."""
        return picture - self._first

    def features(self, indices: Sequence[int]) -> torch.Tensor:
        """Return the structural features of some frames, shape (frames, features)."""
        if self._features is None:
            device = self.structural.device or self.frames.device
            at_once = self.structural.frames_at_once(self.frames, device)
            parts = [
                self.structural.features(
                    self.frames[list(indices[start : start + at_once])].to(device)
                )
                for start in range(0, len(indices), at_once)
            ]
            return torch.cat(parts)
        if list(indices) == list(range(len(self))):
            return self._features  # indexing would copy them
        return self._features[list(indices)]
