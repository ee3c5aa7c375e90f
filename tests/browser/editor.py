"""ComfyUI's editor in a browser, as tests use it."""

import json
import re
import time
from enum import Enum
from pathlib import Path
from typing import Any

from ..comfyui import PACK
from ..integration.server import ComfyServer

SECONDS = 60_000  # of a page or a run on a busy machine, in milliseconds
RUN_SECONDS = 270  # of one run; a test may take 300
EXAMPLES = PACK / "example_workflows"

# What the editor itself says on the first start of a fresh ComfyUI, with or without a pack; its
# default workflow asks another host for models, which its own page forbids. Its own templates are a
# package that need not be there. Its list of errors asks a registry about each node. A node's help
# is asked for in the editor's language before the page that all have. A message of the pack is
# unknown to it until the pack's own modules are loaded.
OF_THE_EDITOR = re.compile(
    r"/user\.css|/userdata[/?]|graph accessed before initialization|/missingModelDownload-"
    r"|https://api\.comfy\.org/|https://huggingface\.co/|/templates/|/docs/\w+/\w+\.md"
    r"|Error loading (?:fuse options|core workflow templates)|Unknown message type anime\."
)


class Mode(Enum):
    """How the editor draws nodes."""

    CLASSIC = "classic"
    NODES_2 = "nodes-2"


class Editor:
    """One page of the editor, with what went wrong in it and what it sent."""

    def __init__(self, page: Any, server: ComfyServer, pictures: Path) -> None:
        self.page, self.server, self.pictures = page, server, pictures
        self.address = f"{server.address}/"
        self.errors: list[str] = []
        self.prompts: list[dict[str, Any]] = []
        page.set_default_timeout(SECONDS)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._heard)
        page.on("request", self._sent)

    def open(self) -> None:
        """Load the page, anew if it is there, and wait until the editor is ready.

        It opens a workflow of its own at the end, over what was loaded too early.
        """
        self.page.goto(self.address)
        self.page.wait_for_function(
            "() => window.app?.vueAppReady && app.extensionManager && app.graph?.nodes.length"
        )

    def load(self, workflow: dict[str, Any]) -> None:
        """Open a workflow, in view as a whole."""
        self.page.evaluate("workflow => app.loadGraphData(workflow)", workflow)
        self.show(scale=0.45, left=20, top=120)

    def show(self, scale: float, left: float, top: float) -> None:
        """Move the canvas."""
        self.page.evaluate(
            """([scale, left, top]) => {
                app.canvas.ds.scale = scale;
                app.canvas.ds.offset = [left, top];
                app.canvas.setDirty(true, true);
            }""",
            [scale, left, top],
        )

    def run(self) -> None:
        """Press Run, and wait until nothing runs any more."""
        finished, sent = self.finished(), len(self.prompts)
        self.press_run()
        self.await_end(finished)
        assert len(self.prompts) == sent + 1

    def press_run(self) -> None:
        """Press Run, in any language."""
        self.page.get_by_test_id("queue-button").first.click()

    def await_end(self, finished: int) -> None:
        """Wait until more prompts have ended than these."""
        deadline = time.monotonic() + RUN_SECONDS
        while self.finished() == finished:
            assert time.monotonic() < deadline, "the run doesn't end"
            self.page.wait_for_timeout(100)

    def results(self, node: int) -> Any:
        """The locator of what a node shows of its results."""
        return self.page.locator(f'[data-node="{node}"] .anime-results')

    def picture(self, name: str) -> Path:
        """A screenshot, kept where pytest keeps what a test leaves."""
        path = self.pictures / f"{name}.png"
        self.page.screenshot(path=path)
        return path

    def finished(self) -> int:
        """How many prompts have ended, well or not."""
        return len(self.page.request.get(f"{self.address}history").json())

    def _heard(self, message: Any) -> None:
        said = f"{message.text} {message.location.get('url')}"
        if message.type == "error" and not OF_THE_EDITOR.search(said):
            self.errors.append(said)

    def _sent(self, request: Any) -> None:
        if request.method == "POST" and request.url.endswith("/prompt"):
            self.prompts.append(json.loads(request.post_data))


def example(name: str) -> dict[str, Any]:
    """An example workflow in the editor's form."""
    workflow: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    return workflow


def set_values(workflow: dict[str, Any], node: int, values: dict[int, Any]) -> None:
    """Set values of a node's widgets, by their place."""
    widgets = next(each for each in workflow["nodes"] if each["id"] == node)["widgets_values"]
    for place, value in values.items():
        widgets[place] = value
