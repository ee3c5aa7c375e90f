"""Measurements with the scores that the domain gives them, for the tests of the editor's scores."""

from typing import Any

from ...models.frames import Absence
from ...models.measurement import Better
from ..measures import any_measure

MEASURES = (
    any_measure("a", "", Better.HIGHER, 0, 1, "test", threshold=0.7, required=True),
    any_measure("b", "", Better.LOWER, 0, 5, "test", threshold=2.0, required=True),
    any_measure("c", "", Better.BAND, 0, 4, "test", threshold=(0.5, 1.5), required=True),
    any_measure("d", "", Better.HIGHER, 0, 1, "test", threshold=1, required=True),
    any_measure("e", "", Better.LOWER, 0, 1, "test"),
)
VALUES = (-1, 0, 0.2, 0.5, 0.7, 1, 1.4, 1.5, 2, 3, 5, 9)


def domain_scores() -> list[dict[str, Any]]:
    """Return measurements as JSON values, each with its score."""
    measurements = [each.measured(value, "no_frames") for each in MEASURES for value in VALUES]
    measurements += [each.absent(Absence("no_frames")) for each in MEASURES]
    return [{"measurement": each.to_dict(), "score": each.score} for each in measurements]
