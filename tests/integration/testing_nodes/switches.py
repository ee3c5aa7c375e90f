"""Nodes that choose one of their inputs, as those of other packs do."""

from typing import Any

from comfy_api.latest import io


class TestAnySwitch(io.ComfyNode):
    """Gives the first input that isn't empty, as Any Switch of rgthree-comfy does."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        names = [f"any_0{number}" for number in (1, 2, 3)]
        return io.Schema(
            node_id="TestAnySwitch",
            category="Test",
            inputs=[io.AnyType.Input(name, optional=True) for name in names],
            outputs=[io.AnyType.Output()],
        )

    @classmethod
    def execute(cls, **inputs: Any) -> io.NodeOutput:
        """Give the first input that isn't None."""
        return io.NodeOutput(next((each for each in inputs.values() if each is not None), None))
