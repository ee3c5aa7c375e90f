"""Outputs and `ui` of the pack's nodes, built the same way for every node."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from comfy_api.latest import io
from comfy_execution.graph_utils import ExecutionBlocker

from ..models.gating.loops import LoopRefused, endless_loop, endless_message
from ..models.node_ui import own_ui
from ..models.report import Report, Verdict
from ..models.report_ui import UiReport, flipbooks
from ..models.snapshots.store import SNAPSHOTS
from . import comfyui
from .sockets import ReportSocket

REPORT_OUTPUT = ReportSocket.Output(
    "report", tooltip="Report with all measurements, for a gate, a merge or a job."
)
SCORE_OUTPUT = io.Float.Output(
    "score",
    tooltip="0–100; 50 and more is a pass. If it could not be measured, nothing comes out, and the "
    "connected nodes do not run.",
)
PASS_OUTPUT = io.Boolean.Output(
    "pass",
    tooltip="True if every required measurement passes. False if one of them is not measured.",
)
SCORED_OUTPUTS = (REPORT_OUTPUT, SCORE_OUTPUT, PASS_OUTPUT)


class NodeUi(dict[str, list[Any]]):
    """`ui` of one run of a node, with an empty list for each key that this run doesn't set.

    A node that receives a list runs once for each value. ComfyUI then reads every key of the first
    run's `ui` from all runs, and a missing key would fail the prompt.
    """

    def __missing__(self, key: str) -> list[Any]:
        return []


def node_output(*outputs: Any, ui: Mapping[str, list[Any]] | None = None) -> io.NodeOutput:
    """Return a node's output, with the indices of its blocked outputs in `ui["anime_blocked"]`.

    Args:
        outputs: values in the order of the schema; a blocked one is an `ExecutionBlocker`.
        ui: further lists that the editor, `/history` and jobs read.

    Raises:
        LoopRefused: a loop of ComfyUI waits for a blocked output.
    """
    node_ui = NodeUi(ui or {})
    blocked = blocked_outputs(outputs)
    if blocked:
        node_ui["anime_blocked"] = blocked
    return io.NodeOutput(*outputs, ui=node_ui or None)


def blocked_outputs(outputs: Sequence[Any]) -> list[int]:
    """Return the numbers of the outputs that are blocked.

    A prompt is refused when it is queued if an output may be blocked for which a loop waits. This
    finds what could not be known then, so that the loop ends with an error instead of never.

    Args:
        outputs: values in the order of the schema; a blocked one is an `ExecutionBlocker`.

    Raises:
        LoopRefused: a loop of ComfyUI waits for a blocked output.
    """
    blocked = [index for index, value in enumerate(outputs) if isinstance(value, ExecutionBlocker)]
    running = comfyui.running_node() if blocked else None
    if running is not None:
        for number in blocked:
            loop = endless_loop(*running, number)
            if loop is not None:
                raise LoopRefused(endless_message(*running, number, loop))
    return blocked


def scored_output(
    report: Report, *further: Any, images: torch.Tensor | None = None
) -> io.NodeOutput:
    """Return the output of a scoring node.

    Args:
        report: measurements of this run.
        further: values of the outputs after `SCORED_OUTPUTS`.
        images: frames that the report is about, as the node received them, for small pictures of
            them in the record of jobs; None if it is about no frames.

    Returns:
        Report, score, pass and `further`, with the report in `ui` for API users and jobs. A score
        that doesn't exist is a silent blocker: the nodes connected to it don't run.
    """
    report = with_snapshots(report, images)
    passed = report.verdict is Verdict.PASS  # NOT_MEASURED is not a pass
    return node_output(report, or_blocked(report.score), passed, *further, ui=report_ui(report))


def or_blocked(value: Any) -> Any:
    """Return the value. For None, return a blocker: the connected nodes don't run, silently."""
    return ExecutionBlocker(None) if value is None else value


def report_ui(report: Report) -> dict[str, list[Any]]:
    """Return a node's `ui` with its report, for `/history`, the websocket and jobs.

    For a loop it names the flipbook too: the picture with all its frames, which the editor plays.
    """
    return own_ui("anime_report", UiReport(report)) | own_ui("anime_flipbook", *flipbooks(report))


def with_snapshots(report: Report, images: torch.Tensor | None) -> Report:
    """Return a report with small pictures of its worst frame, of those beside it and at the seam.

    The pictures don't go into `ui`. At the end of the prompt, the record of its job receives them.

    Args:
        report: measurements of this run.
        images: frames that the report is about, as the node received them; None for no pictures.
    """
    return SNAPSHOTS.take(report, images)


def kept_ui(kept: Report | None, images: torch.Tensor | None = None) -> dict[str, list[Any]]:
    """Return a node's `ui` with the report on the frames that the node kept.

    The key differs from `anime_report`, which the editor shows on the node that measured.

    Args:
        kept: report on the kept frames; None if the node has no report of its own.
        images: the kept frames, for pictures of them if the report has none; None for no pictures.
    """
    if kept is None:
        return {}
    return own_ui("anime_kept", UiReport(kept if kept.snapshots else with_snapshots(kept, images)))
