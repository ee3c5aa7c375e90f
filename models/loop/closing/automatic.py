"""Choice of the mildest chain of methods that closes a clip, for the method `auto`."""

from collections.abc import Iterator

from .blend import most_blend_frames
from .colour import without_drift
from .crossfade import crossfaded
from .drawn_clip import Change, DrawnClip
from .flow_morph import flow_morphed_to_fit
from .repeat import without_repeat
from .scored_clip import ClipScorer, Method, ScoredClip
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
# Points of the score. A change that gains less is not worth it.
LEAST_GAIN = 1.0


def mildest(before: ScoredClip, blend_frames: int, scorer: ClipScorer) -> ScoredClip:
    """Return the first attempt that passes, else the best one, or `before` if none is better."""
    if before.passes:
        return before
    results: dict[tuple[str, ...], ScoredClip] = {(): before}
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
    return best if better(best, before) else before


def _attempt(
    attempt: tuple[str, ...],
    earlier: ScoredClip,
    results: dict[tuple[str, ...], ScoredClip],
    blend_frames: int,
    scorer: ClipScorer,
) -> bool:
    """Apply an attempt's last method, add the result to `results`, and return True if it passes."""
    method = _attempted_method(attempt[-1], blend_frames)
    result = scorer.best_equally_measured(earlier, attempt[-1], method)
    if result is not None:
        results[attempt] = result
    return result is not None and result.passes


def better(result: ScoredClip, before: ScoredClip) -> bool:
    """Return True if the score of a result is higher by enough to be worth its change."""
    return result.score >= before.score + LEAST_GAIN


def _helps(result: ScoredClip, before: ScoredClip) -> bool:
    """Return True if a result is better, or if a measurement passes in it that failed before."""
    return better(result, before) or not before.failed <= result.failed


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
