"""Who is seen in some frames: one pass of a detector and an embedder, a few frames at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch

from .detection import Detection, IdentityModel

# As much as the networks get at a time: a full batch of ordinary frames, a single very large one.
MOST_FRAMES, MOST_PIXELS = 8, 8 * 1280 * 720
# A crop with a shorter side is "too small", and its frame shows nobody: the smallest face that the
# anime face cascade was trained to find, of which an eye is some five pixels.
LEAST_CROP = 24


@dataclass(frozen=True, eq=False)
class Detections:
    """Who was seen in some frames, on the CPU. Everybody has a number, counted over all frames.

    Attributes:
        people: everybody who can be described, frame by frame; without what only the embedder
            needed of them.
        rows: for each frame, the numbers of those who are in it.
        embeddings: of `people`, shape (people, dimensions); (0, 0) where there is nobody.
        too_small: how many were too small to describe, for each frame.
    """

    people: tuple[Detection, ...]
    rows: tuple[range, ...]
    embeddings: torch.Tensor
    too_small: tuple[int, ...]

    @property
    def most(self) -> int:
        """The most people in any frame."""
        return max(map(len, self.rows), default=0)


def look_at(
    frames: torch.Tensor,
    model: IdentityModel,
    report_progress: Callable[[int, int], None] | None = None,
) -> Detections:
    """Find and describe everybody in every frame.

    One pass of the detector and one of the embedder for each frame. What is kept of a frame is
    small, so that the memory needed doesn't grow with the number of frames.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3), on any device.
        model: what to look with.
        report_progress: called with (frames done, frames in all); what it raises ends the work.

    Returns:
        Who was seen.
    """
    people: list[Detection] = []
    rows: list[range] = []
    embeddings: list[torch.Tensor] = []
    too_small: list[int] = []
    for chunk in chunks(frames):
        found = model.detector.detect(chunk)
        large = [[each for each in those if _large(each, chunk)] for those in found]
        too_small += [len(a) - len(b) for a, b in zip(found, large, strict=True)]
        if any(large):
            embeddings.append(model.embedder.embed(chunk, large).cpu())
        for each in large:
            rows.append(range(len(people), len(people) + len(each)))
            people += [replace(one, figure=None, landmarks=None) for one in each]
        if report_progress is not None:
            report_progress(len(rows), len(frames))
    together = torch.cat(embeddings) if embeddings else torch.zeros(0, 0)
    return Detections(tuple(people), tuple(rows), together, tuple(too_small))


def chunks(frames: torch.Tensor) -> Iterator[torch.Tensor]:
    """The frames in pieces small enough to work on; views, not copies."""
    height, width = frames.shape[1:3]
    count = min(max(MOST_PIXELS // max(height * width, 1), 1), MOST_FRAMES)
    yield from frames.split(count) if len(frames) else ()


def _large(detection: Detection, frames: torch.Tensor) -> bool:
    height, width = frames.shape[1:3]
    left, top, right, bottom = detection.crop
    return min((right - left) * width, (bottom - top) * height) >= LEAST_CROP
