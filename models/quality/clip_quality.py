"""Is a clip clean: sharp lines, steady light, steady picture, drawings that come evenly?"""

from collections.abc import Callable, Mapping, Sequence

import torch

from ..frames import Absence, unmeasurable
from ..holds import HoldPattern, hold_pattern, without_light
from ..perceptual.structural import step_distances, structural_features
from ..report import Measure, Measurement, Report, Verdict, WorstFrame
from .along_time import still_measurements
from .clip_measures import MEASURES, TEMPORAL_MEASURES
from .temporal.clip_steps import walk
from .temporal.findings import Findings
from .temporal.motion import MOTION
from .temporal.scenes import scene_cuts, scenes

SUBJECT = "clip_quality"
LEAST_FRAMES = 3
LEAST_DRAWINGS = 3
# A frame that differs by so much (ΔE) is looked at on its own, even where it differs by light
# alone and shows the drawing before it: it may be a flash.
FLASHING = 10.0

Progress = Callable[[int, int], None] | None


def score_clip_quality(
    frames: torch.Tensor,
    fps: float,
    measures: Sequence[Measure] = MEASURES,
    report_progress: Progress = None,
) -> Report:
    """Score how clean a clip is, between its drawings and within its scenes.

    The hold pattern is found first: held frames are not looked at again, so that a clip on twos
    has the values it has on ones, and only `drawing_rate` tells them apart. What every measure
    responds to stands beside its declaration and in the node's help page.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        fps: frames per second.
        measures: `MEASURES`, as a profile wants them.
        report_progress: called with (steps done, steps in all), at least once a drawing; may
            raise to stop.

    Returns:
        A report of subject `clip_quality`; its worst frame is that of the failing measurement
        with the lowest score, of the required ones first.
    """
    by_name = {measure.name: measure for measure in measures}
    absence = unmeasurable(frames)
    if absence is not None:
        parts = tuple(measure.absent(absence) for measure in measures)
        return Report(SUBJECT, parts, len(frames), fps)
    count = len(frames)

    def looked(done: int, _: int) -> None:
        if report_progress is not None:
            report_progress(done, 3 * count)

    features = structural_features(frames, looked)
    steps = step_distances(features)
    moved = without_light(frames, steps)
    pattern = hold_pattern(torch.where(steps > FLASHING, steps, moved)[:-1].cpu())
    temporal = _temporal(frames, fps, features, moved, pattern, by_name, report_progress)
    still = still_measurements(
        frames, pattern, by_name, lambda drawing: looked(2 * count + drawing + 1, 0)
    )
    parts = (*still, *temporal)
    return Report(SUBJECT, parts, count, fps, _worst(parts))


def _temporal(
    frames: torch.Tensor,
    fps: float,
    features: torch.Tensor,
    moved: torch.Tensor,
    pattern: HoldPattern,
    measures: Mapping[str, Measure],
    report_progress: Progress,
) -> tuple[Measurement, ...]:
    drawings = list(pattern.drawings)
    wanted = [measures[measure.name] for measure in TEMPORAL_MEASURES]
    absence = unmeasurable(frames, LEAST_FRAMES) or _too_few(len(drawings))
    if absence is not None:
        return tuple(_without_time(measure, absence) for measure in wanted)
    drawn = features[drawings]
    into = [drawing - 1 for drawing in drawings[1:]]
    cuts = scene_cuts(drawn, moved[into])

    def walked(done: int, _: int) -> None:
        if report_progress is not None:
            report_progress(len(frames) + drawings[done - 1], 3 * len(frames))

    found = Findings(
        walk(frames, drawings, cuts, walked),
        pattern,
        scenes(cuts, len(drawings)),
        step_distances(drawn)[:-1].tolist(),
        fps,
    )
    return tuple(each.measurement(each.evaluate(found)) for each in wanted)


def _too_few(drawings: int) -> Absence | None:
    if drawings >= LEAST_DRAWINGS:
        return None
    if drawings == 1:
        return Absence("nothing_moves")
    return Absence("too_few_drawings", {"drawings": drawings, "least": LEAST_DRAWINGS})


def _without_time(measure: Measure, absence: Absence) -> Measurement:
    """Of a frozen clip the motion is known: there is none."""
    if measure.name == MOTION.name and absence.code == "nothing_moves":
        return measure.measured(0.0, "nothing_moves")
    return measure.absent(absence)


def _worst(parts: Sequence[Measurement]) -> WorstFrame | None:
    """Where to look first: at what fails, and what counts before what does not."""
    failing = [part for part in parts if part.verdict is Verdict.FAIL]
    failing.sort(key=lambda part: (not part.required, part.score))
    for part in failing:
        frame = part.worst_frame
        if frame is not None:
            return WorstFrame(frame, part.reason_code, part.reason)
    return None
