"""Which part of a clip loops best?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch

from ..frames import Absence, InputError, too_little, unmeasurable
from ..holds import hold_pattern
from ..measure import Measure, short
from ..measurement import Better, Measurement, Verdict
from ..perceptual.backend import Backend, Progress
from ..perceptual.structural import STRUCTURAL_BACKEND
from ..report import Report
from .candidates import Place, best_places
from .clip_measurements import SearchedClip
from .costs import LEAST_DRAWINGS, loop_costs
from .distance_map import SEARCHED as MAP_CARRIER
from .distance_map import map_as_details
from .loop_measures import MEASURES
from .period import period_of
from .progress import STEPS, part_of
from .seam import LEAST_FRAMES, score_loop
from .structural_pass import structural_band, structural_steps

LEAST_SCORED = 3  # loops scored in full, even where one is wanted: the first may fail

# How many of the clip's steps the frames at the seam are from where they would go on; off by one
# drawing is 1.
LARGEST_DISTANCE = 4.0
PASSING = 50.0  # of a report's score
# Of the work, as its progress shows it: until all pairs are compared, until the steps are
# measured, until the drawings are known, and until all loops are compared.
COMPARED, STEPPED, DRAWN, SEARCHED = 0.6, 0.65, 0.68, 0.7
FOUND = "loop_found"
FOUND_IN_PERIODS = "loop_of_periods"
NOTHING_LOOPS = "nothing_loops"
NOTHING_LOOPS_UNSCORED = "nothing_loops_unscored"
NO_SEAM = "no_loop_to_search"
LOOP_DISTANCE = Measure(
    MAP_CARRIER,
    unit="steps",
    better=Better.LOWER,
    high=LARGEST_DISTANCE,
    backend=STRUCTURAL_BACKEND.name,
    reasons=(FOUND, FOUND_IN_PERIODS, NOTHING_LOOPS, NOTHING_LOOPS_UNSCORED),
    absences=(NO_SEAM,),
)


@dataclass(frozen=True)
class Candidate:
    """One loop of a clip.

    Attributes:
        start, length: its frames.
        distance: from a perfect loop, in steps of the clip, by the search; None where it found no
            seam to judge.
        report: of `score_loop`.
    """

    start: int
    length: int
    distance: float | None
    report: Report

    @property
    def score(self) -> float | None:
        """0–100, None where it could not be measured."""
        return self.report.score

    @property
    def seam_ratio(self) -> float | None:
        """The seam's step over those beside it, None where it could not be measured."""
        values = {each.name: each.value for each in self.report.measurements}
        return values.get("seam_position")


@dataclass(frozen=True)
class LoopSearch:
    """What a search found.

    Attributes:
        start, length: the best loop's frames; the whole clip where none could be looked for.
        candidates: distinct loops, best first; may be empty.
        period: frames after which the best loop repeats inside, its length where it doesn't;
            None where nothing loops.
        report: of the best loop, with the search's own measurement.
    """

    start: int
    length: int
    candidates: tuple[Candidate, ...]
    period: int | None
    report: Report


def find_loops(
    frames: torch.Tensor,
    fps: float,
    shortest: int = 8,
    longest: int | None = None,
    top_k: int = 3,
    backend: Backend = STRUCTURAL_BACKEND,
    report_progress: Progress = None,
    measures: Sequence[Measure] = MEASURES,
) -> LoopSearch:
    """Search a clip for the part that loops best, over all starts and all lengths.

    Every pair of frames within `longest` is compared once; `costs` says what makes a loop of
    them, `candidates` picks distinct ones, and `score_loop` has the last word. A passing loop
    goes before a failing one; where none passes, the one with the highest score comes first.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        fps: frames per second.
        shortest, longest: frames of a loop; None: as long as the clip.
        top_k: loops wanted.
        backend: measures distances.
        report_progress: called with (done, in all); may raise to stop.
        measures: of `score_loop`, as a profile wants them.

    Returns:
        The loops, best first. NOT_MEASURED where the clip is too short to be searched.

    Raises:
        InputError: `longest` is smaller than `shortest`, or `top_k` below 1.
    """
    _check(shortest, longest, top_k)
    longest = min(longest or len(frames), len(frames))
    absence = too_little(frames, max(LEAST_FRAMES, shortest))
    if absence is not None:
        return _nothing(frames, fps, absence)
    widest = min(longest, len(frames) - 1)
    comparing = part_of(report_progress, 0.0, COMPARED)
    if backend.name == STRUCTURAL_BACKEND.name:
        distances, taken = structural_band(frames, widest, backend, comparing)
    else:  # which frames are held doesn't depend on the backend
        distances = backend.band(frames, widest, comparing).cpu()
        stepping = part_of(report_progress, COMPARED, STEPPED)
        taken = structural_steps(frames, backend, stepping)
    # What isn't finite shows in the steps; to look for it before takes a tenth of the time.
    absence = None if taken.steps.isfinite().all() else unmeasurable(frames)
    if absence is not None:
        return _nothing(frames, fps, absence)
    drawing = part_of(report_progress, STEPPED, DRAWN)
    searched = SearchedClip(frames, backend, distances, taken, drawing)
    # LPIPS is a squared distance; its root grows with the motion, as ΔE does.
    even = distances.sqrt() if backend.unit == "LPIPS" else distances
    holds = hold_pattern(searched.moving[:-1])
    searching = part_of(report_progress, DRAWN, SEARCHED)
    judged = loop_costs(even, holds, shortest, longest, searching)
    places = best_places(judged, max(top_k, LEAST_SCORED))
    # Where nothing moves there is no seam to choose; the report says so.
    places = places or [Place(0, longest, None)]
    scored = partial(score_loop, fps=fps, backend=backend, measures=measures)
    candidates = _scored(frames, scored, places, searched, top_k, report_progress)
    best = candidates[0]
    loops = best.report.verdict is Verdict.PASS
    period = period_of(even, best.start, best.length) if loops else None
    small_map = map_as_details(distances, backend.unit)
    found = _found(candidates, period, (shortest, longest), backend, small_map)
    report = replace(best.report, measurements=(*best.report.measurements, found))
    return LoopSearch(best.start, best.length, tuple(candidates), period, report)


def _check(shortest: int, longest: int | None, top_k: int) -> None:
    if longest is not None and longest < shortest:
        expected = f"at least as many frames as shortest ({shortest})"
        remedy = "Give a larger longest or a smaller shortest."
        raise InputError("longest", expected, str(longest), remedy)
    if top_k < 1:
        raise InputError("top_k", "a whole number from 1", str(top_k), "Ask for one loop or more.")


def _nothing(frames: torch.Tensor, fps: float, absence: Absence) -> LoopSearch:
    report = Report("loop", (LOOP_DISTANCE.absent(absence),), len(frames), fps)
    return LoopSearch(0, len(frames), (), None, report)


def _scored(
    frames: torch.Tensor,
    scored: Callable[..., Report],
    places: list[Place],
    searched: SearchedClip,
    top_k: int,
    report_progress: Progress,
) -> list[Candidate]:
    """The loops with their reports: passing ones as the search has them, then by score.

    More than `top_k` are only scored as long as none passes.
    """
    candidates: list[Candidate] = []
    for number, place in enumerate(places):
        if number >= top_k and any(each.report.verdict is Verdict.PASS for each in candidates):
            break
        share = (1 - SEARCHED) / len(places)
        begun = SEARCHED + number * share
        part = part_of(report_progress, begun, begun + share)
        loop = frames[place.start : place.start + place.length]
        measured = searched.loop(place.start, place.length)
        candidates.append(Candidate(*place, scored(loop, report_progress=part, measured=measured)))

    def rank(candidate: Candidate) -> tuple[bool, float]:
        passes = candidate.report.verdict is Verdict.PASS
        return not passes, 0.0 if passes else -(candidate.score or 0.0)

    if report_progress is not None:
        report_progress(STEPS, STEPS)
    return sorted(candidates, key=rank)[:top_k]


def _found(
    candidates: list[Candidate],
    period: int | None,
    lengths: tuple[int, int],
    backend: Backend,
    small_map: Mapping[str, Any],
) -> Measurement:
    """What the search adds to the best loop's report: where it is, and what else there is."""
    best = candidates[0]
    measure = replace(LOOP_DISTANCE, backend=backend.name)
    details = {
        "period": period,
        "candidates": [_details(each) for each in candidates],
        "map": small_map,
    }
    if best.distance is None:
        named = {"shortest": lengths[0], "longest": lengths[1], "least": LEAST_DRAWINGS}
        return measure.absent(Absence(NO_SEAM, named), details=details)
    values: dict[str, Any] = {"start": best.start, "length": best.length}
    values["distance"] = short(best.distance)
    if period is None:
        missing = None if best.score is None else round(max(0.0, PASSING - best.score), 1)
        values["missing"] = missing
        reason = NOTHING_LOOPS if missing is not None else NOTHING_LOOPS_UNSCORED
        return measure.measured(
            best.distance, reason, values, details={**details, "missing": missing}
        )
    reason = FOUND if period == best.length else FOUND_IN_PERIODS
    values |= {"period": period, "times": best.length // period}
    return measure.measured(best.distance, reason, values, details=details)


def _details(candidate: Candidate) -> dict[str, Any]:
    return {
        "start": candidate.start,
        "length": candidate.length,
        "distance": candidate.distance,
        "seam_ratio": candidate.seam_ratio,
        "score": candidate.score,
        "verdict": candidate.report.verdict.value,
    }
