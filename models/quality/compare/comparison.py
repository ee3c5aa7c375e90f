"""Comparison: report on the distance of pictures from their references."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import torch

from ...frames import Absence
from ...measure import short, short_of
from ...partial_reports import ShowPartial
from ...perceptual.backend import Backend, Progress
from ...perceptual.lpips import LPIPS
from ...perceptual.pieces import large_distance, passes_whole
from ...perceptual.products import rowwise_squared_distances
from ...report import Measure, Measurement, Report, worst_of
from .comparison_measures import MEASURES, select_measures
from .networks import LPIPS_OF, NO_NETWORK
from .pairs import RESIZED, PairBatch, Pairs, Pictures
from .psnr import CEILING, IDENTICAL, PSNR
from .ssim import LEAST_SIDE_OF_SCALES, MULTI_SCALE_SSIM

SUBJECT = "comparison"
Rows = Sequence[Sequence[float]]
NONE_UNUSABLE: Mapping[str, Absence] = MappingProxyType({})


def compare_pictures(
    pairs: Pairs,
    metrics: Sequence[str] = (),
    lpips: Sequence[Backend] = (),
    measures: Sequence[Measure] = MEASURES,
    report_progress: Progress = None,
    unusable: Mapping[str, Absence] = NONE_UNUSABLE,
    show_partial: ShowPartial = None,
) -> Report:
    """Measure how far each picture is from its reference.

    The value of a measurement is that of the worst pair, because one broken frame breaks a clip.
    The mean over the pairs, which publications report, is in the details.

    Args:
        pairs: result of `paired`.
        metrics: names of the `MEASURES` to take; all of these that have a threshold are required.
            If it is empty, all measures are taken, and only SSIM and the mean colour difference
            are required.
        lpips: a backend of LPIPS for each installed network that is used.
        measures: `MEASURES`, with the thresholds of a profile.
        report_progress: called with (steps done, steps in all), several times for each pair; may
            raise to stop.
        unusable: reason why the installed weights of a measure can't be used, by name of the
            measure.
        show_partial: called after each batch of pairs.

    Returns:
        A report of subject `comparison`. Its worst frame is that of the required measurement with
        the lowest score.

    Examples:
        >>> from anime_production.models.quality.compare.pairs import paired
        >>> from anime_production.models.sample.sample_clip import draw_clip
        >>> drawing = draw_clip(1, width=192, height=192, period=12, character=0, seed=1)
        >>> report = compare_pictures(paired(drawing, drawing), metrics=("ssim", "psnr"))
        >>> [(each.name, round(each.value, 3)) for each in report.measurements]
        [('ssim', 1.0), ('psnr', 100.0)]
        >>> darker = paired(drawing * 0.7, drawing)
        >>> compare_pictures(darker, metrics=("colour_difference",)).verdict.value
        'FAIL'
    """
    measures = _without_missing_lpips(select_measures(metrics, measures), lpips, unusable)
    absences = {
        measure.name: unusable.get(measure.name) or _absence(measure, pairs, lpips)
        for measure in measures
    }
    measurable = [measure for measure in measures if absences[measure.name] is None]

    def report_of(rows: Rows) -> Report:
        columns = dict(
            zip((each.name for each in measurable), zip(*rows, strict=True), strict=True)
        )
        details = {} if pairs.resized is None else {"resized": pairs.resized}
        measurements = []
        for measure in measures:
            absence = absences[measure.name]
            measurements.append(
                _measurement(measure, columns[measure.name], details)
                if absence is None
                else measure.absent(absence, details=details)
            )
        worst = worst_of(measurements)
        if pairs.resized is not None:
            measurements.append(_resized_measurement(pairs))
        return Report(SUBJECT, tuple(measurements), len(rows) or len(pairs), worst=worst)

    def show_rows(rows: Rows) -> None:
        if show_partial is not None:
            show_partial(lambda: report_of(rows))

    return report_of(_values(pairs, measurable, lpips, report_progress, show_rows))


def _without_missing_lpips(
    measures: Sequence[Measure], lpips: Sequence[Backend], unusable: Mapping[str, Absence]
) -> tuple[Measure, ...]:
    """Remove the measures of networks without a backend.

    If no network has a backend, the first of these measures stays, so that the report says what is
    missing.
    """
    present = {backend.name for backend in lpips} | {name.replace("_", "-") for name in unusable}
    missing = [measure for measure in measures if measure.backend in LPIPS_OF.keys() - present]
    removed = missing if present else missing[1:]
    return tuple(measure for measure in measures if measure not in removed)


def _absence(measure: Measure, pairs: Pairs, lpips: Sequence[Backend]) -> Absence | None:
    if pairs.absence is not None:
        return pairs.absence
    least_side = LEAST_SIDE_OF_SCALES if measure.name == MULTI_SCALE_SSIM.name else 1
    if measure.backend in LPIPS_OF:
        backend = next((each for each in lpips if each.name == measure.backend), None)
        if backend is None:
            return Absence(NO_NETWORK)
        least_side = backend.least_side
    height, width = pairs.size
    if min(height, width) < least_side:
        return Absence("too_small", {"width": width, "height": height, "least": least_side})
    return None


def _values(
    pairs: Pairs,
    measures: Sequence[Measure],
    lpips: Sequence[Backend],
    report_progress: Progress,
    show_rows: Callable[[Rows], None],
) -> Rows:
    """Return the values of every pair; progress is reported before each value.

    Args:
        pairs: images with their references.
        measures: measures that can be taken.
        lpips: backends of LPIPS.
        report_progress: called with (steps done, steps in all).
        show_rows: called after each batch with the values so far.

    Returns:
        A row for each pair, with the values in the order of `measures`; none without measures.
    """
    done, total = 0, len(pairs) * len(measures)

    def report_step() -> None:
        if report_progress is not None:
            report_progress(done, total)

    networks = {LPIPS_OF[backend.name].name: _Network(backend, report_step) for backend in lpips}
    rows: list[Sequence[float]] = []
    for batch in pairs.batches() if measures else ():
        columns = []
        for measure in measures:
            report_step()
            function = measure.function or networks[measure.name].distances
            columns.append(function(batch))
            done += len(batch)
        # The values of a batch are read together, because each reading waits for the device.
        rows += torch.stack(columns, dim=1).tolist()
        show_rows(rows)
    if total:
        report_step()
    return rows


class _Network:
    """LPIPS with one network. It keeps the features of the last references for the next batch."""

    def __init__(self, backend: Backend, report_step: Callable[[], None]) -> None:
        self._backend, self._report_step = backend, report_step
        self._last: tuple[Pictures, torch.Tensor] | None = None

    def distances(self, batch: PairBatch) -> torch.Tensor:
        """Return LPIPS of each pair; progress is reported before each piece of a large picture."""
        backend, frames, references = self._backend, batch.pictures.frames, batch.references
        if not isinstance(backend, LPIPS) or not passes_whole(backend, frames[0]):
            pairs = zip(frames, references.frames.expand_as(frames), strict=True)
            values = [large_distance(backend, *pair, self._report_step) for pair in pairs]
            return torch.stack(values).to(frames)
        device = backend.device or frames.device
        at_once = backend.frames_at_once(frames, device)
        is_shared = len(references.frames) == 1
        squares = []
        for start in range(0, len(frames), at_once):
            part = slice(start, start + at_once)
            if not is_shared or self._last is None or self._last[0] is not references:
                reference_part = references.frames if is_shared else references.frames[part]
                self._last = references, backend.features(reference_part.to(device))
            features = backend.features(frames[part].to(device))
            squares.append(rowwise_squared_distances(features, self._last[1]))
        return backend.distances(torch.cat(squares)).to(frames)


def _measurement(
    measure: Measure, values: Sequence[float], shared_details: Mapping[str, Any]
) -> Measurement:
    worst = measure.better.worst(values)
    frame, mean = values.index(worst), sum(values) / len(values)
    details = {"mean": mean, "worst_frame": frame, **shared_details}
    facts: dict[str, Any] = {
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
    return measure.measured(worst, reason, facts, values, details)


def _resized_measurement(pairs: Pairs) -> Measurement:
    """Return the measurement of the factor by which images or references were resized.

    The factor is the square root of the new area divided by the old one.
    """
    resized: Any = pairs.resized
    (width, height), (to_width, to_height) = resized["from"], resized["to"]
    sizes = {"from": f"{width}×{height}", "to": f"{to_width}×{to_height}"}
    scale = (to_width * to_height / (width * height)) ** 0.5
    return RESIZED.measured(
        scale, f"resized_{resized['what']}", sizes, details={"resized": resized}
    )
