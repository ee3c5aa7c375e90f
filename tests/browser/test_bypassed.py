"""Nodes that are muted or bypassed, and the ones that miss their reports."""

from uuid import uuid4

import pytest

from .editor import Editor, example
from .panel import expect

LOOP, LOOP_GATE, MUTED, BYPASSED = 5, 8, 2, 4

# How much of an element is to be seen, with all that it lies in.
OPACITY = """(element) => {
    let shown = 1;
    for (let each = element; each; each = each.parentElement) {
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


def opacity(editor: Editor, node: int) -> float:
    """How much of a node's verdict is to be seen, 0 to 1."""
    badge = editor.results(node).locator(".anime-headline").first
    shown: float = badge.evaluate(OPACITY)
    return shown


@pytest.fixture
def checked(any_editor: Editor) -> Editor:
    """The editor in which check_a_clip has run."""
    any_editor.load({**example("check_a_clip"), "id": str(uuid4())})
    any_editor.run()
    any_editor.results(LOOP_GATE).wait_for()
    return any_editor


@pytest.mark.parametrize("mode", [MUTED, BYPASSED], ids=["muted", "bypassed"])
def test_a_node_that_is_off_fades_with_its_verdict(checked: Editor, mode: int):
    assert opacity(checked, LOOP) == 1
    set_mode(checked, LOOP, mode)
    checked.page.wait_for_timeout(500)
    assert opacity(checked, LOOP) <= 0.5
    assert opacity(checked, LOOP_GATE) == 1
    checked.picture(f"off {mode}")
    set_mode(checked, LOOP, 0)
    checked.page.wait_for_timeout(500)
    assert opacity(checked, LOOP) == 1


@pytest.mark.parametrize(("mode", "word"), [(MUTED, "muted"), (BYPASSED, "bypassed")])
def test_a_report_that_is_missing_is_traced_to_the_node_that_is_off(
    any_editor: Editor, mode: int, word: str
):
    editor = any_editor
    editor.load({**example("check_a_clip"), "id": str(uuid4())})
    set_mode(editor, LOOP, mode)
    editor.press_run()
    message = editor.page.get_by_role("alert").filter(has_text="A report is missing").first
    expect(message).to_contain_text(
        f"“Does it loop?” is {word}. Without its report “The loop passes” can't run. "
        "Bypass “The loop passes” too, or turn “Does it loop?” on again."
    )
    editor.picture(f"missing report {mode}")

    # What it advises helps.
    set_mode(editor, LOOP_GATE, BYPASSED)
    editor.run()
    editor.results(9).wait_for()
    editor.errors.clear()  # the editor says every refusal in the console
