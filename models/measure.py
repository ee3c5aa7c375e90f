"""Declaration of a measure, and the value that a measure's function returns."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from .frames import Absence
from .measurement import Better, Measurement, Threshold, Verdict, frozen, verdict_at
from .reasons import placeholders, sentence, sentences


@dataclass(frozen=True)
class Value:
    """A measured number with the facts that its reason mentions.

    Attributes:
        number: finite number in the measure's unit.
        facts: values of the placeholders of the reason's sentence.
        reason: code of one of the measure's `reasons`; None for the measure's `passes` or `fails`.
        per_frame: value of every frame, None for a frame that could not be measured; may be empty.
        details: further facts for the report as JSON values, or None.
        failing: code of the reason that replaces `reason` if the number fails, or None.
    """

    number: float
    facts: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    per_frame: Iterable[float | None] = ()
    details: Mapping[str, Any] | None = None
    failing: str | None = None


@dataclass(frozen=True)
class Measure:
    """Declaration of a measure: its name, scale, threshold, function and reasons.

    A measure is declared beside its function. Each family (stills, clips, comparisons, loops,
    characters) lists its measures in `MEASURES`; `models/measures.py` lists all families.

    Attributes:
        name: name of the measure, unique in its family.
        unit: unit of its values.
        better: direction in which values are better.
        low, high: ends of the scale, in the unit.
        backend: name of the code or model that measures; "" if there is only one.
        threshold: limit between pass and fail, [from, to] for a band, None for no verdict.
        required: True if the measure counts for a report's verdict and score.
        label: name in a sentence; "" for `name` itself.
        answers_to: English text that says what changes the value, for the tables of the help pages.
        function: function that takes the result of the family's pass over the frames. It returns a
            number, a `Value`, an `Absence`, or None for the first of `absences`. The attribute is
            None if the family computes several measures together.
        passes: code of the reason of a value that passes or has no threshold.
        fails: code of the reason of a value that fails; None for `passes`.
        reasons: codes of further reasons that the function chooses from.
        absences: codes of the reasons for a missing value, without those that any measure can give.
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
        """Codes of all reasons that belong to this measure."""
        defaults = (code for code in (self.passes, self.fails) if code is not None)
        return (*defaults, *self.reasons, *self.absences)

    def fails_at(self, value: float) -> bool:
        """Return True if a value would be a FAIL."""
        return verdict_at(value, self.threshold, self.better) is Verdict.FAIL

    def evaluate(self, *source: Any) -> Value | Absence:
        """Call the measure's function and return its result as a `Value` or an `Absence`.

        Args:
            source: arguments of the function.
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
        """Return the measurement for a result of `evaluate`.

        Args:
            result: value or absence.
            per_frame: values per frame for a result without its own, such as an absence.
            details: details for a result without its own.
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
        """Return the measurement of a value.

        Args:
            value: finite number in the measure's unit.
            reason_code: code of one of the measure's reasons; None for `passes` or `fails`.
            reason_values: values of the placeholders of the reason's sentence.
            per_frame: value of every frame, None for a frame that could not be measured.
            details: further facts for the report, as JSON values.

        Returns:
            The measurement, with the English sentence of its reason.

        Raises:
            ReportError: the value or the scale isn't finite, or the threshold doesn't fit `better`.
        """
        value = float(value)
        if reason_code is None:
            default = self.fails if self.fails is not None and self.fails_at(value) else self.passes
            assert default is not None, f"{self.name} declares neither `passes` nor `fails`"
            reason_code = default
        return self._result(value, reason_code, reason_values or {}, per_frame, details)

    def absent(
        self,
        absence: Absence,
        per_frame: Iterable[float | None] = (),
        details: Mapping[str, Any] | None = None,
    ) -> Measurement:
        """Return the measurement without a value: NOT_MEASURED.

        Args:
            absence: reason; if it doesn't count, the measurement isn't required.
            per_frame: value of every frame, None for a frame that could not be measured.
            details: further facts for the report, as JSON values.
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


# Fields that a measurement copies from its measure.
DECLARED = tuple(
    {each.name for each in fields(Measure)} & {each.name for each in fields(Measurement)}
)


def number_of(result: Value | Absence) -> float | None:
    """Return the number of a result, or None if the result is an absence."""
    return result.number if isinstance(result, Value) else None


def short_of(judged: Measure | Measurement, value: float) -> float:
    """Return a value rounded to three digits, or to more if three would change its verdict.

    Args:
        judged: measure or measurement that has the threshold.
        value: value in the unit of the threshold.
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
    """Return a value rounded to three significant digits, as sentences show it."""
    return float(f"{value:.3g}")
