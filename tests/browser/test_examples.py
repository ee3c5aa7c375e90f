"""Every example as a user meets it: opened from the template browser, run by the Run button."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from itertools import product
from typing import Any

import pytest

from anime_production.models.node_ui import own_entries
from anime_production.tools.examples import TITLES, template

from ..integration.client import ComfyClient
from ..integration.server import ComfyServer
from .conftest import EVERY_KIND, PACK_DIRECTORY, USUAL, open_editor
from .editor import Editor, Mode, example, example_prompt
from .front_end import FrontEnd
from .places import GROUPS, NODES, NODES_2, overlapping, read_boxes, settled

# Read what the other one has saved.
AFTER = {"use_a_kept_character": "keep_a_character", "review_a_shot": "remember_a_shot"}
# Ten gigabytes. It runs with tiny models in tests/integration/test_loop_generation.py.
WITH_MODELS = "generate_a_loop"
# It runs in test_journey_own_clip.py, after a clip was chosen.
NEEDS_CLIP = "check_your_clip"
# These run by default, in the classic canvas: the one with the most kinds of nodes, and one that
# reads what was saved before. All of them run through the API in tests/integration.
SOME = ("make_a_phase", "review_a_shot")
NOTE = "MarkdownNote"

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


@pytest.fixture(scope="module")
def editors(
    browser,
    editor_servers: Callable[[FrontEnd], ComfyServer],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[FrontEnd, Mode], Editor]]:
    """One page for all examples in an editor's canvas; it opens when it is first asked for."""
    with ExitStack() as pages:

        @cache
        def editor_in(front_end: FrontEnd, mode: Mode) -> Editor:
            server, pictures = editor_servers(front_end), tmp_path_factory.mktemp(mode.value)
            return pages.enter_context(open_editor(browser, server, mode, pictures))

        yield editor_in


def cases(*usual: str) -> list[Any]:
    """Each example in each editor and canvas: slow, but for the usual ones in the usual one."""
    return [
        pytest.param(
            kind,
            name,
            marks=[] if kind == USUAL and name in usual else [pytest.mark.slow],
            id=f"{kind[0].value}-{kind[1].value}-{name}",
        )
        for kind in product(FrontEnd, Mode)
        for name in TITLES
        if name not in (WITH_MODELS, NEEDS_CLIP)
    ]


@pytest.mark.parametrize(("kind", "name"), cases(*SOME))
def test_an_example_opens_runs_and_shows_its_verdicts(editors, kind, name):
    editor, mode = editors(*kind), kind[1]
    client = ComfyClient(editor.server)
    if name in AFTER:
        client.run(example_prompt(AFTER[name]))
    open_example(editor, name)
    assert editor.page.evaluate(WITH_ERRORS) == []
    judged = verdicts(client, editor.run())
    assert judged
    editor.page.evaluate(SHOW_ALL)  # the classic canvas hides what is outside of the view
    for node, verdict in judged.items():
        shown = editor.results(int(node)).locator(".anime-verdict")
        shown.wait_for()
        assert shown.get_attribute("data-verdict") == verdict[-1]
    everything_has_its_place(editor, mode, name)
    errors, editor.errors[:] = list(editor.errors), []
    assert errors == []


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_the_example_that_needs_models_has_the_editor_offer_them(editors, kind):
    editor, mode = editors(*kind), kind[1]
    open_example(editor, WITH_MODELS)
    editor.page.evaluate(SHOW_ALL)
    everything_has_its_place(editor, mode, WITH_MODELS)
    editor.page.get_by_role("button", name="View details").click()
    files = editor.page.get_by_text(re.compile(r"\.safetensors$"))
    files.first.wait_for()
    offered = set(files.all_text_contents())
    listed = [node["properties"].get("models", []) for node in example(WITH_MODELS)["nodes"]]
    assert {model["name"] for models in listed for model in models} <= offered
    assert editor.errors == []


def open_example(editor: Editor, name: str) -> None:
    """Open it as a template; it is whole, and is the graph of its API form."""
    open_template(editor, name)
    assert editor.page.evaluate(UNKNOWN) == []
    prompt = editor.page.evaluate("async () => (await app.graphToPrompt()).output")
    assert prompt == example_prompt(name)


def everything_has_its_place(editor: Editor, mode: Mode, name: str) -> None:
    """No node stands over another, and each but the note in one group."""
    nodes = NODES_2 if mode is Mode.NODES_2 else NODES
    boxes, groups = settled(editor, nodes), read_boxes(editor, GROUPS)
    assert overlapping(boxes) == []
    for box in boxes:
        assert [group.holds(box) for group in groups].count(True) == (box.type != NOTE), box


def open_template(editor: Editor, name: str) -> None:
    """Click through the template browser to an example of the pack."""
    editor.page.get_by_role("button", name="Templates").first.click()
    editor.page.get_by_role("dialog").get_by_text(PACK_DIRECTORY, exact=True).first.click()
    editor.page.get_by_test_id(f"template-workflow-{template(name)}").click()
    editor.page.wait_for_function(
        """nodes => String(app.graph.nodes.map(node => `${node.id} ${node.type}`).sort())
            === String(nodes)""",
        arg=sorted(f"{node['id']} {node['type']}" for node in example(name)["nodes"]),
    )


def verdicts(client: ComfyClient, prompt: str) -> dict[str, list[str]]:
    """The verdicts of each node of a run, which succeeded; several of one in a retry."""
    entry = client.get(f"/history/{prompt}")[prompt]
    assert entry["status"]["status_str"] == "success", entry["status"]["messages"]
    shown: dict[str, list[str]] = {}
    for node, output in entry["outputs"].items():
        for report in own_entries(output, "anime_report")[:1]:
            shown_by = entry["meta"][node]["display_node"]
            shown.setdefault(shown_by, []).append(report["verdict"])
    return shown
