"""ComfyUI's own loops as they are from 0.37 on, simulated on an older ComfyUI by nodes of ours.

A Start Loop expands to copies of the nodes up to its End Loop, one for each iteration, and takes
the nodes themselves out of the queue. The End gets no links any more, and waits until a node behind
the last iteration releases it. A blocked copy blocks that node, so that the End waits for ever.
"""

from collections.abc import Mapping
from typing import Any

import execution
from comfy_api.latest import io
from comfy_execution.graph import DynamicPrompt, ExecutionList
from comfy_execution.graph_utils import GraphBuilder, is_link

from anime_production.models.gating.links import downstream_of, upstream_of

START, END = "StartLoop", "EndLoop"
CONSTANT = ("accumulate",)  # inputs of the End that it keeps


class LoopingPrompt(DynamicPrompt):
    """Prompt whose nodes can be replaced while it runs."""

    def __init__(self, original_prompt: Any) -> None:
        super().__init__(original_prompt)
        self.overrides: dict[str, Any] = {}

    def get_node(self, node_id: str) -> Any:
        """Return the replacement of a node, or the node."""
        return self.overrides.get(node_id) or super().get_node(node_id)


class LoopingList(ExecutionList):
    """List of nodes to run from which nodes can be taken; the last one made is `running`."""

    running: "LoopingList"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        LoopingList.running = self
        self.results: dict[str, list[Any]] = {}
        self.release: dict[str, Any] = {}

    def take_out(self, node_ids: set[str]) -> None:
        """Take nodes out, and let nobody wait for them."""
        for node_id in node_ids.intersection(self.pendingNodes):
            for blocked in self.blocking.pop(node_id):
                if blocked in self.blockCount:
                    self.blockCount[blocked] -= 1
            del self.pendingNodes[node_id]
            for blocked_nodes in self.blocking.values():
                blocked_nodes.pop(node_id, None)


class StartLoop(io.ComfyNode):
    """Begin of a loop with a number of iterations."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return io.Schema(
            node_id=START,
            is_input_list=True,
            enable_expand=True,
            inputs=[
                io.Int.Input("count", default=2, min=0),
                io.AnyType.Input("initial_iteration_value", optional=True),
            ],
            outputs=[io.Int.Output("iteration_index"), io.AnyType.Output("carried")],
            hidden=[io.Hidden.dynprompt, io.Hidden.unique_id],
        )

    @classmethod
    def fingerprint_inputs(cls, **inputs: Any) -> float:
        """Run in every prompt."""
        return float("nan")

    @classmethod
    def execute(cls, count: list[int], initial_iteration_value: Any = None) -> io.NodeOutput:
        """Expand to the copies of all iterations."""
        prompt, start = cls.hidden.dynprompt, cls.hidden.unique_id
        node = prompt.get_node(start)
        body, end = set(node["_loop_body"]), node["_loop_end"]
        graph = _expansion(prompt, start, body, end, count[0])
        nodes = LoopingList.running
        nodes.add_node(end)
        nodes.release[end] = nodes.add_external_block(end)
        nodes.take_out(body)
        end_node = prompt.get_node(end)
        kept = {name: value for name, value in end_node["inputs"].items() if name in CONSTANT}
        prompt.overrides[end] = {"class_type": END, "inputs": kept}
        return io.NodeOutput(None, None, expand=graph)


def _expansion(prompt: Any, start: str, body: set[str], end: str, count: int) -> dict[str, Any]:
    """Return the copies of all iterations, with the node that releases the End."""
    builder, marks = GraphBuilder(), {}
    wanted = {name: link for name, link in prompt.get_node(end)["inputs"].items() if is_link(link)}
    carried = prompt.get_node(start)["inputs"].get("initial_iteration_value")
    previous: list[Any] = []
    result: dict[str, Any] = {"end": end}
    for number in range(count):
        before = {f"dependency{index}": link for index, link in enumerate(previous)}
        iteration = builder.node(
            "LoopIteration", f"iteration_{number}", index=number, carried=carried, **before
        )
        iteration.set_override_display_id(start)
        copies = {
            each: builder.node(prompt.get_node(each)["class_type"], f"{number}_{each}")
            for each in body
        }

        def target(link: Any, iteration: Any = iteration, copies: Any = copies) -> Any:
            if not is_link(link):
                return link
            if link[0] == start:
                return iteration.out(link[1])
            return copies[link[0]].out(link[1]) if link[0] in copies else link

        for each, copy in copies.items():
            original = prompt.get_node(each)
            copy.set_override_display_id(each)
            for name, value in original["inputs"].items():
                copy.set_input(name, target(value))
            if "_loop_end" in original:
                marks[copy.id] = {
                    "_loop_body": [copies[inner].id for inner in original["_loop_body"]],
                    "_loop_end": copies[original["_loop_end"]].id,
                }
        carried = target(wanted.get("next_iteration_value"))
        previous = [target(link) for link in wanted.values()]
        if prompt.get_node(end)["inputs"].get("accumulate") or number == count - 1:
            result[f"output{number}"] = target(wanted.get("output_value"))
    result.update({f"dependency{index}": link for index, link in enumerate(previous)})
    builder.node("LoopResult", "result", **result)
    graph = builder.finalize()
    for copy_id, its_marks in marks.items():
        graph[copy_id].update(its_marks)
    return graph


class LoopIteration(io.ComfyNode):
    """Begin of one iteration."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return io.Schema(
            node_id="LoopIteration",
            is_input_list=True,
            accept_all_inputs=True,
            inputs=[io.Int.Input("index"), io.AnyType.Input("carried", optional=True)],
            outputs=[io.Int.Output(), io.AnyType.Output(is_output_list=True)],
        )

    @classmethod
    def execute(cls, index: list[int], carried: Any = None, **before: Any) -> io.NodeOutput:
        """Give the number of the iteration and the carried value."""
        return io.NodeOutput(index[0], carried or [None])


class LoopResult(io.ComfyNode):
    """Node that releases the End of a loop after the last iteration."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return io.Schema(
            node_id="LoopResult",
            is_input_list=True,
            is_output_node=True,
            accept_all_inputs=True,
            inputs=[io.String.Input("end")],
        )

    @classmethod
    def fingerprint_inputs(cls, **inputs: Any) -> float:
        """Run in every prompt."""
        return float("nan")

    @classmethod
    def execute(cls, end: list[str], **values: Any) -> io.NodeOutput:
        """Hand the values to the End."""
        outputs = [each for name, each in values.items() if name.startswith("output")]
        LoopingList.running.results[end[0]] = outputs
        LoopingList.running.release[end[0]]()
        return io.NodeOutput()


class EndLoop(io.ComfyNode):
    """End of a loop: the value of the last iteration, or a list of all."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return io.Schema(
            node_id=END,
            is_input_list=True,
            accept_all_inputs=True,
            inputs=[
                io.AnyType.Input("output_value", optional=True),
                io.AnyType.Input("next_iteration_value", optional=True),
                io.Boolean.Input("accumulate", default=False, optional=True),
            ],
            outputs=[io.AnyType.Output("outputs", is_output_list=True)],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    def execute(cls, **inputs: Any) -> io.NodeOutput:
        """Give what the last node of the loop left."""
        outputs = LoopingList.running.results[cls.hidden.unique_id]
        return io.NodeOutput([value for output in outputs for value in output])


NODES = {
    node.GET_SCHEMA().node_id: node for node in (StartLoop, LoopIteration, LoopResult, EndLoop)
}


def mark_loops(prompt: dict[str, Any]) -> None:
    """Write the loops of a prompt into it, as the validation does: an End has the nearest Start.

    The Start nearest to the End is the one that depends on most nodes.
    """
    claimed: set[str] = set()
    ends = [node for node, each in prompt.items() if each["class_type"] == END]
    for end in sorted(ends, key=lambda each: len(upstream_of(prompt, each))):
        upstream = upstream_of(prompt, end)
        starts = [node for node in upstream if prompt[node]["class_type"] == START]
        free = [node for node in starts if node not in claimed]
        start = max(free, key=lambda each: len(upstream_of(prompt, each)))
        claimed.add(start)
        depending = {each for number in (0, 1) for each in downstream_of(prompt, start, number)}
        body = [node for node in upstream if node in depending]
        prompt[start] |= {"_loop_body": body, "_loop_end": end}


def install(monkeypatch: Any, known: Mapping[str, Any]) -> None:
    """Let this process's executor run loops.

    Args:
        monkeypatch: pytest's fixture.
        known: ComfyUI's node classes by id.
    """
    monkeypatch.setattr(execution, "DynamicPrompt", LoopingPrompt)
    monkeypatch.setattr(execution, "ExecutionList", LoopingList)
    for node_id, node in NODES.items():
        monkeypatch.setitem(known, node_id, node)
