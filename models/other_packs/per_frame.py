"""Reports of one measurement, from one reading about the whole or from one for each frame."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..frames import Absence
from ..gating.gate import listed_frames
from ..measure import Measure, Value
from ..report import Report, WorstFrame
from .number_list import MISSING

# For a list: function of the index of the worst frame and of the frames that fail. It returns the
# code of the sentence about all frames, and the values of its placeholders.
SentenceOfFrames = Callable[[int, Sequence[int]], tuple[str, Mapping[str, Any]]]
MOST_ABSENCES = 20  # frames whose own reason is kept in the details


def report_of(
    subject: str,
    measure: Measure,
    readings: Sequence[Value | Absence],
    sentence_of_frames: SentenceOfFrames | None,
    details: Mapping[str, Any],
) -> Report:
    """Return the report of one measurement.

    Args:
        subject: subject of the report.
        measure: measure with the limit and the scale.
        readings: one reading about the whole, or one for each frame; at least one.
        sentence_of_frames: function for the reason of a list; None for a reading about the whole.
        details: further facts, as JSON values.

    Returns:
        A report whose number of frames is unknown if there is no list. With a list, the value is
        that of the worst frame. A frame that fails decides, even if others can't be read;
        otherwise one that can't be read makes the measurement absent.
    """
    if sentence_of_frames is None:
        (reading,) = readings
        return Report(subject, (measure.measurement(reading, details=details),), None)
    per_frame = [None if isinstance(each, Absence) else each.number for each in readings]
    absent = {n: each for n, each in enumerate(readings) if isinstance(each, Absence)}
    details = {**details, **_absences(measure, absent)}
    measured = {frame: value for frame, value in enumerate(per_frame) if value is not None}
    if not measured:
        measurement = measure.absent(absent[0], per_frame, details)
        return Report(subject, (measurement,), len(readings))
    worst = _worst(measure, measured)
    failing = [frame for frame, value in measured.items() if measure.fails_at(value)]
    details = {**details, "worst_frame": worst, "mean": sum(measured.values()) / len(measured)}
    if absent and not failing and measure.threshold is not None:
        absence = Absence("frames_unread", {"frames": listed_frames(sorted(absent))})
        measurement = measure.absent(absence, per_frame, details)
        first = min(absent)
        worst_frame = WorstFrame(first, measurement.reason_code, measurement.reason)
        return Report(subject, (measurement,), len(readings), worst=worst_frame)
    code, facts = sentence_of_frames(worst, failing)
    measurement = measure.measured(measured[worst], code, facts, per_frame, details)
    worst_frame = WorstFrame(worst, measurement.reason_code, measurement.reason)
    return Report(subject, (measurement,), len(readings), worst=worst_frame)


def _worst(measure: Measure, measured: Mapping[int, float]) -> int:
    """Return the frame with the lowest score; without a limit, the one with the worst value."""
    if measure.threshold is None:
        value = measure.better.worst(measured.values())
        return next(frame for frame, each in measured.items() if each == value)
    scale = measure.absent(MISSING)  # any measurement of the measure scores any value
    return min(measured, key=lambda frame: scale.score_of(measured[frame]) or 0.0)


def _absences(measure: Measure, absent: Mapping[int, Absence]) -> dict[str, Any]:
    """Return why single frames have no value, for the details; nothing if all have one."""
    first = list(absent.items())[:MOST_ABSENCES]
    reasons = {str(frame): measure.absent(each).reason for frame, each in first}
    return {"unread": reasons} if reasons else {}
