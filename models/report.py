"""Report: what was measured of one subject, and what it comes to.

The one vocabulary of every score. A score is measured, or it is absent with a reason.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from .measure import Measure
from .measurement import (
    Better,
    Measurement,
    ReportError,
    Threshold,
    Verdict,
)

__all__ = [
    "Better",
    "Measure",
    "Measurement",
    "Report",
    "ReportError",
    "Threshold",
    "Verdict",
    "WorstFrame",
    "merge",
    "worst_of",
]

SCHEMA = 1
HEAVIEST_FIRST = (Verdict.FAIL, Verdict.NOT_MEASURED, Verdict.PASS)
MERGED = "merged"  # the subject of a report that several subjects went into
SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "character": "Character",
        "loop": "Loop",
        "still_quality": "Still quality",
        "clip_quality": "Clip quality",
        "comparison": "Comparison",
        MERGED: "All reports",
    }
)
"""Subjects of a report with their titles; `models/measures.py` has the measures of each."""


@dataclass(frozen=True)
class WorstFrame:
    """The frame to look at first, and why."""

    frame: int
    reason_code: str
    reason: str


@dataclass(frozen=True)
class Report:
    """What was measured of one subject, and what it comes to.

    Attributes:
        subject: one of `SUBJECTS`.
        measurements: in the order in which a person should read them.
        frames: how many frames were looked at; None where merged reports differ.
        fps: their rate, or None.
        worst: the frame to look at first, or None.
    """

    subject: str
    measurements: tuple[Measurement, ...]
    frames: int | None
    fps: float | None = None
    worst: WorstFrame | None = None

    def __post_init__(self) -> None:
        if self.subject not in SUBJECTS:
            raise ReportError(f"{self.subject} is no subject; one of {', '.join(SUBJECTS)} is.")
        names = [measurement.name for measurement in self.measurements]
        if len(set(names)) < len(names):
            raise ReportError(f"A measurement stands twice in {names}.")

    @property
    def required(self) -> tuple[Measurement, ...]:
        """The measurements that count for the verdict."""
        return tuple(each for each in self.measurements if each.required)

    @property
    def verdict(self) -> Verdict:
        """FAIL if a required measurement fails, else NOT_MEASURED if one is absent, else PASS.

        Where nothing is required, nothing was judged: NOT_MEASURED.
        """
        verdicts = {measurement.verdict for measurement in self.required}
        if Verdict.FAIL in verdicts:
            return Verdict.FAIL
        return Verdict.PASS if verdicts == {Verdict.PASS} else Verdict.NOT_MEASURED

    @property
    def score(self) -> float | None:
        """0–100 for people: that of the worst required measurement.

        A chain breaks at its weakest link, so nothing makes up for a broken seam; and 50 or more
        means PASS. None where a required measurement is absent.
        """
        scores = [measurement.score for measurement in self.required]
        if not scores or any(score is None for score in scores):
            return None
        return min(score for score in scores if score is not None)

    @property
    def against(self) -> tuple[Measurement, ...]:
        """Required measurements that do not pass, in the report's order."""
        return tuple(each for each in self.required if each.verdict is not Verdict.PASS)

    @property
    def deciding(self) -> tuple[Measurement, ...]:
        """Required measurements, the one that explains the verdict best first.

        What fails comes first, then what is not measured, then what passes; of those that fail the
        one that the worst frame names, as it explains the others, then by score.
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
        every = (*self.deciding, *self.measurements)
        return next((each for each in every if each.verdict is self.verdict), None)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Sentences of what does not pass."""
        return tuple(each.reason for each in self.against)

    def to_dict(self) -> dict[str, Any]:
        """This report as strict JSON values (no NaN, no infinity)."""
        worst = self.worst
        return {
            "schema": SCHEMA,
            "subject": self.subject,
            "verdict": self.verdict.value,
            "score": None if self.score is None else round(self.score, 2),
            "frames": self.frames,
            "fps": self.fps,
            "worst": None
            if worst is None
            else {"frame": worst.frame, "reason_code": worst.reason_code, "reason": worst.reason},
            "deciding": [measurement.name for measurement in self.deciding],
            "measurements": [measurement.to_dict() for measurement in self.measurements],
        }

    def to_json(self) -> str:
        """This report as strict JSON text."""
        return json.dumps(self.to_dict(), allow_nan=False, ensure_ascii=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Report":
        """The report that `to_dict` wrote.

        Raises:
            ReportError: another schema, a missing key, or a verdict that contradicts its values.
        """
        if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
            came = data.get("schema") if isinstance(data, Mapping) else type(data).__name__
            raise ReportError(f"Expected a report of schema {SCHEMA}, got {came!r}.")
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
        """The report that `to_json` wrote.

        Raises:
            ReportError: no JSON, or no report.
        """
        try:
            data = json.loads(text)
        except json.JSONDecodeError as error:
            raise ReportError(f"This is no JSON: {error}.") from error
        return cls.from_dict(data)


def worst_of(measurements: Iterable[Measurement]) -> WorstFrame | None:
    """Return the worst frame of the required measurement with the lowest score.

    Args:
        measurements: those with a score have their worst frame in `details["worst_frame"]`.

    Returns:
        The frame with the reason of its measurement; None where nothing required has a score.
    """
    scored = [each for each in measurements if each.required and each.score is not None]
    if not scored:
        return None
    lowest = min(scored, key=lambda each: each.score or 0.0)
    return WorstFrame(int(lowest.details["worst_frame"]), lowest.reason_code, lowest.reason)


def merge(reports: Iterable[Report]) -> Report:
    """One report of several: it passes where all of them pass.

    Measurements keep their subject in front of their name (`loop.seam_position`), with a number
    where a subject comes twice (`character_2.similarity`). The frame to look at first is that of
    the report with the lowest score.

    Args:
        reports: at least one.

    Returns:
        The report itself where there is only one; else one whose subject is `MERGED`.

    Raises:
        ReportError: there is none.
    """
    several = tuple(reports)
    if not several:
        raise ReportError("Nothing to merge: give at least one report.")
    if len(several) == 1:
        return several[0]
    taken: set[str] = set()
    measurements: list[Measurement] = []
    for report in several:
        named = _named_by_subject(report, taken)
        taken.update(measurement.name.partition(".")[0] for measurement in named)
        measurements += named
    lengths, rates = {report.frames for report in several}, {report.fps for report in several}
    lowest = sorted(
        (report for report in several if report.worst is not None),
        key=lambda report: math.inf if report.score is None else report.score,
    )
    return Report(
        subject=MERGED,
        measurements=tuple(measurements),
        frames=lengths.pop() if len(lengths) == 1 else None,
        fps=rates.pop() if len(rates) == 1 else None,
        worst=lowest[0].worst if lowest else None,
    )


def _named_by_subject(report: Report, taken: set[str]) -> list[Measurement]:
    """The report's measurements with a subject before each name, none of them in `taken`."""
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
            free = base
            while free in taken or free in renamed.values():
                number += 1
                free = f"{base}_{number}"
            renamed[subject] = free
        fields = {**measurement.__dict__, "name": f"{renamed[subject]}.{name}"}
        measurements.append(Measurement(**fields))
    return measurements
