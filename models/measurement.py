"""Measurement and Verdict: one measured value, or the reason why there is none.

The types hold the first law: a verdict and a score are computed from the value and its threshold,
never given, and a Measurement without a value cannot be made without a reason.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any

Threshold = float | tuple[float, float] | None


class Verdict(str, Enum):
    """What a measurement, or a whole report, comes to."""

    PASS = "PASS"
    FAIL = "FAIL"
    NOT_MEASURED = "NOT_MEASURED"
    INFO = "INFO"  # a measurement with no threshold


class Better(str, Enum):
    """Which way a value is wanted."""

    HIGHER = "higher"
    LOWER = "lower"
    BAND = "band"

    def worst(self, values: Iterable[float]) -> float:
        """The worst of some values, of which there is at least one; the highest for a band."""
        return min(values) if self is Better.HIGHER else max(values)


class ReportError(ValueError):
    """A Report, or its JSON, that contradicts itself."""


@dataclass(frozen=True)
class Measurement:
    """One measured value, or the reason why there is none.

    Made by a `Measure`.

    Attributes:
        name: what was measured, unique in its report.
        value: the number, or None where it could not be measured.
        unit: of `value`.
        better: which way it is wanted.
        low, high: the scale's ends; a value may lie outside.
        threshold: limit between pass and fail; [from, to] for a band; None where there is none.
        required: whether it counts for the report's verdict and score.
        reason_code, reason_values, reason: what the languages are made from, and English.
        backend: what measured it.
        per_frame: a value for every frame, None where a frame could not be measured; may be empty.
        details: a family's own facts, JSON only.
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
            raise ReportError(f"{self.name}: a value that is absent needs its reason.")
        if self.value is not None and not math.isfinite(self.value):
            raise ReportError(f"{self.name}: {self.value} is no measured value.")
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ReportError(f"{self.name}: the scale {self.low}–{self.high} is empty.")
        is_band = isinstance(self.threshold, tuple)
        if self.threshold is not None and is_band != (self.better is Better.BAND):
            raise ReportError(f"{self.name}: {self.threshold} is no {self.better.value} threshold.")
        if self.required and self.value is not None and self.threshold is None:
            raise ReportError(f"{self.name}: what is required needs a threshold.")
        if any(value is not None and not math.isfinite(value) for value in self.per_frame):
            raise ReportError(f"{self.name}: a frame that could not be measured is None.")

    @property
    def verdict(self) -> Verdict:
        """PASS or FAIL by the threshold, INFO without one, NOT_MEASURED without a value."""
        return self.verdict_of(self.value)

    @property
    def score(self) -> float | None:
        """0–100 for people: 50 at the threshold, 100 and 0 at the ends of the scale.

        Linear on either side of the threshold. For a band 100 is its middle, 50 its edges, and 0
        the end of the scale beyond the edge. Never below 50 for a PASS or above it for a FAIL.
        """
        return self.score_of(self.value)

    @property
    def worst_frame(self) -> int | None:
        """The frame of `per_frame` that is worst; None where no frame was measured."""
        known = [value for value in self.per_frame if value is not None]
        return self.per_frame.index(self.better.worst(known)) if known else None

    def verdict_of(self, value: float | None) -> Verdict:
        """What `verdict` would be for another value, such as one of `per_frame`."""
        return verdict_at(value, self.threshold, self.better)

    def score_of(self, value: float | None) -> float | None:
        """What `score` would be for another value, such as one of `per_frame`."""
        if value is None or self.threshold is None:
            return None
        if isinstance(self.threshold, tuple):
            start, end = self.threshold
            middle = (start + end) / 2
            edge, worst = (start, self.low) if value < middle else (end, self.high)
            return _between(value, worst, edge, middle)
        best, worst = (self.high, self.low)
        if self.better is Better.LOWER:
            best, worst = worst, best
        return _between(value, worst, self.threshold, best)

    def to_dict(self) -> dict[str, Any]:
        """This measurement as strict JSON values."""
        band = isinstance(self.threshold, tuple)
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "better": self.better.value,
            "low": self.low,
            "high": self.high,
            "threshold": list(self.threshold) if band else self.threshold,  # type: ignore[arg-type]
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
        """The measurement that `to_dict` wrote.

        Raises:
            ReportError: a key is missing, or the verdict isn't the one that the value gives.
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
        if measurement.verdict != data.get("verdict"):
            came = data.get("verdict")
            raise ReportError(f"{measurement.name}: {came} contradicts its value and threshold.")
        return measurement


def verdict_at(value: float | None, threshold: Threshold, better: Better) -> Verdict:
    """Return the verdict of a value: PASS or FAIL, INFO without threshold, else NOT_MEASURED."""
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


def _between(value: float, worst: float, threshold: float, best: float) -> float:
    """0 at `worst`, 50 at `threshold`, 100 at `best`, linear between, whichever way they run."""
    toward_best = (value - threshold) * (best - worst) > 0  # either end may be the threshold
    end = best if toward_best else worst
    if value == threshold or end == threshold:
        return 100.0 if toward_best else 50.0 if value == threshold else 0.0
    share = min((value - threshold) / (end - threshold), 1.0)
    return 50 + 50 * share if toward_best else 50 - 50 * share


def frozen(value: Any) -> Any:
    """JSON values that can't be changed: no dict, no list; floats finite or None."""
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
    """Frozen JSON values as plain dicts and lists again."""
    if isinstance(value, Mapping):
        return {key: thawed(each) for key, each in value.items()}
    return [thawed(each) for each in value] if isinstance(value, tuple) else value
