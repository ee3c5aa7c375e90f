"""Nodes that run the part of a workflow between them again until its report passes.

They use ComfyUI's node expansion, inside one prompt. A Retry End whose report fails expands to
copies of the nodes between Start and End, and to a copy of itself that receives the next report.
"""

from typing import Any

from comfy_api.latest import io

from ..models.frames import InputError
from ..models.gating.links import Graph, is_link
from ..models.gating.loop_faults import loop_faults
from ..models.gating.retry import (
    MOST_ATTEMPTS,
    UNTRIED,
    Attempt,
    OnExhausted,
    Trial,
    reason_of,
    seed_of,
)
from ..models.gating.retry_body import RetryRefused, check_body, find_body
from ..models.node_types import RETRY_END, RETRY_START, SLOTS
from ..models.report import Report
from .answers import blocked_outputs
from .lists import refuse_lists
from .retry_course import (
    ATTEMPT,
    COURSE,
    LAST,
    SEED,
    Course,
    after_attempt,
    judged_by_copy,
    slot_values,
)
from .sockets import ReportSocket

END_INPUTS = ("report", *SLOTS)


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
            search_aliases=[
                *("retry", "loop until", "try again", "repeat", "next seed", "while", "reroll"),
                *("re-roll", "generate until good", "retry until", "until it passes", "new seed"),
            ],
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
        outputs = (seed_of(seed, attempt), attempt, reason_of(last), last, *slot_values(inputs))
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
            search_aliases=[
                *("retry", "loop until", "try again", "repeat", "while", "best of", "reroll"),
                *("generate until good", "retry until", "until it passes"),
            ],
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
            return after_attempt(course, Attempt(seed, report), slots, graph, own_id)
        course = Course(own_id, Trial(attempts, OnExhausted(on_exhausted)))
        seed = graph[find_body(graph, own_id).start]["inputs"].get("seed", 0)
        if is_link(seed) or (attempts == 1 and course.trial.on_exhausted is OnExhausted.ERROR):
            # Only a copy can receive the value of a linked seed. And if a node fails, ComfyUI keeps
            # its `ui` only if the node is a copy.
            return judged_by_copy(course, report, slots, seed)
        return after_attempt(course, Attempt(seed, report), slots, graph, own_id)


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
