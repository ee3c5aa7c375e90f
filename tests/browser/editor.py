"""ComfyUI's editor in a browser, with the actions that tests perform."""

import json
import re
import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import uuid4

from anime_production.tools.examples import api_file, editor_file

from ..integration.server import ComfyServer

TIMEOUT_MS = 60_000  # timeout of a page or an action, for a busy machine
RUN_SECONDS = 270  # timeout of a run; less than the 300 s of a test
# Values of the widgets width and height of a sample clip that is measured quickly.
SMALL = {1: 128, 2: 128}

# Errors of the editor itself, which a fresh ComfyUI also has without the pack. Its default workflow
# requests models from another host, which its own page forbids. Its templates are in a package that
# may be absent. Its list of errors asks a registry about each node. It requests a node's help in
# its own language before the English page. It does not know the pack's messages until the pack's
# modules are loaded.
EDITOR_MESSAGES = re.compile(
    r"/user\.css|/userdata[/?]|graph accessed before initialization|/missingModelDownload-"
    r"|https://api\.comfy\.org/|https://huggingface\.co/|/templates/|/docs/\w+/\w+\.md"
    r"|Error loading (?:fuse options|core workflow templates)|Unknown message type anime\."
)


# Records the prompts of this page that have ended. The pack's own handlers run before this one.
RECORD_PROMPT_ENDS = """async () => {
    const { api } = await import(new URL("scripts/api.js", location.href).href);
    const ended = [];
    window.endedPrompts = [];
    for (const end of ["execution_success", "execution_error", "execution_interrupted"]) {
        api.addEventListener(end, ({ detail }) => ended.push(detail.prompt_id));
    }
    api.addEventListener("executing", ({ detail }) => {
        if (detail === null) window.endedPrompts.push(...ended.splice(0)); // the history has it
    });
}"""
# Makes each deprecated call from a script of a pack an error in the console. Otherwise the editor
# warns of a call only once, wherever it comes from.
REPORT_DEPRECATED_CALLS = """(() => {
    let liteGraph;
    const report = (message) => {
        const { stack } = new Error();
        if (stack.includes("/extensions/")) console.error(`Deprecated: ${message} ${stack}`);
    };
    Object.defineProperty(window, "LiteGraph", {
        get: () => liteGraph,
        set(value) {
            liteGraph = value;
            Object.assign(value, { alwaysRepeatWarnings: true, onDeprecationWarning: [report] });
        },
    });
})();"""
FRAMES = """async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
}"""
IS_DRAFT = """(id) => Object.entries(localStorage).some(
    ([key, value]) => key.startsWith("Comfy.Workflow.Draft.") && value.includes(id))"""


class Mode(Enum):
    """Canvas of the editor: the way in which it draws nodes."""

    CLASSIC = "classic"
    NODES_2 = "nodes-2"


class Editor:
    """Open page of the editor.

    Attributes:
        page: page of Playwright.
        server: ComfyUI that serves the page.
        pictures: folder for screenshots.
        address: URL of the page.
        errors: errors of the page and its console so far, without those of the editor itself.
        prompts: bodies of the prompts that the page queued so far.
    """

    def __init__(self, page: Any, server: ComfyServer, pictures: Path) -> None:
        self.page, self.server, self.pictures = page, server, pictures
        self.address = f"{server.address}/"
        self.errors: list[str] = []
        self.prompts: list[dict[str, Any]] = []
        page.set_default_timeout(TIMEOUT_MS)
        page.add_init_script(REPORT_DEPRECATED_CALLS)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._record_error)
        page.on("request", self._record_prompt)

    def open(self) -> None:
        """Load or reload the page, and wait until the editor is ready.

        At the end of its start, the editor opens a workflow of its own, which would replace a
        workflow that a test loaded earlier.
        """
        self.page.goto(self.address)
        self.page.wait_for_function(
            "() => window.app?.vueAppReady && app.extensionManager && app.graph?.nodes.length"
        )
        self.page.evaluate(RECORD_PROMPT_ENDS)

    def load(self, workflow: dict[str, Any]) -> None:
        """Open a workflow, and show all of it."""
        self.page.evaluate("workflow => app.loadGraphData(workflow)", workflow)
        self.show(scale=0.45, left=20, top=120)

    def load_prompt(self, prompt: dict[str, Any], name: str) -> None:
        """Open a prompt of the API in a tab of its own, which has this name."""
        self.page.evaluate("([prompt, name]) => app.loadApiJson(prompt, name)", [prompt, name])
        self.settle()  # until the new tab is the open one

    def node_of(self, node_type: str) -> int:
        """Return the id of the only node of a type in the open graph."""
        script = "(type) => app.graph.nodes.find((node) => node.type === type).id"
        return int(self.page.evaluate(script, node_type))

    def set_theme(self, theme: str) -> None:
        """Set the editor's theme, "dark" or "light"; the server keeps it."""
        script = "(theme) => app.extensionManager.setting.set('Comfy.ColorPalette', theme)"
        self.page.evaluate(script, theme)

    def show(self, scale: float, left: float, top: float) -> None:
        """Scale and move the canvas."""
        self.page.evaluate(
            """([scale, left, top]) => {
                app.canvas.ds.scale = scale;
                app.canvas.ds.offset = [left, top];
                app.canvas.setDirty(true, true);
            }""",
            [scale, left, top],
        )

    def look_at(self, node: int, scale: float = 0.9) -> None:
        """Move the canvas so that a node is in the middle of it."""
        self.page.evaluate(
            """([id, scale]) => {
                app.canvas.ds.scale = scale;
                app.canvas.centerOnNode(app.graph.getNodeById(id));
                app.canvas.setDirty(true, true);
            }""",
            [node, scale],
        )

    def run(self) -> str:
        """Press Run, wait for the end of the prompt, and return the prompt's id."""
        prompts_before = len(self.prompts)
        prompt = self.press_run()
        self.await_end(prompt)
        assert len(self.prompts) == prompts_before + 1
        return prompt

    def press_run(self) -> str:
        """Press Run, and return the prompt's id, or "" if ComfyUI refuses the prompt."""
        with self.page.expect_response(_answers_prompt) as answer:
            self.page.get_by_test_id("queue-button").first.click()
        return str(answer.value.json().get("prompt_id", ""))

    def await_end(self, prompt: str) -> None:
        """Wait until the page knows that a prompt has ended, and has drawn its results."""
        self.page.wait_for_function(
            "(prompt) => endedPrompts.includes(prompt)", arg=prompt, timeout=RUN_SECONDS * 1000
        )
        self.settle()

    def await_condition(self, condition: Callable[[], Any], seconds: float = 30) -> None:
        """Wait until a condition is true, and process the page's events meanwhile."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"The condition was not true within {seconds} s."
            self.page.wait_for_timeout(50)

    def settle(self) -> None:
        """Wait until the page has drawn its current state."""
        self.page.evaluate(FRAMES)

    def await_draft(self) -> None:
        """Wait until the editor has stored the open workflow as a draft in the browser."""
        self.page.wait_for_function(IS_DRAFT, arg=self.page.evaluate("() => app.rootGraph.id"))

    def results(self, node: int) -> Any:
        """Return the locator of the results that a node shows."""
        return self.page.locator(f'[data-node="{node}"] .anime-results')

    def picture(self, name: str) -> Path:
        """Save a screenshot in the folder for pictures, and return its path."""
        path = self.pictures / f"{name}.png"
        self.page.screenshot(path=path)
        return path

    def _record_error(self, message: Any) -> None:
        text = f"{message.text} {message.location.get('url')}"
        if message.type == "error" and not EDITOR_MESSAGES.search(text):
            self.errors.append(text)

    def _record_prompt(self, request: Any) -> None:
        if _queues(request):
            self.prompts.append(json.loads(request.post_data))


def _queues(request: Any) -> bool:
    return bool(request.method == "POST" and request.url.endswith("/prompt"))


def _answers_prompt(answer: Any) -> bool:
    return _queues(answer.request)


def example(name: str) -> dict[str, Any]:
    """Return an example workflow in the editor's format."""
    workflow: dict[str, Any] = json.loads(editor_file(name).read_text("utf-8"))
    return workflow


def example_prompt(name: str) -> dict[str, Any]:
    """Return an example workflow in API format."""
    prompt: dict[str, Any] = json.loads(api_file(name).read_text("utf-8"))
    return prompt


def with_new_id(workflow: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a workflow with another id, as if it came from another file."""
    return {**workflow, "id": str(uuid4())}


def small_check() -> dict[str, Any]:
    """Return the example check_a_clip with a new id and a clip that is measured quickly."""
    workflow = with_new_id(example("check_a_clip"))
    set_values(workflow, 1, SMALL)
    return workflow


def set_values(workflow: dict[str, Any], node: int, values: dict[int, Any]) -> None:
    """Set values of a node's widgets.

    Args:
        workflow: workflow to change, in the editor's format.
        node: id of the node.
        values: values by the index of the widget.
    """
    widgets = next(each for each in workflow["nodes"] if each["id"] == node)["widgets_values"]
    for index, value in values.items():
        widgets[index] = value
