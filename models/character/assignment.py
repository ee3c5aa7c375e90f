"""Who is who: everybody in every frame against the characters that were asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..dependency import require

# Points of a hundred that a track's identity is worth: noise in two similar people's scores
# doesn't swap them, while a real swap is worth twice as much to each.
HOLD = 20.0
THRESHOLD = 50.0  # points at the threshold of any character
LEAST_GAIN = 1e-3  # so that just reaching the threshold is better than nothing


@dataclass(frozen=True)
class Assignment:
    """Who is who. People are numbers in the sight; frames and characters count from 0.

    Attributes:
        seen: for each character and frame, who stands for it, alike or not; None where nobody can.
        same: for each character and frame, whether who stands for it reaches its threshold.
        doubled: for each character and frame, who else looks like it and is nobody else.
        strangers: for each frame, who is none of the characters.
    """

    seen: tuple[tuple[int | None, ...], ...]
    same: tuple[tuple[bool, ...], ...]
    doubled: tuple[tuple[tuple[int, ...], ...], ...]
    strangers: tuple[tuple[int, ...], ...]


def assign(points: np.ndarray, rows: Sequence[range], tracks: Sequence[int]) -> Assignment:
    """Assign people to characters frame by frame, one to one, at the least total cost.

    First those who reach a character's threshold: by how far they are above it, and `HOLD` more
    for the character that their track was last. Where a character is left over, one of the people
    who are left over may stand for it, and is then *different*: not one who looks like another
    character, and not one whose track was ever beside that character: that is a stranger, and the
    character isn't visible.

    Args:
        points: 0–100 of everybody by every character's scale, 50 at its threshold; NaN where a
            character can't be compared; shape (people, characters).
        rows: for each frame, the numbers of those who are in it.
        tracks: the track of everybody.

    Returns:
        Who is who.
    """
    count, characters = len(rows), points.shape[1]
    alike = np.nan_to_num(points, nan=-1.0) >= THRESHOLD
    margin = np.nan_to_num(points) - THRESHOLD
    same = _held_pairs(margin + LEAST_GAIN, alike, rows, tracks, [{} for _ in rows])
    beside = _strangers_to_each(same, rows, tracks, characters)
    like_nobody = ~alike.any(axis=1)
    could_stand = np.zeros_like(alike)
    for person, track in enumerate(tracks):
        for character in range(characters):
            could_stand[person, character] = (
                like_nobody[person]
                and track not in beside[character]
                and not np.isnan(points[person, character])
            )
    stand = _held_pairs(np.nan_to_num(points) + LEAST_GAIN, could_stand, rows, tracks, same)

    seen: list[list[int | None]] = [[None] * count for _ in range(characters)]
    is_same = [[False] * count for _ in range(characters)]
    doubled: list[list[tuple[int, ...]]] = [[()] * count for _ in range(characters)]
    strangers: list[tuple[int, ...]] = []
    for frame, row in enumerate(rows):
        found = {**same[frame], **stand[frame]}
        for person, character in found.items():
            seen[character][frame] = person
            is_same[character][frame] = person in same[frame]
        left = [person for person in row if person not in found]
        for person in left:
            if alike[person].any():
                likest = int(np.nanargmax(np.where(alike[person], points[person], -1)))
                doubled[likest][frame] += (person,)
        strangers.append(tuple(person for person in left if not alike[person].any()))
    return Assignment(
        tuple(map(tuple, seen)),
        tuple(map(tuple, is_same)),
        tuple(map(tuple, doubled)),
        tuple(strangers),
    )


def _held_pairs(
    gain: np.ndarray,
    allowed: np.ndarray,
    rows: Sequence[range],
    tracks: Sequence[int],
    taken: Sequence[dict[int, int]],
) -> list[dict[int, int]]:
    """For each frame, person → character of the allowed pairs with the most gain.

    Args:
        gain: of each pair, above 0 where it's allowed, shape (people, characters).
        allowed: which pairs may be, same shape.
        rows, tracks: as in `assign`.
        taken: pairs of each frame that stand already.
    """
    identity: dict[int, int] = {}
    frames = []
    for row, standing in zip(rows, taken, strict=True):
        frames.append(_best_pairs(gain, allowed, row, tracks, standing, identity))
        for person, character in {**standing, **frames[-1]}.items():
            identity[tracks[person]] = character
    return frames


def _best_pairs(
    gain: np.ndarray,
    allowed: np.ndarray,
    row: range,
    tracks: Sequence[int],
    standing: dict[int, int],
    identity: dict[int, int],
) -> dict[int, int]:
    people = [person for person in row if person not in standing and allowed[person].any()]
    free = [each for each in range(gain.shape[1]) if each not in standing.values()]
    if not people or not free:
        return {}
    may = allowed[np.ix_(people, free)]
    held = np.array([[identity.get(tracks[p]) == c for c in free] for p in people])
    cost = -np.where(may, gain[np.ix_(people, free)] + HOLD * held, 0.0)
    chosen = require("scipy.optimize").linear_sum_assignment(cost)
    pairs = zip(*(each.tolist() for each in chosen), strict=True)
    return {people[i]: free[c] for i, c in pairs if may[i, c]}


def _strangers_to_each(
    same: Sequence[dict[int, int]], rows: Sequence[range], tracks: Sequence[int], characters: int
) -> list[set[int]]:
    """For each character, the tracks that were in a frame beside it: they can't be it."""
    beside: list[set[int]] = [set() for _ in range(characters)]
    for row, found in zip(rows, same, strict=True):
        here = {tracks[person] for person in row}
        for person, character in found.items():
            beside[character] |= here - {tracks[person]}
    return beside
