"""Answers of nodes: outputs, some of them blocked, and what the editor and jobs read of them."""

from collections.abc import Mapping
from typing import Any

from comfy_api.latest import io
from comfy_execution.graph_utils import ExecutionBlocker

from ..models.report import Report, Verdict
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


class Shown(dict[str, list[Any]]):
    """The `ui` of one run of a node, with an empty list for what this run doesn't show.

    A node that gets a list runs once for each value. ComfyUI then reads every key of the first
    run's `ui` from all runs, and a missing key would fail the prompt.
    """

    def __missing__(self, key: str) -> list[Any]:
        return []


def answered(*outputs: Any, ui: Mapping[str, list[Any]] | None = None) -> io.NodeOutput:
    """Answer with outputs, and list those that are blocked in `ui` as `anime_blocked`.

    Args:
        outputs: in the order of the schema, blocked ones as from `or_blocked`.
        ui: what else the node shows.
    """
    shows = Shown(ui or {})
    blocked = [index for index, value in enumerate(outputs) if isinstance(value, ExecutionBlocker)]
    if blocked:
        shows["anime_blocked"] = blocked
    return io.NodeOutput(*outputs, ui=shows or None)


def scored(report: Report, *further: Any) -> io.NodeOutput:
    """Answer as a scoring node does.

    Args:
        report: what was measured.
        further: values of the outputs after `SCORED_OUTPUTS`.

    Returns:
        report, score, pass, further; with the report in `ui` for API users and jobs. A score that
        doesn't exist is a silent blocker: what would consume it doesn't run.
    """
    passed = report.verdict is Verdict.PASS  # what could not be measured does not
    return answered(report, or_blocked(report.score), passed, *further, ui=ui_of(report))


def or_blocked(value: Any) -> Any:
    """Return the value; None becomes a blocker, so that what hangs on it silently doesn't run."""
    return ExecutionBlocker(None) if value is None else value


def ui_of(report: Report) -> dict[str, list[dict]]:
    """Return a node's `ui` with its report, as `/history` and the websocket carry it."""
    return {"anime_report": [report.to_dict()]}


def kept_ui(kept: Report | None) -> dict[str, list[dict]]:
    """Return a node's `ui` with the report of what it kept; nothing where it has none of its own.

    Under a key of its own: the editor shows `anime_report` on the node that measured.
    """
    return {} if kept is None else {"anime_kept": [kept.to_dict()]}
