"""Nodes that take their time, fail when told to, and break the pack's hooks from inside."""

import importlib
import time
from pathlib import Path
from typing import Any

import comfy.model_management
from comfy_api.latest import io

STEP = 0.02  # seconds between two looks at whether the user interrupts


class TestWait(io.ComfyNode):
    """Takes some seconds, or fails after them; an interrupt ends it at once."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return io.Schema(
            node_id="TestWait",
            category="Test",
            inputs=[
                io.Float.Input("seconds", default=1.0, min=0.0),
                io.Int.Input("seed", default=0, min=0, tooltip="Another one runs it again."),
                io.Boolean.Input("fails", default=False, optional=True),
                io.String.Input("note", default="", optional=True, tooltip="A file to leave."),
                io.String.Input("until", default="", optional=True, tooltip="A file to await."),
            ],
            outputs=[io.Int.Output()],
        )

    @classmethod
    def execute(
        cls, seconds: float, seed: int, fails: bool = False, note: str = "", until: str = ""
    ) -> io.NodeOutput:
        """Wait, at most until the awaited file is there, and leave a note that it was done."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not (until and Path(until).exists()):
            comfy.model_management.throw_exception_if_processing_interrupted()
            time.sleep(STEP)
        if fails:
            raise RuntimeError("as it was told")
        if note:
            Path(note).touch()
        return io.NodeOutput(seed)


def _raise(*_: Any, **__: Any) -> Any:
    raise RuntimeError("planted by a test")


class TestBreakHooks(io.ComfyNode):
    """Has every hook of the pack raise inside, or puts them right again."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return io.Schema(
            node_id="TestBreakHooks",
            category="Test",
            inputs=[
                io.Combo.Input("breaks", options=["nothing", "listener", "recorder"]),
                io.Int.Input("seed", default=0, min=0),
            ],
            is_output_node=True,
        )

    @classmethod
    def execute(cls, breaks: str, seed: int) -> io.NodeOutput:
        """Replace methods of the living objects."""
        execution = importlib.import_module("execution")
        listener = execution.PromptQueue.anime_production_listener.listener
        moments = ("put", "removed", "refused", "message", "node_done", "done", "asked")
        methods = ("queue", "start", "begin", "progress", "end", "record", "running")
        for broken, names in ((listener, moments), (listener._recorder, methods)):
            for name in names:
                vars(broken).pop(name, None)
        if breaks == "listener":
            vars(listener).update(dict.fromkeys(moments, _raise))
        elif breaks == "recorder":
            vars(listener._recorder).update(dict.fromkeys(methods, _raise))
        return io.NodeOutput(ui={"text": [breaks]})


class TestHooks(io.ComfyNode):
    """Names ComfyUI's functions that are not its own."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return io.Schema(node_id="TestHooks", category="Test", inputs=[], is_output_node=True)

    @classmethod
    def execute(cls) -> io.NodeOutput:
        """Look at every function that the pack may wrap."""
        execution = importlib.import_module("execution")
        functions = [
            getattr(execution.PromptQueue, name)
            for name in ("put", "task_done", "wipe_queue", "delete_queue_item")
        ]
        functions += [execution.PromptExecutor.add_message, execution.validate_prompt]
        foreign = [each for each in functions if each.__globals__ is not vars(execution)]
        return io.NodeOutput(ui={"text": [each.__name__ for each in foreign] or ["none"]})
