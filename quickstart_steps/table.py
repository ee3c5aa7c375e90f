"""Reports and a job as text for a terminal."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..models.reasons import unit_beside, with_unit

HEADINGS = ("Measurement", "Value", "Threshold", "Verdict", "Backend")
LEAST_COLUMN = 8  # characters below which a column says nothing any more


@dataclass(frozen=True)
class Signs:
    """The characters that mean something, for a terminal's encoding."""

    verdicts: Mapping[str, str]
    rule: str
    cut: str


RICH = Signs({"PASS": "✓", "FAIL": "✗", "NOT_MEASURED": "?", "INFO": "·"}, "─", "…")
PLAIN = Signs({"PASS": "+", "FAIL": "x", "NOT_MEASURED": "?", "INFO": "-"}, "-", "~")


def signs_for(encoding: str | None) -> Signs:
    """The rich signs where the terminal can show them, else plain ones."""
    try:
        "".join([*RICH.verdicts.values(), RICH.rule, RICH.cut]).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return PLAIN
    return RICH


def report_lines(title: str, report: Mapping[str, Any], signs: Signs, width: int) -> list[str]:
    """One report: its verdict, a row for each measurement, and why some of them are as they are."""
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
    """A value with its unit; what was not measured has no number."""
    if value is None:
        return "none"
    number = f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    return with_unit(number, unit) if unit else number


def _unit(measurement: Mapping[str, Any]) -> str:
    return unit_beside(measurement["name"], measurement.get("unit") or "")


def threshold_text(threshold: float | Sequence[float] | None, better: str | None) -> str:
    """What a value must be: `at least 0.8`, `at most 2`, `0.5 to 1.6`."""
    if threshold is None:
        return ""
    if isinstance(threshold, Sequence):
        return f"{threshold[0]:g} to {threshold[1]:g}"
    return f"{'at most' if better == 'lower' else 'at least'} {threshold:g}"


def job_lines(answer: Mapping[str, Any], width: int) -> list[str]:
    """The row that the database holds for a job."""
    job = answer["job"]
    names = ["id", "prompt_id", "project", "scene", "shot", "character", "tags", "state"]
    names += ["verdict", "score", "started_at", "finished_at"]
    facts = {_words(name): job.get(name) for name in names}
    facts["reports"] = len(answer.get("reports") or [])
    facts["files"] = len(answer.get("artifacts") or [])
    known = {name: value for name, value in facts.items() if value not in (None, "", [])}
    room = max(map(len, known))
    return [
        line
        for name, value in known.items()
        for line in wrapped(f"{name:<{room}}  {_fact(value)}", width, "  ")
    ]


def _fact(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _words(name: str) -> str:
    return name.replace("_", " ")


def wrapped(text: str, width: int, indent: str) -> list[str]:
    """A text in lines, those after the first set in."""
    return textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=f"{indent}  ", break_long_words=False
    )


def _aligned(rows: Sequence[Sequence[str]], signs: Signs, width: int) -> list[str]:
    """Columns side by side, the widest ones cut until the rows fit."""
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
