"""What the nodes behind a block say, and that no earlier result is taken for this run's."""

from uuid import uuid4

import pytest

from ..integration.client import ComfyClient
from .editor import Editor, example, set_values
from .truth import Shown, assert_shown_is_true, shown_results

CLIP, LOOP_GATE, PICTURE_GATE, JOB_SAVE = 1, 8, 9, 11
CHARACTER_GATE = 7
SEAM_JUMP = 8

PICTURES = """(id) => {
    const node = app.graph.getNodeById(id);
    const element = document.querySelector(`[data-node-id="${id}"]`);
    return {
        kept: (app.nodeOutputs[id]?.images ?? []).length,
        drawn: (node.imgs ?? []).length + (element?.querySelectorAll("img, video").length ?? 0),
    };
}"""


@pytest.fixture
def passed(any_editor: Editor) -> Editor:
    """The editor in which check_a_clip has run and passed."""
    any_editor.load({**example("check_a_clip"), "id": str(uuid4())})
    any_editor.run()
    any_editor.page.wait_for_function("(id) => app.nodeOutputs[id]?.images?.length", arg=JOB_SAVE)
    return any_editor


def shown_by(editor: Editor) -> dict[str, Shown]:
    return {shown.path: shown for shown in shown_results(editor)}


def plant_a_jump(editor: Editor) -> None:
    """Have the clip jump at its seam, as a user sets it."""
    editor.page.evaluate(
        """([id, place]) => { app.graph.getNodeById(id).widgets[place].value = 4; }""",
        [CLIP, SEAM_JUMP],
    )


def test_behind_a_block_every_node_says_that_it_was_not_reached(passed: Editor):
    editor = passed
    first = editor.page.evaluate(PICTURES, JOB_SAVE)
    assert first["kept"] == 1
    plant_a_jump(editor)
    editor.run()
    editor.results(JOB_SAVE).wait_for()
    editor.page.wait_for_timeout(500)
    assert_shown_is_true(editor)
    shown = shown_by(editor)

    assert shown[str(LOOP_GATE)].verdict == "FAIL"
    for node in (PICTURE_GATE, JOB_SAVE):
        assert shown[str(node)].unreached == "Not reached: The loop passes blocked"
        assert shown[str(node)].verdict is None
    assert "Nothing saved in this run" in shown[str(JOB_SAVE)].text
    assert "PASS" not in shown[str(PICTURE_GATE)].text
    editor.picture("blocked")
    # The picture that was saved before does not stand there as if it were this run's.
    assert editor.page.evaluate(PICTURES, JOB_SAVE) == {"kept": 0, "drawn": 0}
    newest = newest_prompt(editor)
    assert {each.prompt for each in shown.values() if not each.earlier} == {newest}

    # Cached from now on, it still says so; and once it passes again, all is as before.
    editor.run()
    editor.page.wait_for_timeout(500)
    assert shown_by(editor)[str(JOB_SAVE)].unreached == "Not reached: The loop passes blocked"
    editor.page.evaluate(
        "([id, place]) => { app.graph.getNodeById(id).widgets[place].value = 0; }",
        [CLIP, SEAM_JUMP],
    )
    editor.run()
    editor.page.wait_for_function("(id) => app.nodeOutputs[id]?.images?.length", arg=JOB_SAVE)
    editor.page.wait_for_timeout(500)
    assert_shown_is_true(editor)
    assert str(JOB_SAVE) not in shown_by(editor)
    assert shown_by(editor)[str(PICTURE_GATE)].verdict == "PASS"
    editor.picture("passes again")


def test_a_block_reaches_nodes_of_other_packs_too(any_editor: Editor):
    editor = any_editor
    workflow = {**example("check_a_clip"), "id": str(uuid4())}
    set_values(workflow, CLIP, {SEAM_JUMP: 4.0})
    editor.load(workflow)
    preview = editor.page.evaluate(
        """(gate) => {
            const node = LiteGraph.createNode("PreviewImage");
            app.graph.add(node);
            app.graph.getNodeById(gate).connect(0, node, 0);
            return node.id;
        }""",
        PICTURE_GATE,
    )
    editor.run()
    editor.results(preview).wait_for()
    assert "Not reached: The loop passes blocked" in editor.results(preview).text_content()
    saved = editor.page.evaluate("() => app.graph.serialize()")
    (node,) = (each for each in saved["nodes"] if str(each["id"]) == str(preview))
    assert "anime" not in str(node)


def test_behind_a_failure_every_node_says_which_one_failed(passed: Editor):
    editor = passed
    # ComfyUI takes the gate's thresholds as they are; the gate refuses a name that isn't there.
    editor.page.evaluate(
        """(id) => {
            const widgets = app.graph.getNodeById(id).widgets;
            widgets.find(each => each.name === "thresholds").value = "nonsense = 1";
        }""",
        CHARACTER_GATE,
    )
    editor.run()
    editor.results(JOB_SAVE).wait_for()
    assert_shown_is_true(editor)
    shown = shown_by(editor)
    for node in (LOOP_GATE, PICTURE_GATE, JOB_SAVE):
        assert shown[str(node)].unreached == "Not reached: The character passes failed"
    assert "Nothing saved in this run" in shown[str(JOB_SAVE)].text
    # What measured before it failed is this run's; the gate that failed shows an earlier run's.
    assert shown[str(CHARACTER_GATE)].earlier
    editor.picture("failed")
    editor.errors.clear()  # the editor says the failure in the console


def newest_prompt(editor: Editor) -> str:
    history = ComfyClient(editor.server).get("/history")
    return max((entry["prompt"][0], prompt) for prompt, entry in history.items())[1]
