"""What a scoring node answers: its report, its pictures, the score, and whether it passes."""

from typing import Any

import torch
from comfy_api.latest import io
from comfy_execution.graph_utils import ExecutionBlocker

from ..models.plot import PLOT_SHAPE, plot_report
from ..models.report import Report, Verdict
from .deferred_picture import deferred_picture
from .sockets import ReportSocket

REPORT_OUTPUT = ReportSocket.Output(
    "report", tooltip="What was measured, for a gate, a merge or a job."
)
PLOT_OUTPUT = io.Image.Output(
    "plot", tooltip="The measurements over the frames. Drawn only when connected."
)
SCORE_OUTPUT = io.Float.Output(
    "score",
    tooltip="0–100, 50 and more is a pass. Where it could not be measured nothing comes out "
    "and what it is connected to does not run.",
)
PASS_OUTPUT = io.Boolean.Output(
    "pass", tooltip="Whether every required measurement passes; false where one is not measured."
)


def scored(report: Report, *pictures: torch.Tensor) -> io.NodeOutput:
    """The answer of a scoring node.

    Args:
        report: what was measured.
        pictures: further IMAGE outputs, between the report and the plot.

    Returns:
        report, pictures, plot, score, pass; with the report in `ui` for API users and jobs. A
        score that doesn't exist is a silent blocker: what would consume it doesn't run.
    """
    return io.NodeOutput(
        report,
        *pictures,
        plot_of(report),
        or_blocked(report.score),
        passes(report),
        ui=ui_of(report),
    )


def or_blocked(value: Any) -> Any:
    """What isn't there blocks what hangs on it, silently."""
    return ExecutionBlocker(None) if value is None else value


def passes(report: Report) -> bool:
    """Whether a report passes; what could not be measured does not."""
    return report.verdict is Verdict.PASS


def plot_of(report: Report) -> torch.Tensor:
    """The plot of a report, drawn when it is looked at."""
    return deferred_picture(PLOT_SHAPE, lambda: plot_report(report))


def ui_of(report: Report) -> dict[str, list[dict]]:
    """The report as a node's `ui`, which `/history` and the websocket carry: strict JSON."""
    return {"anime_report": [report.to_dict()]}
