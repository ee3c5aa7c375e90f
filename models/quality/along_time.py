"""Still measures of a clip: each drawing is measured as a still, and the worst one is named."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from statistics import median

from ..holds import HoldPattern
from ..measure import Measure
from ..measurement import Measurement
from ..rgb_frames import Frames
from .sharpness import EDGE_WIDTH
from .still.blocks import BLOCKINESS
from .still.dither import DITHERED
from .still.exposure import CLIPPED, CONTRAST
from .still.noise import NOISE
from .still.posterisation import POSTERISATION
from .still.still_quality import Results, absence_of, facts_of, measure_in_order, numbers_of

# The still measures that take a few milliseconds each; the node AnimeStillQuality has all of them.
# Clipped light can be intended in a shot, so it decides nothing unless a profile requires it.
STILL_MEASURES = (
    EDGE_WIDTH,
    NOISE,
    BLOCKINESS,
    POSTERISATION,
    replace(CLIPPED, required=False),
    CONTRAST,
)


def still_measurements(
    frames: Frames,
    pattern: HoldPattern,
    measures: Mapping[str, Measure],
    report_drawing: Callable[[int], None],
    show_partial: Callable[[Callable[[], Sequence[Measurement]]], object],
) -> tuple[Measurement, ...]:
    """Measure the drawings of a clip as stills.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        pattern: hold pattern of the clip. Held frames repeat a drawing and aren't measured again.
        measures: the measures by name, with the thresholds of the profile.
        report_drawing: called with the index of the first frame of each drawing that was measured,
            again and again while the next drawing takes long; may raise to stop.
        show_partial: called after each drawing with a function that returns the measurements of the
            drawings so far.

    Returns:
        Measurements of `STILL_MEASURES`: the median over the drawings, with the worst drawing in
        the details.
    """
    results: list[Results] = []

    def report_last() -> None:
        if results:
            report_drawing(pattern.drawings[len(results) - 1])

    for values in measure_in_order(frames, pattern.drawings, STILL_MEASURES, poll=report_last):
        results.append(values)
        report_last()
        show_partial(lambda: _measurements(measures, results, pattern.of_drawings(len(results))))
    return _measurements(measures, results, pattern)


def _measurements(
    measures: Mapping[str, Measure], results: Sequence[Results], pattern: HoldPattern
) -> tuple[Measurement, ...]:
    return tuple(_measurement(measures[each.name], results, pattern) for each in STILL_MEASURES)


def _measurement(measure: Measure, results: Sequence[Results], pattern: HoldPattern) -> Measurement:
    numbers = numbers_of(results, measure.name)
    per_frame = pattern.along_frames(numbers)
    measured = [number for number in numbers if number is not None]
    if not measured:
        absence = absence_of(results, measure.name)
        # A dither hides noise and blocks, as GIF files have it, but the motion can be judged.
        counts = absence.counts and absence.code != DITHERED
        return measure.absent(absence._replace(counts=counts), per_frame)
    worst = measure.better.worst(measured)
    details = {"worst": worst, "worst_frame": pattern.drawings[numbers.index(worst)]}
    middle = median(measured)
    return measure.measured(middle, None, facts_of(middle), per_frame, details)
