"""A clip after some closing methods with its score, and the scorer of changed clips."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch

from ...frames import as_frames
from ...measure import Measure
from ...measurement import Measurement, Verdict
from ...perceptual.backend import Backend, Progress
from ...report import Report
from ..seam import score_loop
from .drawn_clip import Change, DrawnClip
from .failed_continuity import with_failed_continuity

Method = Callable[[DrawnClip], Iterable[Change]]

# Length of the progress bar: `auto` scores about so many clips if few of its attempts help.
USUAL_SCORINGS = 20


@dataclass(frozen=True)
class ScoredClip:
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


class ClipScorer:
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

    def best(self, earlier: ScoredClip, name: str, method: Method) -> ScoredClip | None:
        """Return the best result of a method on a clip; None if the method yields nothing."""
        results = self._results(earlier, name, method)
        return max(results, key=lambda result: result.score, default=None)

    def best_equally_measured(
        self, earlier: ScoredClip, name: str, method: Method
    ) -> ScoredClip | None:
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

    def _results(self, earlier: ScoredClip, name: str, method: Method) -> list[ScoredClip]:
        return [
            ScoredClip(
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
