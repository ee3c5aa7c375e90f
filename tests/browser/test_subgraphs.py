"""The pack's blueprints: in the node library, added by a click, run, and their verdicts inside."""

from typing import Any

from anime_production.tools.comfyui import PACK

from ..integration.client import ComfyClient
from ..integration.tiny_interpolator import INTERPOLATOR_FILE
from .conftest import PACK_DIRECTORY
from .editor import Editor
from .panel import TAB_BUTTON
from .truth import assert_shown_is_true

FOLDER = PACK / "subgraphs"
CLIP = "AnimeSampleClip"
# Nodes inside; the inputs that are widgets, with their first values; outputs.
BLUEPRINTS: dict[str, tuple[set[str], dict[str, Any], list[str]]] = {
    "Make it loop": (
        {"AnimeLoopClose", "AnimeLoopScore"},
        {"fps": 12, "method": "auto", "profile": "supporting"},
        ["images", "report", "score", "pass"],
    ),
    "Interpolate my loop": (
        {
            *("FrameInterpolationModelLoader", "FrameInterpolate", "GetImageSize"),
            *("ImageFromBatch", "BatchImagesNode", "ComfyMathExpression", "PrimitiveFloat"),
            "AnimeLoopScore",
        },
        {"fps": 12, "multiplier": 2, "model_name": INTERPOLATOR_FILE, "profile": "supporting"},
        ["images", "fps", "report", "score", "pass"],
    ),
    "Gate my character": (
        {"AnimeCharacterSheet", "AnimeCharacterScore", "AnimeGate"},
        {"name": "heroine", "profile": "supporting", "level": "batch", "on_fail": "block"},
        ["accepted", "rejected", "report", "score", "pass", "reasons"],
    ),
    "Grade my clip": (
        {"AnimeClipQuality", "AnimeReportPlot", "AnimeStillQuality", "AnimeReportMerge"},
        {"fps": 12, "profile": "supporting"},
        ["report", "score", "pass", "plot"],
    ),
}


# A clip that jumps at its seam, in a workflow of its own.
ONE_CLIP = """async (type) => {
    await app.loadGraphData({
        id: crypto.randomUUID(), last_node_id: 0, last_link_id: 0, nodes: [], links: [],
        groups: [], config: {}, extra: {}, version: 0.4,
    });
    const clip = LiteGraph.createNode(type);
    app.graph.add(clip);
    const values = { width: 160, height: 160, seam_jump: 3 };
    for (const widget of clip.widgets) widget.value = values[widget.name] ?? widget.value;
}"""
CONNECT = """() => {
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
# Types of the nodes that the score and the images inside come from, as the pack finds them.
ORIGINS = """async (folder) => {
    const place = new URL(`extensions/${folder}/nodes/graph_links.js`, location.href);
    const { inputsOf, originOf } = await import(place.href);
    const [, added, score] = app.graph.nodes;
    const inner = added.subgraph.nodes.flatMap(
        (node) => inputsOf(node, "IMAGE")
            .filter((slot) => node.inputs[slot].link !== null) // a growing input has a free one
            .map((slot) => originOf(node, slot)?.type));
    return [originOf(score, 0)?.type, inner];
}"""
ENTER = """() => {
    const added = app.graph.nodes[1];
    app.canvas.openSubgraph(added.subgraph, added);
}"""


def test_each_blueprint_is_found_added_and_run_and_shows_its_verdicts(
    editor: Editor, client: ComfyClient
):
    served = client.get("/global_subgraphs").values()
    own = {each["name"] for each in served if each["info"]["node_pack"].endswith(PACK_DIRECTORY)}
    assert own == set(BLUEPRINTS) == {path.stem for path in FOLDER.glob("*.json")}
    for name, (inside, widgets, outputs) in BLUEPRINTS.items():
        editor.page.evaluate(ONE_CLIP, CLIP)
        add_from_library(editor, name)
        shown = editor.page.evaluate(CONNECT)
        assert shown == {"title": name, "widgets": widgets, "outputs": outputs}
        origin, origins = editor.page.evaluate(ORIGINS, PACK_DIRECTORY)
        assert origin in inside
        assert CLIP in origins
        assert set(origins) <= inside | {CLIP}
        prompt = editor.page.evaluate("async () => (await app.graphToPrompt()).output")
        types = {node["class_type"] for node in prompt.values()}
        assert types == inside | {CLIP, "PreviewAny"}
        its_nodes_show_their_verdicts(editor, client, editor.run())


def its_nodes_show_their_verdicts(editor: Editor, client: ComfyClient, prompt: str) -> None:
    entry = client.get(f"/history/{prompt}")[prompt]
    assert entry["status"]["status_str"] == "success", entry["status"]["messages"]
    judged = {node: each for node, each in entry["outputs"].items() if each.get("anime_report")}
    assert judged
    editor.page.evaluate(ENTER)
    editor.show(scale=0.8, left=420, top=160)
    for node, output in judged.items():
        results = editor.results(int(node.split(":")[-1]))
        results.wait_for()
        verdict = output["anime_report"][0][0]["verdict"]
        assert results.locator(f'.anime-verdict[data-verdict="{verdict}"]').count() == 1
    assert judged.keys() <= {shown.path for shown in assert_shown_is_true(editor)}


def add_from_library(editor: Editor, name: str) -> None:
    """Look for a blueprint in the sidebar's node library, and put it onto the canvas."""
    page = editor.page
    page.locator(TAB_BUTTON.format(tab="node-library")).click()
    page.get_by_placeholder("Search").first.fill(name)
    for other in BLUEPRINTS.keys() - {name}:  # found is what is left
        page.get_by_text(other, exact=True).first.wait_for(state="hidden")
    page.get_by_text(name, exact=True).first.click()
    page.mouse.move(1000, 400)
    editor.settle()  # it hangs at the mouse in the page's own time
    page.mouse.move(1100, 500)
    editor.settle()
    page.mouse.click(1100, 500)
    page.wait_for_function("() => app.graph.nodes.length === 2")
    page.locator(TAB_BUTTON.format(tab="node-library")).click()
