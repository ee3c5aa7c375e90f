"""Closing of a clip into a loop by the mildest method that works."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from ..frames import Absence, InputError
from ..measure import Measure
from ..perceptual.backend import Backend, Progress
from ..perceptual.structural import STRUCTURAL_BACKEND
from ..report import Report
from ..scoring import rounded_score
from ..sound.sound import Sound
from .closing.automatic import FIRST, LAST, Attempts, attempted_method, better
from .closing.closing_measures import (
    CLOSING,
    IN_VAIN,
    LOOPS,
    NO_LOOP,
    NOTHING_TO_DO,
    UNNEEDED,
)
from .closing.closing_progress import ClosingProgress
from .closing.colour import without_drift
from .closing.crossfade import crossfaded
from .closing.failed_continuity import failed_continuity
from .closing.flow_morph import flow_morphed
from .closing.ping_pong import ping_pong
from .closing.scored_clip import ClipScorer, Method, ScoredClip
from .loop_measures import ALL_MEASURES
from .loop_sound import Editing, with_loop_sound

METHODS = ("auto", "trim", "crossfade", "flow_morph", "colour", "ping_pong")


@dataclass(frozen=True)
class ClosedClip:
    """Clip after closing.

    Attributes:
        images: images of the clip; the input tensor itself if nothing was changed.
        report: report on the loop as it is now. Its measurements `closing` and `closing_…` say
            what was changed, and how many points that gained.
        sound: sound of the clip, the given one itself if it didn't change; None if there is none.
    """

    images: torch.Tensor
    report: Report
    sound: Sound | None = None


def close_loop(
    images: torch.Tensor,
    fps: float,
    method: str = "auto",
    blend_frames: int = 4,
    backend: Backend = STRUCTURAL_BACKEND,
    report_progress: Progress = None,
    measures: Sequence[Measure] = ALL_MEASURES,
    sound: Sound | None = None,
) -> ClosedClip:
    """Change a clip so that the step from its last frame to the first is like any other step.

    - `trim` cuts both ends where they fit together; at least half of the clip stays.
    - `crossfade` fades the last drawings into the first ones; the clip gets shorter by
      `blend_frames`.
    - `flow_morph` adds drawings that lead back to the first one; the clip gets longer by
      `blend_frames`.
    - `colour` removes the drift of colour and light; the length stays.
    - `ping_pong` adds the clip backwards, without its two ends; the clip is nearly twice as long.
    - `auto` does not change a clip that loops. Otherwise it tries the attempts of
      `automatic.ATTEMPTS`, which never contain `ping_pong`, and takes the first clip whose full
      score passes. If none passes it takes the best one; if that is no better than the clip as it
      is, it changes nothing. Its first attempt drops the frames at the end that repeat the first
      drawing.

    Except with `colour`, frames away from the seam keep exactly their values. A clip that can't be
    scored is never changed.

    Args:
        images: batch of images in 0–1, shape (frames, height, width, channels), alpha allowed.
        fps: frames per second.
        method: one of `METHODS`.
        blend_frames: number of frames to blend or add; with `auto` the largest number.
        backend: perceptual distance for the score.
        report_progress: called with (work done, all work); may raise to stop.
        measures: measures of a loop and its sound with the thresholds of a profile.
        sound: sound of the clip, or None. It is cut, faded or extended as the frames are, and does
            not affect the choice of the method.

    Returns:
        The clip, the report on its loop, and its sound.

    Raises:
        InputError: an input is wrong, or `blend_frames` is more than half of the clip.

    Examples:
        Close a drawn clip that is three frames longer than its motion.

        >>> from anime_production.models.sample.sample_clip import draw_clip
        >>> closed = close_loop(draw_clip(23, 96, 96, period=20, character=0, seed=1), fps=12)
        >>> len(closed.images), closed.report.verdict.value
        (20, 'PASS')
    """
    if method not in METHODS:
        expected = f"one of {', '.join(METHODS)}"
        raise InputError("method", expected, repr(method), "Choose one of those.")
    if blend_frames < 1:
        remedy = "Give the number of frames to blend, such as 4."
        raise InputError("blend_frames", "a whole number from 1", str(blend_frames), remedy)
    progress = ClosingProgress(report_progress)
    scorer = ClipScorer(images, fps, backend, measures, progress)
    progress.aim(FIRST)
    before = scorer.input_clip()
    after, requested = before, "" if method == "auto" else method
    if before.report.score is None:
        requested = ""
    elif method != "auto":
        progress.aim(LAST)
        after = _requested_result(before, method, blend_frames, scorer)
    elif failed_continuity(before.report) is None:  # unrelated pictures have no seam to close
        after = Attempts(before, blend_frames, scorer).mildest()
    report = _closing_report(before, after, requested)
    is_unchanged = after is before
    # Only the recipe is needed now, and what was measured takes memory.
    before, after = before.without_measurements(), after.without_measurements()
    progress.aim(1.0)
    closed = images if is_unchanged else scorer.render(after)
    progress.part()(1, 1)
    editing = Editing(len(images), len(closed), fps, after.edits)
    return ClosedClip(closed, *with_loop_sound(report, sound, editing, measures))


def _requested_result(
    before: ScoredClip, method: str, blend_frames: int, scorer: ClipScorer
) -> ScoredClip:
    """Return the result of a method that the user chose; it refuses too many `blend_frames`."""
    if method == "trim":  # to cut nothing may be the best choice
        cut = scorer.best_equally_measured(before, method, attempted_method(method, blend_frames))
        return cut if cut and better(cut, before) else before
    return scorer.best(before, method, _requested_method(method, blend_frames)) or before


def _requested_method(method: str, blend_frames: int) -> Method:
    if method == "flow_morph":
        return lambda clip, _progress: flow_morphed(clip, blend_frames)
    if method == "crossfade":
        return lambda clip, _progress: crossfaded(clip, blend_frames)
    one_way = {"colour": without_drift, "ping_pong": ping_pong}[method]
    return lambda clip, _progress: one_way(clip)


def _closing_report(before: ScoredClip, after: ScoredClip, requested: str) -> Report:
    """Return the report on the changed clip, with the measurements of the closing in it.

    Args:
        before: the clip as it was.
        after: the changed clip; `before` itself if nothing was changed.
        requested: method that the user chose; empty for `auto`.
    """
    values: dict[str, Any] = {
        "methods": " + ".join(after.methods) or requested,
        "before": round(rounded_score(before.score)),
        "after": round(rounded_score(after.score)),
    }
    details = {
        "methods": list(after.methods),
        "score_before": before.report.score,
        "score_after": after.report.score,
        "verdict_before": before.report.verdict.value,
        "frames_before": len(before.recipe),
        "frames_after": len(after.recipe),
    }
    measure = replace(CLOSING, backend=after.report.measurements[0].backend)
    absence = _absence(after.report)
    if absence is not None:
        closing = measure.absent(absence, details=details)
    else:
        code = _reason_code(before, after, requested)
        closing = measure.measured(after.score - before.score, code, values, details=details)
    measurements = (*after.report.measurements, closing, *after.notes)
    return replace(after.report, measurements=measurements)


def _reason_code(before: ScoredClip, after: ScoredClip, requested: str) -> str:
    if after is not before:
        return LOOPS if after.passes else NO_LOOP
    if requested:
        return NOTHING_TO_DO
    return UNNEEDED if before.passes else IN_VAIN


def _absence(report: Report) -> Absence | None:
    """Return the reason why a report has no score, or None if it has one."""
    for measurement in report.required:
        if measurement.value is None:
            return Absence(measurement.reason_code, measurement.reason_values)
    return None
