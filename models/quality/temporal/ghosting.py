"""Ghosting: a neighbouring drawing shines through."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from ...frames import Absence
from ...measure import Measure, Value, short
from ...measurement import Better
from .working_picture import WorkingPicture

if TYPE_CHECKING:
    from .findings import Findings

# Px at the working size that a pixel must move in both steps. The finest detail is then elsewhere
# in each drawing, so that a pixel's value in one says nothing about its value in the next.
MOVING = 1.5
LEAST_MOVING = 0.008  # share of the pixels that must move so much
INDEPENDENT = -0.5  # correlation of two successive differences of three independent numbers
# Correlation above which a drawing is the mean of its neighbours. So many drawings in a row are a
# dissolve; single ones are in-betweens that were cross-faded.
MEAN_OF_NEIGHBOURS = 0.7
DISSOLVE = 3


def detail_correlation(
    before: WorkingPicture, middle: WorkingPicture, after: WorkingPicture, slower: torch.Tensor
) -> float | None:
    """Return the correlation of the changes of the finest detail before and after a drawing.

    Lines that are wider than a step is long change slowly, and detail that is left without them may
    be noise that a compression holds. So the lower correlation of the two kinds of detail counts.

    Args:
        before: the drawing before.
        middle: the drawing.
        after: the drawing after.
        slower: lower of the two speeds of each pixel of the middle drawing, px, shape (height,
            width).
    """
    moving = slower > MOVING
    if moving.float().mean() < LEAST_MOVING:
        return None
    drawings = before, middle, after
    fine = [each.fine * moving for each in drawings]
    without_lines = [each.without_lines * moving for each in drawings]
    correlations = [_correlation(*fine), _correlation(*without_lines)]
    measured = [each for each in correlations if each is not None]
    return min(measured, default=None)


def _correlation(before: torch.Tensor, middle: torch.Tensor, after: torch.Tensor) -> float | None:
    first, second = middle - before, after - middle
    squares = (first.square().sum() * second.square().sum()).sqrt().item()
    return (first * second).sum().item() / squares if squares > 0 else None


def share_of_neighbour(correlation: float) -> float:
    """Return the share of the drawing before in each drawing that leads to a correlation.

    If detail moves on, three successive drawings show independent values in a pixel. Their two
    differences are then correlated by −½. If each drawing contains a share a of the one before, the
    noise of the values becomes a moving average of two, and with q = a (1 − a) the correlation is
    (2 q − ½) / (1 − 3 q), 0 for a half. Above 0 the share grows linearly, up to 1 for a drawing
    that is the mean of its neighbours.

    Examples:
        >>> [round(share_of_neighbour(each), 2) for each in (-0.6, -0.5, -0.346, 0.0, 1.0)]
        [0.0, 0.0, 0.2, 0.5, 1.0]
    """
    if correlation <= INDEPENDENT:
        return 0.0
    if correlation >= 0:
        return (1 + correlation) / 2
    product = (correlation - INDEPENDENT) / (2 + 3 * correlation)
    return (1 - math.sqrt(max(0.0, 1 - 4 * product))) / 2


def _without_dissolves(correlations: Sequence[float | None]) -> list[float | None]:
    """Return the correlations, None at drawings that are part of a dissolve."""
    kept = list(correlations)
    start = 0
    for place in range(len(kept) + 1):
        correlation = kept[place] if place < len(kept) else None
        if correlation is not None and correlation > MEAN_OF_NEIGHBOURS:
            continue
        if place - start >= DISSOLVE:
            kept[start:place] = [None] * (place - start)
        start = place + 1
    return kept


def _ghosting(findings: "Findings") -> Value | Absence:
    triplets = findings.clip_steps.triplets
    correlations = [None if each is None else each.detail_correlation for each in triplets]
    shares = [
        None if each is None else 100 * share_of_neighbour(each)
        for each in _without_dissolves(correlations)
    ]
    measured = [each for each in shares if each is not None]
    if len(measured) < sum(each is not None for each in triplets) / 2:
        return Absence(NOTHING_FAST, counts=False)
    mean = sum(measured) / len(measured)
    facts = {"percent": short(mean)}
    return Value(mean, facts, per_frame=findings.pattern.along_frames(shares))


NOTHING_FAST = "nothing_fast"
GHOSTING = Measure(
    "ghosting",
    unit="% of a neighbour",
    better=Better.LOWER,
    high=75.0,
    backend="detail-changes",
    threshold=32.0,
    required=True,
    answers_to="Ghosts: share of the drawing before that shines through, where something moves, "
    "in %",
    function=_ghosting,
    passes="no_ghosts",
    fails="ghosts",
    absences=(NOTHING_FAST,),
)
