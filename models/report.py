"""Reports: the measurements of one subject, with verdict, score and JSON form.

Every score of the pack is a report. A measurement has a value, or a reason why it has none.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from .measure import Measure
from .measurement import (
    POINTS,
    Better,
    Measurement,
    ReportError,
    Threshold,
    Verdict,
)
from .report_parts import SnapshotSet, WorstFrame, of_one_clip
from .report_text import report_text
from .scoring import combined_score

__all__ = [
    "Better",
    "Measure",
    "Measurement",
    "Report",
    "ReportError",
    "SnapshotSet",
    "Threshold",
    "Verdict",
    "WorstFrame",
    "merge",
    "worst_of",
]

SCHEMA = 1
HEAVIEST_FIRST = (Verdict.FAIL, Verdict.NOT_MEASURED, Verdict.PASS)
RETRY = "retry"  # backend of the measurement whose details contain the attempts of a retry
MERGED = "merged"  # subject of a report that was merged from several reports
FROM_VALUE, FROM_ANSWER = "value", "answer"  # subjects of reports on what other packs give
OF_OTHER_PACKS = (FROM_VALUE, FROM_ANSWER)
UNDECLARED = (MERGED, *OF_OTHER_PACKS)  # subjects without declared measures, so without profiles
SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "character": "Character",
        "loop": "Loop",
        "still_quality": "Still quality",
        "clip_quality": "Clip quality",
        "comparison": "Comparison",
        FROM_VALUE: "Value",
        FROM_ANSWER: "Answer",
        MERGED: "All reports",
    }
)
"""Subjects of reports with their titles; `models/measures.py` lists the measures of each."""


@dataclass(frozen=True)
class Report:
    """Measurements of one subject, with the verdict and the score that follow from them.

    Attributes:
        subject: one of `SUBJECTS`.
        measurements: measurements in the order in which people should read them.
        frames: number of measured frames; None if it is unknown or if merged reports differ in it.
        fps: frame rate in frames per second; None if unknown or if merged reports differ in it.
        worst: the frame to look at first, or None if there is none.
        snapshots: sets of small pictures of the frames, which are no part of the JSON.

    Examples:
        >>> from anime_production.models.loop.seam import score_loop
        >>> from anime_production.models.sample.sample_clip import Faults, draw_clip
        >>> frames = draw_clip(24, 128, 128, 24, 0, 0, Faults(seam_jump=4.0))
        >>> report = score_loop(frames, fps=12.0)
        >>> report.verdict.value, report.score < 50, report.worst.frame
        ('FAIL', True, 23)
        >>> [(each.name, each.reason_code) for each in report.not_passing]
        [('seam_position', 'seam_jump')]

        The JSON text of a report, such as a node or a route gives it, is read with `from_json`:

        >>> Report.from_json(report.to_json()) == report
        True
    """

    subject: str
    measurements: tuple[Measurement, ...]
    frames: int | None
    fps: float | None = None
    worst: WorstFrame | None = None
    snapshots: tuple[SnapshotSet, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.subject not in SUBJECTS:
            raise ReportError(
                f"subject: expected one of {', '.join(SUBJECTS)}, got {self.subject!r}."
            )
        names = [measurement.name for measurement in self.measurements]
        if len(set(names)) < len(names):
            raise ReportError(f"measurements: each name must be unique, got {names}.")

    @property
    def required(self) -> tuple[Measurement, ...]:
        """The measurements that count for the verdict."""
        return tuple(each for each in self.measurements if each.required)

    @property
    def verdict(self) -> Verdict:
        """FAIL if a required measurement fails, else NOT_MEASURED if one has no value, else PASS.

        The verdict is NOT_MEASURED too if the report has no required measurement.
        """
        verdicts = {measurement.verdict for measurement in self.required}
        if Verdict.FAIL in verdicts:
            return Verdict.FAIL
        return Verdict.PASS if verdicts == {Verdict.PASS} else Verdict.NOT_MEASURED

    @property
    def score(self) -> float | None:
        """Score of 0–100 of the required measurements together; 50 or more means PASS.

        The lowest score decides instead of a mean, because no good value makes up for a broken
        seam; all others lower it (`scoring.combined_score`). None if a required measurement has no
        value, or if none is required.
        """
        return None if any(each.score is None for each in self.required) else self.measured_score

    @property
    def measured_score(self) -> float | None:
        """Score of the required measurements that have a value; None if none has."""
        scores = [each.score for each in self.required if each.score is not None]
        optional = [each.score for each in self.optional if each.score is not None]
        return combined_score(scores, optional)

    @property
    def optional(self) -> tuple[Measurement, ...]:
        """Optional measurements with a limit: they lower the score and decide no verdict.

        There are none where a score decides, as in a merge by the rule ANY: it contains them.
        """
        if any(each.unit == POINTS for each in self.required):
            return ()
        return tuple(
            each for each in self.measurements if not each.required and each.threshold is not None
        )

    @property
    def not_passing(self) -> tuple[Measurement, ...]:
        """Required measurements that do not pass, in the report's order."""
        return tuple(each for each in self.required if each.verdict is not Verdict.PASS)

    @property
    def deciding(self) -> tuple[Measurement, ...]:
        """Required measurements, the one that explains the verdict best first.

        Measurements that fail come first, then those without a value, then those that pass. Among
        those that fail, the one with the worst frame's reason comes first, because it explains the
        other failures. Apart from that, they are sorted by score, lowest first.
        """
        cause = None if self.worst is None else self.worst.reason_code

        def weight(each: Measurement) -> tuple[int, bool, float]:
            explains = each.verdict is Verdict.FAIL and each.reason_code == cause
            score = 100.0 if each.score is None else each.score
            return HEAVIEST_FIRST.index(each.verdict), not explains, score

        return tuple(sorted(self.required, key=weight))

    @property
    def explained_by(self) -> Measurement | None:
        """The measurement that explains why the report does not pass; None for a PASS."""
        if self.verdict is Verdict.PASS:
            return None
        candidates = (*self.deciding, *self.measurements)
        return next((each for each in candidates if each.verdict is self.verdict), None)

    @property
    def reasons(self) -> tuple[str, ...]:
        """English sentences of the required measurements that do not pass."""
        return tuple(each.reason for each in self.not_passing)

    def __str__(self) -> str:
        """Return verdict, score and reasons in English; see `report_text`."""
        return report_text(self)

    def to_dict(self) -> dict[str, Any]:
        """Return this report as strict JSON values (no NaN, no infinity)."""
        worst = self.worst
        return {
            "schema": SCHEMA,
            "subject": self.subject,
            "verdict": self.verdict.value,
            "score": self.score,
            "frames": self.frames,
            "fps": self.fps,
            "worst": None
            if worst is None
            else {"frame": worst.frame, "reason_code": worst.reason_code, "reason": worst.reason},
            "deciding": [measurement.name for measurement in self.deciding],
            "measurements": [measurement.to_dict() for measurement in self.measurements],
        }

    def to_json(self) -> str:
        """Return this report as strict JSON text (no NaN, no infinity)."""
        return json.dumps(self.to_dict(), allow_nan=False, ensure_ascii=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Report":
        """Return the report that `to_dict` wrote.

        Raises:
            ReportError: the schema is another one, a key is missing, or a verdict contradicts its
                values.
        """
        if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
            received = data.get("schema") if isinstance(data, Mapping) else type(data).__name__
            raise ReportError(f"Expected a report of schema {SCHEMA}, got {received!r}.")
        try:
            worst = data["worst"]
            report = cls(
                subject=data["subject"],
                measurements=tuple(Measurement.from_dict(each) for each in data["measurements"]),
                frames=data["frames"],
                fps=data["fps"],
                worst=None if worst is None else WorstFrame(**worst),
            )
        except (KeyError, TypeError) as error:
            raise ReportError(f"This is no report: {error!r}.") from error
        if report.verdict != data.get("verdict"):
            raise ReportError(f"The verdict {data.get('verdict')} contradicts the measurements.")
        return report

    @classmethod
    def from_json(cls, text: str) -> "Report":
        """Return the report that `to_json` wrote.

        Raises:
            ReportError: the text is no JSON, or the JSON is no report.
        """
        try:
            data = json.loads(text)
        except json.JSONDecodeError as error:
            raise ReportError(f"Expected a report as JSON text, got no JSON: {error}.") from error
        return cls.from_dict(data)


def worst_of(measurements: Iterable[Measurement]) -> WorstFrame | None:
    """Return the worst frame of the required measurement with the lowest score.

    Args:
        measurements: measurements of a report; each with a score has the index of its worst frame
            in `details["worst_frame"]`.

    Returns:
        The frame with the reason of its measurement; None if no required measurement has a score.
    """
    scored = [each for each in measurements if each.required and each.score is not None]
    if not scored:
        return None
    lowest = min(scored, key=lambda each: each.score or 0.0)
    return WorstFrame(int(lowest.details["worst_frame"]), lowest.reason_code, lowest.reason)


def merge(reports: Iterable[Report]) -> Report:
    """Merge reports into one that passes if all of them pass.

    Each measurement gets its subject in front of its name (`loop.seam_position`), with a number if
    a subject occurs more than once (`character_2.similarity`). The worst frame is that of the
    report with the lowest score.

    Args:
        reports: at least one report.

    Returns:
        A report of subject `MERGED`; a single report is returned unchanged.

    Raises:
        ReportError: `reports` is empty.
    """
    parts = tuple(reports)
    if not parts:
        raise ReportError("reports: expected at least one report, got none.")
    if len(parts) == 1:
        return parts[0]
    used_subjects: set[str] = set()
    measurements: list[Measurement] = []
    for report in parts:
        named = _named_by_subject(report, used_subjects)
        used_subjects.update(measurement.name.partition(".")[0] for measurement in named)
        measurements += named
    # What another pack gives about the whole says nothing about frames, and contradicts no number.
    lengths = {
        report.frames
        for report in parts
        if report.frames is not None or report.subject not in OF_OTHER_PACKS
    }
    rates = {report.fps for report in parts if report.subject not in OF_OTHER_PACKS}
    lowest = sorted(
        (report for report in parts if report.worst is not None),
        key=lambda report: math.inf if report.score is None else report.score,
    )
    return Report(
        subject=MERGED,
        measurements=tuple(measurements),
        frames=lengths.pop() if len(lengths) == 1 else None,
        fps=rates.pop() if len(rates) == 1 else None,
        worst=lowest[0].worst if lowest else None,
        snapshots=of_one_clip(report.snapshots for report in parts),
    )


def _named_by_subject(report: Report, used_subjects: set[str]) -> list[Measurement]:
    """Return a report's measurements with the subject before each name.

    A subject in `used_subjects` gets a number, so that the names are unique.
    """
    renamed: dict[str, str] = {}
    measurements = []
    for measurement in report.measurements:
        subject, _, name = (
            measurement.name.partition(".")
            if report.subject == MERGED
            else (report.subject, "", measurement.name)
        )
        if subject not in renamed:
            base, number = subject.rstrip("0123456789").rstrip("_"), 1
            candidate = base
            while candidate in used_subjects or candidate in renamed.values():
                number += 1
                candidate = f"{base}_{number}"
            renamed[subject] = candidate
        fields = {**measurement.__dict__, "name": f"{renamed[subject]}.{name}"}
        measurements.append(Measurement(**fields))
    return measurements
