"""Clip quality: report on sharp lines, steady light, a steady picture and evenly timed drawings."""

from collections.abc import Callable, Mapping, Sequence

import torch

from ..frames import Absence, too_little, unmeasurable
from ..holds import HoldPattern, hold_pattern, without_light
from ..partial_reports import ShowPartial
from ..perceptual.structural import step_distances, structural_features
from ..report import Measure, Measurement, Report, Verdict, WorstFrame
from ..rgb_frames import Frames
from .along_time import still_measurements
from .clip_measures import MEASURES, TEMPORAL_MEASURES
from .temporal.clip_steps import ClipSteps, measure_steps
from .temporal.findings import Findings
from .temporal.ghosting import GHOSTING
from .temporal.light import FLASH, FLICKER, LOCAL_FLICKER
from .temporal.melting import MELTING
from .temporal.motion import BOILING, MOTION, SPEED, WARPING_ERROR
from .temporal.scenes import scene_cuts, scenes

SUBJECT = "clip_quality"
LEAST_FRAMES = 3
LEAST_DRAWINGS = 3
# Difference (ΔE) from which a frame counts as a drawing of its own, even if it only shows the
# drawing before it in another light: it may be a flash.
FLASHING = 10.0
# Temporal measures of a partial report: they are means along the drawings, so that their curves
# hardly change as further drawings are measured.
PARTIAL_MEASURES = (
    FLICKER,
    LOCAL_FLICKER,
    FLASH,
    GHOSTING,
    MELTING,
    BOILING,
    WARPING_ERROR,
    SPEED,
)

Progress = Callable[[int, int], None] | None


def score_clip_quality(
    frames: Frames,
    fps: float,
    measures: Sequence[Measure] = MEASURES,
    report_progress: Progress = None,
    show_partial: ShowPartial = None,
) -> Report:
    """Score how clean a clip is, between its drawings and within its scenes.

    The hold pattern is found first. Held frames are not measured again, so a clip on twos has the
    same values as on ones, and only `drawing_rate` differs. The declaration of each measure and the
    help page of the node say what it responds to.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        fps: frames per second.
        measures: `MEASURES`, with the thresholds of a profile.
        report_progress: called with (steps done, steps in all), at least once for each drawing;
            may raise to stop.
        show_partial: called after each drawing. The partial report contains the measurements that
            can be taken along a part of the clip.

    Returns:
        A report of subject `clip_quality`. Its worst frame is that of the failing measurement with
        the lowest score; required measurements come first.

    Examples:
        >>> from anime_production.models.sample.sample_clip import draw_clip
        >>> frames = draw_clip(12, width=192, height=192, period=12, character=0, seed=1)
        >>> report = score_clip_quality(frames, fps=12)
        >>> report.verdict.value
        'PASS'
        >>> values = {each.name: each.value for each in report.measurements}
        >>> values["drawing_rate"]
        12.0
    """
    by_name = {measure.name: measure for measure in measures}
    absence = unmeasurable(frames)
    if absence is not None:
        parts = tuple(measure.absent(absence) for measure in measures)
        return Report(SUBJECT, parts, len(frames), fps)
    count = len(frames)

    def report_step(done: int, _: int) -> None:
        if report_progress is not None:
            report_progress(done, 3 * count)

    # Three passes over the frames: their features, the steps between drawings, the drawings as
    # stills. Each reports `count` steps of progress.
    features = structural_features(frames, report_step)
    steps = step_distances(features)
    moved = without_light(frames, steps)
    pattern = hold_pattern(torch.where(steps > FLASHING, steps, moved)[:-1].cpu())
    temporal = _temporal_measurements(
        frames, fps, features, moved, pattern, by_name, report_progress, show_partial
    )

    def show_still(still_so_far: Callable[[], Sequence[Measurement]]) -> None:
        if show_partial is not None:
            show_partial(lambda: Report(SUBJECT, (*still_so_far(), *temporal), count, fps))

    still = still_measurements(
        frames,
        pattern,
        by_name,
        lambda drawing: report_step(2 * count + drawing + 1, 0),
        show_still,
    )
    parts = (*still, *temporal)
    return Report(SUBJECT, parts, count, fps, _worst_frame(parts))


def _temporal_measurements(
    frames: Frames,
    fps: float,
    features: torch.Tensor,
    moved: torch.Tensor,
    pattern: HoldPattern,
    measures: Mapping[str, Measure],
    report_progress: Progress,
    show_partial: ShowPartial,
) -> tuple[Measurement, ...]:
    """Measure light, steadiness, cadence and motion of a clip.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        fps: frames per second.
        features: result of `structural_features` for the frames.
        moved: result of `without_light`: step from each frame to the next without changes of light.
        pattern: hold pattern of the clip.
        measures: the measures by name, with the thresholds of the profile.
        report_progress: as for `score_clip_quality`.
        show_partial: as for `score_clip_quality`.
    """
    drawings = list(pattern.drawings)
    temporal = [measures[measure.name] for measure in TEMPORAL_MEASURES]
    absence = too_little(frames, LEAST_FRAMES) or _too_few(len(drawings))
    if absence is not None:
        return tuple(_without_motion(measure, absence) for measure in temporal)
    drawing_features = features[drawings]
    frames_before = [drawing - 1 for drawing in drawings[1:]]
    cuts = scene_cuts(drawing_features, moved[frames_before])

    def report_drawing(done: int, _: int) -> None:
        if report_progress is not None:
            report_progress(len(frames) + drawings[done - 1], 3 * len(frames))

    differences = step_distances(drawing_features)[:-1].tolist()

    def findings_of(clip_steps: ClipSteps) -> Findings:
        count = len(clip_steps.means)
        begun = [each for each in scenes(cuts, len(drawings)) if each.start < count]
        begun[-1] = range(begun[-1].start, min(begun[-1].stop, count))
        return Findings(
            clip_steps, pattern.of_drawings(count), begun, differences[: count - 1], fps
        )

    def show_steps(steps_so_far: Callable[[], ClipSteps]) -> None:
        if show_partial is not None:
            show_partial(lambda: _partial_report(findings_of(steps_so_far()), measures))

    findings = findings_of(measure_steps(frames, drawings, cuts, report_drawing, show_steps))
    return tuple(measure.measurement(measure.evaluate(findings)) for measure in temporal)


def _partial_report(findings: Findings, measures: Mapping[str, Measure]) -> Report:
    """Return the report on the temporal measurements of a clip's beginning."""
    if _too_few(len(findings.pattern.drawings)) is not None:
        return Report(SUBJECT, (), findings.pattern.frames, findings.fps)
    measured = [measures[each.name] for each in PARTIAL_MEASURES]
    parts = tuple(each.measurement(each.evaluate(findings)) for each in measured)
    return Report(SUBJECT, parts, findings.pattern.frames, findings.fps)


def _too_few(drawings: int) -> Absence | None:
    if drawings >= LEAST_DRAWINGS:
        return None
    if drawings == 1:
        return Absence("nothing_moves")
    return Absence("too_few_drawings", {"drawings": drawings, "least": LEAST_DRAWINGS})


def _without_motion(measure: Measure, absence: Absence) -> Measurement:
    """Return a temporal measurement of a clip with too few drawings to measure steps.

    The motion of a clip of one drawing is known all the same: it is 0.
    """
    if measure.name == MOTION.name and absence.code == "nothing_moves":
        return measure.measured(0.0, "nothing_moves")
    return measure.absent(absence)


def _worst_frame(parts: Sequence[Measurement]) -> WorstFrame | None:
    """Return the worst frame of the failing measurement with the lowest score.

    Optional measurements are only considered if no required one fails.
    """
    failing = [part for part in parts if part.verdict is Verdict.FAIL]
    failing.sort(key=lambda part: (not part.required, part.score))
    for part in failing:
        frame = part.worst_frame
        if frame is not None:
            return WorstFrame(frame, part.reason_code, part.reason)
    return None
