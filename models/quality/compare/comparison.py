"""How far are pictures from those that they should look like?"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import torch

from ...frames import Absence
from ...measure import short, short_of
from ...perceptual.backend import Backend, Progress
from ...perceptual.lpips import LPIPS
from ...perceptual.pieces import large_distance, passes_whole
from ...report import Measure, Measurement, Report, worst_of
from .comparison_measures import MEASURES, wanted
from .networks import LPIPS_OF, NO_NETWORK
from .pairs import RESIZED, Pair, Pairs, Picture
from .psnr import CEILING, IDENTICAL, PSNR
from .ssim import LEAST_SIDE_OF_SCALES, MULTI_SCALE_SSIM

SUBJECT = "comparison"
NOTHING: Mapping[str, Absence] = MappingProxyType({})


def compare_pictures(
    pairs: Pairs,
    metrics: Sequence[str] = (),
    lpips: Sequence[Backend] = (),
    measures: Sequence[Measure] = MEASURES,
    report_progress: Progress = None,
    unusable: Mapping[str, Absence] = NOTHING,
) -> Report:
    """Measure how far each picture is from its reference.

    A measurement's value is that of its worst pair, since one broken frame breaks a clip; the mean
    over the pairs, as publications give it, stands in its details.

    Args:
        pairs: what `paired` returned.
        metrics: names of `MEASURES`: what is measured, and all of it counts that has a threshold.
            None: all, of which SSIM and the mean colour difference count.
        lpips: LPIPS with the networks that are to be used, of those in `metrics`.
        measures: `MEASURES`, as a profile wants them.
        report_progress: called with (steps done, steps in all), several for each pair; may raise
            to stop.
        unusable: by name of a measure, why the weights that are installed for it are of no use.

    Returns:
        A report of subject `comparison`; its worst frame is that of the required measurement with
        the lowest score.
    """
    measures = _without_missing_lpips(wanted(metrics, measures), lpips, unusable)
    absences = {
        each.name: unusable.get(each.name) or _absence(each, pairs, lpips) for each in measures
    }
    able = [each for each in measures if absences[each.name] is None]
    values = _values(pairs, able, lpips, report_progress)
    facts = {} if pairs.resized is None else {"resized": pairs.resized}
    measurements = []
    for measure in measures:
        absence = absences[measure.name]
        measurements.append(
            _measurement(measure, values[measure.name], facts)
            if absence is None
            else measure.absent(absence, details=facts)
        )
    worst = worst_of(measurements)
    if pairs.resized is not None:
        measurements.append(_resized(pairs))
    return Report(SUBJECT, tuple(measurements), len(pairs), worst=worst)


def _without_missing_lpips(
    measures: Sequence[Measure], lpips: Sequence[Backend], unusable: Mapping[str, Absence]
) -> tuple[Measure, ...]:
    """Networks without a backend go, but for the first where none has one: its absence is told."""
    present = {backend.name for backend in lpips} | {name.replace("_", "-") for name in unusable}
    missing = [each for each in measures if each.backend in LPIPS_OF.keys() - present]
    kept = missing[:1] if not present else []
    return tuple(each for each in measures if each not in missing or each in kept)


def _absence(measure: Measure, pairs: Pairs, lpips: Sequence[Backend]) -> Absence | None:
    if pairs.absence is not None:
        return pairs.absence
    least = LEAST_SIDE_OF_SCALES if measure.name == MULTI_SCALE_SSIM.name else 1
    if measure.backend in LPIPS_OF:
        backend = next((each for each in lpips if each.name == measure.backend), None)
        if backend is None:
            return Absence(NO_NETWORK)
        least = backend.least_side
    height, width = pairs.size
    if min(height, width) < least:
        return Absence("too_small", {"width": width, "height": height, "least": least})
    return None


def _values(
    pairs: Pairs, measures: Sequence[Measure], lpips: Sequence[Backend], report_progress: Progress
) -> dict[str, list[float]]:
    """Return the values of every pair by measure, with a report of progress before each of them."""
    done, total = 0, len(pairs) * len(measures)

    def tell() -> None:
        if report_progress is not None:
            report_progress(done, total)

    networks = {LPIPS_OF[backend.name].name: _Network(backend, tell) for backend in lpips}
    values: dict[str, list[float]] = {measure.name: [] for measure in measures}
    for pair in pairs if measures else ():
        for measure in measures:
            tell()
            take = measure.function or networks[measure.name].distance
            values[measure.name].append(take(pair))
            done += 1
    if total:
        tell()
    return values


class _Network:
    """A network of LPIPS that keeps the features of the last reference: one may serve for all."""

    def __init__(self, backend: Backend, tell: Callable[[], None]) -> None:
        self._backend, self._tell = backend, tell
        self._last: tuple[Picture, torch.Tensor] | None = None

    def distance(self, pair: Pair) -> float:
        """Return LPIPS of a pair; a large picture is taken in pieces, with progress meanwhile."""
        backend, frame, reference = self._backend, pair.picture.frame, pair.reference
        if not isinstance(backend, LPIPS) or not passes_whole(backend, frame):
            return large_distance(backend, frame, reference.frame, self._tell)
        if self._last is None or self._last[0] is not reference:
            self._last = reference, _features(backend, reference.frame)
        squares = (_features(backend, frame) - self._last[1]).square_().sum()
        return float(backend.distances(squares).item())


def _features(network: LPIPS, frame: torch.Tensor) -> torch.Tensor:
    return network.features(frame[None].to(network.device or frame.device))


def _measurement(
    measure: Measure, values: Sequence[float], facts: Mapping[str, Any]
) -> Measurement:
    worst = measure.better.worst(values)
    frame, mean = values.index(worst), sum(values) / len(values)
    details = {"mean": mean, "worst_frame": frame, **facts}
    told: dict[str, Any] = {
        "measure": measure.label,
        "worst": short_of(measure, worst),
        "mean": short(mean),
        "frame": frame,
        "threshold": measure.threshold,
    }
    if measure.name == PSNR.name and worst == CEILING:
        reason = IDENTICAL
    else:
        reason = "compared_pair" if len(values) == 1 else "compared_pairs"
        reason += "_apart" if measure.fails_at(worst) else ""
    return measure.measured(worst, reason, told, values, details)


def _resized(pairs: Pairs) -> Measurement:
    """How much larger or smaller one of the two was made: the square root of the areas' ratio."""
    fact: Any = pairs.resized
    (width, height), (to_width, to_height) = fact["from"], fact["to"]
    sizes = {"from": f"{width}×{height}", "to": f"{to_width}×{to_height}"}
    scale = (to_width * to_height / (width * height)) ** 0.5
    return RESIZED.measured(scale, f"resized_{fact['what']}", sizes, details={"resized": fact})
