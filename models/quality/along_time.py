"""Still measures along time: of each drawing of a clip, with the frame where each is worst."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from statistics import median

import torch

from ..holds import HoldPattern
from ..report import Better, Measure, Measurement, Verdict
from .still import measures as still
from .still.score import REASONS_OF, Values, absence_of, values_of

# Those that take a few milliseconds each: AnimeStillQuality has all. Soft lines count for a clip;
# the others have the still's thresholds and decide nothing, unless a profile wants it.
EDGE_WIDTH = still.EDGE_WIDTH
NOISE, BLOCKINESS, CLIPPED = (
    replace(measure, required=False) for measure in (still.NOISE, still.BLOCKINESS, still.CLIPPED)
)
CONTRAST = still.CONTRAST
STILL_MEASURES = (EDGE_WIDTH, NOISE, BLOCKINESS, CLIPPED, CONTRAST)


def still_measurements(
    frames: torch.Tensor,
    pattern: HoldPattern,
    measures: Mapping[str, Measure],
    looked: Callable[[int], None],
) -> tuple[Measurement, ...]:
    """Still measures of a clip: the median over its drawings.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        pattern: how the drawings are held; a held frame is its drawing again.
        measures: by name, as a profile wants them.
        looked: called with each drawing that is done; may raise to stop.

    Returns:
        Those of `STILL_MEASURES`; their worst frames stand in the details.
    """
    names = [each.name for each in STILL_MEASURES]
    drawn = []
    for drawing in pattern.drawings:
        drawn.append(values_of(frames[drawing], names))
        looked(drawing)
    return tuple(_measurement(measures[each.name], drawn, pattern) for each in STILL_MEASURES)


def _measurement(measure: Measure, drawn: list[Values], pattern: HoldPattern) -> Measurement:
    values = [each[measure.name] for each in drawn]
    per_frame = [
        value for value, length in zip(values, pattern.lengths, strict=True) for _ in range(length)
    ]
    known = [value for value in values if value is not None]
    if not known:
        return measure.absent(absence_of(measure.name, drawn), per_frame)
    usual = median(known)
    worst = min(known) if measure.better is Better.HIGHER else max(known)
    short = float(f"{usual:.3g}")
    said = {"value": short, "width": short, "percent": float(f"{usual * 100:.3g}")}
    details = {"worst": worst, "worst_frame": pattern.drawings[values.index(worst)]}
    good, bad = REASONS_OF[measure.name]
    measured = measure.measured(usual, good, said, per_frame, details)
    if measured.verdict is Verdict.FAIL:
        measured = measure.measured(usual, bad, said, per_frame, details)
    return measured
