"""The pack's blueprints: in the node library, added by a click, run, and their verdicts inside."""

import json
from typing import Any

import pytest

from ..comfyui import PACK
from ..integration.client import ComfyClient
from .conftest import PACK_DIRECTORY
from .editor import Editor

FOLDER = PACK / "subgraphs"
CLIP = "AnimeSampleClip"
# Nodes inside; the inputs that are widgets, with their first values; outputs.
BLUEPRINTS: dict[str, tuple[set[str], dict[str, Any], list[str]]] = {
    "Make it loop": (
        {"AnimeLoopClose", "AnimeLoopScore"},
        {"fps": 12, "method": "auto", "profile": "supporting"},
        ["images", "report", "score", "pass"],
    ),
    "Gate my character": (
        {"AnimeCharacterSheet", "AnimeCharacterScore", "AnimeGate"},
        {"name": "heroine", "profile": "supporting", "level": "batch", "on_fail": "block"},
        ["accepted", "rejected", "report", "score", "pass", "reasons"],
    ),
    "Grade my clip": (
        {"AnimeClipQuality", "AnimeStillQuality", "AnimeReportMerge"},
        {"fps": 12, "profile": "supporting"},
        ["report", "score", "pass", "plot"],
    ),
}


def test_every_blueprint_is_served_under_the_packs_name(editor_server):
    served = ComfyClient(editor_server).get("/global_subgraphs").values()
    own = {each["name"] for each in served if each["info"]["node_pack"].endswith(PACK_DIRECTORY)}
    assert own == set(BLUEPRINTS) == {path.stem for path in FOLDER.glob("*.json")}


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_a_blueprint_is_found_added_and_run_and_shows_its_verdicts(
    editor: Editor, editor_server, name
):
    inside, widgets, outputs = BLUEPRINTS[name]
    editor.page.evaluate(
        """type => {
            app.graph.clear();
            const clip = LiteGraph.createNode(type);
            app.graph.add(clip);
            for (const widget of clip.widgets) {
                if (widget.name === 'width' || widget.name === 'height') widget.value = 160;
                if (widget.name === 'seam_jump') widget.value = 3;
            }
        }""",
        CLIP,
    )
    add_from_library(editor, name)
    shown = editor.page.evaluate(
        """() => {
            const [clip, added] = app.graph.nodes;
            for (const input of added.inputs.filter(input => input.type === 'IMAGE')) {
                clip.connect(0, added, input.name);
            }
            const score = LiteGraph.createNode('PreviewAny');
            app.graph.add(score);
            added.connect(added.outputs.findIndex(output => output.name === 'score'), score, 0);
            return {
                title: added.title,
                widgets: Object.fromEntries(added.widgets.map(each => [each.name, each.value])),
                outputs: added.outputs.map(output => output.name),
            };
        }"""
    )
    assert shown == {"title": name, "widgets": widgets, "outputs": outputs}

    prompt = editor.page.evaluate("async () => (await app.graphToPrompt()).output")
    types = {node["class_type"] for node in prompt.values()}
    assert types == inside | {CLIP, "PreviewAny"}

    editor.run()
    client = ComfyClient(editor_server)
    entry = max(client.get("/history").values(), key=lambda each: each["prompt"][0])
    assert entry["status"]["status_str"] == "success", entry["status"]["messages"]
    told = {node: each for node, each in entry["outputs"].items() if each.get("anime_report")}
    assert told
    editor.page.evaluate(
        """() => {
            const added = app.graph.nodes[1];
            app.canvas.openSubgraph(added.subgraph, added);
        }"""
    )
    editor.show(scale=0.8, left=420, top=160)
    for node, output in told.items():
        results = editor.results(int(node.split(":")[-1]))
        results.wait_for()
        verdict = output["anime_report"][0]["verdict"]
        assert results.locator(f'.anime-verdict[data-verdict="{verdict}"]').count() == 1
    editor.picture(name)


def add_from_library(editor: Editor, name: str) -> None:
    """Look for a blueprint in the sidebar's node library, and put it onto the canvas."""
    page = editor.page
    page.locator(".node-library-tab-button").click()
    page.get_by_placeholder("Search").first.fill(name)
    for other in BLUEPRINTS.keys() - {name}:  # found is what is left
        page.get_by_text(other, exact=True).first.wait_for(state="hidden")
    for _ in range(3):
        page.get_by_text(name, exact=True).first.click()
        page.mouse.move(1000, 400)
        page.wait_for_timeout(300)  # it hangs at the mouse in the page's own time
        page.mouse.move(1100, 500)
        page.wait_for_timeout(300)
        page.mouse.click(1100, 500)
        page.wait_for_timeout(1500)
        if page.evaluate("() => app.graph.nodes.length") == 2:
            break
    else:
        raise AssertionError(f"{name} can't be put onto the canvas")
    page.locator(".node-library-tab-button").click()


def test_a_blueprint_holds_one_node_with_its_graph():
    for path in FOLDER.glob("*.json"):
        blueprint = json.loads(path.read_text("utf-8"))
        (node,), (graph,) = blueprint["nodes"], blueprint["definitions"]["subgraphs"]
        assert node["type"] == graph["id"]
        assert graph["category"] == "Anime Production"
        assert graph["description"] == blueprint["extra"]["BlueprintDescription"]
