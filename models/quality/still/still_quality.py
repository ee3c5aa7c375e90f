"""Is a still clean: sharp, of its full resolution, without noise, bands, blocks; and not blank?"""

from collections.abc import Callable, Mapping, Sequence
from statistics import mode

import torch

from ...frames import Absence, InputError, unmeasurable
from ...measure import Measure, Value, number_of, short
from ...measurement import Measurement
from ...report import Report, worst_of
from .learned import NOT_IN_FOLDER, NOT_INSTALLED, Learned, why_failed
from .picture import Picture
from .still_measures import MEASURES

SUBJECT = "still_quality"
Results = Mapping[str, Value | Absence]  # of one picture, by the measure's name


def measure_picture(
    frame: torch.Tensor, measures: Sequence[Measure] = MEASURES
) -> dict[str, Value | Absence]:
    """Take every measure of one picture that needs no weights.

    Args:
        frame: RGB in 0–1, shape (height, width, 3), at least 16 a side.
        measures: some of `MEASURES`.

    Returns:
        The value or the reason of its absence, by name of the measure.
    """
    picture = Picture(frame)
    return {each.name: each.evaluate(picture) for each in measures if each.function is not None}


def numbers_of(results: Sequence[Results], name: str) -> list[float | None]:
    """Return the numbers of one measure, None for a picture that has none."""
    return [number_of(each[name]) for each in results]


def absence_of(results: Sequence[Results], name: str) -> Absence:
    """Return the reason that most of some pictures have for lacking a measure."""
    absences = [each for of in results if isinstance(each := of[name], Absence)]
    code = mode(each.code for each in absences)
    return {each.code: each for each in absences}[code]


def facts_of(value: float) -> dict[str, float]:
    """Return what any still measure's sentence may speak of."""
    return {"value": short(value), "width": short(value), "percent": short(value * 100)}


def score_still_quality(
    frames: torch.Tensor,
    measures: Sequence[Measure] = MEASURES,
    learned: Learned = NOT_INSTALLED,
    device: torch.device | str | None = None,
    report_progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Score how clean pictures are, each for itself.

    A measurement's value is that of its worst picture, as a person who checks a batch wants to see
    the one that is broken; the mean stands in its details. Only one picture at a time is on
    `device`, and each is measured alone: neither the order nor the number of the others changes its
    values.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3), any device.
        measures: `MEASURES`, as a profile wants them.
        learned: networks that are installed; one that fails is left out, with a reason.
        device: where to measure; None: where the frames are.
        report_progress: called with (pictures done, pictures in all); may raise to stop.

    Returns:
        A report of subject `still_quality`; its worst frame is that of the required measurement
        with the lowest score.
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
        for network in (each for each in learned.ready if each.name not in unusable):
            try:
                values[network.name] = Value(network.value(picture))
            except InputError as error:  # only running it shows what it gives
                unusable[network.name] = why_failed(network.classifier, error)
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
    if name not in results[0]:  # a learned one, without its weights
        return measure.absent(Absence(NOT_IN_FOLDER, {"folder": name}))
    numbers = numbers_of(results, name)
    known = [number for number in numbers if number is not None]
    if not known:
        return measure.absent(absence_of(results, name), numbers)
    worst = measure.better.worst(known)
    frame = numbers.index(worst)
    value = results[frame][name]
    assert isinstance(value, Value)
    return measure.measured(
        worst,
        value.reason,
        {**facts_of(worst), **value.facts},
        numbers,
        {"mean": sum(known) / len(known), "worst_frame": frame, **(value.details or {})},
    )
