"""Check of the loops of a prompt when it is queued, before anything is rendered."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..node_types import RETRY_END, RETRY_START
from .blocking import blocking_output
from .links import Graph, links, node_type
from .loops import Loop, endless_loop, endless_message, loops_of
from .retry_body import RetryRefused, start_of


@dataclass(frozen=True)
class LoopFault:
    """Fault of a loop for which a prompt must not run.

    Attributes:
        node: id of the node to change.
        message: what is wrong, and what to do.
    """

    node: str
    message: str


def loop_faults(graph: Graph) -> tuple[LoopFault, ...]:
    """Return the faults of the loops of a prompt that ComfyUI has checked; empty if all is well.

    Args:
        graph: prompt with the marks of its loops.
    """
    loops = loops_of(graph)
    if not loops:
        return ()
    return (*_endless(graph), *_torn_retries(graph, loops))


def _endless(graph: Graph) -> Iterator[LoopFault]:
    """Yield the outputs that may be blocked and that a loop needs."""
    connected = {
        (source, output): None for node in graph for _, source, output in links(graph[node])
    }
    for source, output in connected:
        may_block = source in graph and blocking_output(graph[source], output) is not None
        loop = endless_loop(graph, source, output) if may_block else None
        if loop is not None:
            yield LoopFault(source, endless_message(graph, source, output, loop))


def _torn_retries(graph: Graph, loops: tuple[Loop, ...]) -> Iterator[LoopFault]:
    """Yield the retries of which one end is inside of a loop, and the other one outside."""
    for end in graph:
        if node_type(graph, end) != RETRY_END.id:
            continue
        try:
            start = start_of(graph, end)
        except RetryRefused:  # The Retry End reports it.
            continue
        torn = [each for each in loops if (start in each.body) != (end in each.body)]
        if torn:
            yield LoopFault(end, _torn_message(start, end, torn[0]))


def _torn_message(start: str, end: str, loop: Loop) -> str:
    outside, remedy = (
        (f"{RETRY_START.id} (node {start})", "connect the Start Loop's iteration_index to its seed")
        if end in loop.body
        else (f"{RETRY_END.id} (node {end})", "connect a slot of it to the End Loop")
    )
    return (
        f"{RETRY_END.id} (node {end}): its {RETRY_START.id} (node {start}) and itself must both be "
        f"inside or both outside of the loop of nodes {loop.start} to {loop.end}. To move "
        f"{outside} inside, {remedy}."
    )
