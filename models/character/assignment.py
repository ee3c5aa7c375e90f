"""Assignment of the detected people of each frame to the characters that a clip is scored for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..dependency import require
from ..scoring import BELOW_PASS

# Extra points (of 100) for a pair if the person's track was assigned to that character last. They
# exceed the noise in the scores of two similar people, so that noise doesn't swap the two. A real
# swap changes the points of each of them by about twice as much.
HOLD = 20.0
THRESHOLD = 50.0  # points at the threshold of any character
LEAST_GAIN = 1e-3  # points; a pair exactly at the threshold must be better than no pair


@dataclass(frozen=True)
class Assignment:
    """Assignment of detected people to characters.

    A person is an index into `Detections.people`; frames and characters count from 0.

    Attributes:
        people: for each character and frame, the person assigned to the character, similar to it
            or not; None where no person can be assigned.
        same: for each character and frame, True if that person reaches the character's threshold.
        doubled: for each character and frame, the further people who look like the character and
            are assigned to no character.
        strangers: for each frame, the people who look like none of the characters.
    """

    people: tuple[tuple[int | None, ...], ...]
    same: tuple[tuple[bool, ...], ...]
    doubled: tuple[tuple[tuple[int, ...], ...], ...]
    strangers: tuple[tuple[int, ...], ...]


def points_of(similarity: float, threshold: float, usual: float) -> float:
    """Return a similarity as points: 0 at a similarity of 0, 50 at `threshold`, 100 at `usual`.

    Unlike scores, points are linear, so that sums of them tell which pairs fit best.
    """
    room = usual - threshold
    if similarity >= threshold:
        share = (similarity - threshold) / room if room > 0 else 1.0
        return THRESHOLD + (100 - THRESHOLD) * min(share, 1.0)
    share = similarity / threshold if threshold > 0 else 0.0
    return min(THRESHOLD * max(share, 0.0), BELOW_PASS)


def assign(points: np.ndarray, rows: Sequence[range], tracks: Sequence[int]) -> Assignment:
    """Assign people to characters frame by frame, one to one, at the least total cost.

    First, people who reach a character's threshold are assigned to it. A pair gains the points by
    which it exceeds the threshold, and `HOLD` more if the person's track was that character last.
    Then a character without a person may get one of the remaining people, who is *different*. Two
    kinds of people are excluded there: a person who looks like any character, and a person whose
    track was ever in the same frame as that character. If nobody remains, the character isn't
    visible in the frame.

    Args:
        points: points of each person on the scale of each character, 0–100, 50 at its threshold;
            NaN where a character can't be compared; shape (people, characters).
        rows: for each frame, the people in it.
        tracks: track number of each person.

    Returns:
        The assignment.
    """
    count, characters = len(rows), points.shape[1]
    alike = np.nan_to_num(points, nan=-1.0) >= THRESHOLD
    margin = np.nan_to_num(points) - THRESHOLD
    same = _pairs_of_frames(margin + LEAST_GAIN, alike, rows, tracks, [{} for _ in rows])
    beside = _tracks_beside(same, rows, tracks, characters)
    like_nobody = np.asarray(~alike.any(axis=1))
    may_replace = np.zeros_like(alike)
    for person, track in enumerate(tracks):
        for character in range(characters):
            may_replace[person, character] = (
                like_nobody[person]
                and track not in beside[character]
                and not np.isnan(points[person, character])
            )
    different = _pairs_of_frames(
        np.nan_to_num(points) + LEAST_GAIN, may_replace, rows, tracks, same
    )

    people: list[list[int | None]] = [[None] * count for _ in range(characters)]
    is_same = [[False] * count for _ in range(characters)]
    doubled: list[list[tuple[int, ...]]] = [[()] * count for _ in range(characters)]
    strangers: list[tuple[int, ...]] = []
    for frame, row in enumerate(rows):
        assigned = {**same[frame], **different[frame]}
        for person, character in assigned.items():
            people[character][frame] = person
            is_same[character][frame] = person in same[frame]
        unassigned = [person for person in row if person not in assigned]
        for person in unassigned:
            if alike[person].any():
                most_similar = int(np.nanargmax(np.where(alike[person], points[person], -1)))
                doubled[most_similar][frame] += (person,)
        strangers.append(tuple(person for person in unassigned if not alike[person].any()))
    return Assignment(
        tuple(map(tuple, people)),
        tuple(map(tuple, is_same)),
        tuple(map(tuple, doubled)),
        tuple(strangers),
    )


def _pairs_of_frames(
    gain: np.ndarray,
    allowed: np.ndarray,
    rows: Sequence[range],
    tracks: Sequence[int],
    fixed: Sequence[dict[int, int]],
) -> list[dict[int, int]]:
    """Return the allowed pairs with the largest total gain: for each frame, character by person.

    Args:
        gain: gain of each pair, above 0 where it's allowed, shape (people, characters).
        allowed: True for each pair that may be made, same shape.
        rows: for each frame, the people in it.
        tracks: track number of each person.
        fixed: for each frame, the pairs that were made before and stay.
    """
    identity: dict[int, int] = {}
    frames = []
    for row, fixed_pairs in zip(rows, fixed, strict=True):
        frames.append(_best_pairs(gain, allowed, row, tracks, fixed_pairs, identity))
        for person, character in {**fixed_pairs, **frames[-1]}.items():
            identity[tracks[person]] = character
    return frames


def _best_pairs(
    gain: np.ndarray,
    allowed: np.ndarray,
    row: range,
    tracks: Sequence[int],
    fixed_pairs: dict[int, int],
    identity: dict[int, int],
) -> dict[int, int]:
    """Return the pairs of one frame; `identity` holds each track's last assigned character."""
    people = [person for person in row if person not in fixed_pairs and allowed[person].any()]
    free = [each for each in range(gain.shape[1]) if each not in fixed_pairs.values()]
    if not people or not free:
        return {}
    is_allowed = allowed[np.ix_(people, free)]
    is_same_track = np.array([[identity.get(tracks[p]) == c for c in free] for p in people])
    cost = -np.where(is_allowed, gain[np.ix_(people, free)] + HOLD * is_same_track, 0.0)
    indices = require("scipy.optimize").linear_sum_assignment(cost)
    pairs = zip(*(each.tolist() for each in indices), strict=True)
    return {people[i]: free[c] for i, c in pairs if is_allowed[i, c]}


def _tracks_beside(
    same: Sequence[dict[int, int]], rows: Sequence[range], tracks: Sequence[int], characters: int
) -> list[set[int]]:
    """Return for each character the tracks that were in the same frame as it, so can't be it."""
    beside: list[set[int]] = [set() for _ in range(characters)]
    for row, pairs in zip(rows, same, strict=True):
        tracks_in_frame = {tracks[person] for person in row}
        for person, character in pairs.items():
            beside[character] |= tracks_in_frame - {tracks[person]}
    return beside
