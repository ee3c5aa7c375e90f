"""Choice of the mildest chain of methods that closes a clip, for the method `auto`."""

from collections.abc import Iterator

from .blend import most_blend_frames
from .colour import without_drift
from .crossfade import crossfaded
from .drawn_clip import Change, DrawnClip
from .flow_morph import flow_morphed_to_fit
from .repeat import without_repeat
from .scored_clip import COMPARED, ClipScorer, Method, ScoredClip
from .trim import trimmed

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
# Shares of all work that are done before the first attempt and after the last one.
FIRST, LAST = 0.4, 0.9
# Points of the score. A change that gains less is not worth it.
LEAST_GAIN = 1.0


class Attempts:
    """Attempts to close one clip."""

    def __init__(self, before: ScoredClip, blend_frames: int, scorer: ClipScorer) -> None:
        """Take the clip; nothing is attempted yet.

        Args:
            before: the clip as it is.
            blend_frames: largest number of frames that are blended or added.
            scorer: scorer of the clip.
        """
        self._before, self._blend_frames, self._scorer = before, blend_frames, scorer
        self._results: dict[tuple[str, ...], ScoredClip] = {(): before}
        self._decided = 0

    def mildest(self) -> ScoredClip:
        """Return the first attempt that passes, else the best one, or the clip as it is."""
        before, postponed = self._before, []
        if before.passes:
            return before
        for attempt in ATTEMPTS:
            earlier = self._results.get(attempt[:-1])
            if earlier is None:
                self._decided += 1
            elif earlier is not before and not _helps(earlier, before):
                postponed.append(attempt)
            elif self._passes(attempt, earlier):
                return self._results[attempt]
        for attempt in postponed:
            if self._passes(attempt, self._results[attempt[:-1]]):
                return self._results[attempt]
        best = max(self._results.values(), key=lambda result: result.score)
        return best if better(best, before) else before

    def _passes(self, attempt: tuple[str, ...], earlier: ScoredClip) -> bool:
        """Apply an attempt's last method, add the result, and return True if it passes."""
        self._decided += 1
        progress = self._scorer.progress
        progress.aim(FIRST + (LAST - FIRST) * self._decided / len(ATTEMPTS))
        method = attempted_method(attempt[-1], self._blend_frames)
        result = self._scorer.best_equally_measured(earlier, attempt[-1], method)
        if result is None:
            return False
        has_sequel = any(other[:-1] == attempt for other in ATTEMPTS)
        self._results[attempt] = result if has_sequel else result.without_measurements()
        return result.passes


def better(result: ScoredClip, before: ScoredClip) -> bool:
    """Return True if the score of a result is higher by enough to be worth its change."""
    return result.score >= before.score + LEAST_GAIN


def _helps(result: ScoredClip, before: ScoredClip) -> bool:
    """Return True if a result is better, or if a measurement passes in it that failed before."""
    return better(result, before) or not before.failed <= result.failed


def attempted_method(method: str, most_frames: int) -> Method:
    """Return the function of a method for `auto`; it blends at most as many frames as possible."""
    if method == "flow_morph":
        return lambda clip, _progress: flow_morphed_to_fit(clip, most_frames)
    if method == "crossfade":
        return lambda clip, _progress: _crossfaded_at_most(clip, most_frames)
    if method == "trim":
        return lambda clip, progress: trimmed(clip, report_progress=progress.part(COMPARED))
    one_way = {"repeat": without_repeat, "colour": without_drift}[method]
    return lambda clip, _progress: one_way(clip)


def _crossfaded_at_most(clip: DrawnClip, most_frames: int) -> Iterator[Change]:
    frames = min(most_frames, most_blend_frames(clip))
    return crossfaded(clip, frames) if frames else iter(())
