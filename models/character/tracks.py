"""Tracks: who in one frame is whom in the next, by place and by looks."""

from dataclasses import dataclass

import numpy as np
import torch

from ..dependency import require
from .detection import Embedder
from .detections import Detections

# The same person, half by place and half by looks. Looks alone carry over a cut of the camera;
# place alone doesn't make somebody else of quite other looks the same.
PLACE, LOOKS = 0.5, 0.5
MOST_COST, LEAST_LOOKS = 0.7, 0.2
# Frames that somebody may be out of sight, behind another say, and still be followed.
MOST_GAP = 12
# Of a step's motion that goes into the expected one, so that a shaking box doesn't throw it off.
FRESH = 0.5


@dataclass
class _Track:
    """Somebody who is followed: their number, where and when they were last, how they move."""

    number: int
    person: int
    frame: int
    box: np.ndarray
    motion: np.ndarray

    def expected(self, frame: int) -> np.ndarray:
        """Where the box should be at a frame."""
        return self.box + self.motion * (frame - self.frame)


def follow(detections: Detections, embedder: Embedder) -> tuple[int, ...]:
    """Link everybody from frame to frame, one to one at the least total cost.

    Method: as SORT (Bewley et al. 2016) with looks beside place, as in DeepSORT (Wojke et al.
    2017): `scipy.optimize.linear_sum_assignment` over the overlap of the box with where motion
    takes it, and the likeness to how they looked last.

    Args:
        detections: of the frames, in order.
        embedder: what described everybody.

    Returns:
        The number of their track for everybody in `detections.people`.
    """
    numbers = [0] * len(detections.people)
    boxes = np.array([each.box for each in detections.people], dtype=np.float64).reshape(-1, 4)
    tracks: list[_Track] = []
    begun = 0
    for frame, row in enumerate(detections.rows):
        tracks = [each for each in tracks if frame - each.frame <= MOST_GAP]
        links = _links(tracks, row, frame, boxes, detections.embeddings, embedder)
        for person in row:
            track = links.get(person)
            if track is None:
                track = _Track(begun, person, frame, boxes[person], np.zeros(4))
                tracks.append(track)
                begun += 1
            else:
                motion = (boxes[person] - track.box) / (frame - track.frame)
                track.motion = (1 - FRESH) * track.motion + FRESH * motion
                track.person, track.frame, track.box = person, frame, boxes[person]
            numbers[person] = track.number
    return tuple(numbers)


def _links(
    tracks: list[_Track],
    row: range,
    frame: int,
    boxes: np.ndarray,
    embeddings: torch.Tensor,
    embedder: Embedder,
) -> dict[int, _Track]:
    """Which track goes on in whom."""
    if not tracks or not row:
        return {}
    expected = np.stack([each.expected(frame) for each in tracks])
    before = embeddings[[each.person for each in tracks]]
    alike = embedder.similarities(before, embeddings[row.start : row.stop]).numpy()
    # 1 for the same picture, a half at the threshold, 0 as far below it as 1 is above.
    margin = 1 - embedder.threshold
    looks = np.clip(0.5 + (alike - embedder.threshold) / (2 * margin), 0, 1)
    place = overlaps(expected, boxes[row.start : row.stop])
    cost = PLACE * (1 - place) + LOOKS * (1 - looks)
    may = (cost <= MOST_COST) & (looks >= LEAST_LOOKS)
    # What may not be costs more than any links that may, however many.
    chosen = require("scipy.optimize").linear_sum_assignment(np.where(may, cost, 1 + cost.size))
    pairs = zip(*(each.tolist() for each in chosen), strict=True)
    return {row[i]: tracks[t] for t, i in pairs if may[t, i]}


def overlaps(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Intersection over union of every box of `first` with every one of `second`.

    Args:
        first, second: left, top, right, bottom, shapes (m, 4) and (n, 4).

    Returns:
        Shares in 0–1, shape (m, n).
    """
    start = np.maximum(first[:, None, :2], second[None, :, :2])
    end = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.clip(end - start, 0, None).prod(axis=-1)
    areas = [np.clip(each[:, 2:] - each[:, :2], 0, None).prod(axis=-1) for each in (first, second)]
    either = areas[0][:, None] + areas[1][None] - shared
    return shared / np.maximum(either, 1e-12)
