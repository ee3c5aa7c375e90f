"""A clip after some closing methods with its score, and the scorer of changed clips."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import torch

from ...frames import as_frames
from ...measure import Measure
from ...measurement import Measurement, Verdict
from ...perceptual.backend import Backend
from ...report import Report
from ...rgb_frames import Frames
from ...sound.edits import Edit
from ..clip_measurements import ClipMeasurements
from ..seam import score_loop, too_little_for_a_seam
from .closing_progress import ClosingProgress
from .drawn_clip import Change, DrawnClip
from .failed_continuity import with_failed_continuity
from .measured_clip import MeasuredClip
from .recipe import Recipe, RecipeFrames, RecipePictures
from .shared_measurements import SharedMeasurements

# A method takes the clip and the callback of the progress of its own work.
Method = Callable[[DrawnClip, ClosingProgress], Iterable[Change]]

# Share that a piece of work takes of the progress bar until the next goal: measuring shared frames,
# comparing all drawings, and measuring or scoring one clip.
SHARED, COMPARED, SCORED = 0.6, 0.5, 0.3


@dataclass(frozen=True, eq=False)
class ScoredClip:
    """Clip after some methods were applied to it.

    Attributes:
        recipe: recipe of the clip.
        methods: names of the applied methods, in their order; empty for the clip as it was.
        notes: measurements of how much each method changed.
        report: report on the loop.
        measured: measurements of the clip, for more methods; None if there are none or they are
            not needed any more.
        edits: edits of the frames by those methods, for the clip's sound.
    """

    recipe: Recipe
    methods: tuple[str, ...]
    notes: tuple[Measurement, ...]
    report: Report
    measured: MeasuredClip | None
    edits: tuple[Edit, ...] = ()

    def without_measurements(self) -> "ScoredClip":
        """Return the clip without its measurements, which take memory."""
        return replace(self, measured=None)

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
    """Scorer of an input and of the clips that methods make of it."""

    def __init__(
        self,
        images: torch.Tensor,
        fps: float,
        backend: Backend,
        measures: Sequence[Measure],
        progress: ClosingProgress,
    ) -> None:
        """Take the input; nothing is measured yet.

        Args:
            images: the input, shape (frames, height, width, channels).
            fps: frames per second.
            backend: perceptual distance for the scores.
            measures: measures of `score_loop`.
            progress: progress of the work.

        Raises:
            InputError: `images` are no images.
        """
        self.progress = progress
        self._images, self._frames = images, as_frames(images)
        self._fps, self._backend, self._measures = fps, backend, measures
        self._best: tuple[float, RecipePictures] | None = None  # score and drawings of a clip

    def input_clip(self) -> ScoredClip:
        """Return the input with its score."""
        recipe = Recipe.of_input(self._images)
        if too_little_for_a_seam(self._frames, self._backend) is not None:
            return ScoredClip(recipe, (), (), self._report(self._frames, None), None)
        measured = self._measured(recipe, None)
        report = self._report(measured.frames, measured.measurements)
        return ScoredClip(recipe, (), (), report, measured)

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

    def render(self, clip: ScoredClip) -> torch.Tensor:
        """Return the images of a clip, and forget all that was drawn."""
        best, self._best = self._best, None
        if best is not None and best[1].recipe is clip.recipe:
            pictures = best[1]  # which has drawn what is new in it
        else:
            pictures = RecipePictures(clip.recipe, self.progress.poll)
        return pictures.render(self.progress.part())

    def _results(self, earlier: ScoredClip, name: str, method: Method) -> list[ScoredClip]:
        assert earlier.measured is not None, "A method changes a measured clip only."
        clip = DrawnClip.from_measured(earlier.measured)
        return [
            self._result(earlier, earlier.measured, name, change)
            for change in method(clip, self.progress)
        ]

    def _result(
        self, earlier: ScoredClip, before: MeasuredClip, name: str, change: Change
    ) -> ScoredClip:
        has_same_colours = change.recipe.correction is before.recipe.correction
        measured = self._measured(change.recipe, before.shared if has_same_colours else None)
        report = with_failed_continuity(
            earlier.report, self._report(measured.frames, measured.measurements)
        )
        methods, notes = (*earlier.methods, name), (*earlier.notes, *change.notes)
        edits = earlier.edits if change.edit is None else (*earlier.edits, change.edit)
        result = ScoredClip(change.recipe, methods, notes, report, measured, edits)
        if self._best is None or result.score > self._best[0]:
            self._best = result.score, measured.frames.pictures
        return result

    def _measured(self, recipe: Recipe, shared: SharedMeasurements | None) -> MeasuredClip:
        """Measure a clip, on measurements that it shares with another one if there are any."""
        frames = RecipeFrames(RecipePictures(recipe, self.progress.poll), self._frames)
        if shared is None:
            shared = SharedMeasurements(frames, self._backend, self.progress.part(SHARED))
        return MeasuredClip(frames, shared, self.progress.part(SCORED))

    def _report(self, frames: Frames, measurements: ClipMeasurements | None) -> Report:
        """Return the report on a clip's loop."""
        return score_loop(
            frames,
            self._fps,
            self._backend,
            self.progress.part(SCORED),
            measurements,
            self._measures,
        )
