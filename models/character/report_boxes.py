"""Boxes of strangers and doubled characters in a report, limited to fit into a database row."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from .detection import Box

STRANGERS, DOUBLED = "strangers", "doubled"  # keys in the details of a measurement
LEFT_OUT = "_left_out"  # suffix of the key for the number of boxes that the list leaves out
MOST_BOXES = 250  # in a list, which is then 9 KB of JSON
DECIMALS = 3  # a thousandth of the picture's side is about a pixel


def boxes_as_details(key: str, rows: Sequence[Sequence[Box]]) -> dict[str, Any]:
    """Return the boxes of all frames as details of a measurement.

    Args:
        key: `STRANGERS` or `DOUBLED`.
        rows: boxes of each frame.

    Returns:
        The first `MOST_BOXES` boxes at `key`, a list of [frame, left, top, right, bottom]. If there
        are more, the number left out is at `key` with the suffix `LEFT_OUT`.

    Examples:
        >>> boxes_as_details(STRANGERS, [[], [Box(0.1, 0.2, 0.3, 0.4)]])
        {'strangers': [[1, 0.1, 0.2, 0.3, 0.4]]}
    """
    boxes = [
        [frame, *(round(edge, DECIMALS) for edge in box)]
        for frame, row in enumerate(rows)
        for box in row
    ]
    left_out = len(boxes) - MOST_BOXES
    return {key: boxes[:MOST_BOXES], **({key + LEFT_OUT: left_out} if left_out > 0 else {})}


def boxes_of_details(key: str, details: Mapping[str, Any]) -> Mapping[int, list[Box]]:
    """Return the boxes that `boxes_as_details` wrote, by frame; empty for an older report."""
    boxes: dict[int, list[Box]] = defaultdict(list)
    for frame, *edges in details.get(key, ()):
        boxes[frame].append(Box(*edges))
    return boxes


def last_complete_frame(key: str, details: Mapping[str, Any]) -> int | None:
    """Return the frame from which on boxes may be left out; None if no box is left out."""
    return details[key][-1][0] if details.get(key + LEFT_OUT) else None
