"""The results on the nodes beside what scripts of other packs do in the editor.

docs/compatibility.md says which packs were tried themselves.
"""

from .editor import RUN_SECONDS, Editor, small_check
from .panel import expect

LOOP, LOOP_GATE, PREVIEW = 5, 8, 15
MUTED = 2
WITH_RESULTS = 7  # nodes that show results
MARGIN = 12  # pixels that the canvas may leave around the results
LATE_MS = 500  # milliseconds in which the page lays out what the canvas has not drawn

RESULTS = "document.querySelectorAll('.anime-results')"
HOLD_THE_CANVAS = "() => { app.canvas.draw = () => {}; }"
DRAW_AGAIN = "() => { delete app.canvas.draw; app.canvas.setDirty(true, true); }"
# The editor then gives each element on the canvas its place anew, and a width of 0 to one that
# the canvas has not drawn yet. This happened on a page that eight packs kept busy.
PLACE_THE_ELEMENTS = """() => {
    const pinia = document.querySelector("#vue-app").__vue_app__.config.globalProperties.$pinia;
    for (const state of pinia._s.get("domWidget").widgetStates.values()) state.zIndex += 1;
}"""
SPARE_ROOM = """() => [...document.querySelectorAll(".anime-results")].map((results) => [
    results.parentElement.dataset.node, results.parentElement.clientHeight - results.offsetHeight,
])"""
# Stands for the reroute of rgthree-comfy, and for Set and Get of KJNodes and Easy-Use: nodes of
# the editor alone. A Get has no input; its `getInputLink` returns the link of its Set.
VIRTUAL_NODES = """() => {
    class TestReroute extends LiteGraph.LGraphNode {
        constructor() {
            super("Reroute");
            this.isVirtualNode = true;
            this.addInput("", "*");
            this.addOutput("", "*");
        }
    }
    class TestGet extends LiteGraph.LGraphNode {
        constructor() {
            super("Get");
            this.isVirtualNode = true;
            this.addOutput("", "*");
        }
        getInputLink(slot) {
            const set = this.graph.nodes.find(({ type }) => type === "TestSet");
            if (!set) throw new Error("No Set found.");
            return set.getInputLink(slot);
        }
    }
    LiteGraph.registerNodeType("TestReroute", TestReroute);
    LiteGraph.registerNodeType("TestSet", class TestSet extends TestReroute {});
    LiteGraph.registerNodeType("TestGet", TestGet);
}"""
# Puts the first of the nodes behind the origin of an input, and connects the last to the input.
PUT_BETWEEN = """([id, name, ...types]) => {
    const node = app.graph.getNodeById(id);
    const slot = node.inputs.findIndex((input) => input.name === name);
    const { origin_id: origin, origin_slot: output } = node.getInputLink(slot);
    const added = types.map((type) => {
        const virtual = LiteGraph.createNode(type);
        app.graph.add(virtual);
        return virtual;
    });
    app.graph.getNodeById(origin).connect(output, added[0], 0);
    added.at(-1).connect(0, node, slot);
}"""


def test_a_node_that_is_drawn_late_is_as_high_as_its_results(editor: Editor):
    editor.load(small_check())
    page = editor.page
    page.evaluate(HOLD_THE_CANVAS)
    prompt = editor.press_run()
    page.wait_for_function(f"() => {RESULTS}.length === {WITH_RESULTS}", timeout=RUN_SECONDS * 1000)
    page.evaluate(PLACE_THE_ELEMENTS)
    page.wait_for_timeout(LATE_MS)
    page.evaluate(DRAW_AGAIN)
    editor.await_end(prompt)
    page.wait_for_timeout(LATE_MS)
    spare = dict(page.evaluate(SPARE_ROOM))
    assert len(spare) == WITH_RESULTS
    assert {node: room for node, room in spare.items() if not 0 <= room <= MARGIN} == {}


def test_virtual_nodes_of_other_packs_are_looked_through(editor: Editor):
    editor.load(small_check())
    editor.page.evaluate(VIRTUAL_NODES)
    put_between(editor, PREVIEW, "images", "TestReroute")
    put_between(editor, LOOP_GATE, "report", "TestSet", "TestGet")
    editor.run()
    slider = editor.results(LOOP).get_by_role("slider")
    slider.focus()
    slider.press("ArrowRight")
    expect(editor.page.locator(".anime-popup .anime-frame img")).to_be_visible()
    editor.page.keyboard.press("Escape")

    editor.page.evaluate(f"() => {{ app.graph.getNodeById({LOOP}).mode = {MUTED}; }}")
    editor.press_run()
    message = editor.page.get_by_role("alert").filter(has_text="A report is missing").first
    expect(message).to_contain_text("Bypass “The loop passes” and “The loop's verdict” too")
    editor.errors.clear()  # the editor says every refusal in the console


def put_between(editor: Editor, node: int, name: str, *types: str) -> None:
    """Lead an input's connection through virtual nodes.

    Args:
        editor: editor with an open workflow.
        node: id of the node.
        name: name of its input.
        types: types of the virtual nodes; between two of them there is no link.
    """
    editor.page.evaluate(PUT_BETWEEN, [node, name, *types])
