"""Thresholds that a user writes down where a report is used: `flicker = 2.0, similarity = 0.8`."""

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
# A name may hold commas and spaces: that of a measurement may end in a character's.
_ENTRY = re.compile(
    rf"(?P<name>[^=\n]+?)\s*=\s*(?P<from>{_NUMBER}?)(?:\s*\.\.\s*(?P<to>{_NUMBER}))?\s*(?=[,;\n]|$)"
)
_BETWEEN = " \t\r\n,;"


def read_thresholds(text: str) -> dict[str, Threshold]:
    """The thresholds that a text names.

    Raises:
        InputError: it isn't of that form, or names something twice.
    """
    found: dict[str, Threshold] = {}
    rest = text.strip(_BETWEEN)
    while rest:
        entry = _ENTRY.match(rest)
        if entry is None or not entry["from"]:
            came = repr(rest.splitlines()[0])
            raise InputError(INPUT, FORM, came, "For example: flicker = 2.0, similarity = 0.8")
        name, start, end = entry["name"], float(entry["from"]), entry["to"]
        if name in found:
            raise InputError(INPUT, "each name once", f"{name} twice", "Remove one of them.")
        found[name] = start if end is None else (start, float(end))
        rest = rest[entry.end() :].lstrip(_BETWEEN)
    return found


def with_thresholds(report: Report, thresholds: Mapping[str, Threshold]) -> Report:
    """The report as it would be with other thresholds; what is named counts for its verdict.

    Args:
        report: any; in a merged one a name without its subject means that of every subject.
        thresholds: by the measurements' names, as from `read_thresholds`.

    Raises:
        InputError: the report has no such measurement, or a band is needed, or none.
    """
    wanted: dict[str, Threshold] = {}
    for name, threshold in thresholds.items():
        meant = [each for each in report.measurements if name in _names_of(report, each)]
        if not meant:
            there = ", ".join(each.name for each in report.measurements)
            raise InputError(INPUT, f"names out of {there}", name, "Correct or remove it.")
        for each in meant:
            _check(each, threshold)
            if each.name == name or each.name not in wanted:  # the full name says more
                wanted[each.name] = threshold
    if not wanted:
        return report
    changed = (
        _changed(each, wanted[each.name]) if each.name in wanted else each
        for each in report.measurements
    )
    return replace(report, measurements=tuple(changed))


def limit_of(measurement: Measurement) -> tuple[str, dict[str, str]]:
    """What a measurement's threshold demands: the end of a reason's code, and its values."""
    if isinstance(measurement.threshold, tuple):
        start, end = measurement.threshold
        return "band", {"low": f"{start:g}", "high": f"{end:g}"}
    side = "least" if measurement.better is Better.HIGHER else "most"
    return side, {"limit": f"{measurement.threshold:g}"}


def _names_of(report: Report, measurement: Measurement) -> tuple[str, ...]:
    name = measurement.name
    return (name, name.partition(".")[2]) if report.subject == MERGED else (name,)


def _check(measurement: Measurement, threshold: Threshold) -> None:
    band = measurement.better is Better.BAND
    fits = isinstance(threshold, tuple) == band
    if isinstance(threshold, tuple) and fits:
        fits = threshold[0] <= threshold[1]
    if not fits:
        expected = (
            f"a band for {measurement.name}" if band else f"one number for {measurement.name}"
        )
        came = "..".join(map(str, threshold)) if isinstance(threshold, tuple) else str(threshold)
        remedy = "Write from..to, the lower one first." if band else "Write a single number."
        raise InputError(INPUT, expected, came, remedy)


def _changed(measurement: Measurement, threshold: Threshold) -> Measurement:
    changed = replace(measurement, threshold=threshold, required=True)
    if measurement.value is None:
        return changed
    # The reason that it brought along speaks of another threshold.
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
