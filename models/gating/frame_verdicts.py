"""Verdicts on the frames of a batch, or on whole clips, and their order from best to worst."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..frames import InputError
from ..measure import short_of
from ..measurement import Measurement
from ..report import Report, Verdict
from ..scoring import combined_score

FrameValues = tuple[Measurement, Sequence[float | None]]


@dataclass(frozen=True)
class FrameVerdict:
    """Verdict on one frame of a batch, or on one of several clips.

    Attributes:
        verdict: FAIL if a required measurement fails, else NOT_MEASURED if one is absent, else
            PASS, as in a report.
        score: score of the frame or clip, 0–100, by the formula of a report; None if a required
            measurement is absent.
        measured_score: score without the absent ones; None if all are absent.
        weakest: measurement that decides: the one with the lowest score if the frame fails or
            everything is measured, else the first that is absent; None if nothing is required.
        value: value of `weakest` in this frame or clip; None if it is absent.
    """

    verdict: Verdict
    score: float | None
    measured_score: float | None
    weakest: Measurement | None
    value: float | None

    @property
    def value_text(self) -> str:
        """Value of the weakest measurement, rounded without changing sides; "" if absent."""
        if self.weakest is None or self.value is None:
            return ""
        return f"{short_of(self.weakest, self.value):g}"


def frame_values(report: Report) -> tuple[FrameValues, ...]:
    """Return each required measurement with its values in all frames.

    A value is None if it is absent. A measurement that is absent as a whole is absent in every
    frame.

    Raises:
        InputError: a required measurement has only a value for the whole clip, or has another
            number of values than the report has frames.
    """
    if report.frames is None:
        raise InputError(
            "report",
            "a report of one batch, to judge its frames one by one",
            "a report that says nothing of single frames: one value about the whole, or a merge of "
            "reports of different numbers of frames",
            "Judge the whole batch in a Gate, connect a list with a value for every image, or "
            "merge reports of the same batch only.",
        )
    whole = [each.name for each in report.required if each.value is not None and not each.per_frame]
    if whole:
        raise InputError(
            "report",
            "a value for every frame of each required measurement, to judge the frames one by one",
            f"one value for the whole clip of {', '.join(whole)}",
            "Judge the whole batch in a Gate, or connect a report with a value for every frame, "
            "such as that of Still Quality, Character Score or Compare Images.",
        )
    for measurement in report.required:
        values = measurement.per_frame
        if values and len(values) != report.frames:
            raise InputError(
                "report",
                f"a value of {measurement.name} for each of {report.frames} frames",
                f"{len(values)} values",
                "Score the batch again.",
            )
    nothing = (None,) * report.frames
    return tuple(
        (each, nothing if each.threshold is None else each.per_frame or nothing)
        for each in report.required
    )


def is_about_the_whole(report: Report) -> bool:
    """Return True if a report has values about the whole only, and says nothing of frames."""
    return report.frames is None and not any(each.per_frame for each in report.measurements)


def is_undivided(report: Report) -> bool:
    """Return True if a gate decides about the whole batch even where it judges each frame.

    That is so if there are no frames, and if a report about the whole has no value at all that
    could be taken for that of a frame.
    """
    if report.frames == 0:
        return True
    return is_about_the_whole(report) and all(each.value is None for each in report.required)


def for_batch(report: Report, count: int) -> Report:
    """Return a report about the whole as one about the frames of a batch, where it is the same.

    It is the same for a batch of one frame, and for any batch if nothing was measured. Every other
    report is returned unchanged.

    Args:
        report: any report.
        count: number of frames of the batch; 0 if no batch is connected.
    """
    if not count or not is_about_the_whole(report):
        return report
    if count > 1 and any(each.value is not None for each in report.required):
        return report
    measurements = (
        replace(each, per_frame=() if each.value is None or count > 1 else (each.value,))
        for each in report.measurements
    )
    return replace(report, frames=count, measurements=tuple(measurements))


def judge_frames(report: Report) -> tuple[FrameVerdict, ...]:
    """Return the verdict on each frame by its own values.

    Raises:
        InputError: the report does not judge its frames one by one; see `frame_values`.
    """
    measured = frame_values(report)
    optional = [each for each in report.optional if len(each.per_frame) == report.frames]
    return tuple(
        _judged(
            [(each, values[frame]) for each, values in measured],
            [each.score_of(each.per_frame[frame]) for each in optional],
        )
        for frame in range(report.frames or 0)
    )


def judge_clip(report: Report) -> FrameVerdict:
    """Return the verdict on a whole clip by its report, as one of several takes."""
    return _judged(
        [(each, None if each.threshold is None else each.value) for each in report.required],
        [each.score for each in report.optional],
    )


def best_first(frames: Sequence[FrameVerdict]) -> tuple[int, ...]:
    """Return the indices of frames by their score, of equal ones the earlier first.

    A frame without a score comes after all that have one, as its quality is unknown.
    """
    scores = [-1.0 if each.score is None else each.score for each in frames]
    return tuple(sorted(range(len(frames)), key=lambda number: -scores[number]))


def _judged(
    measured: Sequence[tuple[Measurement, float | None]], optional: Sequence[float | None]
) -> FrameVerdict:
    absent = [each for each, value in measured if value is None]
    lowest: tuple[float, Measurement, float] | None = None
    failed = False
    scores: list[float] = []
    for measurement, value in measured:
        score = measurement.score_of(value)
        if value is not None and score is not None:
            scores.append(score)
            failed = failed or measurement.verdict_of(value) is Verdict.FAIL
            if lowest is None or score < lowest[0]:
                lowest = score, measurement, value
    score = combined_score(scores, [each for each in optional if each is not None])
    if lowest is None or (absent and not failed):
        return FrameVerdict(Verdict.NOT_MEASURED, None, score, absent[0] if absent else None, None)
    _, weakest, value = lowest
    verdict = Verdict.FAIL if failed else Verdict.PASS
    return FrameVerdict(verdict, None if absent else score, score, weakest, value)
