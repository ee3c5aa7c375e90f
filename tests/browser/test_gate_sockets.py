"""A Gate has the outputs that its connections call for, and workflows keep their links."""

from typing import Any

from .editor import Editor, example, with_new_id

ALWAYS = ["accepted", "rejected", "pass", "reasons"]
ALL = [
    *ALWAYS,
    *("accepted_latents", "accepted_masks", "rejected_latents", "rejected_masks"),
    *("accepted_audio", "rejected_audio"),
]
OUTPUTS = "(id) => app.graph.getNodeById(id).outputs.map(({ name }) => name)"
NEW = """async () => {
    const empty = { id: crypto.randomUUID(), last_node_id: 0, last_link_id: 0, nodes: [], links: [],
        groups: [], config: {}, extra: {}, version: 0.4 };
    await app.loadGraphData(empty);
    const gate = LiteGraph.createNode("AnimeGate");
    app.graph.add(gate);
    await new Promise(requestAnimationFrame);
    return [gate.id, gate.size[1], gate.computeSize()[1]];
}"""
CONNECT = """async ([id, type, input]) => {
    const source = LiteGraph.createNode(type);
    app.graph.add(source);
    const gate = app.graph.getNodeById(id);
    source.connect(0, gate, gate.inputs.findIndex(({ name }) => name === input));
    await new Promise(requestAnimationFrame);
}"""
DISCONNECT = """async ([id, input]) => {
    const gate = app.graph.getNodeById(id);
    gate.disconnectInput(gate.inputs.findIndex(({ name }) => name === input));
    await new Promise(requestAnimationFrame);
}"""
# Copies the gate with the node behind it, and returns the type of what the copy feeds.
COPY = """async ([gate, behind]) => {
    app.canvas.deselectAll();
    for (const id of [gate, behind]) app.canvas.select(app.graph.getNodeById(id));
    app.canvas.copyToClipboard();
    app.canvas.pasteFromClipboard();
    await new Promise(requestAnimationFrame);
    const copy = [...app.canvas.selectedItems].find(({ type }) => type === "AnimeGate");
    return [copy.outputs.length, copy.getOutputNodes(6).map(({ type }) => type)];
}"""
PROMPT = "async () => (await app.graphToPrompt()).output"


def outputs_of(editor: Editor, node: Any) -> list[str]:
    names: list[str] = editor.page.evaluate(OUTPUTS, node)
    return names


def test_outputs_come_with_the_inputs_that_they_belong_to(editor: Editor):
    gate, height, least = editor.page.evaluate(NEW)
    assert outputs_of(editor, gate) == ALWAYS
    assert height <= least + 1
    editor.page.evaluate(CONNECT, [gate, "EmptyLatentImage", "latents"])
    assert outputs_of(editor, gate) == ALL[:7]
    editor.page.evaluate(CONNECT, [gate, "SolidMask", "masks"])
    assert outputs_of(editor, gate) == ALL[:8]
    editor.page.evaluate(CONNECT, [gate, "EmptyAudio", "audio"])
    assert outputs_of(editor, gate) == ALL
    editor.show(scale=1.2, left=300, top=200)
    editor.page.wait_for_timeout(300)
    editor.picture("all-outputs")
    for name in ("audio", "masks", "latents"):
        editor.page.evaluate(DISCONNECT, [gate, name])
    assert outputs_of(editor, gate) == ALWAYS
    editor.page.wait_for_timeout(300)
    editor.picture("few-outputs")


def workflow_with_latents() -> dict[str, Any]:
    """Return a workflow as earlier versions saved it, with `rejected_latents` in use."""
    workflow = with_new_id(example("gate_a_batch"))
    gate = next(node for node in workflow["nodes"] if node["type"] == "AnimeGate")
    link, node = workflow["last_link_id"] + 1, workflow["last_node_id"] + 1
    assert [output["name"] for output in gate["outputs"]] == ALL[:8]
    gate["outputs"][6]["links"] = [link]
    behind = {
        **{"id": node, "type": "LatentFlip", "pos": [3000, 900], "size": [300, 80], "flags": {}},
        **{"order": 99, "mode": 0, "properties": {}, "widgets_values": ["x-axis: vertically"]},
        "inputs": [{"name": "samples", "type": "LATENT", "link": link}],
        "outputs": [{"name": "LATENT", "type": "LATENT", "links": []}],
    }
    workflow["nodes"].append(behind)
    workflow["links"].append([link, gate["id"], 6, node, 0, "LATENT"])
    workflow |= {"last_link_id": link, "last_node_id": node}
    return workflow


def test_a_saved_workflow_keeps_its_links_through_saving_copying_and_undo(editor: Editor):
    workflow = workflow_with_latents()
    gate = next(node["id"] for node in workflow["nodes"] if node["type"] == "AnimeGate")
    behind = workflow["last_node_id"]
    editor.load(workflow)
    assert outputs_of(editor, gate) == ALL[:7]
    prompt = editor.page.evaluate(PROMPT)
    assert prompt[str(behind)]["inputs"]["samples"] == [str(gate), 6]
    saved = editor.page.evaluate("() => app.graph.serialize()")
    editor.page.evaluate("(workflow) => app.loadGraphData(workflow)", saved)
    assert editor.page.evaluate(PROMPT) == prompt
    assert outputs_of(editor, gate) == ALL[:7]
    assert editor.page.evaluate(COPY, [gate, behind]) == [7, ["LatentFlip"]]


def test_the_example_and_its_prompt_are_the_same_with_few_outputs(editor: Editor):
    workflow = with_new_id(example("gate_a_batch"))
    gate = next(node["id"] for node in workflow["nodes"] if node["type"] == "AnimeGate")
    editor.load(workflow)
    assert outputs_of(editor, gate) == ALWAYS
    prompt = editor.page.evaluate(PROMPT)
    editor.load_prompt(prompt, "from a prompt")
    assert editor.page.evaluate(PROMPT) == prompt
    ids = editor.page.evaluate(
        "() => app.graph.nodes.filter(({ type }) => type === 'AnimeGate').map(({ id }) => id)"
    )
    assert [outputs_of(editor, each) for each in ids] == [ALWAYS]
