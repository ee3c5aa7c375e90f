"""Still quality: report on sharpness, resolution, noise, bands, blocks and content of pictures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import mode
from threading import BoundedSemaphore

import torch

from ...frames import Absence, InputError, unmeasurable
from ...measure import Measure, Value, number_of, short
from ...measurement import Measurement
from ...partial_reports import ShowPartial
from ...report import Report, worst_of
from ...rgb_frames import Frames
from ...workers import in_order
from .learned import NOT_IN_FOLDER, NOT_INSTALLED, Learned, absence_of_failed
from .picture import Picture, Pictures
from .still_measures import MEASURES, NUMBERS_OF_GREY, NUMBERS_OF_PLANES

SUBJECT = "still_quality"
# Pixels that are measured at a time: 16 pictures of 1024 × 1024 px, one of 4096 × 4096. A picture
# takes about 80 bytes a pixel while it is measured.
PIXELS = 2**24
BATCH = 8  # pictures that a GPU measures with each operation
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
    return _results_of(Pictures(frame[None])[0], measures)


def measure_in_order(
    frames: Frames,
    indices: Sequence[int],
    measures: Sequence[Measure] = MEASURES,
    device: torch.device | str | None = None,
    poll: Callable[[], object] | None = None,
) -> Iterator[dict[str, Value | Absence]]:
    """Yield the results of `measure_picture` for some frames, in their order.

    A CPU measures one picture on each core. Any other device measures several pictures with each
    operation, and is waited for once for all their numbers.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3), at least 16 px a side.
        indices: frames that are measured.
        measures: some of `MEASURES`.
        device: device on which the pictures are measured; None for that of the frames.
        poll: called about every tenth of a second while a CPU measures; may raise to stop.
    """
    device = frames.device if device is None else torch.device(device)
    pixels = frames.shape[1] * frames.shape[2]
    if device.type == "cpu":
        room = BoundedSemaphore(max(1, PIXELS // pixels))

        def measure_one(index: int) -> dict[str, Value | Absence]:
            with room:
                return measure_picture(frames[index].to(device), measures)

        yield from in_order(measure_one, indices, poll)
        return
    size = max(1, min(BATCH, PIXELS // pixels))
    names = {measure.name for measure in measures}
    for start in range(0, len(indices), size):
        pictures = Pictures(frames[list(indices[start : start + size])].to(device))
        pictures.read(
            [each for name, each in NUMBERS_OF_GREY.items() if name in names],
            [each for name, each in NUMBERS_OF_PLANES.items() if name in names],
        )
        yield from (_results_of(picture, measures) for picture in pictures)


def _results_of(picture: Picture, measures: Sequence[Measure]) -> dict[str, Value | Absence]:
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
    show_partial: ShowPartial = None,
) -> Report:
    """Score how clean pictures are.

    The value of a measurement is that of the worst picture, because a person who checks a batch
    looks for the broken one. The mean is in the details. The values of a picture don't depend on
    the other pictures, and only a few pictures at a time are on `device`.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3), any device.
        measures: `MEASURES`, with the thresholds of a profile.
        learned: installed networks. A network that fails makes its measurement absent.
        device: device on which the pictures are measured; None for that of the frames.
        report_progress: called with (pictures done, pictures in all), also while the next picture
            takes long; may raise to stop.
        show_partial: called after each picture.

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

    def report_done() -> None:
        if report_progress is not None:
            report_progress(len(pictures), len(frames))

    for values in measure_in_order(frames, range(len(frames)), measures, device, report_done):
        for network in learned.ready:
            if network.name in unusable:
                continue
            try:
                values[network.name] = Value(network.value(frames[len(pictures)]))
            except InputError as error:  # a wrong output shows only when the network runs
                unusable[network.name] = absence_of_failed(network.classifier, error)
        pictures.append(values)
        report_done()
        if show_partial is not None:
            show_partial(lambda: _report(measures, pictures, unusable))
    return _report(measures, pictures, unusable)


def _report(
    measures: Sequence[Measure], pictures: Sequence[Results], unusable: Mapping[str, Absence]
) -> Report:
    """Return the report on the pictures that are measured.

    Args:
        measures: measures with the thresholds of the profile.
        pictures: results of each picture.
        unusable: reason why a network's measurement is absent, by name.
    """
    parts = tuple(
        measure.absent(unusable[measure.name])
        if measure.name in unusable
        else _measurement(measure, pictures)
        for measure in measures
    )
    return Report(SUBJECT, parts, len(pictures), worst=worst_of(parts))


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
