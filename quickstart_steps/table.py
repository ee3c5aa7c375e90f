"""Functions that format reports and a job as text for a terminal."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..models.reasons import unit_beside, with_unit

HEADINGS = ("Measurement", "Value", "Threshold", "Verdict", "Backend")
LEAST_COLUMN = 8  # characters; a narrower column can't be read


@dataclass(frozen=True)
class Signs:
    """Characters that a terminal can show.

    Attributes:
        verdicts: sign of each verdict.
        rule: character of the line under a heading.
        cut: character at the end of a text that was cut.
    """

    verdicts: Mapping[str, str]
    rule: str
    cut: str


RICH = Signs({"PASS": "✓", "FAIL": "✗", "NOT_MEASURED": "?", "INFO": "·"}, "─", "…")
PLAIN = Signs({"PASS": "+", "FAIL": "x", "NOT_MEASURED": "?", "INFO": "-"}, "-", "~")


def signs_for(encoding: str | None) -> Signs:
    """Return the rich signs if an encoding can show them, else the plain ones."""
    try:
        "".join([*RICH.verdicts.values(), RICH.rule, RICH.cut]).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return PLAIN
    return RICH


def report_lines(title: str, report: Mapping[str, Any], signs: Signs, width: int) -> list[str]:
    """Return the lines of a report: verdict, a row for each measurement, and reasons."""
    measurements = report["measurements"]
    rows = [HEADINGS, *(_row(measurement, signs) for measurement in measurements)]
    lines = _aligned(rows, signs, width - 2)
    lines.insert(1, signs.rule * max(map(len, lines)))
    reasons = [
        f"{signs.verdicts.get(measurement['verdict'], '')} {_words(measurement['name'])}: "
        f"{measurement['reason']}"
        for measurement in measurements
        if measurement["verdict"] in ("FAIL", "NOT_MEASURED") and measurement.get("reason")
    ]
    worst = report.get("worst")
    if worst and worst.get("frame") is not None:
        reasons.append(f"Worst frame: {worst['frame']}. {worst.get('reason') or ''}".rstrip())
    headline = f"{title}: {_headline(report, signs)}"
    return [*wrapped(headline, width, ""), *(f"  {line}" for line in lines)] + [
        line for reason in reasons for line in wrapped(reason, width, "  ")
    ]


def _headline(report: Mapping[str, Any], signs: Signs) -> str:
    verdict, score = report["verdict"], report.get("score")
    parts = [f"{signs.verdicts.get(verdict, '')} {_words(verdict)}"]
    parts.append("no score" if score is None else f"score {score:.3g} of 100")
    if report.get("frames") is not None:
        at = f" at {report['fps']:g} fps" if report.get("fps") else ""
        parts.append(f"{report['frames']} frames{at}")
    return ", ".join(parts)


def _row(measurement: Mapping[str, Any], signs: Signs) -> tuple[str, ...]:
    verdict = measurement["verdict"]
    optional = "" if measurement.get("required") or verdict == "INFO" else " (optional)"
    return (
        _words(measurement["name"]),
        value_text(measurement.get("value"), _unit(measurement)),
        threshold_text(measurement.get("threshold"), measurement.get("better")),
        f"{signs.verdicts.get(verdict, '')} {_words(verdict)}{optional}",
        measurement.get("backend") or "",
    )


def value_text(value: float | None, unit: str | None) -> str:
    """Return a value with its unit, or "none" for a value that was not measured."""
    if value is None:
        return "none"
    number = f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    return with_unit(number, unit) if unit else number


def _unit(measurement: Mapping[str, Any]) -> str:
    return unit_beside(measurement["name"], measurement.get("unit") or "")


def threshold_text(threshold: float | Sequence[float] | None, better: str | None) -> str:
    """Return a threshold as text: `at least 0.8`, `at most 2`, `0.5 to 1.6`."""
    if threshold is None:
        return ""
    if isinstance(threshold, Sequence):
        return f"{threshold[0]:g} to {threshold[1]:g}"
    return f"{'at most' if better == 'lower' else 'at least'} {threshold:g}"


def job_lines(answer: Mapping[str, Any], width: int) -> list[str]:
    """Return the lines that show a job.

    Args:
        answer: answer of the route of one job.
        width: columns of the terminal.
    """
    job = answer["job"]
    names = ["id", "prompt_id", "project", "scene", "shot", "character", "tags", "state"]
    names += ["verdict", "score", "started_at", "finished_at"]
    facts = {_words(name): job.get(name) for name in names}
    facts["reports"] = len(answer.get("reports") or [])
    facts["files"] = len(answer.get("artifacts") or [])
    filled = {name: value for name, value in facts.items() if value not in (None, "", [])}
    name_width = max(map(len, filled))
    return [
        line
        for name, value in filled.items()
        for line in wrapped(f"{name:<{name_width}}  {_fact(value)}", width, "  ")
    ]


def _fact(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _words(name: str) -> str:
    return name.replace("_", " ")


def wrapped(text: str, width: int, indent: str) -> list[str]:
    """Return the lines of a wrapped text; the lines after the first are indented further."""
    return textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=f"{indent}  ", break_long_words=False
    )


def _aligned(rows: Sequence[Sequence[str]], signs: Signs, width: int) -> list[str]:
    """Return rows with aligned columns; the widest columns are cut until the rows fit."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    gaps = 2 * (len(widths) - 1)
    while sum(widths) + gaps > width and max(widths) > LEAST_COLUMN:
        widths[widths.index(max(widths))] -= 1
    return [
        "  ".join(
            f"{_cut(cell, room, signs):<{room}}" for cell, room in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _cut(text: str, room: int, signs: Signs) -> str:
    return text if len(text) <= room else text[: room - len(signs.cut)] + signs.cut
