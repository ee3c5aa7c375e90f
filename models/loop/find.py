"""Search for the part of a clip that loops best."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ..frames import Absence, InputError, too_little, unmeasurable
from ..holds import hold_pattern
from ..measure import Measure, short
from ..measurement import Better, Measurement, Verdict
from ..perceptual.backend import Backend, Progress
from ..perceptual.structural import STRUCTURAL_BACKEND
from ..report import Report
from ..rgb_frames import Frames
from ..rgb_frames import part_of as part_of_clip
from .candidates import Place, best_places
from .clip_measurements import SearchedClip
from .costs import LEAST_DRAWINGS, loop_costs
from .distance_map import MAP_CARRIER, map_as_details
from .loop_measures import MEASURES
from .period import period_of
from .progress import STEPS, part_of
from .seam import LEAST_FRAMES, score_loop
from .structural_pass import band_in_one_pass

# Number of loops that are scored in full even if only one is requested, as the first may fail.
LEAST_SCORED = 3

# Upper end of the scale of `loop_distance`: how far the frames at the seam are from a perfect
# continuation, in steps of the clip. The distance is 1 if they are off by one drawing.
LARGEST_DISTANCE = 4.0
PASSING = 50.0  # score from which on a report passes
# Share of the work that is done, for the progress bar: when all pairs of frames are compared, when
# the drawings are found, and when the costs of all loops are computed.
STEPPED, DRAWN, SEARCHED = 0.65, 0.68, 0.7
LOOP_FOUND = "loop_found"
LOOP_OF_PERIODS = "loop_of_periods"
NOTHING_LOOPS = "nothing_loops"
NOTHING_LOOPS_UNSCORED = "nothing_loops_unscored"
NO_SEAM = "no_loop_to_search"
LOOP_DISTANCE = Measure(
    MAP_CARRIER,
    unit="steps",
    better=Better.LOWER,
    high=LARGEST_DISTANCE,
    backend=STRUCTURAL_BACKEND.name,
    reasons=(LOOP_FOUND, LOOP_OF_PERIODS, NOTHING_LOOPS, NOTHING_LOOPS_UNSCORED),
    absences=(NO_SEAM,),
)


@dataclass(frozen=True)
class Candidate:
    """One loop of a clip.

    Attributes:
        start: first frame of the loop.
        length: number of frames.
        distance: distance from a perfect loop that the search computed, in steps of the clip; None
            if there was no seam to search.
        report: report of `score_loop` on the loop.
    """

    start: int
    length: int
    distance: float | None
    report: Report

    @property
    def score(self) -> float | None:
        """Score of the loop, 0–100; None if it could not be measured."""
        return self.report.score

    @property
    def seam_ratio(self) -> float | None:
        """Width of the seam in steps of the clip; None if it could not be measured."""
        values = {each.name: each.value for each in self.report.measurements}
        return values.get("seam_position")


@dataclass(frozen=True)
class LoopSearch:
    """Result of a loop search.

    Attributes:
        start: first frame of the best loop; 0 if the clip could not be searched.
        length: number of frames of the best loop; all frames if the clip could not be searched.
        candidates: distinct loops, best first; may be empty.
        period: number of frames after which the motion repeats within the best loop; the length of
            the loop if it does not repeat within, None if nothing loops.
        report: report on the best loop, with the measurement `loop_distance` of the search.
    """

    start: int
    length: int
    candidates: tuple[Candidate, ...]
    period: int | None
    report: Report


def find_loops(
    frames: Frames,
    fps: float,
    shortest: int = 8,
    longest: int | None = None,
    top_k: int = 3,
    backend: Backend = STRUCTURAL_BACKEND,
    report_progress: Progress = None,
    measures: Sequence[Measure] = MEASURES,
) -> LoopSearch:
    """Search a clip for the part that loops best, over all starts and all lengths.

    Every pair of frames that are at most `longest` apart is compared once. `costs` computes the
    cost of every loop from these distances, `candidates` chooses distinct loops, and `score_loop`
    decides. Passing loops come before failing ones; failing ones are sorted by their score.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        fps: frames per second.
        shortest: fewest frames of a loop.
        longest: most frames of a loop; None for the length of the clip.
        top_k: largest number of loops to return, from 1.
        backend: perceptual distance that compares the frames.
        report_progress: called with (work done, all work); may raise to stop.
        measures: measures of `score_loop` with the thresholds of a profile.

    Returns:
        The loops, best first. The report is NOT_MEASURED if the clip is too short to be searched.

    Raises:
        InputError: `longest` is smaller than `shortest`, or `top_k` is below 1.

    Examples:
        Find the loop in a drawn motion that repeats every 10 frames.

        >>> from anime_production.models.sample.sample_clip import draw_clip
        >>> search = find_loops(draw_clip(24, 96, 96, 10, 0, seed=1), fps=12)
        >>> search.length, search.period, search.report.verdict.value
        (20, 10, 'PASS')
    """
    _check_lengths(shortest, longest, top_k)
    longest = min(longest or len(frames), len(frames))
    absence = too_little(frames, max(LEAST_FRAMES, shortest))
    if absence is not None:
        return _unsearchable(frames, fps, absence)
    widest = min(longest, len(frames) - 1)
    report_pairs = part_of(report_progress, 0.0, STEPPED)
    # The structural distance finds the held frames, whatever the backend.
    distances, structural_pass = band_in_one_pass(frames, widest, backend, report_pairs)
    # Values that aren't finite make a step that isn't, so the frames are checked only then.
    # Checking them beforehand would take a tenth of the time of the whole search.
    absence = None if structural_pass.steps.isfinite().all() else unmeasurable(frames)
    if absence is not None:
        return _unsearchable(frames, fps, absence)
    report_drawings = part_of(report_progress, STEPPED, DRAWN)
    clip = SearchedClip(frames, backend, distances, structural_pass, report_drawings)
    # LPIPS is a squared distance; its root grows with the motion, as ΔE does.
    linear_distances = distances.sqrt() if backend.unit == "LPIPS" else distances
    holds = hold_pattern(clip.motion_steps[:-1])
    report_costs = part_of(report_progress, DRAWN, SEARCHED)
    costs = loop_costs(linear_distances, holds, shortest, longest, report_costs)
    places = best_places(costs, max(top_k, LEAST_SCORED))
    # If nothing moves there is no seam to choose. The report on the whole clip then says so.
    places = places or [Place(0, longest, None)]
    score = partial(score_loop, fps=fps, backend=backend, measures=measures)
    candidates = _scored_candidates(frames, score, places, clip, top_k, report_progress)
    best = candidates[0]
    passes = best.report.verdict is Verdict.PASS
    period = period_of(linear_distances, best.start, best.length) if passes else None
    small_map = map_as_details(distances, backend.unit)
    measurement = _search_measurement(candidates, period, (shortest, longest), backend, small_map)
    report = replace(best.report, measurements=(*best.report.measurements, measurement))
    return LoopSearch(best.start, best.length, tuple(candidates), period, report)


def _check_lengths(shortest: int, longest: int | None, top_k: int) -> None:
    if longest is not None and longest < shortest:
        expected = f"at least as many frames as shortest ({shortest})"
        remedy = "Give a larger longest or a smaller shortest."
        raise InputError("longest", expected, str(longest), remedy)
    if top_k < 1:
        raise InputError("top_k", "a whole number from 1", str(top_k), "Ask for one loop or more.")


def _unsearchable(frames: Frames, fps: float, absence: Absence) -> LoopSearch:
    """Return the result for a clip that can't be searched."""
    report = Report("loop", (LOOP_DISTANCE.absent(absence),), len(frames), fps)
    return LoopSearch(0, len(frames), (), None, report)


def _scored_candidates(
    frames: Frames,
    score: Callable[..., Report],
    places: list[Place],
    clip: SearchedClip,
    top_k: int,
    report_progress: Progress,
) -> list[Candidate]:
    """Return the loops with their reports: passing ones in the order of the search, then by score.

    More than `top_k` loops are scored only as long as none passes.
    """
    candidates: list[Candidate] = []
    for number, place in enumerate(places):
        if number >= top_k and any(each.report.verdict is Verdict.PASS for each in candidates):
            break
        share = (1 - SEARCHED) / len(places)
        start = SEARCHED + number * share
        part = part_of(report_progress, start, start + share)
        loop = part_of_clip(frames, place.start, place.start + place.length)
        measurements = clip.loop(place.start, place.length)
        report = score(loop, report_progress=part, measurements=measurements)
        candidates.append(Candidate(*place, report))

    def rank(candidate: Candidate) -> tuple[bool, float]:
        passes = candidate.report.verdict is Verdict.PASS
        return not passes, 0.0 if passes else -(candidate.score or 0.0)

    if report_progress is not None:
        report_progress(STEPS, STEPS)
    return sorted(candidates, key=rank)[:top_k]


def _search_measurement(
    candidates: list[Candidate],
    period: int | None,
    lengths: tuple[int, int],
    backend: Backend,
    small_map: Mapping[str, Any],
) -> Measurement:
    """Return the measurement that the search adds to the best loop's report.

    Its reason names the best loop; its details hold all candidates and the map of distances.
    """
    best = candidates[0]
    measure = replace(LOOP_DISTANCE, backend=backend.name)
    details = {
        "period": period,
        "candidates": [_candidate_details(each) for each in candidates],
        "map": small_map,
    }
    if best.distance is None:
        facts = {"shortest": lengths[0], "longest": lengths[1], "least": LEAST_DRAWINGS}
        return measure.absent(Absence(NO_SEAM, facts), details=details)
    values: dict[str, Any] = {"start": best.start, "length": best.length}
    values["distance"] = short(best.distance)
    if period is None:
        missing = None if best.score is None else round(max(0.0, PASSING - best.score), 1)
        values["missing"] = missing
        reason = NOTHING_LOOPS if missing is not None else NOTHING_LOOPS_UNSCORED
        return measure.measured(
            best.distance, reason, values, details={**details, "missing": missing}
        )
    reason = LOOP_FOUND if period == best.length else LOOP_OF_PERIODS
    values |= {"period": period, "times": best.length // period}
    return measure.measured(best.distance, reason, values, details=details)


def _candidate_details(candidate: Candidate) -> dict[str, Any]:
    return {
        "start": candidate.start,
        "length": candidate.length,
        "distance": candidate.distance,
        "seam_ratio": candidate.seam_ratio,
        "score": candidate.score,
        "verdict": candidate.report.verdict.value,
    }
