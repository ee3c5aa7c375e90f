"""What the nodes behind a block say, and that no earlier result is taken for this run's."""

import re
from typing import Any

from .editor import Editor, small_check
from .truth import Shown, assert_shown_is_true

CLIP, LOOP, CHARACTER_GATE, LOOP_GATE, PICTURE_GATE, JOB_SAVE = 1, 5, 7, 8, 9, 11
FRAMES = 24
BLOCKED = "Not reached: The loop passes blocked"

PICTURES = """(id) => {
    const node = app.graph.getNodeById(id);
    const element = document.querySelector(`[data-node-id="${id}"]`);
    return {
        kept: (app.nodeOutputs[id]?.images ?? []).length,
        drawn: (node.imgs ?? []).length + (element?.querySelectorAll("img, video").length ?? 0),
    };
}"""


def test_a_clip_is_blocked_passes_again_and_fails_and_each_node_says_what_it_was(editor: Editor):
    editor.load(small_check())
    preview = add_preview(editor)
    editor.run()
    for node, pictures in ((JOB_SAVE, 1), (preview, FRAMES)):
        assert editor.page.evaluate(PICTURES, node)["kept"] == pictures

    set_value(editor, CLIP, "seam_jump", 4)
    newest = editor.run()
    the_loop_says_by_what_it_fails(editor)
    everything_behind_it_was_not_reached(editor, preview, newest)
    newest = editor.run()  # cached from now on
    everything_behind_it_was_not_reached(editor, preview, newest)

    set_value(editor, CLIP, "seam_jump", 0)
    editor.run()
    shown = shown_by(editor)
    assert {str(JOB_SAVE), str(preview)}.isdisjoint(shown)
    assert shown[str(PICTURE_GATE)].verdict == "PASS"
    assert editor.page.evaluate(PICTURES, JOB_SAVE)["kept"] == 1

    # ComfyUI takes the gate's thresholds as they are; the gate refuses a name that isn't there.
    set_value(editor, CHARACTER_GATE, "thresholds", "nonsense = 1")
    editor.run()
    the_one_that_failed_is_named(editor)


def add_preview(editor: Editor) -> int:
    """Show what the last gate lets through in a node of ComfyUI's own, and return its id."""
    node: int = editor.page.evaluate(
        """(gate) => {
            const node = LiteGraph.createNode("PreviewImage");
            app.graph.add(node);
            app.graph.getNodeById(gate).connect(0, node, 0);
            return node.id;
        }""",
        PICTURE_GATE,
    )
    return node


def set_value(editor: Editor, node: int, name: str, value: Any) -> None:
    """Set a widget, as a user does."""
    editor.page.evaluate(
        """([id, name, value]) => {
            const { widgets } = app.graph.getNodeById(id);
            widgets.find((each) => each.name === name).value = value;
        }""",
        [node, name, value],
    )


def shown_by(editor: Editor) -> dict[str, Shown]:
    return {shown.path: shown for shown in assert_shown_is_true(editor)}


def the_loop_says_by_what_it_fails(editor: Editor) -> None:
    loop = editor.results(LOOP)
    assert re.match(r"✘ FAIL\d+ / 100", loop.text_content())
    assert loop.locator(".anime-measurement").first.text_content().startswith("✘ seam")
    assert f"0 accepted, {FRAMES} rejected" in editor.results(LOOP_GATE).text_content()


def everything_behind_it_was_not_reached(editor: Editor, preview: int, newest: str) -> None:
    shown = shown_by(editor)
    assert shown[str(LOOP_GATE)].verdict == "FAIL"
    for node in (PICTURE_GATE, JOB_SAVE, preview):
        assert shown[str(node)].unreached == BLOCKED
        assert shown[str(node)].verdict is None
    assert "Nothing saved in this run" in shown[str(JOB_SAVE)].text
    assert "PASS" not in shown[str(PICTURE_GATE)].text
    # The pictures of before do not stand there as if they were this run's.
    for node in (JOB_SAVE, preview):
        assert editor.page.evaluate(PICTURES, node) == {"kept": 0, "drawn": 0}
    assert {each.prompt for each in shown.values() if not each.earlier} == {newest}
    saved = editor.page.evaluate("() => app.graph.serialize()")
    (node,) = (each for each in saved["nodes"] if str(each["id"]) == str(preview))
    assert "anime" not in str(node)


def the_one_that_failed_is_named(editor: Editor) -> None:
    shown = shown_by(editor)
    for node in (LOOP_GATE, PICTURE_GATE, JOB_SAVE):
        assert shown[str(node)].unreached == "Not reached: The character passes failed"
    assert "Nothing saved in this run" in shown[str(JOB_SAVE)].text
    # What measured before it failed is this run's; the gate that failed shows an earlier run's.
    assert shown[str(CHARACTER_GATE)].earlier
    editor.errors.clear()  # the editor says the failure in the console
