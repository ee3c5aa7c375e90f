"""Choice of the frames of a report that are worth a picture."""

from collections.abc import Iterator
from typing import NamedTuple

from ..measurement import Measurement, Verdict
from ..report import Report

LOOP = "loop"  # subject of the reports that judge a seam
BESIDE_SEAM = 3  # frames on each side of a seam
MOST_FURTHER = 2  # worst frames of further measurements


class ChosenFrame(NamedTuple):
    """A frame that is worth a picture.

    Attributes:
        frame: index of the frame, from 0.
        at_seam: True if it belongs to the strip around the seam.
        is_large: True for the worst frame and for the two frames that meet at the seam.
    """

    frame: int
    at_seam: bool = False
    is_large: bool = False


def chosen_frames(report: Report, count: int) -> tuple[ChosenFrame, ...]:
    """Return the frames to take a picture of, the worst one first.

    These are the worst frame with its neighbours, the frames around the seam of a loop, and the
    worst frames of a few further measurements that fail. A loop's last frame is a neighbour of its
    first.

    Args:
        report: report on the frames.
        count: number of frames.

    Returns:
        At most 11 frames, each once; none if the report is on another number of frames.
    """
    if count < 1 or report.frames not in (None, count):
        return ()
    is_loop = report.subject == LOOP
    worst = worst_frame(report, count)
    beside = min(BESIDE_SEAM, count // 2) if is_loop else 0
    seam = [*range(count - beside, count), *range(beside)]
    neighbours = [worst - 1, worst + 1]
    if is_loop:
        neighbours = [each % count for each in neighbours]
    further = _failing_frames(report, count)
    order = [worst, *seam, *neighbours]
    order += [each for each in further if each not in order][:MOST_FURTHER]
    large = {worst, count - 1, 0} if is_loop else {worst}
    return tuple(
        ChosenFrame(frame, frame in seam, frame in large)
        for frame in dict.fromkeys(order)
        if 0 <= frame < count
    )


def worst_frame(report: Report, count: int) -> int:
    """Return the worst frame of a report, or the one that comes nearest to it.

    Args:
        report: report on the frames.
        count: number of frames.

    Returns:
        The report's own worst frame; else the worst frame of the measurement that explains the
        verdict best and has a value for every frame; else 0.
    """
    if report.worst is not None and 0 <= report.worst.frame < count:
        return report.worst.frame
    frames = (_worst_of(each, count) for each in (*report.deciding, *report.measurements))
    return next((frame for frame in frames if frame is not None), 0)


def _failing_frames(report: Report, count: int) -> Iterator[int]:
    """Yield the worst frame of each measurement that fails, required ones first."""
    for measurement in (*report.deciding, *report.optional):
        if measurement.verdict is Verdict.FAIL:
            frame = _worst_of(measurement, count)
            if frame is not None:
                yield frame


def _worst_of(measurement: Measurement, count: int) -> int | None:
    """Return the worst frame of a measurement; None if it has no values for single frames."""
    frame = measurement.details.get("worst_frame")
    if isinstance(frame, int) and 0 <= frame < count:
        return frame
    values = measurement.per_frame
    measured = [each for each in values if each is not None]
    if not measured or len(values) != count:
        return None
    return values.index(measurement.better.worst(measured))
