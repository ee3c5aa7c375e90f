"""Melting: the drawing deforms from drawing to drawing, apart from its motion."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from ...frames import Absence
from ...measure import Measure, Value
from ...measurement import Better
from .steadiness import FROM_DIFFERENCE, FROM_MEDIAN
from .step_flow import FLOW

if TYPE_CHECKING:
    from .findings import Findings

LEAST_CELLS = 0.02  # share of the cells that must be followed through five drawings
NOT_FOLLOWED = "not_followed"


def deformations(cell_displacements: Sequence[torch.Tensor | None]) -> list[float | None]:
    """Return how far the parts of each drawing are from their paths, apart from the whole picture.

    The path of a cell is a curve of the third degree through two drawings on either side, as in
    `steadiness.shaking`. Hair and cloth that wave evenly follow such a curve.

    Args:
        cell_displacements: `Triplet.cell_displacements` of each drawing, None where there is none.

    Returns:
        The median of the cells at each drawing, as a share of the shorter side, so that a part
        that is drawn anew doesn't count; None where too little could be followed.
    """
    local = [None if each is None else _without_common(each) for each in cell_displacements]
    distances: list[float | None] = [None] * len(local)
    for place in range(1, len(local) - 1):
        before, middle, after = local[place - 1 : place + 2]
        if before is None or middle is None or after is None:
            continue
        across, down = (before - 2 * middle + after) * FROM_DIFFERENCE
        lengths = torch.hypot(across, down).flatten()
        followed = lengths[lengths.isfinite()]
        if len(followed) >= LEAST_CELLS * len(lengths):
            distances[place] = followed.median().item()
    return distances


def _without_common(displacements: torch.Tensor) -> torch.Tensor:
    common = displacements.flatten(1).nanmedian(dim=1).values
    return displacements - common[:, None, None]


def _melting(findings: "Findings") -> Value | Absence:
    triplets = findings.clip_steps.triplets
    distances = deformations(
        [None if each is None else each.cell_displacements for each in triplets]
    )
    # The median of the lengths of random displacements is below their root mean square.
    percentages = [None if each is None else 100 * FROM_MEDIAN * each for each in distances]
    return findings.median_value(percentages, 1.0, NOT_FOLLOWED)


MELTING = Measure(
    "melting",
    unit="% of shorter side",
    better=Better.LOWER,
    high=1.0,
    backend=FLOW,
    # As for `jitter`: displacements of a fifth of a percent move lines visibly back and forth.
    threshold=0.2,
    required=True,
    answers_to="Melting: how far the parts of the drawing swim off their paths, in % of the "
    "shorter side. The motion of the whole picture, and even motion, don't count",
    function=_melting,
    passes="firm_drawing",
    fails="melts",
    absences=(NOT_FOLLOWED,),
)
