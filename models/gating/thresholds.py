"""Thresholds that a user writes as text in a Gate: `flicker = 2.0, similarity = 0.8`."""

import math
import re
from collections.abc import Mapping
from dataclasses import replace

from ..frames import InputError
from ..measure import short_of
from ..measurement import Better, Measurement, Threshold, frozen
from ..reasons import sentence
from ..report import MERGED, Report

INPUT = "thresholds"
FORM = "name = number, or name = from..to for a band, with commas or lines between"
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
# A name may contain commas and spaces, as the name of a measurement may end with a character's.
_ENTRY = re.compile(
    rf"(?P<name>[^=\n]+?)\s*=\s*(?P<from>{_NUMBER}?)(?:\s*\.\.\s*(?P<to>{_NUMBER}))?\s*(?=[,;\n]|$)"
)
_BETWEEN = " \t\r\n,;"


def read_thresholds(text: str) -> dict[str, Threshold]:
    """Read thresholds from a text.

    Returns:
        Thresholds by name of the measurement; a band is a pair of numbers.

    Raises:
        InputError: the text doesn't have the form `FORM`, or contains a name twice.

    Examples:
        >>> read_thresholds("flicker = 2.0, seam_position = 0.4..1.75")
        {'flicker': 2.0, 'seam_position': (0.4, 1.75)}
    """
    thresholds: dict[str, Threshold] = {}
    remaining = text.strip(_BETWEEN)
    while remaining:
        entry = _ENTRY.match(remaining)
        if entry is None or not entry["from"]:
            received = repr(remaining.splitlines()[0])
            raise InputError(INPUT, FORM, received, "For example: flicker = 2.0, similarity = 0.8")
        name, start, end = entry["name"], float(entry["from"]), entry["to"]
        if not all(math.isfinite(float(each)) for each in (start, end or 0)):
            raise InputError(INPUT, "finite numbers", entry[0], "Write a smaller number.")
        if name in thresholds:
            raise InputError(INPUT, "each name once", f"{name} twice", "Remove one of them.")
        thresholds[name] = start if end is None else (start, float(end))
        remaining = remaining[entry.end() :].lstrip(_BETWEEN)
    return thresholds


def with_thresholds(report: Report, thresholds: Mapping[str, Threshold]) -> Report:
    """Return a report with other thresholds; the named measurements become required.

    Args:
        report: any report; in a merged one, a name without a subject stands for the measurements
            of all subjects.
        thresholds: thresholds by name of the measurement, as from `read_thresholds`.

    Raises:
        InputError: the report has no such measurement; or the measurement needs a band and got a
            number, or the reverse.
    """
    new_thresholds: dict[str, Threshold] = {}
    for name, threshold in thresholds.items():
        matching = [each for each in report.measurements if name in _names_of(report, each)]
        if not matching:
            names = ", ".join(each.name for each in report.measurements)
            raise InputError(INPUT, f"one of {names}", name, "Correct or remove it.")
        for measurement in matching:
            _check(measurement, threshold)
            # A full name takes precedence over a name without a subject.
            if measurement.name == name or measurement.name not in new_thresholds:
                new_thresholds[measurement.name] = threshold
    if not new_thresholds:
        return report
    measurements = (
        _with_threshold(each, new_thresholds[each.name]) if each.name in new_thresholds else each
        for each in report.measurements
    )
    return replace(report, measurements=tuple(measurements))


def limit_of(measurement: Measurement) -> tuple[str, dict[str, str]]:
    """Return the ending of a reason's code, by the kind of threshold, and the reason's values.

    Returns:
        `band`, `least` or `most`; and the values for the placeholders of the reason's sentence.
    """
    if isinstance(measurement.threshold, tuple):
        start, end = measurement.threshold
        return "band", {"low": f"{start:g}", "high": f"{end:g}"}
    side = "least" if measurement.better is Better.HIGHER else "most"
    return side, {"limit": f"{measurement.threshold:g}"}


def _names_of(report: Report, measurement: Measurement) -> tuple[str, ...]:
    name = measurement.name
    return (name, name.partition(".")[2]) if report.subject == MERGED else (name,)


def _check(measurement: Measurement, threshold: Threshold) -> None:
    """Refuse a threshold that doesn't fit the measurement."""
    needs_band = measurement.better is Better.BAND
    fits = isinstance(threshold, tuple) == needs_band
    if isinstance(threshold, tuple) and fits:
        fits = threshold[0] <= threshold[1]
    if not fits:
        form = "a band" if needs_band else "one number"
        received = "..".join(map(str, threshold)) if isinstance(threshold, tuple) else threshold
        remedy = "Write from..to, the lower one first." if needs_band else "Write a single number."
        raise InputError(INPUT, f"{form} for {measurement.name}", str(received), remedy)


def _with_threshold(measurement: Measurement, threshold: Threshold) -> Measurement:
    changed = replace(measurement, threshold=threshold, required=True)
    if measurement.value is None:
        return changed
    # The measurement's own reason names the former threshold, so a new reason replaces it.
    side, limit = limit_of(changed)
    code = f"threshold_given_{side}"
    values = {
        "value": f"{short_of(changed, measurement.value):g}",
        "unit": measurement.unit,
        **limit,
    }
    return replace(
        changed,
        reason_code=code,
        reason_values=frozen(values),
        reason=sentence(code, values),
    )
