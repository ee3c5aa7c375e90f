"""A node that queues the running prompt again, as VideoHelperSuite's Meta Batch does."""

import uuid
from typing import Any

from comfy_api.latest import io
from server import PromptServer

AGAIN = "requeue"  # input in which the prompt counts its runs, as with VideoHelperSuite


class TestRequeue(io.ComfyNode):
    """Queues its prompt again until it ran so often, and shows the number of the run."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return io.Schema(
            node_id="TestRequeue",
            category="Test",
            is_output_node=True,
            inputs=[
                io.Int.Input("runs", default=3, min=1),
                io.Boolean.Input("same_id", default=False, optional=True),
            ],
            hidden=[io.Hidden.prompt, io.Hidden.unique_id],
        )

    @classmethod
    def fingerprint_inputs(cls, **inputs: Any) -> str:
        """Run each time."""
        return uuid.uuid4().hex

    @classmethod
    def execute(cls, runs: int, same_id: bool = False) -> io.NodeOutput:
        """Put the running item back, with its own `extra_data` and nodes, before all others."""
        server = PromptServer.instance
        run = cls.hidden.prompt[cls.hidden.unique_id]["inputs"].get(AGAIN, 0)
        if run + 1 < runs:
            (running,) = server.prompt_queue.currently_running.values()
            _, prompt_id, prompt, extra_data, outputs, sensitive = running
            prompt = prompt.copy()  # the nodes themselves are shared with the running prompt
            for node in prompt.values():
                if node["class_type"] == "TestRequeue":
                    node["inputs"][AGAIN] = run + 1
            number = -server.number
            server.number += 1
            prompt_id = prompt_id if same_id else str(uuid.uuid4())
            server.prompt_queue.put((number, prompt_id, prompt, extra_data, outputs, sensitive))
        return io.NodeOutput(ui={"text": [str(run)]})
