"""Still measures along time: of each drawing of a clip, with the frame where each is worst."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from statistics import median

import torch

from ..holds import HoldPattern
from ..measure import Measure
from ..measurement import Measurement
from .sharpness import EDGE_WIDTH
from .still.blocks import BLOCKINESS
from .still.exposure import CLIPPED, CONTRAST
from .still.noise import NOISE
from .still.still_quality import Results, absence_of, facts_of, measure_picture, numbers_of

# Those that take a few milliseconds each: AnimeStillQuality has all. Soft lines count for a clip;
# the others have the still's thresholds and decide nothing, unless a profile wants it.
STILL_MEASURES = (
    EDGE_WIDTH,
    *(replace(measure, required=False) for measure in (NOISE, BLOCKINESS, CLIPPED)),
    CONTRAST,
)


def still_measurements(
    frames: torch.Tensor,
    pattern: HoldPattern,
    measures: Mapping[str, Measure],
    looked: Callable[[int], None],
) -> tuple[Measurement, ...]:
    """Measure the drawings of a clip as stills: the median over them.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        pattern: how the drawings are held; a held frame is its drawing again.
        measures: by name, as a profile wants them.
        looked: called with each drawing that is done; may raise to stop.

    Returns:
        Those of `STILL_MEASURES`; their worst frames stand in the details.
    """
    drawn = []
    for drawing in pattern.drawings:
        drawn.append(measure_picture(frames[drawing], STILL_MEASURES))
        looked(drawing)
    return tuple(_measurement(measures[each.name], drawn, pattern) for each in STILL_MEASURES)


def _measurement(measure: Measure, drawn: Sequence[Results], pattern: HoldPattern) -> Measurement:
    numbers = numbers_of(drawn, measure.name)
    per_frame = pattern.along_frames(numbers)
    known = [number for number in numbers if number is not None]
    if not known:
        return measure.absent(absence_of(drawn, measure.name), per_frame)
    worst = measure.better.worst(known)
    details = {"worst": worst, "worst_frame": pattern.drawings[numbers.index(worst)]}
    usual = median(known)
    return measure.measured(usual, None, facts_of(usual), per_frame, details)
