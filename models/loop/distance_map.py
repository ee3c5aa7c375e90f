"""Map of a loop search: distances by start and length, small in a report, large as a picture."""

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from ..figure import COLOURS, new_figure, picture_of
from ..frames import InputError
from ..measurement import Measurement
from ..report import Report, Verdict

MOST_CELLS = 64  # of a side: 4 KB, which are 5.5 KB of base64 in a report
DARKEST, LIGHTEST, EMPTY = 0, 254, 255  # a cell's byte; empty beyond the clip's end
SEARCHED = "loop_distance"  # the measurement of `find_loops` that carries the map


def map_as_details(distances: torch.Tensor, unit: str) -> dict[str, Any]:
    """Return a small map as details of a measurement.

    Args:
        distances: of frame i to frame i + g at [i, g], infinite beyond the clip's end.
        unit: of `distances`.

    Returns:
        `cells`: bytes in base64, rows of lengths by columns of starts, each the smallest distance
        in a field of `step` starts and lengths, so that a thin valley stays one. They go evenly
        from `low` to `high`.
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
        report: of `find_loops`.

    Returns:
        RGB in 0–1, shape `FIGURE_SHAPE`. From left to right the frame that a loop starts at,
        upwards its length; dark is alike.

    Raises:
        InputError: the report is of something else.
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
    # `loop.loop_distance` in a merge
    found = [each for each in report.measurements if each.name.rpartition(".")[2] == SEARCHED]
    if len(found) == 1:
        return found[0]
    came = f"{len(found)} in one" if found else f"one of {report.subject}"
    remedy = "Connect the report of a single Find Loop."
    raise InputError("report", "a report of Find Loop", came, remedy)


def _draw_cells(figure: Any, axes: Any, small: Mapping[str, Any]) -> None:
    cells = np.frombuffer(base64.b64decode(small["cells"]), np.uint8).reshape(small["rows"], -1)
    share = (cells.astype(np.float64) - DARKEST) / (LIGHTEST - DARKEST)
    distances = small["low"] + share * (small["high"] - small["low"])
    right, top = (cells.shape[1] * small["step"][0], cells.shape[0] * small["step"][1])
    image = axes.imshow(
        np.where(cells == EMPTY, np.nan, distances),
        origin="lower",
        aspect="auto",
        extent=(-0.5, right - 0.5, -0.5, top - 0.5),
        cmap="viridis",
        interpolation="nearest",
    )
    axes.set_xlim(-0.5, small["frames"] - 0.5)
    axes.set_ylim(-0.5, small["lengths"] - 0.5)
    bar = figure.colorbar(image, cax=figure.add_axes((0.905, 0.11, 0.02, 0.79)))
    bar.set_label(f"distance, {small['unit']}", fontsize=8)
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
    words = best["verdict"].replace("_", " ")  # that of a merged report may be another
    every = "" if period is None else f", repeating every {period}"
    return f"Loop: {words} · {best['length']} frames from frame {best['start']}{every}"
