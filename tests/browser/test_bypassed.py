"""Nodes that are muted or bypassed, and the ones that miss their reports."""

from .editor import Editor, small_check
from .panel import expect
from .truth import assert_shown_is_true

LOOP, LOOP_GATE, PICTURE_GATE, LOOP_PLOT = 5, 8, 9, 12
ON, MUTED, BYPASSED = 0, 2, 4

# How much of a node's verdict is to be seen, with all that it lies in.
OPACITY = """(node) => {
    let shown = 1;
    const results = document.querySelector(`[data-node="${node}"] .anime-results`);
    for (let each = results.querySelector(".anime-headline"); each; each = each.parentElement) {
        shown *= Number(getComputedStyle(each).opacity);
    }
    return shown;
}"""


def set_mode(editor: Editor, node: int, mode: int) -> None:
    """Mute or bypass a node, as Ctrl-M and Ctrl-B do."""
    editor.page.evaluate(
        """([id, mode]) => {
            app.graph.getNodeById(id).mode = mode;
            app.graph.change();
            app.canvas.setDirty(true, true);
        }""",
        [node, mode],
    )


def test_a_node_is_turned_off_its_followers_are_named_and_both_come_back(editor: Editor):
    editor.load(small_check())
    set_mode(editor, LOOP, MUTED)
    editor.press_run()
    the_followers_are_named(editor)

    # What it advises helps.
    for node in (LOOP_GATE, LOOP_PLOT):
        set_mode(editor, node, BYPASSED)
    editor.run()
    editor.results(PICTURE_GATE).wait_for()
    assert {str(LOOP), str(LOOP_GATE)}.isdisjoint(
        shown.path for shown in assert_shown_is_true(editor)
    )

    for node in (LOOP, LOOP_GATE, LOOP_PLOT):
        set_mode(editor, node, ON)
    editor.run()
    for mode in (MUTED, BYPASSED):
        its_verdict_fades(editor, mode)


def the_followers_are_named(editor: Editor) -> None:
    message = editor.page.get_by_role("alert").filter(has_text="A report is missing").first
    expect(message).to_contain_text(
        "“Does it loop?” is muted. Without its report “The loop passes” and “The loop's verdict” "
        "can't run. Bypass “The loop passes” and “The loop's verdict” too, or turn “Does it loop?” "
        "on again."
    )
    editor.errors.clear()  # the editor says every refusal in the console


def its_verdict_fades(editor: Editor, mode: int) -> None:
    editor.results(LOOP).wait_for()
    assert editor.page.evaluate(OPACITY, LOOP) == 1
    set_mode(editor, LOOP, mode)
    editor.page.wait_for_function(f"({OPACITY})({LOOP}) <= 0.5")
    assert editor.page.evaluate(OPACITY, LOOP_GATE) == 1
    set_mode(editor, LOOP, ON)
    editor.page.wait_for_function(f"({OPACITY})({LOOP}) === 1")
