"""Results on the nodes never cover other nodes, and their height is never saved."""

import json
from itertools import combinations
from typing import Any

import pytest

from .accessibility import serious_faults
from .conftest import in_the_classic_canvas
from .editor import Editor, Mode, set_values, small_check
from .places import NODES, NODES_2, Box, settled
from .test_on_the_nodes import nodes_with_cut_off_results

SHEET, CHARACTER, LOOP, QUALITY = 3, 4, 5, 6
CHARACTER_GATE, LOOP_GATE, PICTURE_GATE = 7, 8, 9
FEW = 3  # frames; too few for most measurements, so that many have the same reason
FREE = 3000  # pixels; right of it the example has no nodes
LIMIT = 240  # pixels that results add to a node at most
SIZES = """() => Object.fromEntries(
    app.graph.serialize().nodes.map(({ id, size }) => [id, [...size].map(Math.round)]))"""
GROWN = "(id) => Math.round(app.graph.getNodeById(id).size[1])"
# Puts a node beside all others, and a second one under it, at this distance to the latter's title.
PUT_BELOW = """([left, above, below, distance]) => {
    const [node, next] = [above, below].map((id) => app.graph.getNodeById(id));
    node.pos = [left, 100];
    next.pos = [node.pos[0] + 40, node.pos[1] + node.size[1] + 30 + distance];
    app.canvas.setDirty(true, true);
}"""
MOVE_DOWN = "([id, by]) => { app.graph.getNodeById(id).pos[1] += by; }"
COPY = """(id) => {
    const node = app.graph.getNodeById(id);
    app.canvas.deselectAll();
    app.canvas.select(node);
    app.canvas.copyToClipboard();
    app.canvas.pasteFromClipboard();
    const [copy] = app.canvas.selectedItems;
    const size = [...copy.size].map(Math.round);
    app.graph.remove(copy);
    return size;
}"""
# Where the verdict of a node's results is on the canvas, in pixels of the page.
IN_VIEW = """(id) => {
    const verdict = document.querySelector(`[data-node="${id}"] .anime-verdict`);
    const text = verdict.getBoundingClientRect();
    const frame = document.elementFromPoint(text.left + 4, text.top + text.height / 2);
    const isWhole = verdict.scrollWidth <= verdict.clientWidth + 1
        && text.height < 34 * app.canvas.ds.scale;
    return { isWhole, isOnTop: verdict.contains(frame) };
}"""


def short_check(frames: int = FEW) -> dict[str, Any]:
    """Return the example check_a_clip with a clip of a few frames."""
    workflow = small_check()
    set_values(workflow, 1, {0: frames})
    return workflow


def boxes_of(editor: Editor, mode: Mode) -> dict[int, Box]:
    """Return the places of the nodes once none changes its size any more."""
    nodes = NODES_2 if mode is Mode.NODES_2 else NODES
    return {int(box.id): box for box in settled(editor, nodes)}


def run_until_shown(editor: Editor, *nodes: int) -> None:
    editor.run()
    for node in nodes:
        editor.results(node).locator(".anime-verdict").wait_for()


@pytest.mark.parametrize("distance", [300, 120, 30, 4])
def test_results_use_the_room_below_the_node_and_no_more(editor: Editor, kind, distance: int):
    editor.load(short_check())
    editor.settle()
    below = {CHARACTER: 12, LOOP: 13, QUALITY: 14}
    for column, (above, other) in enumerate(below.items()):
        editor.page.evaluate(PUT_BELOW, [FREE + 500 * column, above, other, distance])
    # What is outside of the view has no results, and Nodes 2.0 doesn't measure it.
    editor.show(scale=0.7, left=200 - FREE, top=60)
    editor.settle()
    before = boxes_of(editor, kind[1])
    for above, other in below.items():  # Nodes 2.0 draws nodes higher than their size says
        gap = before[other].top - before[above].bottom
        editor.page.evaluate(MOVE_DOWN, [other, distance - gap])
    editor.settle()
    before = boxes_of(editor, kind[1])
    assert all(before[other].top >= before[above].bottom for above, other in below.items())
    run_until_shown(editor, CHARACTER, LOOP, QUALITY)
    boxes = boxes_of(editor, kind[1])
    covered = [(a, b) for a, b in combinations(boxes, 2) if boxes[a].overlaps(boxes[b])]
    assert covered == []
    for node in below:
        assert boxes[node].bottom - before[node].bottom <= LIMIT
    editor.show(scale=1.0, left=60 - FREE, top=60)
    editor.page.wait_for_timeout(300)
    editor.picture(f"room-{distance}")
    assert nodes_with_cut_off_results(editor) == []
    for node in below:
        editor.look_at(node, scale=1.0)
        editor.settle()
        assert editor.page.evaluate(IN_VIEW, node) == {"isWhole": True, "isOnTop": True}


def test_the_same_reason_stands_once_and_everything_opens_in_a_window(editor: Editor):
    editor.load(short_check())
    run_until_shown(editor, LOOP, LOOP_GATE)
    for node in (LOOP, LOOP_GATE):
        assert editor.results(node).text_content().count("There are 3 frames") == 1
    assert "seam position, seam velocity, and 4 more" in editor.results(LOOP).text_content()
    editor.look_at(LOOP)
    opener = editor.results(LOOP).get_by_role("button", name="Open all results")
    opener.focus()
    opener.press("Enter")
    window = editor.page.get_by_role("dialog", name="Does it loop?")
    window.wait_for()
    assert serious_faults(editor, ".anime-popup") == []
    editor.picture("window")
    editor.page.keyboard.press("Escape")
    window.wait_for(state="detached")
    assert opener.evaluate("(button) => button === document.activeElement")


def test_an_opened_frame_is_closed_by_escape_and_by_its_button(editor: Editor, kind):
    editor.load(short_check(frames=8))
    run_until_shown(editor, CHARACTER)
    editor.look_at(CHARACTER)
    boxes_of(editor, kind[1])  # the node has grown for its pictures
    before = editor.page.evaluate(GROWN, CHARACTER)
    slider = editor.results(CHARACTER).get_by_role("slider")
    window = editor.page.locator(".anime-popup")
    slider.click()
    window.locator(".anime-frame img").wait_for()
    assert editor.page.evaluate(GROWN, CHARACTER) == before
    editor.page.keyboard.press("Escape")
    window.wait_for(state="detached")
    slider.focus()
    slider.press("ArrowRight")
    window.locator(".anime-frame img").wait_for()
    editor.picture("frame")
    window.get_by_role("button", name="Close (Escape)").click()
    window.wait_for(state="detached")
    assert slider.evaluate("(slider) => slider === document.activeElement")


@in_the_classic_canvas
def test_the_editors_panel_of_inputs_leaves_the_results_as_they_are(editor: Editor, kind):
    toggle = editor.page.get_by_role("button", name="Toggle properties panel").first
    if toggle.get_attribute("aria-pressed") != "true":
        toggle.click()
    try:
        editor.load(short_check(frames=8))
        run_until_shown(editor, CHARACTER)
        editor.look_at(CHARACTER)
        before = boxes_of(editor, kind[1])
        # It selects the node, whose inputs the panel shows then.
        editor.results(CHARACTER).get_by_role("slider").click()
        editor.page.get_by_text("min_similarity").last.wait_for()
        assert boxes_of(editor, kind[1]) == before
        results, node = editor.results(CHARACTER).bounding_box(), before[CHARACTER]
        assert results["width"] <= (node.right - node.left) * 0.9
    finally:
        toggle.click()  # the server keeps the setting


def test_the_height_of_results_is_not_saved(editor: Editor, kind):
    editor.load(short_check())
    editor.settle()
    boxes_of(editor, kind[1])
    before = editor.page.evaluate(SIZES)
    run_until_shown(editor, SHEET, CHARACTER, LOOP, QUALITY, CHARACTER_GATE)
    grown = boxes_of(editor, kind[1])
    assert grown[LOOP].bottom - grown[LOOP].top > before[str(LOOP)][1] + 60
    assert editor.page.evaluate(SIZES) == before
    assert editor.page.evaluate(COPY, LOOP) == before[str(LOOP)]
    # The prompt goes along with the workflow, and so does each saved picture.
    editor.run()
    workflow = editor.prompts[-1]["extra_data"]["extra_pnginfo"]["workflow"]
    sizes = {str(each["id"]): [round(side) for side in each["size"]] for each in workflow["nodes"]}
    assert sizes == before
    assert "anime_results" not in json.dumps(editor.prompts)


def test_a_size_that_the_maker_chose_while_results_were_shown_is_saved(editor: Editor, kind):
    if kind[1] is Mode.NODES_2:
        pytest.skip("the handle of Nodes 2.0 is tested below")
    editor.load(short_check())
    run_until_shown(editor, LOOP)
    boxes_of(editor, kind[1])
    before = editor.page.evaluate(SIZES)[str(LOOP)]
    resize = "([id, size]) => app.graph.getNodeById(id).setSize(size)"
    grown = editor.page.evaluate(GROWN, LOOP)
    editor.page.evaluate(resize, [LOOP, [380, grown]])
    editor.settle()
    assert editor.page.evaluate(SIZES)[str(LOOP)] == [380, before[1]]
    editor.page.evaluate(resize, [LOOP, [380, grown + 90]])
    editor.settle()
    assert editor.page.evaluate(SIZES)[str(LOOP)] == [380, grown + 90]
    editor.page.evaluate(resize, [LOOP, [380, grown]])
    editor.settle()
    assert editor.page.evaluate(SIZES)[str(LOOP)][1] <= before[1]
