"""One pass of a detector and an embedder over a clip, a few frames at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch

from ..rgb_frames import Frames
from .detection import Detection, IdentityModel

# Size of a batch of frames: eight at 1280 × 720, a single one if it is very large.
MOST_FRAMES, MOST_PIXELS = 8, 8 * 1280 * 720
# Pixels. A person is "too small" and left out if the shorter side of the crop is below this. It is
# the size of the smallest faces that the anime face cascade was trained on; in these, an eye is
# about five pixels wide.
LEAST_CROP = 24
# Pixels of the shorter side, and of the area of the box, of a marked person. Colours of hair and
# outfit need less than a face: a fifth of 480 px, half turned and cut in half, is 96 × 12.
LEAST_MARKED, LEAST_MARKED_AREA = 10, LEAST_CROP**2


@dataclass(frozen=True, eq=False)
class Detections:
    """All people detected in some frames, with their embeddings, on the CPU.

    Attributes:
        people: detections of all frames in order, without figure, landmarks and mask, which only
            the embedder needs.
        rows: for each frame, the indices of its detections in `people`.
        embeddings: embeddings of `people`, shape (people, dimensions); (0, 0) if there are none.
        too_small: for each frame, the number of people left out as too small.
    """

    people: tuple[Detection, ...]
    rows: tuple[range, ...]
    embeddings: torch.Tensor
    too_small: tuple[int, ...]

    @property
    def most_people(self) -> int:
        """Largest number of people in a frame."""
        return max(map(len, self.rows), default=0)


def detect_people(
    frames: Frames,
    model: IdentityModel,
    report_progress: Callable[[int, int], None] | None = None,
    show_partial: Callable[[Callable[[], Detections]], object] | None = None,
) -> Detections:
    """Detect all people in every frame and make their embeddings.

    The detector and the embedder run once over each frame. Only boxes and embeddings are kept, so
    that the memory hardly grows with the number of frames.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3), on any device.
        model: detector and embedder.
        report_progress: called with (frames done, frames in all); what it raises ends the work.
        show_partial: called after each batch with a function that returns the detections so far.

    Returns:
        The detections.
    """
    people: list[Detection] = []
    rows: list[range] = []
    embeddings: list[torch.Tensor] = []
    too_small: list[int] = []

    def detections_so_far() -> Detections:
        all_embeddings = torch.cat(embeddings) if embeddings else torch.zeros(0, 0)
        return Detections(tuple(people), tuple(rows), all_embeddings, tuple(too_small))

    for chunk in chunks(frames):
        detected = model.detect(chunk, len(rows))
        is_large = _is_large if model.marks is None else _is_large_mark
        large = [[each for each in row if is_large(each, chunk)] for row in detected]
        too_small += [len(a) - len(b) for a, b in zip(detected, large, strict=True)]
        if any(large):
            embeddings.append(model.embedder.embed(chunk, large).cpu())
        for row in large:
            rows.append(range(len(people), len(people) + len(row)))
            people += [replace(each, figure=None, landmarks=None, mask=None) for each in row]
        if report_progress is not None:
            report_progress(len(rows), len(frames))
        if show_partial is not None:
            show_partial(detections_so_far)
    return detections_so_far()


def chunks(frames: Frames) -> Iterator[torch.Tensor]:
    """Return the frames in batches small enough to work on."""
    height, width = frames.shape[1:3]
    count = min(max(MOST_PIXELS // max(height * width, 1), 1), MOST_FRAMES)
    return (frames[start : start + count] for start in range(0, len(frames), count))


def _is_large(detection: Detection, frames: torch.Tensor) -> bool:
    return min(_size(detection, frames)) >= LEAST_CROP


def _is_large_mark(detection: Detection, frames: torch.Tensor) -> bool:
    width, height = _size(detection, frames)
    return min(width, height) >= LEAST_MARKED and width * height >= LEAST_MARKED_AREA


def _size(detection: Detection, frames: torch.Tensor) -> tuple[float, float]:
    """Return the width and height of a detection's crop in pixels."""
    height, width = frames.shape[1:3]
    left, top, right, bottom = detection.crop
    return (right - left) * width, (bottom - top) * height
