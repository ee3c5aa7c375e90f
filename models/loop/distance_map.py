"""Map of a loop search: distances by start and length, as bytes in a report and as a picture."""

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from ..figure import COLOURS, new_figure, picture_of
from ..frames import InputError
from ..measurement import Measurement
from ..report import Report, Verdict

MOST_CELLS = 64  # cells on a side: at most 4 KB, which are 5.5 KB of base64 in a report
DARKEST, LIGHTEST = 0, 254  # byte of the smallest distance in the map, and of the largest
EMPTY = 255  # byte of a cell whose loops would all end after the clip
MAP_CARRIER = "loop_distance"  # name of the measurement of `find_loops` that carries the map


def map_as_details(distances: torch.Tensor, unit: str) -> dict[str, Any]:
    """Return a small map as details of a measurement.

    Args:
        distances: distance from frame i to frame i + g at [i, g], infinite beyond the clip's end.
        unit: unit of the distances.

    Returns:
        Details for JSON. `cells` holds one byte for each cell, in base64: a row for each length,
        with a column for each start. A cell covers `step` starts and lengths and shows the smallest
        distance among them, so that a single good loop remains visible. The bytes grow linearly
        with the distance, from `low` to `high`.
    """
    step = [max(1, -(-side // MOST_CELLS)) for side in distances.shape]
    by_start = torch.stack([part.amin(dim=0) for part in distances.split(step[0])])
    small = torch.stack([part.amin(dim=1) for part in by_start.split(step[1], dim=1)])
    finite = small[small.isfinite()]
    low, high = (finite.min().item(), finite.max().item()) if finite.numel() else (0.0, 0.0)
    levels = (small - low) / max(high - low, 1e-9) * (LIGHTEST - DARKEST) + DARKEST
    cells = levels.round().where(small.isfinite(), torch.tensor(float(EMPTY))).to(torch.uint8)
    return {
        "unit": unit,
        "frames": distances.shape[0],
        "lengths": distances.shape[1],
        "step": step,
        "rows": len(cells),
        "low": low,
        "high": high,
        "cells": base64.b64encode(cells.numpy().tobytes()).decode("ascii"),
    }


def draw_distance_map(report: Report) -> torch.Tensor:
    """Draw the distances of all pairs of frames, with the candidates marked and numbered.

    Args:
        report: report of `find_loops`.

    Returns:
        RGB in 0–1, shape `FIGURE_SHAPE`. The horizontal axis is the first frame of a loop, the
        vertical axis its length; dark pairs are alike.

    Raises:
        InputError: the report is not of one loop search.
        MissingDependency: matplotlib is not installed.
    """
    search = _search_in(report)
    figure = new_figure()
    axes = figure.add_axes((0.07, 0.11, 0.81, 0.79))
    if "map" in search.details:
        _draw_cells(figure, axes, search.details["map"])
    else:
        axes.text(0.5, 0.5, search.reason, ha="center", wrap=True, transform=axes.transAxes)
    loops = search.details.get("candidates", ())
    for number, loop in enumerate(loops, start=1):
        _mark(axes, number, loop)
    axes.set_ylim(top=max([axes.get_ylim()[1], *(loop["length"] + 0.75 for loop in loops)]))
    axes.set_title(_headline(report, search), fontsize=11, loc="left", weight="bold")
    axes.set_xlabel("frame the loop starts at", fontsize=9)
    axes.set_ylabel("frames in the loop", fontsize=9)
    axes.tick_params(labelsize=8)
    return picture_of(figure)


def _search_in(report: Report) -> Measurement:
    # In a merged report the measurement is called `loop.loop_distance`.
    searches = [each for each in report.measurements if each.name.rpartition(".")[2] == MAP_CARRIER]
    if len(searches) == 1:
        return searches[0]
    received = f"{len(searches)} in one" if searches else f"one of {report.subject}"
    remedy = "Connect the report of a single Find Loop."
    raise InputError("report", "a report of Find Loop", received, remedy)


def _draw_cells(figure: Any, axes: Any, details: Mapping[str, Any]) -> None:
    rows = details["rows"]
    cells = np.frombuffer(base64.b64decode(details["cells"]), np.uint8).reshape(rows, -1)
    share = (cells.astype(np.float64) - DARKEST) / (LIGHTEST - DARKEST)
    distances = details["low"] + share * (details["high"] - details["low"])
    right, top = (cells.shape[1] * details["step"][0], cells.shape[0] * details["step"][1])
    image = axes.imshow(
        np.where(cells == EMPTY, np.nan, distances),
        origin="lower",
        aspect="auto",
        extent=(-0.5, right - 0.5, -0.5, top - 0.5),
        cmap="viridis",
        interpolation="nearest",
    )
    axes.set_xlim(-0.5, details["frames"] - 0.5)
    axes.set_ylim(-0.5, details["lengths"] - 0.5)
    bar = figure.colorbar(image, cax=figure.add_axes((0.905, 0.11, 0.02, 0.79)))
    bar.set_label(f"distance, {details['unit']}", fontsize=8)
    bar.ax.tick_params(labelsize=7)


def _mark(axes: Any, number: int, loop: Mapping[str, Any]) -> None:
    start, length, passes = loop["start"], loop["length"], loop["verdict"] == Verdict.PASS.value
    colour = COLOURS[Verdict.PASS if passes else Verdict.FAIL]
    axes.plot(start, length, "o", markersize=11, fillstyle="none", color=colour, clip_on=False)
    axes.annotate(
        f"{number}: {length} frames from {start}" + ("" if passes else ", no loop"),
        (start, length),
        xytext=(10, -14 if number == 1 else 8),
        textcoords="offset points",
        fontsize=9,
        bbox={"boxstyle": "round", "facecolor": "white", "edgecolor": colour, "alpha": 0.9},
    )


def _headline(report: Report, search: Measurement) -> str:
    if not search.details.get("candidates"):
        return f"Loop: {report.verdict.value.replace('_', ' ')}"
    best, period = search.details["candidates"][0], search.details["period"]
    verdict = best["verdict"].replace("_", " ")  # a merged report may have another verdict
    repetition = "" if period is None else f", repeating every {period}"
    return f"Loop: {verdict} · {best['length']} frames from frame {best['start']}{repetition}"
