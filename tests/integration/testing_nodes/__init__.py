"""Nodes that only the tests need: what no core node gives without weights or files."""

from collections.abc import Callable

import torch
from comfy_api.latest import ComfyExtension, io

from .faults import TestBreakHooks, TestHooks, TestWait
from .file_writers import TestVideoCombine
from .requeue import TestRequeue
from .switches import TestAnySwitch
from .trim import TestTrim


def _with_one_value(frames: torch.Tensor, value: float) -> torch.Tensor:
    frames[len(frames) // 2, 0, 0, 0] = value
    return frames


FAULTS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "none": lambda frames: frames,
    "no frame": lambda frames: frames[:0],
    "one frame": lambda frames: frames[:1],
    "two frames": lambda frames: frames[:2],
    "alpha": lambda frames: torch.cat([frames, torch.ones_like(frames[..., :1])], dim=-1),
    "odd size": lambda frames: frames[:, :-1, :-1],
    "one pixel": lambda frames: frames[:, :1, :1],
    "NaN": lambda frames: _with_one_value(frames, float("nan")),
    "infinity": lambda frames: _with_one_value(frames, float("inf")),
    "all NaN": lambda frames: frames * float("nan"),
    "0-255": lambda frames: frames * 255,
    "negative": lambda frames: frames - 2,
    "integers": lambda frames: (frames * 255).to(torch.uint8),
    "rank 3": lambda frames: frames[0],
    "rank 5": lambda frames: frames[None],
    "two channels": lambda frames: frames[..., :2],
}


class TestConditioning(io.ComfyNode):
    """Random conditioning in the shape of Wan's text encoder."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return io.Schema(
            node_id="TestConditioning",
            category="Test",
            inputs=[io.Int.Input("seed", default=0, min=0)],
            outputs=[io.Conditioning.Output()],
        )

    @classmethod
    def execute(cls, seed: int) -> io.NodeOutput:
        """Draw it from the seed."""
        generator = torch.Generator().manual_seed(seed)
        return io.NodeOutput([[torch.randn(1, 8, 4096, generator=generator), {}]])


class TestSpoil(io.ComfyNode):
    """Makes of good frames what no well-behaved node gives."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return io.Schema(
            node_id="TestSpoil",
            category="Test",
            inputs=[io.Image.Input("images"), io.Combo.Input("fault", options=list(FAULTS))],
            outputs=[io.Image.Output()],
        )

    @classmethod
    def execute(cls, images: torch.Tensor, fault: str) -> io.NodeOutput:
        """Plant the fault in a copy."""
        return io.NodeOutput(FAULTS[fault](images.clone()))


class TestNumber(io.ComfyNode):
    """A number over a link, which ComfyUI does not hold against the input's own limits."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return io.Schema(
            node_id="TestNumber",
            category="Test",
            inputs=[io.String.Input("number", tooltip="As Python reads it; nan and inf too.")],
            outputs=[io.Float.Output()],
        )

    @classmethod
    def execute(cls, number: str) -> io.NodeOutput:
        """Pass it on."""
        return io.NodeOutput(float(number))


class TestList(io.ComfyNode):
    """A list of numbers, for each of which ComfyUI runs the nodes behind it."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return io.Schema(
            node_id="TestList",
            category="Test",
            inputs=[io.String.Input("values", tooltip="Numbers with commas between.")],
            outputs=[io.Float.Output(is_output_list=True)],
        )

    @classmethod
    def execute(cls, values: str) -> io.NodeOutput:
        """Read them."""
        return io.NodeOutput([float(each) for each in values.split(",")])


class TestConsumer(io.ComfyNode):
    """Ends a prompt and shows whether it was reached with a value."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return io.Schema(
            node_id="TestConsumer",
            category="Test",
            inputs=[io.AnyType.Input("value")],
            is_output_node=True,
        )

    @classmethod
    def execute(cls, value: object) -> io.NodeOutput:
        """Publish the value's text."""
        text = str(tuple(value.shape)) if isinstance(value, torch.Tensor) else str(value)
        return io.NodeOutput(ui={"text": [text]})


class TestingExtension(ComfyExtension):
    """All of them."""

    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        """List the nodes."""
        return [
            TestConditioning,
            TestSpoil,
            TestNumber,
            TestList,
            TestConsumer,
            TestWait,
            TestBreakHooks,
            TestHooks,
            TestTrim,
            TestRequeue,
            TestAnySwitch,
            TestVideoCombine,
        ]


def comfy_entrypoint() -> TestingExtension:
    """Hand them to ComfyUI."""
    return TestingExtension()
