"""Matplotlib figures of one size, and the colours of verdicts, for all drawings of the pack."""

from typing import Any

import numpy as np
import torch

from .dependency import require
from .measurement import Verdict

HEIGHT, WIDTH = 540, 960
FIGURE_SHAPE = (1, HEIGHT, WIDTH, 3)
DOTS_PER_INCH = 100

# Safe for colour-blind people (Okabe and Ito 2008). A drawing never uses a colour alone: a symbol
# or the verdict's word is beside it.
COLOURS = {
    Verdict.PASS: "#009E73",
    Verdict.FAIL: "#D55E00",
    Verdict.NOT_MEASURED: "#6B7280",
    Verdict.INFO: "#0072B2",
}


def new_figure() -> Any:
    """Return an empty, white `matplotlib.figure.Figure` of the shared size, with its canvas.

    Raises:
        MissingDependency: matplotlib is not installed.
    """
    figure = require("matplotlib.figure").Figure(
        figsize=(WIDTH / DOTS_PER_INCH, HEIGHT / DOTS_PER_INCH), dpi=DOTS_PER_INCH, facecolor="w"
    )
    require("matplotlib.backends.backend_agg").FigureCanvasAgg(figure)
    return figure


def picture_of(figure: Any) -> torch.Tensor:
    """Return the pixels of a figure from `new_figure`: RGB in 0–1, shape `FIGURE_SHAPE`."""
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3]
    return torch.from_numpy(pixels.astype(np.float32) / 255)[None]
