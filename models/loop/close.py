"""Closing of a clip into a loop by the mildest method that works."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch

from ..frames import Absence, InputError, as_frames
from ..measure import Measure
from ..measurement import Measurement, Verdict
from ..perceptual.backend import Backend, Progress
from ..perceptual.structural import STRUCTURAL_BACKEND
from ..report import Report
from .closing.blend import most_blend_frames
from .closing.closing_measures import (
    CLOSING,
    IN_VAIN,
    LOOPS,
    NO_LOOP,
    NOTHING_TO_DO,
    UNNEEDED,
)
from .closing.colour import without_drift
from .closing.crossfade import crossfaded
from .closing.drawn_clip import Change, DrawnClip
from .closing.failed_continuity import failed_continuity, with_failed_continuity
from .closing.flow_morph import flow_morphed, flow_morphed_to_fit
from .closing.ping_pong import ping_pong
from .closing.repeat import without_repeat
from .closing.trim import trimmed
from .loop_measures import MEASURES
from .seam import score_loop

METHODS = ("auto", "trim", "crossfade", "flow_morph", "colour", "ping_pong")

Method = Callable[[DrawnClip], Iterable[Change]]

# Attempts of `auto`, mildest first: repeated frames are dropped, then the light is changed, then
# frames are cut off, then new frames are made. An attempt with two methods is made in this order if
# the first method alone helps. The others come last: two faults at once may hide each other.
ATTEMPTS = (
    ("repeat",),
    ("colour",),
    ("colour", "repeat"),
    ("repeat", "colour"),
    ("trim",),
    ("repeat", "trim"),
    ("colour", "trim"),
    ("repeat", "flow_morph"),
    ("colour", "flow_morph"),
    ("colour", "crossfade"),
    ("flow_morph",),
    ("crossfade",),
    ("repeat", "crossfade"),
    ("trim", "colour"),
    ("trim", "flow_morph"),
    ("trim", "crossfade"),
)

# Points of the score. A change that gains less is not worth it.
LEAST_GAIN = 1.0
# Length of the progress bar: `auto` scores about so many clips if few of its attempts help.
USUAL_SCORINGS = 20


@dataclass(frozen=True)
class ClosedClip:
    """Clip after closing.

    Attributes:
        images: images of the clip; the input tensor itself if nothing was changed.
        report: report on the loop as it is now. Its measurements `closing` and `closing_…` say
            what was changed, and how many points that gained.
    """

    images: torch.Tensor
    report: Report


@dataclass(frozen=True)
class _Result:
    """Clip after some methods were applied to it.

    Attributes:
        images: images of the clip.
        methods: names of the applied methods, in their order; empty for the clip as it was.
        notes: measurements of how much each method changed.
        report: report on the loop.
    """

    images: torch.Tensor
    methods: tuple[str, ...]
    notes: tuple[Measurement, ...]
    report: Report

    @cached_property
    def drawn_clip(self) -> DrawnClip:
        """Drawings of the clip."""
        return DrawnClip.from_images(self.images)

    @property
    def score(self) -> float:
        """Score of the loop, 0–100; 0 if it could not be measured, so that it is never the best."""
        return 0.0 if self.report.score is None else self.report.score

    @property
    def failed(self) -> set[str]:
        """Names of the required measurements that fail."""
        return {each.name for each in self.report.required if each.verdict is Verdict.FAIL}

    @property
    def passes(self) -> bool:
        """True if the clip loops."""
        return self.report.verdict is Verdict.PASS


def close_loop(
    images: torch.Tensor,
    fps: float,
    method: str = "auto",
    blend_frames: int = 4,
    backend: Backend = STRUCTURAL_BACKEND,
    report_progress: Progress = None,
    measures: Sequence[Measure] = MEASURES,
) -> ClosedClip:
    """Change a clip so that the step from its last frame to the first is like any other step.

    - `trim` cuts both ends where they fit together; at least half of the clip stays.
    - `crossfade` fades the last drawings into the first ones; the clip gets shorter by
      `blend_frames`.
    - `flow_morph` adds drawings that lead back to the first one; the clip gets longer by
      `blend_frames`.
    - `colour` removes the drift of colour and light; the length stays.
    - `ping_pong` adds the clip backwards, without its two ends; the clip is nearly twice as long.
    - `auto` does not change a clip that loops. Otherwise it tries the attempts of `ATTEMPTS` in
      their order, which never contain `ping_pong`, and takes the first clip whose full score
      passes. If none passes it takes the best one; if that is no better than the clip as it is, it
      changes nothing. Its first attempt drops the frames at the end that repeat the first drawing.

    Except with `colour`, frames away from the seam keep exactly their values. A clip that can't be
    scored is never changed.

    Args:
        images: batch of images in 0–1, shape (frames, height, width, channels), alpha allowed.
        fps: frames per second.
        method: one of `METHODS`.
        blend_frames: number of frames to blend or add; with `auto` the largest number.
        backend: perceptual distance for the score.
        report_progress: called with (work done, all work); may raise to stop.
        measures: measures of `score_loop` with the thresholds of a profile.

    Returns:
        The clip, and the report on its loop.

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
    scorer = _Scorer(fps, backend, measures, report_progress)
    before = _Result(images, (), (), scorer.report_on(images))
    if before.report.score is None:
        return _closed_clip(before, before)
    if method == "auto":
        if failed_continuity(before.report) is not None:  # unrelated pictures have no seam to close
            return _closed_clip(before, before)
        return _closed_clip(before, _mildest(before, blend_frames, scorer))
    if method == "trim":  # to cut nothing may be the best choice
        cut = scorer.best_equally_measured(before, method, trimmed)
        after = cut if cut and _better(cut, before) else before
        return _closed_clip(before, after, requested=method)
    result = scorer.best(before, method, _requested_method(method, blend_frames))
    return _closed_clip(before, result or before, requested=method)


def _mildest(before: _Result, blend_frames: int, scorer: "_Scorer") -> _Result:
    """Return the first attempt that passes, else the best one, or `before` if none is better."""
    if before.passes:
        return before
    results: dict[tuple[str, ...], _Result] = {(): before}
    postponed = []
    for attempt in ATTEMPTS:
        earlier = results.get(attempt[:-1])
        if earlier is not None and earlier is not before and not _helps(earlier, before):
            postponed.append(attempt)
            continue
        if earlier is not None and _attempt(attempt, earlier, results, blend_frames, scorer):
            return results[attempt]
    for attempt in postponed:
        if _attempt(attempt, results[attempt[:-1]], results, blend_frames, scorer):
            return results[attempt]
    best = max(results.values(), key=lambda result: result.score)
    return best if _better(best, before) else before


def _attempt(
    attempt: tuple[str, ...],
    earlier: _Result,
    results: dict[tuple[str, ...], _Result],
    blend_frames: int,
    scorer: "_Scorer",
) -> bool:
    """Apply an attempt's last method, add the result to `results`, and return True if it passes."""
    method = _attempted_method(attempt[-1], blend_frames)
    result = scorer.best_equally_measured(earlier, attempt[-1], method)
    if result is not None:
        results[attempt] = result
    return result is not None and result.passes


def _better(result: _Result, before: _Result) -> bool:
    return result.score >= before.score + LEAST_GAIN


def _helps(result: _Result, before: _Result) -> bool:
    """Return True if a result is better, or if a measurement passes in it that failed before."""
    return _better(result, before) or not before.failed <= result.failed


def _attempted_method(method: str, most_frames: int) -> Method:
    """Return the function of a method for `auto`; it blends at most as many frames as possible."""
    if method == "flow_morph":
        return lambda clip: flow_morphed_to_fit(clip, most_frames)
    if method == "crossfade":
        return lambda clip: _crossfaded_at_most(clip, most_frames)
    return {"repeat": without_repeat, "colour": without_drift, "trim": trimmed}[method]


def _crossfaded_at_most(clip: DrawnClip, most_frames: int) -> Iterator[Change]:
    frames = min(most_frames, most_blend_frames(clip))
    return crossfaded(clip, frames) if frames else iter(())


def _requested_method(method: str, blend_frames: int) -> Method:
    """Return the function of a method that the user chose; it refuses too many `blend_frames`."""
    if method == "flow_morph":
        return lambda clip: flow_morphed(clip, blend_frames)
    if method == "crossfade":
        return lambda clip: crossfaded(clip, blend_frames)
    return {"colour": without_drift, "ping_pong": ping_pong}[method]


class _Scorer:
    """Scorer of changed clips, which reports the progress over all of them."""

    def __init__(
        self,
        fps: float,
        backend: Backend,
        measures: Sequence[Measure],
        report_progress: Progress,
    ) -> None:
        self._fps = fps
        self._backend = backend
        self._measures = measures
        self._report_progress = report_progress
        self._scorings = 0

    def best(self, earlier: _Result, name: str, method: Method) -> _Result | None:
        """Return the best result of a method on a clip; None if the method yields nothing."""
        results = self._results(earlier, name, method)
        return max(results, key=lambda result: result.score, default=None)

    def best_equally_measured(self, earlier: _Result, name: str, method: Method) -> _Result | None:
        """Return the best result that has a value for every measure that `earlier` requires.

        Without this condition, a cut that leaves too few drawings for a measurement would win,
        because a measurement without a value can't fail.
        """
        required = {each.name for each in earlier.report.required}
        results = [
            result
            for result in self._results(earlier, name, method)
            if required <= {each.name for each in result.report.required if each.value is not None}
        ]
        return max(results, key=lambda result: result.score, default=None)

    def _results(self, earlier: _Result, name: str, method: Method) -> list[_Result]:
        return [
            _Result(
                change.images,
                (*earlier.methods, name),
                (*earlier.notes, *change.notes),
                with_failed_continuity(earlier.report, self.report_on(change.images)),
            )
            for change in method(earlier.drawn_clip)
        ]

    def report_on(self, images: torch.Tensor) -> Report:
        """Return the report on a clip's loop."""
        report = score_loop(
            as_frames(images),
            self._fps,
            self._backend,
            self._progress(),
            measures=self._measures,
        )
        self._scorings += 1
        return report

    def _progress(self) -> Progress:
        report_progress = self._report_progress
        if report_progress is None:
            return None
        before = min(self._scorings, USUAL_SCORINGS - 1)
        return lambda done, total: report_progress(before * total + done, USUAL_SCORINGS * total)


def _closed_clip(before: _Result, after: _Result, requested: str = "") -> ClosedClip:
    """Return the changed clip and its report, with the measurements of the closing in it.

    Args:
        before: the clip as it was.
        after: the changed clip; `before` itself if nothing was changed.
        requested: method that the user chose; empty for `auto`.
    """
    values: dict[str, Any] = {
        "methods": " + ".join(after.methods) or requested,
        "before": round(before.score),
        "after": round(after.score),
    }
    details = {
        "methods": list(after.methods),
        "score_before": before.report.score,
        "score_after": after.report.score,
        "verdict_before": before.report.verdict.value,
        "frames_before": len(before.images),
        "frames_after": len(after.images),
    }
    measure = replace(CLOSING, backend=after.report.measurements[0].backend)
    absence = _absence(after.report)
    if absence is not None:
        closing = measure.absent(absence, details=details)
    else:
        code = _reason_code(before, after, requested)
        closing = measure.measured(after.score - before.score, code, values, details=details)
    measurements = (*after.report.measurements, closing, *after.notes)
    return ClosedClip(after.images, replace(after.report, measurements=measurements))


def _reason_code(before: _Result, after: _Result, requested: str) -> str:
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
