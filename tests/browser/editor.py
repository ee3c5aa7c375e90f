"""ComfyUI's editor in a browser, as tests use it."""

import json
import re
import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import uuid4

from anime_production.tools.comfyui import PACK

from ..integration.server import ComfyServer

SECONDS = 60_000  # of a page or a run on a busy machine, in milliseconds
RUN_SECONDS = 270  # of one run; a test may take 300
EXAMPLES = PACK / "example_workflows"
SMALL = {1: 128, 2: 128}  # width and height of a sample clip that is measured quickly

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


# Keeps the prompts of this page that have ended; the pack has heard of their ends before.
HEAR_ENDS = """async () => {
    const { api } = await import("/scripts/api.js");
    const ended = [];
    window.endedPrompts = [];
    for (const end of ["execution_success", "execution_error", "execution_interrupted"]) {
        api.addEventListener(end, ({ detail }) => ended.push(detail.prompt_id));
    }
    api.addEventListener("executing", ({ detail }) => {
        if (detail === null) window.endedPrompts.push(...ended.splice(0)); // the history has it
    });
}"""
FRAMES = """async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
}"""
IS_DRAFT = """(id) => Object.entries(localStorage).some(
    ([key, value]) => key.startsWith("Comfy.Workflow.Draft.") && value.includes(id))"""


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
        self.page.evaluate(HEAR_ENDS)

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

    def run(self) -> str:
        """Press Run, wait until the page has heard of the end, and return the prompt's id."""
        sent = len(self.prompts)
        prompt = self.press_run()
        self.await_end(prompt)
        assert len(self.prompts) == sent + 1
        return prompt

    def press_run(self) -> str:
        """Press Run, in any language, and return the prompt's id; "" if it is refused."""
        with self.page.expect_response(_is_of_prompt) as answer:
            self.page.get_by_test_id("queue-button").first.click()
        return str(answer.value.json().get("prompt_id", ""))

    def await_end(self, prompt: str) -> None:
        """Wait until the page has heard that a prompt has ended, and has drawn what came of it."""
        self.page.wait_for_function(
            "(prompt) => endedPrompts.includes(prompt)", arg=prompt, timeout=RUN_SECONDS * 1000
        )
        self.settle()

    def await_that(self, true: Callable[[], Any]) -> None:
        """Wait until a condition holds, while the page's events come."""
        deadline = time.monotonic() + 30
        while not true():
            assert time.monotonic() < deadline, "waited in vain"
            self.page.wait_for_timeout(50)

    def settle(self) -> None:
        """Wait until the page has drawn what it knows by now."""
        self.page.evaluate(FRAMES)

    def await_draft(self) -> None:
        """Wait until the editor has kept the open workflow for the next time."""
        self.page.wait_for_function(IS_DRAFT, arg=self.page.evaluate("() => app.rootGraph.id"))

    def results(self, node: int) -> Any:
        """The locator of what a node shows of its results."""
        return self.page.locator(f'[data-node="{node}"] .anime-results')

    def picture(self, name: str) -> Path:
        """A screenshot, kept where pytest keeps what a test leaves."""
        path = self.pictures / f"{name}.png"
        self.page.screenshot(path=path)
        return path

    def _heard(self, message: Any) -> None:
        said = f"{message.text} {message.location.get('url')}"
        if message.type == "error" and not OF_THE_EDITOR.search(said):
            self.errors.append(said)

    def _sent(self, request: Any) -> None:
        if _queues(request):
            self.prompts.append(json.loads(request.post_data))


def _queues(request: Any) -> bool:
    return bool(request.method == "POST" and request.url.endswith("/prompt"))


def _is_of_prompt(answer: Any) -> bool:
    return _queues(answer.request)


def example(name: str) -> dict[str, Any]:
    """An example workflow in the editor's form."""
    workflow: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    return workflow


def example_prompt(name: str) -> dict[str, Any]:
    """An example workflow in the form of the API."""
    prompt: dict[str, Any] = json.loads((EXAMPLES / "api" / f"{name}.json").read_text("utf-8"))
    return prompt


def with_new_id(workflow: dict[str, Any]) -> dict[str, Any]:
    """A workflow as another file has it: ids are made once for each."""
    return {**workflow, "id": str(uuid4())}


def small_check() -> dict[str, Any]:
    """check_a_clip as a file of its own, of a clip that is measured quickly."""
    workflow = with_new_id(example("check_a_clip"))
    set_values(workflow, 1, SMALL)
    return workflow


def set_values(workflow: dict[str, Any], node: int, values: dict[int, Any]) -> None:
    """Set values of a node's widgets, by their place."""
    widgets = next(each for each in workflow["nodes"] if each["id"] == node)["widgets_values"]
    for place, value in values.items():
        widgets[place] = value
