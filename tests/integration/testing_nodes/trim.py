"""A node that gives memory back to the system, so that a process can be measured."""

import ctypes
import gc

from comfy_api.latest import io


class TestTrim(io.ComfyNode):
    """Collects Python's garbage, and gives free pages of the C library back to the system."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return io.Schema(
            node_id="TestTrim",
            category="Test",
            inputs=[io.Int.Input("seed", default=0, min=0, tooltip="Another one runs it again.")],
            is_output_node=True,
        )

    @classmethod
    def execute(cls, seed: int) -> io.NodeOutput:
        """Collect, and trim where the C library is glibc."""
        gc.collect()
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
        return io.NodeOutput()
