"""Settings by which a number of another pack is judged: name, unit, direction, limit and scale."""

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from ..frames import InputError
from ..measure import Measure
from ..measurement import Better, Threshold
from .plain_text import quoted

# Characters by which a report, a Gate's thresholds and the editor divide a name into parts.
DIVIDING = ("=", ".", ":")
SEPARATING = (",", ";")  # between two thresholds of a Gate, so a name can't begin with one
LONGEST_NAME = 60  # characters; a longer name doesn't fit on a node
LARGEST = 1e12  # largest limit, as in the Parameter nodes; the editor can't write larger ones


class Role(str, Enum):
    """Part that a measurement has in the verdict of its report."""

    REQUIRED = "required"  # its limit decides about pass or fail
    OPTIONAL = "optional"  # its limit only lowers the score, where something else is required
    SHOWN = "shown"  # it has no limit


@dataclass(frozen=True)
class Criterion:
    """Settings by which a number is judged.

    Attributes:
        name: name of the measurement.
        unit: unit of the number; "" for none.
        better: direction in which numbers are better.
        limit: limit between pass and fail; the lower end of a band.
        limit_to: upper end of a band; without effect for the other directions.
        scale_low, scale_high: ends of the scale; both 0 for a scale that follows from the limit.
        role: part in the verdict of the report.
    """

    name: str
    unit: str = ""
    better: Better = Better.HIGHER
    limit: float = 0.5
    limit_to: float = 0.0
    scale_low: float = 0.0
    scale_high: float = 0.0
    role: Role = Role.REQUIRED

    def __post_init__(self) -> None:
        """Refuse settings that contradict each other.

        Raises:
            InputError: a setting can't be used; the message says what to change.
        """
        check_name(self.name)
        for name in ("limit", "limit_to", "scale_low", "scale_high"):
            value = getattr(self, name)
            if not (math.isfinite(value) and abs(value) <= LARGEST):
                expected = f"a number from -{LARGEST:g} to {LARGEST:g}"
                raise InputError(name, expected, f"{value:g}", "Give another number.")
        threshold = self.threshold
        if isinstance(threshold, tuple) and threshold[1] < threshold[0]:
            expected = f"a number from limit ({self.limit:g}) up, as the upper end of the band"
            raise InputError("limit_to", expected, f"{self.limit_to:g}", "Make it larger.")
        if not self.has_own_scale:
            return
        if self.scale_low >= self.scale_high:
            received = f"{self.scale_low:g} and {self.scale_high:g}"
            remedy = "Exchange them, or set both to 0 for a scale that follows from the limit."
            raise InputError("scale_low, scale_high", "the lower number first", received, remedy)
        for limit in self._limits():
            if not self.scale_low <= limit <= self.scale_high:
                expected = f"a limit on the scale, {self.scale_low:g} to {self.scale_high:g}"
                remedy = "Change the limit, or scale_low and scale_high."
                raise InputError("limit", expected, f"{limit:g}", remedy)

    @property
    def has_own_scale(self) -> bool:
        """True if the scale doesn't follow from the limit."""
        return bool(self.scale_low or self.scale_high)

    @property
    def threshold(self) -> Threshold:
        """The limit as a measurement has it; None if it has none."""
        if self.role is Role.SHOWN:
            return None
        return (self.limit, self.limit_to) if self.better is Better.BAND else self.limit

    def scale(self, values: Iterable[float]) -> tuple[float, float]:
        """Return both ends of the scale.

        A scale that follows from the limit goes from 0 to twice the limit, so that a number at the
        limit scores 50, and one half as far again scores 95 or 5. With the limit 0 it goes from -1
        to 1. On both sides of a band it has the width of the band. Without a limit it goes from 0
        to 1, or as far as the values do.

        Examples:
            >>> Criterion("PickScore", limit=21.0).scale([])
            (0.0, 42.0)
            >>> Criterion("fingers", better=Better.BAND, limit=4.0, limit_to=5.0).scale([])
            (3.0, 6.0)
        """
        if self.has_own_scale:
            return self.scale_low, self.scale_high
        if self.role is Role.SHOWN:
            measured = list(values)
            return min(0.0, *measured, 0.0), max(1.0, *measured, 1.0)
        if self.better is Better.BAND:
            width = self.limit_to - self.limit or max(abs(self.limit), 1.0)
            return self.limit - width, self.limit_to + width
        low, high = sorted((0.0, 2 * self.limit))
        return (low, high) if low < high else (-1.0, 1.0)

    def measure(self, declared: Measure, values: Iterable[float], backend: str) -> Measure:
        """Return a declared measure with these settings.

        Args:
            declared: declaration whose reasons and absences the measure has.
            values: measured numbers, for the scale.
            backend: name of the code or model that measured.
        """
        low, high = self.scale(values)
        return replace(
            declared,
            name=self.name.strip(),
            unit=quoted(self.unit),
            better=self.better,
            low=low,
            high=high,
            backend=backend,
            threshold=self.threshold,
            required=self.role is Role.REQUIRED,
        )

    def _limits(self) -> tuple[float, ...]:
        threshold = self.threshold
        if threshold is None:
            return ()
        return threshold if isinstance(threshold, tuple) else (threshold,)


def check_name(name: str) -> None:
    """Refuse a name that the report, a Gate's thresholds or the editor can't keep apart.

    Raises:
        InputError: the name is empty, too long, or has a character that divides names.
    """
    remedy = "Write one such as PickScore; it stands in the report, the gate and the jobs."
    if not name.strip():
        raise InputError("name", "a name for the measurement", "an empty text", remedy)
    if len(name.strip()) > LONGEST_NAME:
        expected = f"at most {LONGEST_NAME} characters"
        raise InputError("name", expected, str(len(name.strip())), "Shorten it.")
    forbidden = [each for each in DIVIDING if each in name]
    # A wide space, as Japanese is typed with, isn't printable for Python.
    plain = "".join(" " if unicodedata.category(each) == "Zs" else each for each in name.strip())
    if forbidden or not plain.isprintable() or plain.startswith(SEPARATING):
        expected = "a name in one line without = . : and without a comma or semicolon at its start"
        raise InputError("name", expected, repr(name), "Write a name such as PickScore v2.")
