"""Make a clip loop, by the mildest means that do."""

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
from .closing.drawn import Change, Drawn
from .closing.flow_morph import flow_morphed, flow_morphed_to_fit
from .closing.ping_pong import ping_pong
from .closing.repeat import without_repeat
from .closing.trim import trimmed
from .closing.unfollowed import unfollowed, with_its_motion
from .loop_measures import MEASURES
from .seam import score_loop

METHODS = ("auto", "trim", "crossfade", "flow_morph", "colour", "ping_pong")

Method = Callable[[Drawn], Iterable[Change]]

# What `auto` tries, mildest first: nothing is altered, then light, then frames are lost, then
# frames are made up. Two means only where the first one of them helps, and isn't enough.
ATTEMPTS = (
    ("repeat",),
    ("colour",),
    ("trim",),
    ("colour", "repeat"),
    ("colour", "trim"),
    ("colour", "flow_morph"),
    ("colour", "crossfade"),
    ("flow_morph",),
    ("crossfade",),
    ("trim", "flow_morph"),
    ("trim", "crossfade"),
)

# A change that buys less than this isn't worth it, points.
LEAST_GAIN = 1.0
# The progress bar's length: how many changed clips `auto` scores where little helps.
USUAL_SCORINGS = 20


@dataclass(frozen=True)
class Closed:
    """A clip after closing.

    Attributes:
        images: the clip; the very tensor that came where nothing was changed.
        report: how well it loops now, with `closing` and `closing_…` measurements that say what
            was done, and what that bought.
    """

    images: torch.Tensor
    report: Report


@dataclass(frozen=True)
class _Result:
    """A clip, what was done to it, and how well it loops."""

    images: torch.Tensor
    methods: tuple[str, ...]
    notes: tuple[Measurement, ...]
    report: Report

    @cached_property
    def drawn(self) -> Drawn:
        """Its drawings."""
        return Drawn.of(self.images)

    @property
    def score(self) -> float:
        """0–100; a clip that has no score is no better than any."""
        return 0.0 if self.report.score is None else self.report.score

    @property
    def passes(self) -> bool:
        """Whether it loops."""
        return self.report.verdict is Verdict.PASS


def close_loop(
    images: torch.Tensor,
    fps: float,
    method: str = "auto",
    blend_frames: int = 4,
    backend: Backend = STRUCTURAL_BACKEND,
    report_progress: Progress = None,
    measures: Sequence[Measure] = MEASURES,
) -> Closed:
    """Change a clip so that going from its last frame to the first feels like any other step.

    - `trim` cuts both ends where they fit together; at least half of the clip stays.
    - `crossfade` fades the last drawings into the first ones; shorter by `blend_frames`.
    - `flow_morph` adds drawings that lead back to the first; longer by `blend_frames`.
    - `colour` takes out the drift of colour and light; the length stays.
    - `ping_pong` adds the clip backwards: twice as long, less the two ends.
    - `auto` leaves a clip that loops as it is. Else it drops a first frame repeated at the end,
      or tries the methods above in the order of `ATTEMPTS` (never `ping_pong`), each judged by
      the full score, up to the first that passes. Where none does, the best one; where that is
      no better, the clip as it came.

    Frames away from the seam keep their very values, `colour` excepted. A clip that can't be
    scored is never changed.

    Args:
        images: a batch of images in 0–1, alpha allowed.
        fps: frames per second.
        method: one of `METHODS`.
        blend_frames: how many frames are blended or added; for `auto` the most.
        backend: what measures distances for the score.
        report_progress: called with (done, total); may raise to stop.
        measures: of `score_loop`, as a profile wants them.

    Returns:
        The clip, and the report of how well it loops now.

    Raises:
        InputError: a wrong input, or more to blend than half of the clip.
    """
    if method not in METHODS:
        expected = f"one of {', '.join(METHODS)}"
        raise InputError("method", expected, repr(method), "Choose one of those.")
    if blend_frames < 1:
        remedy = "Give the number of frames to blend, such as 4."
        raise InputError("blend_frames", "a whole number from 1", str(blend_frames), remedy)
    bench = _Bench(fps, backend, measures, report_progress)
    before = _Result(images, (), (), bench.scored(images))
    if before.report.score is None:
        return _answer(before, before)
    if method == "auto":
        if unfollowed(before.report) is not None:  # unrelated pictures: no seam would be one
            return _answer(before, before)
        return _answer(before, _mildest(before, blend_frames, bench))
    if method == "trim":  # no cut at all may be the best one
        cut = bench.best_judged_alike(before, method, trimmed)
        return _answer(before, cut if cut and _better(cut, before) else before, asked=method)
    asked = bench.best(before, method, _asked(method, blend_frames))
    return _answer(before, asked or before, asked=method)


def _mildest(before: _Result, blend_frames: int, bench: "_Bench") -> _Result:
    """The first attempt that passes, else the best one, which may be no attempt at all."""
    if before.passes:
        return before
    results: dict[tuple[str, ...], _Result] = {(): before}
    for attempt in ATTEMPTS:
        earlier = results.get(attempt[:-1])
        if earlier is None or (attempt[:-1] and not _better(earlier, before)):
            continue
        result = bench.best_judged_alike(earlier, attempt[-1], _tried(attempt[-1], blend_frames))
        if result is not None and result.passes:
            return result
        if result is not None:
            results[attempt] = result
    best = max(results.values(), key=lambda result: result.score)
    return best if _better(best, before) else before


def _better(result: _Result, before: _Result) -> bool:
    return result.score >= before.score + LEAST_GAIN


def _tried(method: str, most_frames: int) -> Method:
    """A method as `auto` tries it: it blends no more than there is."""
    if method == "flow_morph":
        return lambda clip: flow_morphed_to_fit(clip, most_frames)
    if method == "crossfade":
        return lambda clip: _crossfaded_at_most(clip, most_frames)
    return {"repeat": without_repeat, "colour": without_drift, "trim": trimmed}[method]


def _crossfaded_at_most(clip: Drawn, most_frames: int) -> Iterator[Change]:
    frames = min(most_frames, most_blend_frames(clip))
    return crossfaded(clip, frames) if frames else iter(())


def _asked(method: str, blend_frames: int) -> Method:
    """A method as it is asked for."""
    if method == "flow_morph":
        return lambda clip: flow_morphed(clip, blend_frames)
    if method == "crossfade":
        return lambda clip: crossfaded(clip, blend_frames)
    return {"colour": without_drift, "ping_pong": ping_pong}[method]


class _Bench:
    """Scores one changed clip after another, and shows how many."""

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
        self._scored = 0

    def best(self, earlier: _Result, name: str, method: Method) -> _Result | None:
        """The best of what a method makes of a clip; None where it makes nothing."""
        results = self._results(earlier, name, method)
        return max(results, key=lambda result: result.score, default=None)

    def best_judged_alike(self, earlier: _Result, name: str, method: Method) -> _Result | None:
        """The best of those that all that is required was measured of, as of the clip before.

        A cut that leaves too few drawings for a measurement would else win by not being measured.
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
                with_its_motion(earlier.report, self.scored(change.images)),
            )
            for change in method(earlier.drawn)
        ]

    def scored(self, images: torch.Tensor) -> Report:
        """How well a clip loops."""
        report = score_loop(
            as_frames(images),
            self._fps,
            self._backend,
            self._progress(),
            measures=self._measures,
        )
        self._scored += 1
        return report

    def _progress(self) -> Progress:
        shown = self._report_progress
        if shown is None:
            return None
        before = min(self._scored, USUAL_SCORINGS - 1)
        return lambda done, total: shown(before * total + done, USUAL_SCORINGS * total)


def _answer(before: _Result, after: _Result, asked: str = "") -> Closed:
    """The changed clip, its report, and in it what was done and what that bought."""
    values: dict[str, Any] = {
        "methods": " + ".join(after.methods) or asked,
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
        done = measure.absent(absence, details=details)
    else:
        done = measure.measured(
            after.score - before.score, _code(before, after, asked), values, details=details
        )
    measurements = (*after.report.measurements, done, *after.notes)
    return Closed(after.images, replace(after.report, measurements=measurements))


def _code(before: _Result, after: _Result, asked: str) -> str:
    if after is not before:
        return LOOPS if after.passes else NO_LOOP
    if asked:
        return NOTHING_TO_DO
    return UNNEEDED if before.passes else IN_VAIN


def _absence(report: Report) -> Absence | None:
    """Why a report has no score, if so."""
    for each in report.required:
        if each.value is None:
            return Absence(each.reason_code, each.reason_values)
    return None
