"""Still quality: report on sharpness, resolution, noise, bands, blocks and content of pictures."""

from collections.abc import Callable, Mapping, Sequence
from statistics import mode

import torch

from ...frames import Absence, InputError, unmeasurable
from ...measure import Measure, Value, number_of, short
from ...measurement import Measurement
from ...report import Report, worst_of
from ...rgb_frames import Frames
from .learned import NOT_IN_FOLDER, NOT_INSTALLED, Learned, absence_of_failed
from .picture import Picture
from .still_measures import MEASURES

SUBJECT = "still_quality"
Results = Mapping[str, Value | Absence]  # results for one picture, by name of the measure


def measure_picture(
    frame: torch.Tensor, measures: Sequence[Measure] = MEASURES
) -> dict[str, Value | Absence]:
    """Measure one picture with every measure that needs no weights.

    Args:
        frame: RGB in 0–1, shape (height, width, 3), at least 16 px a side.
        measures: some of `MEASURES`.

    Returns:
        The value of each measure or the reason of its absence, by name of the measure.

    Examples:
        >>> results = measure_picture(torch.full((64, 64, 3), 0.5))
        >>> results["content"].number
        0.0
        >>> results["edge_width"].code
        'no_lines'
    """
    picture = Picture(frame)
    return {
        measure.name: measure.evaluate(picture)
        for measure in measures
        if measure.function is not None
    }


def numbers_of(results: Sequence[Results], name: str) -> list[float | None]:
    """Return the number of one measure for each picture, None where it is absent."""
    return [number_of(picture_results[name]) for picture_results in results]


def absence_of(results: Sequence[Results], name: str) -> Absence:
    """Return the most frequent reason why a measure is absent."""
    values = [picture_results[name] for picture_results in results]
    absences = [value for value in values if isinstance(value, Absence)]
    code = mode(absence.code for absence in absences)
    return {absence.code: absence for absence in absences}[code]


def facts_of(value: float) -> dict[str, float]:
    """Return the values of all placeholders that the sentence of a still measure may have."""
    return {"value": short(value), "width": short(value), "percent": short(value * 100)}


def score_still_quality(
    frames: Frames,
    measures: Sequence[Measure] = MEASURES,
    learned: Learned = NOT_INSTALLED,
    device: torch.device | str | None = None,
    report_progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Score how clean pictures are.

    The value of a measurement is that of the worst picture, because a person who checks a batch
    looks for the broken one. The mean is in the details. Each picture is measured alone, so its
    values don't depend on the other pictures, and only one picture at a time is on `device`.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3), any device.
        measures: `MEASURES`, with the thresholds of a profile.
        learned: installed networks. A network that fails makes its measurement absent.
        device: device on which the pictures are measured; None for that of the frames.
        report_progress: called with (pictures done, pictures in all); may raise to stop.

    Returns:
        A report of subject `still_quality`. Its worst frame is that of the required measurement
        with the lowest score.

    Examples:
        >>> from anime_production.models.sample.sample_clip import draw_clip
        >>> drawing = draw_clip(1, width=192, height=192, period=12, character=0, seed=1)
        >>> report = score_still_quality(drawing)
        >>> report.verdict.value
        'PASS'
        >>> blank = torch.full((1, 192, 192, 3), 0.5)
        >>> report = score_still_quality(torch.cat([drawing, blank]))
        >>> report.verdict.value, report.worst.frame
        ('FAIL', 1)
    """
    absence = unmeasurable(frames)
    if absence is not None:
        parts = tuple(measure.absent(absence) for measure in measures)
        return Report(SUBJECT, parts, len(frames))
    pictures: list[Results] = []
    unusable = dict(learned.unusable)
    for number, frame in enumerate(frames):
        picture = frame if device is None else frame.to(device)
        values = measure_picture(picture, measures)
        for network in learned.ready:
            if network.name in unusable:
                continue
            try:
                values[network.name] = Value(network.value(picture))
            except InputError as error:  # a wrong output shows only when the network runs
                unusable[network.name] = absence_of_failed(network.classifier, error)
        pictures.append(values)
        if report_progress is not None:
            report_progress(number + 1, len(frames))
    parts = tuple(
        measure.absent(unusable[measure.name])
        if measure.name in unusable
        else _measurement(measure, pictures)
        for measure in measures
    )
    return Report(SUBJECT, parts, len(frames), worst=worst_of(parts))


def _measurement(measure: Measure, results: Sequence[Results]) -> Measurement:
    name = measure.name
    if name not in results[0]:  # the measure of a network that is not installed
        return measure.absent(Absence(NOT_IN_FOLDER, {"folder": name}))
    numbers = numbers_of(results, name)
    measured = [number for number in numbers if number is not None]
    if not measured:
        return measure.absent(absence_of(results, name), numbers)
    worst = measure.better.worst(measured)
    frame = numbers.index(worst)
    value = results[frame][name]
    assert isinstance(value, Value)
    return measure.measured(
        worst,
        value.reason,
        {**facts_of(worst), **value.facts},
        numbers,
        {"mean": sum(measured) / len(measured), "worst_frame": frame, **(value.details or {})},
    )
