"""How far are pictures from those that they should look like?"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import torch

from ...frames import Absence
from ...perceptual.backend import Backend, Progress
from ...perceptual.lpips import LPIPS
from ...perceptual.pieces import large_distance, passes_whole
from ...report import Better, Measure, Measurement, Report, Verdict, WorstFrame
from .ciede import colour_differences, percentile
from .gmsd import gmsd
from .measures import (
    COLOUR_DIFFERENCE,
    COLOUR_DIFFERENCE_95,
    GMSD,
    LABELS,
    LPIPS_OF,
    MEASURES,
    MULTI_SCALE_SSIM,
    PSNR,
    SSIM,
    wanted,
)
from .pairs import Pairs, Picture
from .psnr import CEILING, psnr
from .ssim import LEAST_SIDE_OF_SCALES, multi_scale_ssim, ssim

SUBJECT = "comparison"
NOTHING: Mapping[str, Absence] = MappingProxyType({})
# What an upscaler, or the rounding of a VAE, does to a size; INFO, so it has no threshold.
RESIZED = Measure("resized", unit="×", better=Better.HIGHER, low=0.0, high=8.0, backend="bicubic")


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
    able = [each.name for each in measures if absences[each.name] is None]
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
    worst = _worst(measurements)
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
            return Absence("lpips_not_installed")
        least = backend.least_side
    height, width = pairs.size
    if min(height, width) < least:
        return Absence("too_small", {"width": width, "height": height, "least": least})
    return None


def _values(
    pairs: Pairs, names: Sequence[str], lpips: Sequence[Backend], report_progress: Progress
) -> dict[str, list[float]]:
    """Values of every pair, by measure; a report of progress before each of them."""
    done = total = 0

    def tell() -> None:
        if report_progress is not None:
            report_progress(done, total)

    every = _steps(lpips, tell)
    steps = {names_of: step for names_of, step in every.items() if {*names_of} & {*names}}
    values: dict[str, list[float]] = {name: [] for name in names}
    total = len(pairs) * len(steps)
    for picture, reference in pairs if steps else ():
        for names_of, step in steps.items():
            tell()
            for name, value in zip(names_of, step(picture, reference), strict=True):
                if name in values:
                    values[name].append(value)
            done += 1
    if total:
        tell()
    return values


Step = Callable[[Picture, Picture], tuple[float, ...]]


def _steps(lpips: Sequence[Backend], tell: Callable[[], None]) -> Mapping[tuple[str, ...], Step]:
    """What takes each measure, by the names of what it gives; long ones call `tell` meanwhile."""

    def colour(picture: Picture, reference: Picture) -> tuple[float, ...]:
        differences = colour_differences(picture.frame, reference.frame)
        return differences.mean().item(), percentile(differences)

    def learned(backend: Backend) -> Step:
        last: tuple[Picture, torch.Tensor] | None = None

        def features(network: LPIPS, frame: torch.Tensor) -> torch.Tensor:
            return network.features(frame[None].to(network.device or frame.device))

        def distance(picture: Picture, reference: Picture) -> tuple[float, ...]:
            nonlocal last
            if not isinstance(backend, LPIPS) or not passes_whole(backend, picture.frame):
                return (large_distance(backend, picture.frame, reference.frame, tell),)
            if last is None or last[0] is not reference:  # one may serve for all pictures
                last = reference, features(backend, reference.frame)
            squares = (features(backend, picture.frame) - last[1]).square_().sum()
            return (backend.distances(squares).item(),)

        return distance

    return {
        (SSIM.name,): lambda one, other: (ssim(one.grey, other.grey),),
        (MULTI_SCALE_SSIM.name,): lambda one, other: (multi_scale_ssim(one.grey, other.grey),),
        (PSNR.name,): lambda one, other: (psnr(one.frame, other.frame),),
        (GMSD.name,): lambda one, other: (gmsd(one.grey, other.grey),),
        (COLOUR_DIFFERENCE.name, COLOUR_DIFFERENCE_95.name): colour,
        **{(LPIPS_OF[backend.name].name,): learned(backend) for backend in lpips},
    }


def _measurement(
    measure: Measure, values: Sequence[float], facts: Mapping[str, Any]
) -> Measurement:
    pick = min if measure.better is Better.HIGHER else max
    worst = pick(values)
    frame, mean = values.index(worst), sum(values) / len(values)
    details = {"mean": mean, "worst_frame": frame, **facts}
    said: dict[str, Any] = {
        "measure": LABELS[measure.name],
        "worst": _short(worst),
        "mean": _short(mean),
        "frame": frame,
        "threshold": measure.threshold,
    }
    code = "compared_pair" if len(values) == 1 else "compared_pairs"
    if measure.name == PSNR.name and worst == CEILING:
        return measure.measured(worst, "identical_pairs", said, values, details)
    measurement = measure.measured(worst, code, said, values, details)
    if measurement.verdict is Verdict.FAIL:
        measurement = measure.measured(worst, f"{code}_apart", said, values, details)
    return measurement


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def _resized(pairs: Pairs) -> Measurement:
    """How much larger or smaller one of the two was made: the square root of the areas' ratio."""
    fact: Any = pairs.resized
    (width, height), (to_width, to_height) = fact["from"], fact["to"]
    said = {"from": f"{width}×{height}", "to": f"{to_width}×{to_height}"}
    scale = (to_width * to_height / (width * height)) ** 0.5
    return RESIZED.measured(scale, f"resized_{fact['what']}", said, details={"resized": fact})


def _worst(measurements: Sequence[Measurement]) -> WorstFrame | None:
    """The worst pair of the required measurement with the lowest score."""
    scored = [each for each in measurements if each.required and each.score is not None]
    if not scored:
        return None
    lowest = min(scored, key=lambda each: each.score or 0.0)
    frame = int(lowest.details["worst_frame"])
    return WorstFrame(frame, lowest.reason_code, lowest.reason)
