"""Functions that time the pack and a baseline in turns, and print tables and lines of JSON."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """Result of a benchmark: a figure of the pack, and the same figure of a baseline.

    Attributes:
        benchmark: name in the form `family/detail`.
        ours: figure of the pack.
        other: figure of the baseline: of what a user would use without the pack, or the limit.
        unit: unit of both figures.
    """

    benchmark: str
    ours: float
    other: float
    unit: str

    @property
    def ratio(self) -> float | None:
        """Figure of the pack divided by that of the baseline; None if the latter is 0."""
        return self.ours / self.other if self.other else None

    def print(self) -> None:
        """Print the result as one line of JSON, for programs that collect figures over time."""
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
    """Run the pack and a baseline in turns, and return the seconds of each run.

    A machine warms up, throttles and has other work to do. When the two take turns, such changes
    affect both alike.

    Args:
        ours: function that runs the pack once.
        other: function that runs the baseline once.
        rounds: number of timed runs of each.
        warm_up: number of runs of each before the timed ones.

    Returns:
        Seconds of each timed run of the pack, and of the baseline.
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
    """Print a table with aligned columns; columns of numbers are aligned at the right."""
    texts = [list(headings), *([_text(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    numeric = [all(isinstance(row[i], (int, float)) for row in rows) for i in range(len(headings))]
    for line in texts:
        cells = [
            cell.rjust(width) if is_numeric else cell.ljust(width)
            for cell, width, is_numeric in zip(line, widths, numeric, strict=True)
        ]
        print("  ".join(cells).rstrip())
    print(flush=True)


def _text(cell: object) -> str:
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)
