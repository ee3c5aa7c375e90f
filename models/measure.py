"""Measure: the one declaration of everything about a measure, and what its function returns."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from .frames import Absence
from .measurement import Better, Measurement, Threshold, Verdict, frozen, verdict_at
from .reasons import placeholders, sentence, sentences


@dataclass(frozen=True)
class Value:
    """A measured number with the facts that its reason speaks of.

    Attributes:
        number: finite, in the measure's unit.
        facts: what the placeholders of the reason stand for.
        reason: code of one of the measure's `reasons`; None for the usual one of a pass or a fail.
        per_frame: the values behind the number, None where a frame could not be measured.
        details: a family's own facts, JSON only.
        failing: code that takes the place of `reason` where the number fails.
    """

    number: float
    facts: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    per_frame: Iterable[float | None] = ()
    details: Mapping[str, Any] | None = None
    failing: str | None = None


@dataclass(frozen=True)
class Measure:
    """Declaration of a measure: the one home of everything about it but its code.

    Declared beside the function that takes it. A family (stills, clips, comparisons, loops,
    characters) lists its declarations in `MEASURES`; `models/measures.py` has all families.

    Attributes:
        name, unit, better, low, high, backend, threshold, required: as those of `Measurement`.
        label: as people call it in a sentence; empty for the name itself.
        answers_to: what moves it, for the tables of the help pages; English.
        function: takes what the family's pass over the frames gives, and returns a number, a
            `Value`, an `Absence`, or None for the first of `absences`. None where the family
            measures it together with others.
        passes: said of a value that passes, or that has no threshold.
        fails: said of a value that fails; None for `passes`.
        reasons: further sentences, which its function chooses by code.
        absences: why a value can be absent, beside what any measure can lack.
    """

    name: str
    unit: str
    better: Better
    low: float = 0.0
    high: float = 1.0
    backend: str = ""
    threshold: Threshold = None
    required: bool = False
    label: str = ""
    answers_to: str = ""
    function: Callable[..., Any] | None = field(default=None, compare=False, repr=False)
    passes: str | None = None
    fails: str | None = None
    reasons: tuple[str, ...] = ()
    absences: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of all reasons that this measure alone gives."""
        usual = (code for code in (self.passes, self.fails) if code is not None)
        return (*usual, *self.reasons, *self.absences)

    def fails_at(self, value: float) -> bool:
        """Return True if a value would be a FAIL."""
        return verdict_at(value, self.threshold, self.better) is Verdict.FAIL

    def taken(self, *source: Any) -> Value | Absence:
        """Return what the function gives for a source, in one form.

        Args:
            source: what the family's functions take.
        """
        assert self.function is not None
        result = self.function(*source)
        if result is None:
            return Absence(self.absences[0])
        return result if isinstance(result, Value | Absence) else Value(result)

    def measurement(
        self,
        result: Value | Absence,
        per_frame: Iterable[float | None] = (),
        details: Mapping[str, Any] | None = None,
    ) -> Measurement:
        """Return the measurement that a result of the function comes to.

        Args:
            result: of the function.
            per_frame, details: of a result that has none of its own, such as an absence.
        """
        if isinstance(result, Absence):
            return self.absent(result, per_frame, details)
        reason = result.reason
        if result.failing is not None and self.fails_at(result.number):
            reason = result.failing
        per_frame, details = result.per_frame or per_frame, result.details or details
        return self.measured(result.number, reason, result.facts, per_frame, details)

    def measured(
        self,
        value: float,
        reason_code: str | None = None,
        reason_values: Mapping[str, Any] | None = None,
        per_frame: Iterable[float | None] = (),
        details: Mapping[str, Any] | None = None,
    ) -> Measurement:
        """Return a value of this measure.

        Args:
            value: finite, in `unit`.
            reason_code: of one of its sentences; None for the usual one of a pass or a fail.
            reason_values: what its placeholders stand for.
            per_frame: the values behind `value`, None where a frame could not be measured.
            details: a family's own facts, JSON only.

        Returns:
            The measurement, its English reason made from the code and the values.

        Raises:
            ReportError: the value or the scale isn't finite, or the threshold doesn't fit.
        """
        value = float(value)
        if reason_code is None:
            usual = self.fails if self.fails is not None and self.fails_at(value) else self.passes
            assert usual is not None, f"{self.name} has no usual reason"
            reason_code = usual
        return self._result(value, reason_code, reason_values or {}, per_frame, details)

    def absent(
        self,
        absence: Absence,
        per_frame: Iterable[float | None] = (),
        details: Mapping[str, Any] | None = None,
    ) -> Measurement:
        """Return no value of this measure, and why: NOT_MEASURED.

        Args:
            absence: why; one that doesn't count makes the measurement one that isn't required.
            per_frame, details: as those of `measured`.
        """
        measure = self if absence.counts else replace(self, required=False)
        return measure._result(None, absence.code, absence.values, per_frame, details)

    def _limits(self) -> dict[str, float]:
        """Return the limits that a sentence may name, by placeholder; nothing without a threshold.

        `limit_percent` is for sentences that say a share in percent.
        """
        if self.threshold is None:
            return {}
        if isinstance(self.threshold, tuple):
            return {"low": short(self.threshold[0]), "high": short(self.threshold[1])}
        return {"limit": short(self.threshold), "limit_percent": short(100 * self.threshold)}

    def _result(
        self,
        value: float | None,
        code: str,
        values: Mapping[str, Any],
        per_frame: Iterable[float | None],
        details: Mapping[str, Any] | None,
    ) -> Measurement:
        missing = placeholders(sentences()[code]) - values.keys()
        limits = self._limits() if missing else {}
        values = frozen({**values, **{each: limits[each] for each in missing & limits.keys()}})
        return Measurement(
            **{name: getattr(self, name) for name in DECLARED},
            value=value,
            reason_code=code,
            reason_values=values,
            reason=sentence(code, values),
            per_frame=tuple(None if each is None else float(each) for each in per_frame),
            details=frozen(details or {}),
        )


# Fields that a measurement takes over from its measure.
DECLARED = tuple(
    {each.name for each in fields(Measure)} & {each.name for each in fields(Measurement)}
)


def number_of(result: Value | Absence) -> float | None:
    """Return the number of a result, None where it is absent."""
    return result.number if isinstance(result, Value) else None


def short_of(judged: Measure | Measurement, value: float) -> float:
    """Return a value with three digits, or with more if the three are on the limit's other side.

    Args:
        judged: measure or measurement that has the threshold.
        value: value in its unit.
    """
    verdict = verdict_at(value, judged.threshold, judged.better)
    texts = (f"{value:.{digits}g}" for digits in range(3, 10))
    return next(
        (
            rounded
            for rounded in map(float, texts)
            if verdict_at(rounded, judged.threshold, judged.better) is verdict
        ),
        value,
    )


def short(value: float) -> float:
    """Return a value with the three digits that a sentence shows of it."""
    return float(f"{value:.3g}")
