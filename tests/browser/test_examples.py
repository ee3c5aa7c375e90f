"""Every example as a user meets it: opened from the template browser, run by the Run button."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from itertools import combinations
from typing import Any, NamedTuple

import pytest

from ..integration.client import ComfyClient
from ..integration.server import ComfyServer
from .conftest import PACK_DIRECTORY, open_editor
from .editor import EXAMPLES, Editor, Mode, example

NAMES = sorted(path.stem for path in EXAMPLES.glob("*.json"))
# Read what the other one has saved.
AFTER = {"use_a_kept_character": "keep_a_character", "review_a_shot": "remember_a_shot"}
# Ten gigabytes. It runs with tiny models in tests/integration/test_loop_generation.py.
WITH_MODELS = "generate_a_loop"
# These run by default, the first in Nodes 2.0 too; the rest of them is slow.
SOME = ("check_a_clip", "make_a_phase", "review_a_shot")
NOTE = "MarkdownNote"

NODES = """() => app.graph.nodes.map(node => {
    const [left, top, width, height] = [...node.getBounding()];
    return {id: node.id, type: node.type, left, top, right: left + width, bottom: top + height};
})"""
# Nodes 2.0 gives each node the size that it needs in the page.
NODES_2 = """() => app.graph.nodes.map(node => {
    const element = document.querySelector(`[data-node-id="${node.id}"]`);
    const {left, top, right, bottom} = element.getBoundingClientRect();
    const [start, scale] = [app.canvas.canvas.getBoundingClientRect(), app.canvas.ds.scale];
    const [x, y] = app.canvas.ds.offset;
    return {
        id: node.id, type: node.type,
        left: (left - start.left) / scale - x, right: (right - start.left) / scale - x,
        top: (top - start.top) / scale - y, bottom: (bottom - start.top) / scale - y,
    };
})"""
GROUPS = """() => app.graph.groups.map(group => {
    const [left, top, width, height] = [...group.boundingRect];
    return {id: group.title, type: 'group', left, top, right: left + width, bottom: top + height};
})"""
SHOW_ALL = """() => {
    const boxes = app.graph.nodes.map(node => [...node.getBounding()]);
    const [left, top] = [0, 1].map(side => Math.min(...boxes.map(box => box[side])));
    const [width, height] = [left, top].map(
        (least, side) => Math.max(...boxes.map(box => box[side] + box[side + 2])) - least);
    const scale = Math.min(1740 / width, 800 / height, 1);
    app.canvas.ds.scale = scale;
    app.canvas.ds.offset = [80 / scale - left, 110 / scale - top];
    app.canvas.setDirty(true, true);
}"""
UNKNOWN = """() => app.graph.nodes
    .filter(node => !(node.type in LiteGraph.registered_node_types))
    .map(node => node.type)"""
# A model that isn't there is one too.
WITH_ERRORS = "() => app.graph.nodes.filter(node => node.has_errors).map(node => node.type)"


class Box(NamedTuple):
    """Where something stands on the canvas."""

    id: int | str
    type: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        beside = self.right <= other.left or other.right <= self.left
        return not beside and self.top < other.bottom and other.top < self.bottom

    def holds(self, other: "Box") -> bool:
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )


@pytest.fixture(scope="module")
def editors(
    browser, editor_server: ComfyServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Mode], Editor]]:
    """One page for all examples of a mode, which opens when it is first asked for."""
    with ExitStack() as pages:

        @cache
        def editor_in(mode: Mode) -> Editor:
            pictures = tmp_path_factory.mktemp(mode.value)
            return pages.enter_context(open_editor(browser, editor_server, mode, pictures))

        yield editor_in


def case(mode: Mode, name: str) -> Any:
    default = SOME if mode is Mode.CLASSIC else SOME[:1]
    marks = [] if name in default else [pytest.mark.slow]
    return pytest.param(mode, name, marks=marks, id=f"{mode.value}-{name}")


CASES = [case(mode, name) for mode in Mode for name in NAMES if name != WITH_MODELS]


@pytest.mark.parametrize(("mode", "name"), CASES)
def test_an_example_opens_runs_and_shows_its_verdicts(editors, editor_server, mode, name):
    editor, client = editors(mode), ComfyClient(editor_server)
    if name in AFTER:
        client.run(api_form(AFTER[name]))
    open_example(editor, name)
    assert editor.page.evaluate(WITH_ERRORS) == []
    editor.run()
    judged = verdicts(client)
    assert judged
    for node, found in judged.items():
        shown = editor.results(int(node)).locator(".anime-verdict")
        shown.wait_for()
        assert shown.get_attribute("data-verdict") == found[-1]
    everything_has_its_place(editor, mode, name)
    heard, editor.errors[:] = list(editor.errors), []
    assert heard == []


def test_the_example_that_needs_models_has_the_editor_offer_them(editor, mode):
    open_example(editor, WITH_MODELS)
    everything_has_its_place(editor, mode, WITH_MODELS)
    editor.page.get_by_role("button", name="View details").click()
    said = editor.page.get_by_text(re.compile(r"\.safetensors$"))
    said.first.wait_for()
    offered = set(said.all_text_contents())
    listed = [node["properties"].get("models", []) for node in example(WITH_MODELS)["nodes"]]
    assert {model["name"] for models in listed for model in models} <= offered
    editor.picture("models")


def open_example(editor: Editor, name: str) -> None:
    """Open it as a template; it is whole, and is the graph of its API form."""
    open_template(editor, name)
    assert editor.page.evaluate(UNKNOWN) == []
    prompt = editor.page.evaluate("async () => (await app.graphToPrompt()).output")
    assert prompt == api_form(name)
    editor.page.evaluate(SHOW_ALL)


def everything_has_its_place(editor: Editor, mode: Mode, name: str) -> None:
    """No node stands over another, and each but the note in one group."""
    nodes = NODES_2 if mode is Mode.NODES_2 else NODES
    boxes, groups = settled(editor, nodes), read_boxes(editor, GROUPS)
    editor.picture(name)
    assert [(a.id, b.id) for a, b in combinations(boxes, 2) if a.overlaps(b)] == []
    for box in boxes:
        assert [group.holds(box) for group in groups].count(True) == (box.type != NOTE), box


def open_template(editor: Editor, name: str) -> None:
    """Click through the template browser to an example of the pack."""
    editor.page.get_by_role("button", name="Templates").first.click()
    editor.page.get_by_role("dialog").get_by_text(PACK_DIRECTORY, exact=True).first.click()
    editor.page.get_by_test_id(f"template-workflow-{name}").click()
    editor.page.wait_for_function(
        "ids => String(app.graph.nodes.map(node => node.id).sort()) === String(ids)",
        arg=sorted(str(node["id"]) for node in example(name)["nodes"]),
    )


def verdicts(client: ComfyClient) -> dict[str, list[str]]:
    """The verdicts of each node of the newest run, which succeeded; several of one in a retry."""
    entry = max(client.get("/history").values(), key=lambda each: each["prompt"][0])
    assert entry["status"]["status_str"] == "success", entry["status"]["messages"]
    found: dict[str, list[str]] = {}
    for node, output in entry["outputs"].items():
        for report in output.get("anime_report", [])[:1]:
            shown_by = entry["meta"][node]["display_node"]
            found.setdefault(shown_by, []).append(report["verdict"])
    return found


def settled(editor: Editor, nodes: str) -> list[Box]:
    """Where the nodes stand once none changes its size any more."""
    before: list[Box] = []
    for _ in range(30):
        boxes = read_boxes(editor, nodes)
        if boxes == before:
            return boxes
        before = boxes
        editor.page.wait_for_timeout(400)
    raise AssertionError("the nodes go on changing their sizes")


def read_boxes(editor: Editor, script: str) -> list[Box]:
    return [Box(**each) for each in editor.page.evaluate(script)]


def api_form(name: str) -> dict[str, Any]:
    prompt: dict[str, Any] = json.loads((EXAMPLES / "api" / f"{name}.json").read_text("utf-8"))
    return prompt
