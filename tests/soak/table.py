"""The table at the end of the soak test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .interface import Answers

MOST_LINES = 20  # of one kind of fault


@dataclass(frozen=True)
class Row:
    """Row of the table.

    Attributes:
        name: what was counted or measured.
        value: the result.
    """

    name: str
    value: str


def answers_row(name: str, answers: Answers) -> Row:
    """Return the row of how fast ComfyUI's own interface answered."""
    if not answers.seconds:
        return Row(name, "no request")
    percentiles = ", ".join(
        f"{label} {answers.percentile(share):.0f} ms"
        for label, share in {"p50": 0.5, "p99": 0.99, "p99.9": 0.999, "max": 1.0}.items()
    )
    counts = f"{len(answers.seconds)} requests, {answers.left_out} left out"
    return Row(name, f"{percentiles} ({counts}, {len(answers.failed)} without answer)")


def print_table(title: str, rows: Sequence[Row], wrong: Mapping[str, Sequence[str]]) -> None:
    """Print the rows, and what was wrong in full."""
    width = max(len(row.name) for row in rows)
    print(f"\n{title}")
    for row in rows:
        print(f"  {row.name:{width}}  {row.value}")
    for name, lines in wrong.items():
        for line in lines[:MOST_LINES]:
            print(f"  wrong {name}: {line}")
        if len(lines) > MOST_LINES:
            print(f"  wrong {name}: {len(lines) - MOST_LINES} more")
    print(flush=True)
