"""The search for a loop as a picture: every start and length, and the loops that were chosen."""

from typing import Any

import numpy as np
import torch
from torch.nn.functional import max_pool2d

from ..dependency import require
from .find import LoopSearch

HEIGHT, WIDTH = 540, 960
MAP_SHAPE = (1, HEIGHT, WIDTH, 3)
DOTS_PER_INCH = 100
MOST_CELLS = 500  # a side: more than the picture has pixels for
MARK = "#D55E00"  # colour-blind safe (Okabe and Ito 2008), beside numbers


def draw_distance_map(search: LoopSearch) -> torch.Tensor:
    """Draw the distances of all pairs of frames, with the loops marked and numbered.

    Args:
        search: what `find_loops` returned.

    Returns:
        RGB in 0–1, shape `MAP_SHAPE`. From left to right the frame that a loop starts at, upwards
        its length; dark is alike.

    Raises:
        MissingDependency: matplotlib is not installed.
    """
    figure = require("matplotlib.figure").Figure(
        figsize=(WIDTH / DOTS_PER_INCH, HEIGHT / DOTS_PER_INCH), dpi=DOTS_PER_INCH, facecolor="w"
    )
    canvas = require("matplotlib.backends.backend_agg").FigureCanvasAgg(figure)
    axes = figure.add_axes((0.07, 0.11, 0.81, 0.79))
    frames, lengths = search.distances.shape
    if frames:
        image = axes.imshow(
            _shrunk(search.distances).T.numpy(),
            origin="lower",
            aspect="auto",
            extent=(-0.5, frames - 0.5, -0.5, lengths - 0.5),
            cmap="viridis",
            interpolation="nearest",
        )
        bar = figure.colorbar(image, cax=figure.add_axes((0.905, 0.11, 0.02, 0.79)))
        bar.set_label(f"distance, {search.unit}", fontsize=8)
        bar.ax.tick_params(labelsize=7)
    for number, candidate in enumerate(search.candidates, start=1):
        _mark(axes, number, candidate.start, candidate.length)
    axes.set_title(_headline(search), fontsize=11, loc="left", weight="bold")
    axes.set_xlabel("frame the loop starts at", fontsize=9)
    axes.set_ylabel("frames in the loop", fontsize=9)
    axes.tick_params(labelsize=8)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    return torch.from_numpy(pixels.astype(np.float32) / 255)[None]


def _mark(axes: Any, number: int, start: int, length: int) -> None:
    axes.plot(start, length, "o", markersize=11, fillstyle="none", color=MARK, clip_on=False)
    axes.annotate(
        f"{number}: {length} frames from {start}",
        (start, length),
        xytext=(10, -14 if number == 1 else 8),
        textcoords="offset points",
        fontsize=9,
        bbox={"boxstyle": "round", "facecolor": "white", "edgecolor": MARK, "alpha": 0.9},
    )


def _headline(search: LoopSearch) -> str:
    words = search.report.verdict.value.replace("_", " ")
    if not search.candidates:
        return f"Loop: {words}"
    every = "" if search.period is None else f", repeating every {search.period}"
    return f"Loop: {words} · {search.length} frames from frame {search.start}{every}"


def _shrunk(distances: torch.Tensor) -> torch.Tensor:
    """At most `MOST_CELLS` a side, by the smallest of each cell: a thin valley stays one."""
    step = [max(1, -(-side // MOST_CELLS)) for side in distances.shape]
    small = -max_pool2d(-distances[None], kernel_size=step, ceil_mode=True)[0]
    return small.where(small.isfinite(), torch.nan)
