"""Inputs that grow, in a subgraph and after it is unpacked: names, links and the run stay.

The editor itself loses links there, or moves them, of nodes whose inputs grew beyond those of a new
node: also of ComfyUI's own. Reports of this are Comfy-Org/ComfyUI_frontend#16292 and #12348. So the
tests have no more links than a new node has inputs, or compare with ComfyUI's own node.
"""

import json
from typing import Any

import pytest

from ..integration.client import ComfyClient
from .editor import Editor, example, with_new_id

WRAP = """(types) => {
    const nodes = app.graph.nodes.filter(({ type }) => types.includes(type));
    return app.graph.convertToSubgraph(new Set(nodes)).node.id;
}"""
SAVE_AND_OPEN = "async () => await app.loadGraphData(app.rootGraph.serialize())"
UNPACK = "(id) => app.graph.unpackSubgraph(app.graph.getNodeById(id))"
PROMPT = "async () => (await app.graphToPrompt()).output"
# Names of the inputs of all nodes of a type, sorted: the editor puts grown ones behind the others.
NAMES = """(type) => app.graph.nodes.filter((node) => node.type === type)
    .map((node) => node.inputs.map(({ name, link }) => [name, link != null]).sort())"""
# ComfyUI's own node with growing inputs and an input behind them, with three links.
CORE = "ComfyMathExpression"
OPEN_CORE = """async (type) => {
    await app.loadGraphData({
        id: crypto.randomUUID(), last_node_id: 0, last_link_id: 0, nodes: [], links: [],
        groups: [], config: {}, extra: {}, version: 0.4,
    });
    const node = LiteGraph.createNode(type);
    app.graph.add(node);
    for (const name of ["values.a", "values.b", "values.c"]) {
        const number = LiteGraph.createNode("PrimitiveFloat");
        app.graph.add(number);
        number.connect(0, node, node.inputs.findIndex((input) => input.name === name));
    }
    return node.inputs.filter(({ link }) => link != null).length;
}"""
TAKES, MERGE, SCORE = "AnimeBestTake", "AnimeReportMerge", "AnimeCharacterScore"
# Types in the subgraph beside the merge: with none, every link crosses the subgraph's border, and
# with its sources the links of the merge are inside.
BESIDE = {"alone": [], "with its scores": ["AnimeLoopScore", SCORE]}


def shapes(editor: Editor) -> list[str]:
    """Return each node of the prompt with all that leads to it, without the ids of the nodes."""
    prompt: dict[str, Any] = editor.page.evaluate(PROMPT)

    def shape(node_id: str) -> Any:
        node = prompt[node_id]
        inputs = {
            name: [shape(value[0]), value[1]] if isinstance(value, list) else value
            for name, value in node["inputs"].items()
        }
        return [node["class_type"], inputs]

    return sorted(json.dumps(shape(node_id), sort_keys=True) for node_id in prompt)


def through_a_subgraph(editor: Editor, growing: str, others: list[str]) -> None:
    """Put nodes into a subgraph, save, open and unpack it, and compare the prompt at each step."""
    before, names = shapes(editor), editor.page.evaluate(NAMES, growing)
    subgraph = editor.page.evaluate(WRAP, [growing, *others])
    assert editor.page.evaluate(NAMES, growing) == [], "it is in the subgraph"
    assert shapes(editor) == before
    editor.page.evaluate(SAVE_AND_OPEN)
    assert shapes(editor) == before
    editor.page.evaluate(UNPACK, subgraph)
    assert shapes(editor) == before
    assert editor.page.evaluate(NAMES, growing) == names
    editor.page.evaluate(SAVE_AND_OPEN)
    assert shapes(editor) == before
    assert editor.page.evaluate(NAMES, growing) == names


@pytest.mark.parametrize("others", BESIDE.values(), ids=BESIDE)
def test_links_and_names_of_a_merge_stay_and_it_runs(
    editor: Editor, client: ComfyClient, others: list[str]
):
    editor.load(with_new_id(example("make_a_phase")))
    through_a_subgraph(editor, MERGE, others)
    prompt = editor.run()
    entry = client.get(f"/history/{prompt}")[prompt]
    assert entry["status"]["status_str"] == "success", entry["status"]["messages"]
    node = editor.page.evaluate(
        "(type) => app.graph.nodes.find((node) => node.type === type).id", MERGE
    )
    report = entry["outputs"][str(node)]["anime_report"][0][0]
    results = editor.results(node)
    results.wait_for()
    assert results.locator(f'.anime-verdict[data-verdict="{report["verdict"]}"]').count() == 1


def test_takes_stay_linked_where_comfyuis_own_node_stays_linked(editor: Editor):
    assert editor.page.evaluate(OPEN_CORE, CORE) == 3
    core_stays = stays(editor, CORE)
    editor.load(with_new_id(example("best_of_four_takes")))
    assert stays(editor, TAKES) >= core_stays
    editor.errors.clear()  # the editor's own about links that it can't make


def stays(editor: Editor, growing: str) -> bool:
    """Return True if a node in a subgraph that is unpacked has the links that it had."""
    before = shapes(editor)
    editor.page.evaluate(UNPACK, editor.page.evaluate(WRAP, [growing]))
    return shapes(editor) == before
