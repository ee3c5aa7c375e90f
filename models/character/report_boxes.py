"""Boxes of strangers and doubled figures in a character report, few enough for a database row."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from .detection import Box

STRANGERS, DOUBLED = "strangers", "doubled"  # keys in the details of a measurement
LEFT_OUT = "_left_out"  # after a key: how many boxes the list doesn't hold
MOST_BOXES = 250  # of a list: 9 KB of JSON
DECIMALS = 3  # a thousandth of the picture's side: a pixel


def boxes_as_details(key: str, rows: Sequence[Sequence[Box]]) -> dict[str, Any]:
    """Return the boxes of all frames as details of a measurement.

    Args:
        key: `STRANGERS` or `DOUBLED`.
        rows: boxes of each frame.

    Returns:
        At `key` a list of [frame, left, top, right, bottom], the first `MOST_BOXES` of them. Where
        there are more, their number stands beside it.
    """
    boxes = [
        [frame, *(round(edge, DECIMALS) for edge in box)]
        for frame, row in enumerate(rows)
        for box in row
    ]
    left_out = len(boxes) - MOST_BOXES
    return {key: boxes[:MOST_BOXES], **({key + LEFT_OUT: left_out} if left_out > 0 else {})}


def boxes_of_details(key: str, details: Mapping[str, Any]) -> Mapping[int, list[Box]]:
    """Return the boxes that `boxes_as_details` wrote, by frame; nothing in older reports."""
    boxes: dict[int, list[Box]] = defaultdict(list)
    for frame, *edges in details.get(key, ()):
        boxes[frame].append(Box(*edges))
    return boxes


def last_complete_frame(key: str, details: Mapping[str, Any]) -> int | None:
    """Return the frame after which boxes were left out; None if all of them are there."""
    return details[key][-1][0] if details.get(key + LEFT_OUT) else None
