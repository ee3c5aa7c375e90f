"""Drawing of a report: its verdict, its measurements in words, and their curves over the frames."""

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from .dependency import require
from .figure import COLOURS, new_figure, picture_of
from .frames import InputError
from .reasons import unit_beside, unit_name, with_unit
from .report import SUBJECTS, Measurement, Report, Verdict
from .scoring import score_text

# Most curves if some are of optional measurements, and if all are of required ones. Three curves
# are large; eight small ones are still legible.
USUAL_CURVES, MOST_CURVES = 3, 8
COLUMN = 4  # curves in a column; more curves take two columns
MOST_LINES = 26  # lines of text beside the curves, unless the required measurements need more
FEW_LINES = 18  # up to this number of lines, every measurement is drawn with its sentence
LETTERS = 52  # characters in a line
LARGEST = 1e100  # largest number of a curve; with larger ones matplotlib's arithmetic overflows

# A symbol beside each colour, for people who can't distinguish the colours.
SYMBOLS = {Verdict.PASS: "✔", Verdict.FAIL: "✘", Verdict.NOT_MEASURED: "–", Verdict.INFO: "·"}


def plot_report(report: Report, measurement: str = "") -> torch.Tensor:
    """Draw a report: verdict, measurements, and curves of the measurements with values per frame.

    Args:
        report: report of any subject.
        measurement: name of the only measurement to draw; "" draws those that matter most.

    Returns:
        RGB in 0–1, shape `FIGURE_SHAPE`.

    Raises:
        InputError: the report has no measurement of that name.
        MissingDependency: matplotlib is not installed.
    """
    measurements = _chosen(report, measurement)
    figure = new_figure()
    text = require("matplotlib.text")
    curves = _curves(measurements)
    rows = min(max(len(curves), 1), COLUMN)
    columns = -(-len(curves) // COLUMN)
    grid = figure.add_gridspec(
        rows,
        1 + columns,
        width_ratios=(1.0, *[1.25 / columns] * columns) if curves else None,
        left=0.03,
        right=0.97,
        top=0.87,
        bottom=0.09,
        hspace=0.55 if rows < COLUMN else 0.75,
        wspace=0.12 if columns < 2 else 0.24,
    )
    _write_headline(figure, report, measurements[0] if measurement else None)
    _write_measurements(figure.add_subplot(grid[:, 0]), measurements)
    for index, curve in enumerate(curves):
        axes = figure.add_subplot(grid[index % rows, 1 + index // rows])
        _draw_curve(axes, curve, report)
        if index % rows == rows - 1 or index == len(curves) - 1:
            axes.set_xlabel("frame", fontsize=8)
    if measurement and not curves:
        figure.text(
            0.5, 0.5, "This measurement has no values per frame.", fontsize=11, color="#374151"
        )
    if any(None in each.per_frame for each in curves):
        figure.text(0.03, 0.015, "Grey: not measured.", fontsize=8, color="#374151")
    for element in figure.findobj(text.Text):
        element.set_parse_math(False)  # a name may contain a $, which matplotlib reads as TeX
    return picture_of(figure)


def _chosen(report: Report, name: str) -> Sequence[Measurement]:
    """Return the measurement of a name, or all measurements for "".

    Upper and lower case don't matter, and spaces may stand for underscores, as in a plot.
    """
    if not name:
        return report.measurements
    key = _key(name)
    by_key = {_key(each.name): each for each in report.measurements}
    if key in by_key:
        return [by_key[key]]
    # In a merged report the name may be given without its subject if it is unique.
    matches = [each for name_key, each in by_key.items() if name_key.rpartition(".")[2] == key]
    if len(matches) == 1:
        return matches
    expected = f"one of {', '.join(each.name for each in report.measurements)}"
    remedy = "Give one of these names; leave it empty for those that matter most."
    raise InputError("measurement", expected, name, remedy)


def _key(name: str) -> str:
    return name.lower().replace(" ", "_")


def _curves(measurements: Sequence[Measurement]) -> list[Measurement]:
    """Return the measurements whose curves are drawn, those that decided the verdict first.

    All required measurements with values per frame are drawn, up to `MOST_CURVES`; optional ones
    only up to `USUAL_CURVES` in all.
    """
    rank = {Verdict.FAIL: 0, Verdict.NOT_MEASURED: 1, Verdict.PASS: 2, Verdict.INFO: 3}
    curves = [each for each in measurements if len(each.per_frame) > 1]
    curves.sort(key=lambda each: (not each.required, rank[each.verdict]))
    required = sum(each.required for each in curves)
    return curves[: max(USUAL_CURVES, min(required, MOST_CURVES))]


def _write_headline(figure: Any, report: Report, only: Measurement | None) -> None:
    """Write subject, verdict and score of a report, or of the only measurement that is drawn."""
    judged = only or report
    verdict, title = judged.verdict, SUBJECTS[report.subject]
    score = "no score" if judged.score is None else f"{score_text(judged.score)} of 100"
    words = verdict.value.replace("_", " ")
    if only is not None:
        title += f": {only.name.replace('_', ' ')}"
    figure.text(0.03, 0.93, title, fontsize=16, weight="bold")
    figure.text(
        0.97,
        0.93,
        f"{SYMBOLS[verdict]} {words} · {score}",
        fontsize=16,
        weight="bold",
        color=COLOURS[verdict],
        horizontalalignment="right",
    )


def _write_measurements(axes: Any, measurements: Sequence[Measurement]) -> None:
    axes.axis("off")
    axes.set_xlim(0, 1)
    lines = _lines(measurements)
    step = min(0.062, 1 / max(len(lines), 1))
    for index, (text, measurement, is_name) in enumerate(lines):
        axes.text(
            0,
            1 - index * step,
            text,
            fontsize=min(10, 140 * step) if is_name else min(8.5, 120 * step),
            weight="bold" if is_name and measurement.required else "normal",
            color=COLOURS[measurement.verdict] if is_name else "#374151",
            verticalalignment="top",
            transform=axes.transAxes,
        )


def _lines(measurements: Sequence[Measurement]) -> list[tuple[str, Measurement, bool]]:
    """Return the lines of text beside the curves.

    All required measurements have lines; optional ones have lines as far as there is room, in their
    order.

    Returns:
        For each line its text, its measurement, and True if it is the line with the name.
    """
    blocks = [(each, _lines_of(each)) for each in measurements]
    if sum(len(lines) for _, lines in blocks) > FEW_LINES:
        # Measurements that pass or have no threshold get one line without their sentence, because
        # readers look for those that don't pass.
        full = (Verdict.FAIL, Verdict.NOT_MEASURED)
        blocks = [(each, lines if each.verdict in full else lines[:1]) for each, lines in blocks]
    room = MOST_LINES - sum(len(lines) for each, lines in blocks if each.required)
    drawn_lines = []
    for measurement, lines in blocks:
        if not measurement.required:
            room -= len(lines)
        if measurement.required or room >= 0:
            drawn_lines += lines
    return drawn_lines


def _lines_of(measurement: Measurement) -> list[tuple[str, Measurement, bool]]:
    unit = unit_beside(measurement.name, measurement.unit)
    value = "–" if measurement.value is None else with_unit(f"{measurement.value:.3g}", unit)
    name = measurement.name.replace("_", " ")
    wrapped = textwrap.wrap(measurement.reason, LETTERS)
    return [
        (f"{SYMBOLS[measurement.verdict]} {name}: {value}", measurement, True),
        *((f"    {line}", measurement, False) for line in wrapped),
    ]


def _draw_curve(axes: Any, measurement: Measurement, report: Report) -> None:
    values = np.array([np.nan if each is None else each for each in measurement.per_frame])
    values = values.clip(-LARGEST, LARGEST)
    colour = COLOURS[measurement.verdict]
    axes.plot(np.arange(len(values)), values, color=colour, linewidth=1.4, marker=".", markersize=4)
    edges = np.flatnonzero(np.diff(np.isnan(values), prepend=False, append=False))
    for start, end in zip(edges[::2], edges[1::2], strict=True):  # one for each gap
        axes.axvspan(start - 0.5, end - 0.5, color="#9CA3AF", alpha=0.35, linewidth=0)
    threshold = measurement.threshold
    for limit in threshold if isinstance(threshold, tuple) else (threshold,):
        if limit is not None:
            axes.axhline(
                min(max(limit, -LARGEST), LARGEST), color="#111827", linewidth=0.8, linestyle="--"
            )
    worst = report.worst
    if worst is not None and worst.reason_code != measurement.reason_code:
        worst = None  # it is the worst frame of another measurement
    if worst is not None and worst.frame < len(values):
        axes.axvline(worst.frame, color="#D55E00", linewidth=0.8, linestyle=":")
    title = measurement.name.replace("_", " ")
    unit = unit_name(unit_beside(measurement.name, measurement.unit))
    axes.set_title(f"{title} ({unit})" if unit else title, fontsize=9, loc="left")
    axes.tick_params(labelsize=7)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.margins(y=0.15)
    axes.set_xlim(-0.5 - 0.01 * len(values), len(values) - 0.5 + 0.01 * len(values))
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
