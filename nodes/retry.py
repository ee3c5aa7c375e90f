"""Nodes that run the part of a workflow between them again until its report passes.

They use ComfyUI's node expansion, inside one prompt. A Retry End whose report fails expands to
copies of the nodes between Start and End, and to a copy of itself that receives the next report.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from comfy_api.latest import io
from comfy_execution.graph_utils import ExecutionBlocker

from ..models.frames import InputError
from ..models.gating.copies import attempt_prefix
from ..models.gating.links import Graph, is_link
from ..models.gating.loop_faults import loop_faults
from ..models.gating.retry import (
    MOST_ATTEMPTS,
    UNTRIED,
    Attempt,
    Exhausted,
    OnExhausted,
    Trial,
    reason_of,
    seed_of,
)
from ..models.gating.retry_body import RetryRefused, check_body, copy_body, find_body
from ..models.node_types import RETRY_END, RETRY_START, SLOTS
from ..models.node_ui import own_ui
from ..models.report import Report
from ..models.report_ui import UiReport
from .answers import blocked_outputs, node_output, report_ui
from .lists import refuse_lists
from .sockets import ReportSocket

# Inputs that only the copies have. They are not in the schema, so the editor shows no sockets.
COURSE, SEED = "retry_course", "retry_seed"
ATTEMPT, LAST = "retry_attempt", "retry_last"

END_INPUTS = ("report", *SLOTS)


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
        ui_report: report in the `ui` of the prompt's own End, replaced in place. ComfyUI caches the
            `ui` of a node that expanded, and shows it when the prompt is run again.
    """

    end: str
    trial: Trial = field(repr=False)
    first_report: Report | None = field(default=None, repr=False)
    best_slots: dict[str, Any] = field(default_factory=dict, repr=False)
    ui_report: UiReport = field(default_factory=lambda: UiReport(UNTRIED), repr=False)


class AnimeRetryStart(io.ComfyNode):
    """Node that begins an attempt: outputs its seed, and why the last attempt failed."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeRetryStart",
            display_name="Retry Start (Anime)",
            category="Anime Production/Acting",
            description="Begins the part that is run again: the nodes between this node and its "
            "Retry End run with the next seed each time, until the report at the Retry End "
            "passes.",
            search_aliases=["retry", "loop until", "try again", "repeat", "next seed", "while"],
            accept_all_inputs=True,
            inputs=[
                io.Int.Input(
                    "seed",
                    default=0,
                    min=0,
                    max=0xFFFFFFFFFFFFFFFF,
                    optional=True,
                    control_after_generate=True,
                    tooltip="Seed of the first attempt. Every further attempt takes the next "
                    "higher one.",
                ),
                *(_slot_input(name, "Anything, the same for every attempt.") for name in SLOTS),
            ],
            outputs=[
                io.Int.Output("seed", tooltip="Seed of this attempt: seed + attempt - 1."),
                io.Int.Output("attempt", tooltip="Number of this attempt, from 1."),
                io.String.Output(
                    "reason",
                    tooltip="Reasons why the previous attempt failed, one line for each "
                    "measurement: the reason's code, then the sentence. Empty in the first "
                    "attempt.",
                ),
                ReportSocket.Output(
                    "last",
                    tooltip="Report of the previous attempt. In the first attempt it has no "
                    "measurements and is NOT MEASURED.",
                ),
                *(_slot_output(name, "The value of this slot.") for name in SLOTS),
            ],
        )

    @classmethod
    def execute(cls, seed: int = 0, **inputs: Any) -> io.NodeOutput:
        refuse_lists(RETRY_START.id)
        attempt = inputs.get(ATTEMPT, 1)
        last = Report.from_json(inputs[LAST]) if LAST in inputs else UNTRIED
        outputs = (seed_of(seed, attempt), attempt, reason_of(last), last, *_slot_values(inputs))
        blocked_outputs(outputs)
        return io.NodeOutput(*outputs)


class AnimeRetryEnd(io.ComfyNode):
    """Node that ends an attempt: its report decides whether another attempt follows."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeRetryEnd",
            display_name="Retry End (Anime)",
            category="Anime Production/Acting",
            description="Runs the nodes between the Retry Start and this node again until the "
            "report passes, inside one prompt. Its report holds the seed and the report of every "
            "attempt.",
            search_aliases=["retry", "loop until", "try again", "repeat", "while", "best of"],
            is_output_node=True,
            enable_expand=True,
            accept_all_inputs=True,
            hidden=[io.Hidden.unique_id, io.Hidden.dynprompt],
            inputs=[
                ReportSocket.Input(
                    "report",
                    lazy=True,
                    tooltip="Report of this attempt. It decides whether another attempt is made.",
                ),
                *(_slot_input(name, "Result of this attempt.", lazy=True) for name in SLOTS),
                io.Int.Input(
                    "attempts",
                    default=3,
                    min=1,
                    max=MOST_ATTEMPTS,
                    optional=True,
                    tooltip="Largest number of attempts.",
                ),
                io.Combo.Input(
                    "on_exhausted",
                    options=OnExhausted,
                    default=OnExhausted.BEST,
                    optional=True,
                    tooltip="If no attempt passes. best: the best of all attempts goes on. "
                    "pass_through: the last one goes on. block: the slots stay empty, and the "
                    "nodes behind them do not run. error: the prompt fails with the reasons.",
                ),
            ],
            outputs=[
                *(_slot_output(name, "Result of the chosen attempt.") for name in SLOTS),
                ReportSocket.Output(
                    "report",
                    tooltip="Report of the chosen attempt. Its measurement `attempts` holds the "
                    "seed and the report of every attempt.",
                ),
                io.Int.Output("seed", tooltip="Seed of the chosen attempt."),
                io.Int.Output("attempts", tooltip="Number of attempts that were made."),
            ],
        )

    @classmethod
    def check_lazy_status(cls, attempts: int = 3, **inputs: Any) -> list[str]:
        """Return the inputs to compute, after a check of the nodes between Start and End.

        The inputs are lazy, so ComfyUI calls this before it runs the nodes that lead to them: a
        mistake is refused before anything is rendered.
        """
        if COURSE not in inputs:
            _refuse_too_many(attempts)
            _refuse_loops(cls.hidden.dynprompt)
            graph = _graph(cls.hidden.dynprompt)
            check_body(graph, find_body(graph, cls.hidden.unique_id))
        return [name for name in END_INPUTS if name in inputs and inputs[name] is None]

    @classmethod
    def execute(
        cls,
        report: Report = UNTRIED,  # The course may contain it instead: `first_report`.
        attempts: int = 3,
        on_exhausted: str = OnExhausted.BEST.value,
        **inputs: Any,
    ) -> io.NodeOutput:
        refuse_lists(RETRY_END.id)
        own_id, graph = cls.hidden.unique_id, _graph(cls.hidden.dynprompt)
        slots = {name: inputs[name] for name in SLOTS if name in inputs}
        if COURSE in inputs:
            course, seed = inputs[COURSE], inputs[SEED]
            if course.first_report is not None:
                report, slots = course.first_report, dict(course.best_slots)
            return _after_attempt(course, Attempt(seed, report), slots, graph, own_id)
        course = Course(own_id, Trial(attempts, OnExhausted(on_exhausted)))
        seed = graph[find_body(graph, own_id).start]["inputs"].get("seed", 0)
        if is_link(seed) or (attempts == 1 and course.trial.on_exhausted is OnExhausted.ERROR):
            # Only a copy can receive the value of a linked seed. And if a node fails, ComfyUI keeps
            # its `ui` only if the node is a copy.
            return _judged_by_copy(course, report, slots, seed)
        return _after_attempt(course, Attempt(seed, report), slots, graph, own_id)


def _judged_by_copy(
    course: Course, report: Report, slots: dict[str, Any], seed: Any
) -> io.NodeOutput:
    """Expand to a copy of the End that judges the first attempt."""
    course.best_slots.update(slots)
    course.ui_report.show(report)
    return _expanded(replace(course, first_report=report), {}, 1, {SEED: seed}, has_ui=True)


def _after_attempt(
    course: Course, attempt: Attempt, slots: dict[str, Any], graph: Graph, node: str
) -> io.NodeOutput:
    """Judge an attempt, and return the outcome of the trial or an expansion to one more attempt."""
    trial = course.trial.after(attempt)
    course = replace(course, trial=trial, first_report=None)
    course.ui_report.show(trial.report)
    if trial.best == len(trial.attempts):  # The newest attempt is the best so far.
        course.best_slots.clear()
        course.best_slots.update(slots)
    if not trial.ended:
        return _next_attempt(course, graph, has_ui=node == course.end)
    return _outcome(trial, slots if trial.chosen == len(trial.attempts) else course.best_slots)


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
    ui = own_ui("anime_report", course.ui_report) if has_ui else None
    return io.NodeOutput(*results, expand=copies, ui=ui)


def _outcome(trial: Trial, slots: dict[str, Any]) -> io.NodeOutput:
    """Return the output for the outcome of the whole trial.

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
        *_slot_values(slots), report, chosen.seed, len(trial.attempts), ui=report_ui(report)
    )


def _slot_values(inputs: dict[str, Any]) -> list[Any]:
    """Return the values of all slots in order; an empty slot gets a silent blocker."""
    return [inputs[name] if name in inputs else ExecutionBlocker(None) for name in SLOTS]


def _slot_input(name: str, tooltip: str, lazy: bool | None = None) -> io.MatchType.Input:
    template = io.MatchType.Template(name)
    return io.MatchType.Input(name, template=template, optional=True, lazy=lazy, tooltip=tooltip)


def _slot_output(name: str, tooltip: str) -> io.MatchType.Output:
    return io.MatchType.Output(
        template=io.MatchType.Template(name), id=name, display_name=name, tooltip=tooltip
    )


def _graph(dynprompt: Any) -> Graph:
    """Return the graph of the running prompt with all copies so far.

    The graph is not read through `get_node`, which gives the End of a loop without its links.
    """
    return {**dynprompt.original_prompt, **dynprompt.ephemeral_prompt}


def _refuse_loops(dynprompt: Any) -> None:
    """Refuse the faults of loops, if the prompt was queued without our check."""
    for fault in loop_faults(dynprompt.original_prompt):
        raise RetryRefused(fault.message)


def _refuse_too_many(attempts: int) -> None:
    if not 1 <= attempts <= MOST_ATTEMPTS:
        expected = f"1 to {MOST_ATTEMPTS}"
        raise InputError("attempts", expected, str(attempts), "Give another number.")
