"""Acting on a score: what lies between two nodes is run again until its report passes.

ComfyUI's node expansion does it, inside one prompt: an End whose report fails answers with copies
of what lies between and of itself, which takes the next report, and so on.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from comfy_api.latest import io
from comfy_execution.graph_utils import ExecutionBlocker
from comfy_execution.utils import get_executing_context

from ..models.frames import InputError
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
from ..models.gating.retry_body import (
    Graph,
    RetryRefused,
    attempt_prefix,
    check_body,
    copy_body,
    find_body,
    is_link,
)
from ..models.node_types import RETRY_END, RETRY_START, SLOTS, NodeType
from ..models.report import Report
from .answers import answered, ui_of
from .sockets import ReportSocket

# Undeclared inputs, which only the copies have: no sockets in the editor.
COURSE, SEED = "retry_course", "retry_seed"
ATTEMPT, LAST = "retry_attempt", "retry_last"

END_INPUTS = ("report", *SLOTS)


@dataclass(frozen=True, eq=False)
class Course:
    """State that one End hands to its next copy; all of them share the two dicts.

    Attributes:
        end: id of the End that the prompt has.
        trial: the attempts so far.
        untold: a first attempt that the copy is to judge.
        kept: slot values of the best attempt so far, and of no other: videos are large.
        shown: the report in the `ui` of the prompt's own End, brought up to date in place. ComfyUI
            caches what a node showed as it expanded, and shows it when the prompt is run again.
    """

    end: str
    trial: Trial = field(repr=False)  # ComfyUI prints the inputs of a node that fails
    untold: Report | None = field(default=None, repr=False)
    kept: dict[str, Any] = field(default_factory=dict, repr=False)
    shown: dict[str, Any] = field(default_factory=dict, repr=False)


class AnimeRetryStart(io.ComfyNode):
    """Begins what is run again: gives each attempt its seed, and why the last one failed."""

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
                    "measurements and is NOT_MEASURED.",
                ),
                *(_slot_output(name, "The value of this slot.") for name in SLOTS),
            ],
        )

    @classmethod
    def execute(cls, seed: int = 0, **given: Any) -> io.NodeOutput:
        _refuse_lists(RETRY_START)
        attempt = given.get(ATTEMPT, 1)
        last = Report.from_json(given[LAST]) if LAST in given else UNTRIED
        reason = reason_of(last)
        return io.NodeOutput(seed_of(seed, attempt), attempt, reason, last, *_filled(given))


class AnimeRetryEnd(io.ComfyNode):
    """Ends an attempt: its report decides whether there is another one."""

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
    def check_lazy_status(cls, attempts: int = 3, **given: Any) -> list[str]:
        # Its inputs are lazy, so ComfyUI asks here before anything else of the prompt runs.
        if COURSE not in given:
            _refuse_too_many(attempts)
            graph = _graph(cls.hidden.dynprompt)
            check_body(graph, find_body(graph, cls.hidden.unique_id))
        return [name for name in END_INPUTS if name in given and given[name] is None]

    @classmethod
    def execute(
        cls,
        report: Report = UNTRIED,  # a copy may bring it along otherwise
        attempts: int = 3,
        on_exhausted: str = OnExhausted.BEST.value,
        **given: Any,
    ) -> io.NodeOutput:
        _refuse_lists(RETRY_END)
        own, graph = cls.hidden.unique_id, _graph(cls.hidden.dynprompt)
        slots = {name: given[name] for name in SLOTS if name in given}
        if COURSE in given:
            course, seed = given[COURSE], given[SEED]
            if course.untold is not None:
                report, slots = course.untold, dict(course.kept)
            return _after_attempt(course, Attempt(seed, report), slots, graph, own)
        course = Course(own, Trial(attempts, OnExhausted(on_exhausted)))
        seed = graph[find_body(graph, own).start]["inputs"].get("seed", 0)
        if is_link(seed) or (attempts == 1 and course.trial.on_exhausted is OnExhausted.ERROR):
            # The seed is known to a copy only; and of what fails, only a copy's ui is kept.
            return _judged_by_copy(course, report, slots, seed)
        return _after_attempt(course, Attempt(seed, report), slots, graph, own)


def _judged_by_copy(
    course: Course, report: Report, slots: dict[str, Any], seed: Any
) -> io.NodeOutput:
    """Expand to a copy of the End that judges the first attempt."""
    course.kept.update(slots)
    course.shown.update(report.to_dict())
    return _expanded(replace(course, untold=report), {}, 1, {SEED: seed}, shows=True)


def _after_attempt(
    course: Course, attempt: Attempt, slots: dict[str, Any], graph: Graph, node: str
) -> io.NodeOutput:
    """Judge an attempt, and answer with the outcome or with one more attempt."""
    trial = course.trial.after(attempt)
    course = replace(course, trial=trial, untold=None)
    course.shown.update(trial.report.to_dict())
    if trial.best == len(trial.attempts):
        course.kept.clear()
        course.kept.update(slots)
    if not trial.ended:
        return _next_attempt(course, graph, shows=node == course.end)
    return _answer(trial, slots if trial.chosen == len(trial.attempts) else course.kept)


def _next_attempt(course: Course, graph: Graph, shows: bool) -> io.NodeOutput:
    """Expand to one more attempt, and to a copy of the End that takes it."""
    number = len(course.trial.attempts) + 1
    body, prefix = find_body(graph, course.end), attempt_prefix(course.end, number)
    last = course.trial.attempts[-1].report.to_json()
    copies, inputs = copy_body(graph, body, prefix, {ATTEMPT: number, LAST: last})
    return _expanded(course, copies, number, {**inputs, SEED: [prefix + body.start, 0]}, shows)


def _expanded(
    course: Course, copies: dict[str, Any], attempt: int, inputs: dict[str, Any], shows: bool
) -> io.NodeOutput:
    """Answer with what a copy of the End will answer to an attempt."""
    end = attempt_prefix(course.end, attempt) + course.end
    copies[end] = {
        "class_type": RETRY_END.id,
        "inputs": {**inputs, COURSE: course},
        "override_display_id": course.end,
    }
    results = [[end, output] for output in range(len(RETRY_END.outputs))]
    ui = {"anime_report": [course.shown]} if shows else None
    return io.NodeOutput(*results, expand=copies, ui=ui)


def _answer(trial: Trial, slots: dict[str, Any]) -> io.NodeOutput:
    """Answer with the outcome of the whole trial.

    Raises:
        Exhausted: no attempt passes, and the prompt is to fail then.
    """
    if not trial.passed and trial.on_exhausted is OnExhausted.ERROR:
        raise Exhausted(f"{RETRY_END.id}: none of {len(trial.attempts)} passes.\n{trial.reasons}")
    if not trial.passed and trial.on_exhausted is OnExhausted.BLOCK:
        slots = {}
    report, chosen = trial.report, trial.attempts[trial.chosen - 1]
    return answered(*_filled(slots), report, chosen.seed, len(trial.attempts), ui=ui_of(report))


def _filled(given: dict[str, Any]) -> list[Any]:
    """The slots' values in their order; an empty one blocks what hangs on it, silently."""
    return [given[name] if name in given else ExecutionBlocker(None) for name in SLOTS]


def _slot_input(name: str, tooltip: str, lazy: bool | None = None) -> io.MatchType.Input:
    template = io.MatchType.Template(name)
    return io.MatchType.Input(name, template=template, optional=True, lazy=lazy, tooltip=tooltip)


def _slot_output(name: str, tooltip: str) -> io.MatchType.Output:
    return io.MatchType.Output(
        template=io.MatchType.Template(name), id=name, display_name=name, tooltip=tooltip
    )


def _graph(dynprompt: Any) -> Graph:
    """The running prompt with all copies so far."""
    return {node: dynprompt.get_node(node) for node in dynprompt.all_node_ids()}


def _refuse_too_many(attempts: int) -> None:
    if not 1 <= attempts <= MOST_ATTEMPTS:
        expected = f"1 to {MOST_ATTEMPTS}"
        raise InputError("attempts", expected, str(attempts), "Give another number.")


def _refuse_lists(node: NodeType) -> None:
    context = get_executing_context()
    if context is not None and context.list_index:
        raise RetryRefused(
            f"{node.id}: a list of several values came, and each would need attempts of its own. "
            "Give one value: make one batch of the images."
        )
