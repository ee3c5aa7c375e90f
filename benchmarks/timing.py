"""Two sides measured in turns, and how a benchmark says what it found."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """What one benchmark found.

    Attributes:
        benchmark: its name, `family/what`.
        ours: the pack's side.
        other: what a user would have instead.
        unit: of both.
    """

    benchmark: str
    ours: float
    other: float
    unit: str

    @property
    def ratio(self) -> float | None:
        """Ours over the other; None where the other is nothing."""
        return self.ours / self.other if self.other else None

    def print(self) -> None:
        """One line of JSON, for whoever collects figures over time."""
        ratio = None if self.ratio is None else round(self.ratio, 4)
        line = {
            "benchmark": self.benchmark,
            "ours": round(self.ours, 4),
            "other": round(self.other, 4),
            "ratio": ratio,
            "unit": self.unit,
        }
        print(json.dumps(line), flush=True)


def alternate(
    ours: Callable[[], object], other: Callable[[], object], rounds: int, warm_up: int = 1
) -> tuple[list[float], list[float]]:
    """Seconds that each side took, the sides taking turns.

    In turns, because a machine warms up, throttles and is used by others: what changes over
    minutes then changes both sides alike.

    Args:
        ours: one run of the pack's side.
        other: one run of the other side.
        rounds: timed runs of each.
        warm_up: runs of each before, not timed.
    """
    for _ in range(warm_up):
        ours()
        other()
    seconds: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        sides = [(ours, seconds[0]), (other, seconds[1])]
        for side, times in sides if number % 2 == 0 else reversed(sides):
            started = time.perf_counter()
            side()
            times.append(time.perf_counter() - started)
    return seconds


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Columns side by side; numbers to the right."""
    texts = [list(headings), *([_text(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    numeric = [all(isinstance(row[i], (int, float)) for row in rows) for i in range(len(headings))]
    for line in texts:
        cells = [
            cell.rjust(room) if right else cell.ljust(room)
            for cell, room, right in zip(line, widths, numeric, strict=True)
        ]
        print("  ".join(cells).rstrip())
    print(flush=True)


def _text(cell: object) -> str:
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)
