"""Measurement and Verdict: one measured value, or the reason why there is none.

Verdict and score are always computed from the value and its threshold. A measurement without a
value can't be created without a reason.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any

from .scoring import PASSING, score_at

Threshold = float | tuple[float, float] | None
POINTS = "of 100"  # unit of values that are scores


class Verdict(str, Enum):
    """Verdict of a measurement or of a whole report."""

    PASS = "PASS"  # noqa: S105  # no password
    FAIL = "FAIL"
    NOT_MEASURED = "NOT_MEASURED"
    INFO = "INFO"  # a measurement without a threshold


class Better(str, Enum):
    """Direction in which values of a measure are better."""

    HIGHER = "higher"
    LOWER = "lower"
    BAND = "band"  # within the band that the threshold gives

    def worst(self, values: Iterable[float]) -> float:
        """Return the worst of at least one value; for a band the highest."""
        return min(values) if self is Better.HIGHER else max(values)


class ReportError(ValueError):
    """Error for a measurement, a report or their JSON that is incomplete or contradicts itself."""


@dataclass(frozen=True)
class Measurement:
    """One measured value, or the reason why there is none; a `Measure` creates it.

    Attributes:
        name: name of the measure, unique in its report.
        value: finite number, or None if it could not be measured.
        unit: unit of `value`, `low`, `high`, `threshold` and `per_frame`.
        better: direction in which values are better.
        low, high: ends of the scale; a value may lie outside.
        threshold: limit between pass and fail; [from, to] for a band; None for no verdict.
        required: True if it counts for the report's verdict and score.
        reason_code: code of the reason's sentence, for translation.
        reason_values: values of the sentence's placeholders.
        reason: the sentence in English.
        backend: name of the code or model that measured it.
        per_frame: value of every frame, None for a frame that could not be measured; may be empty.
        details: further facts, as JSON values; each measure has its own.
    """

    name: str
    value: float | None
    unit: str
    better: Better
    low: float
    high: float
    threshold: Threshold
    required: bool
    reason_code: str
    reason_values: Mapping[str, Any]
    reason: str
    backend: str
    per_frame: tuple[float | None, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.value is None and not self.reason:
            raise ReportError(f"{self.name}: a measurement without a value needs a reason.")
        if self.value is not None and not math.isfinite(self.value):
            raise ReportError(f"{self.name}: expected a finite value or None, got {self.value}.")
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ReportError(
                f"{self.name}: expected a scale with low below high, got {self.low}–{self.high}."
            )
        is_band = isinstance(self.threshold, tuple)
        if self.threshold is not None and is_band != (self.better is Better.BAND):
            expected = "[from, to]" if self.better is Better.BAND else "one number"
            raise ReportError(
                f"{self.name}: better is {self.better.value}, so the threshold must be {expected},"
                f" got {self.threshold}."
            )
        if self.required and self.value is not None and self.threshold is None:
            raise ReportError(f"{self.name}: a required measurement needs a threshold.")
        if any(value is not None and not math.isfinite(value) for value in self.per_frame):
            raise ReportError(
                f"{self.name}: expected finite values or None in per_frame; use None for a frame"
                " that could not be measured."
            )

    @property
    def verdict(self) -> Verdict:
        """PASS or FAIL by the threshold, INFO without a threshold, NOT_MEASURED without a value."""
        return self.verdict_of(self.value)

    @property
    def score(self) -> float | None:
        """Score of 0–100: 50 at the threshold, 99.5 and .5 at the ends of the scale.

        `scoring.score_at` has the formula. The good end of a band is its middle; its bad end is
        that of the scale beyond the nearer edge. It is 50 or more for a PASS and below 50 for a
        FAIL. A value that is a score already, with the limit 50, is its own score. It is None
        without a value or a threshold.
        """
        return self.score_of(self.value)

    @property
    def worst_frame(self) -> int | None:
        """Index of the frame with the worst value in `per_frame`; None if no frame was measured."""
        values = [value for value in self.per_frame if value is not None]
        return self.per_frame.index(self.better.worst(values)) if values else None

    def verdict_of(self, value: float | None) -> Verdict:
        """Return the verdict that another value would have, such as one of `per_frame`."""
        return verdict_at(value, self.threshold, self.better)

    def score_of(self, value: float | None) -> float | None:
        """Return the score that another value would have, such as one of `per_frame`."""
        if value is None or self.threshold is None:
            return None
        width = self.high - self.low
        if isinstance(self.threshold, tuple):
            start, end = self.threshold
            good = (end - start) / 2
            if value < (start + end) / 2:
                return score_at(value - start, good, start - self.low, width)
            return score_at(end - value, good, self.high - end, width)
        is_score = self.unit == POINTS and self.threshold == PASSING
        if is_score and self.better is Better.HIGHER and 0 <= value <= 100:
            return value
        above, below = self.high - self.threshold, self.threshold - self.low
        if self.better is Better.HIGHER:
            return score_at(value - self.threshold, above, below, width)
        return score_at(self.threshold - value, below, above, width)

    def to_dict(self) -> dict[str, Any]:
        """Return this measurement as strict JSON values (no NaN, no infinity)."""
        is_band = isinstance(self.threshold, tuple)
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "better": self.better.value,
            "low": self.low,
            "high": self.high,
            "threshold": list(self.threshold) if is_band else self.threshold,  # type: ignore[arg-type]
            "required": self.required,
            "verdict": self.verdict.value,
            "reason_code": self.reason_code,
            "reason_values": thawed(self.reason_values),
            "reason": self.reason,
            "backend": self.backend,
            "per_frame": list(self.per_frame),
            "details": thawed(self.details),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Measurement":
        """Return the measurement that `to_dict` wrote.

        Raises:
            ReportError: a key is missing, or the verdict contradicts the value and the threshold.
        """
        try:
            threshold = data["threshold"]
            measurement = cls(
                name=data["name"],
                value=data["value"],
                unit=data["unit"],
                better=Better(data["better"]),
                low=data["low"],
                high=data["high"],
                threshold=tuple(threshold) if isinstance(threshold, list) else threshold,
                required=data["required"],
                reason_code=data["reason_code"],
                reason_values=frozen(data["reason_values"]),
                reason=data["reason"],
                backend=data["backend"],
                per_frame=tuple(data["per_frame"]),
                details=frozen(data["details"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ReportError(f"This is no measurement of a report: {error!r}.") from error
        verdict = data.get("verdict")
        if measurement.verdict != verdict:
            raise ReportError(
                f"{measurement.name}: the verdict {verdict} contradicts the value and threshold."
            )
        return measurement


def verdict_at(value: float | None, threshold: Threshold, better: Better) -> Verdict:
    """Return the verdict of a value: INFO without a threshold, NOT_MEASURED without a value."""
    if value is None:
        return Verdict.NOT_MEASURED
    if threshold is None:
        return Verdict.INFO
    if isinstance(threshold, tuple):
        passes = threshold[0] <= value <= threshold[1]
    elif better is Better.HIGHER:
        passes = value >= threshold
    else:
        passes = value <= threshold
    return Verdict.PASS if passes else Verdict.FAIL


def frozen(value: Any) -> Any:
    """Return JSON values that can't be changed: mapping proxies, tuples, finite numbers or None."""
    if isinstance(value, Mapping):
        return MappingProxyType({str(key): frozen(each) for key, each in value.items()})
    if isinstance(value, list | tuple):
        return tuple(frozen(each) for each in value)
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    number = float(value)  # numpy and torch scalars become plain numbers
    return number if math.isfinite(number) else None


def thawed(value: Any) -> Any:
    """Return frozen JSON values as plain dicts and lists."""
    if isinstance(value, Mapping):
        return {key: thawed(each) for key, each in value.items()}
    return [thawed(each) for each in value] if isinstance(value, tuple) else value
