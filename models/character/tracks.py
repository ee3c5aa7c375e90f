"""Tracking: links detections of the same person from frame to frame, by place and appearance."""

from dataclasses import dataclass

import numpy as np
import torch

from ..dependency import require
from .detection import Embedder
from .detections import Detections

# Weights of place and appearance in the cost of a link.
PLACE, APPEARANCE = 0.5, 0.5
# Largest cost of a link: a good match of appearance is enough without a match of place, as after a
# cut. Least match of appearance: a match of place isn't enough to link two different people.
MOST_COST, LEAST_APPEARANCE = 0.7, 0.2
# Frames that a person may be hidden, for example behind another one, without losing the track.
MOST_GAP = 12
# Weight of the newest motion in the expected motion; below 1, so that a shaking box matters less.
FRESH = 0.5


@dataclass
class _Track:
    """A person tracked over several frames.

    Attributes:
        number: number of the track, from 0.
        person: index of the newest detection in `Detections.people`.
        frame: frame of that detection.
        box: its left, top, right and bottom.
        motion: expected change of the box per frame, shape (4,).
    """

    number: int
    person: int
    frame: int
    box: np.ndarray
    motion: np.ndarray

    def expected(self, frame: int) -> np.ndarray:
        """Return the box expected at a frame, as its motion continues."""
        return self.box + self.motion * (frame - self.frame)


def track_people(detections: Detections, embedder: Embedder) -> tuple[int, ...]:
    """Link people from frame to frame, one to one at the least total cost.

    Method: SORT (Bewley et al. 2016) with appearance beside place, as in DeepSORT (Wojke et al.
    2017). `scipy.optimize.linear_sum_assignment` minimises a cost of the overlap of a box with
    the one that the track's motion predicts, and of the similarity to the track's last embedding.

    Args:
        detections: detections of the frames, in order.
        embedder: embedder that made their embeddings.

    Returns:
        The track number of each person in `detections.people`.
    """
    numbers = [0] * len(detections.people)
    boxes = np.array([each.box for each in detections.people], dtype=np.float64).reshape(-1, 4)
    tracks: list[_Track] = []
    count = 0
    for frame, row in enumerate(detections.rows):
        tracks = [each for each in tracks if frame - each.frame <= MOST_GAP]
        links = _match_tracks(tracks, row, frame, boxes, detections.embeddings, embedder)
        for person in row:
            track = links.get(person)
            if track is None:
                track = _Track(count, person, frame, boxes[person], np.zeros(4))
                tracks.append(track)
                count += 1
            else:
                motion = (boxes[person] - track.box) / (frame - track.frame)
                track.motion = (1 - FRESH) * track.motion + FRESH * motion
                track.person, track.frame, track.box = person, frame, boxes[person]
            numbers[person] = track.number
    return tuple(numbers)


def _match_tracks(
    tracks: list[_Track],
    row: range,
    frame: int,
    boxes: np.ndarray,
    embeddings: torch.Tensor,
    embedder: Embedder,
) -> dict[int, _Track]:
    """Match the tracks to the detections of the next frame; return the track by person."""
    if not tracks or not row:
        return {}
    expected = np.stack([each.expected(frame) for each in tracks])
    last = embeddings[[each.person for each in tracks]]
    similarity = embedder.similarities(last, embeddings[row.start : row.stop]).numpy()
    # 1 for the same picture and 0.5 at the threshold, linear in between and down to 0.
    margin = 1 - embedder.threshold
    appearance = np.clip(0.5 + (similarity - embedder.threshold) / (2 * margin), 0, 1)
    place = overlaps(expected, boxes[row.start : row.stop])
    cost = PLACE * (1 - place) + APPEARANCE * (1 - appearance)
    is_allowed = (cost <= MOST_COST) & (appearance >= LEAST_APPEARANCE)
    # A forbidden link costs more than all allowed ones together, so that the assignment has as many
    # allowed links as possible.
    full_cost = np.where(is_allowed, cost, 1 + cost.size)
    indices = require("scipy.optimize").linear_sum_assignment(full_cost)
    pairs = zip(*(each.tolist() for each in indices), strict=True)
    return {row[i]: tracks[t] for t, i in pairs if is_allowed[t, i]}


def overlaps(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the intersection over union of every box of `first` with every one of `second`.

    Args:
        first: boxes as left, top, right, bottom, shape (m, 4).
        second: boxes as left, top, right, bottom, shape (n, 4).

    Returns:
        Shares in 0–1, shape (m, n).

    Examples:
        >>> boxes = np.array([[0.0, 0.0, 1.0, 1.0], [0.5, 0.0, 1.0, 1.0]])
        >>> overlaps(boxes[:1], boxes).tolist()
        [[1.0, 0.5]]
    """
    start = np.maximum(first[:, None, :2], second[None, :, :2])
    end = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.clip(end - start, 0, None).prod(axis=-1)
    areas = [np.clip(each[:, 2:] - each[:, :2], 0, None).prod(axis=-1) for each in (first, second)]
    union = areas[0][:, None] + areas[1][None] - shared
    return shared / np.maximum(union, 1e-12)
