"""Soft stretches: drawings that are softer than the sharp ones of the same clip."""

import math
from typing import TYPE_CHECKING

import numpy as np

from ...frames import Absence
from ...measure import Measure, Value, short
from ...measurement import Better
from .light import FLASHED

if TYPE_CHECKING:
    from .findings import Findings

SHARP = 0.75  # quantile of the drawings, sorted by sharpness, that stands for the sharp ones


def _softening(findings: "Findings") -> Value | Absence:
    """Return the share of its finest detail that the softest drawing lacks.

    The finest detail is compared with the next coarser, as in no-reference measures of blur by
    re-blurring (Crete et al. 2007), so that what is drawn, and its contrast, cancel. Flat drawings
    and flashes, which have no lines, are left out.
    """
    fineness = np.array([math.nan if e is None else e for e in findings.clip_steps.fineness])
    fineness[findings.flash_shares >= FLASHED] = math.nan
    lost: np.ndarray = np.full(len(fineness), math.nan)
    for scene in findings.scenes:
        scene_fineness = fineness[scene.start : scene.stop]
        if np.isfinite(scene_fineness).any():
            sharp = max(float(np.nanquantile(scene_fineness, SHARP)), 1e-6)
            lost[scene.start : scene.stop] = 100 * (1 - scene_fineness / sharp)
    if not np.isfinite(lost).any():
        return Absence(NO_LINES, counts=False)
    lost = lost.clip(min=0)
    softest = int(np.nanargmax(lost))
    facts = {"percent": short(lost[softest]), "frame": findings.pattern.drawings[softest]}
    percentages = [None if math.isnan(each) else float(each) for each in lost]
    per_frame = findings.pattern.along_frames(percentages)
    return Value(float(lost[softest]), facts, per_frame=per_frame)


NO_LINES = "no_lines"
SOFTENING = Measure(
    "softening",
    unit="% of fine detail",
    better=Better.LOWER,
    high=100.0,
    backend="fine-detail",
    threshold=50.0,
    required=True,
    answers_to="Soft drawings among sharp ones: share of the finest detail that the softest "
    "drawing lacks against the clip's own sharp drawings, in %",
    function=_softening,
    passes="evenly_sharp",
    fails="soft_stretch",
    absences=(NO_LINES,),
)
