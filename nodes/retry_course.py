"""Course of a retry: the attempts so far, and the expansion to the next one.

A Retry End whose report fails expands to copies of the nodes between Start and End, and to a copy
of itself that receives the next report and this course.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from comfy_api.latest import io
from comfy_execution.graph_utils import ExecutionBlocker

from ..models.gating.copies import attempt_prefix
from ..models.gating.links import Graph
from ..models.gating.retry import UNTRIED, Attempt, Exhausted, OnExhausted, Trial
from ..models.gating.retry_body import copy_body, find_body
from ..models.node_types import RETRY_END, SLOTS
from ..models.node_ui import own_ui
from ..models.report import Report
from ..models.report_ui import UiReport
from .answers import node_output, report_ui
from .thumbnails import attempt_picture

# Inputs that only the copies have. They are not in the schema, so the editor shows no sockets.
COURSE, SEED = "retry_course", "retry_seed"
ATTEMPT, LAST = "retry_attempt", "retry_last"


@dataclass(frozen=True, eq=False)
class Course:
    """State that a Retry End passes to its next copy; all copies share slots and report.

    `repr` leaves out all but the id, because ComfyUI prints the inputs of a node that fails.

    Attributes:
        end: id of the Retry End in the prompt itself.
        trial: attempts so far.
        first_report: report of the first attempt, if the next copy has to judge it; else None.
        best_slots: slot values of the best attempt so far. The values of other attempts are not
            kept, because videos need much memory.
        pictures: a small picture of each attempt so far, in the `ui` of the prompt's own End too.
        ui_report: report in the `ui` of the prompt's own End, replaced in place. ComfyUI caches the
            `ui` of a node that expanded, and shows it when the prompt is run again.
    """

    end: str
    trial: Trial = field(repr=False)
    first_report: Report | None = field(default=None, repr=False)
    best_slots: dict[str, Any] = field(default_factory=dict, repr=False)
    ui_report: UiReport = field(default_factory=lambda: UiReport(UNTRIED), repr=False)
    pictures: "AttemptPictures" = field(default_factory=lambda: AttemptPictures(), repr=False)

    @property
    def ui(self) -> dict[str, list[Any]]:
        """`ui` of the prompt's own End, which changes with every attempt."""
        pictures = own_ui("anime_attempts", self.pictures)
        return {**own_ui("anime_report", self.ui_report), **pictures}


class AttemptPictures(dict[str, Any]):
    """Small pictures by number of the attempt; a copy is the object itself, as of a `UiReport`."""

    def __copy__(self) -> "AttemptPictures":
        return self

    def __deepcopy__(self, memo: Any) -> "AttemptPictures":
        return self


def judged_by_copy(
    course: Course, report: Report, slots: dict[str, Any], seed: Any
) -> io.NodeOutput:
    """Expand to a copy of the End that judges the first attempt."""
    course.best_slots.update(slots)
    course.ui_report.show(report)
    return _expanded(replace(course, first_report=report), {}, 1, {SEED: seed}, has_ui=True)


def after_attempt(
    course: Course, attempt: Attempt, slots: dict[str, Any], graph: Graph, node: str
) -> io.NodeOutput:
    """Judge an attempt, and return the outcome of the trial or an expansion to one more attempt."""
    trial = course.trial.after(attempt)
    course = replace(course, trial=trial, first_report=None)
    course.ui_report.show(trial.report)
    if (picture := attempt_picture(slots)) is not None:
        course.pictures[str(len(trial.attempts))] = picture
    if trial.best == len(trial.attempts):  # The newest attempt is the best so far.
        course.best_slots.clear()
        course.best_slots.update(slots)
    if not trial.ended:
        return _next_attempt(course, graph, has_ui=node == course.end)
    best_slots = slots if trial.chosen == len(trial.attempts) else course.best_slots
    return _outcome(trial, best_slots, course.pictures)


def _next_attempt(course: Course, graph: Graph, has_ui: bool) -> io.NodeOutput:
    """Expand to one more attempt, and to a copy of the End that judges it."""
    number = len(course.trial.attempts) + 1
    body, prefix = find_body(graph, course.end), attempt_prefix(course.end, number)
    last = course.trial.attempts[-1].report.to_json()
    copies, inputs = copy_body(graph, body, prefix, {ATTEMPT: number, LAST: last})
    return _expanded(course, copies, number, {**inputs, SEED: [prefix + body.start, 0]}, has_ui)


def _expanded(
    course: Course, copies: dict[str, Any], attempt: int, inputs: dict[str, Any], has_ui: bool
) -> io.NodeOutput:
    """Return an expansion: the output of a copy of the End replaces the output of this node.

    Args:
        course: state for the copy of the End.
        copies: copies of the nodes that the attempt runs; empty if the attempt has already run.
        attempt: number of the attempt that the copy judges, from 1.
        inputs: inputs of the copy of the End, without the course.
        has_ui: True for the prompt's own End, which shows the report of all attempts.
    """
    end = attempt_prefix(course.end, attempt) + course.end
    copies[end] = {
        "class_type": RETRY_END.id,
        "inputs": {**inputs, COURSE: course},
        "override_display_id": course.end,
    }
    results = [[end, output] for output in range(len(RETRY_END.outputs))]
    return io.NodeOutput(*results, expand=copies, ui=course.ui if has_ui else None)


def _outcome(trial: Trial, slots: dict[str, Any], pictures: "AttemptPictures") -> io.NodeOutput:
    """Return the output for the outcome of the whole trial.

    Args:
        trial: attempts of the trial, which has ended.
        slots: slot values of the chosen attempt.
        pictures: small pictures of the attempts.

    Raises:
        Exhausted: no attempt passes, and `on_exhausted` is `error`.
    """
    if not trial.passed and trial.on_exhausted is OnExhausted.ERROR:
        raise Exhausted(
            f"{RETRY_END.id}: none of {len(trial.attempts)} attempts passes.\n{trial.reasons}"
        )
    if not trial.passed and trial.on_exhausted is OnExhausted.BLOCK:
        slots = {}
    report, chosen = trial.report, trial.attempts[trial.chosen - 1]
    return node_output(
        *slot_values(slots),
        report,
        chosen.seed,
        len(trial.attempts),
        ui={**report_ui(report), **own_ui("anime_attempts", pictures)},
    )


def slot_values(inputs: dict[str, Any]) -> list[Any]:
    """Return the values of all slots in order; an empty slot gets a silent blocker."""
    return [inputs[name] if name in inputs else ExecutionBlocker(None) for name in SLOTS]
