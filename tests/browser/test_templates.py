"""The pack's templates: their order in the editor's template browser, and how they open."""

import re
from typing import Any

import pytest

from anime_production.tools.examples import TITLES, template

from .conftest import PACK_DIRECTORY, in_the_classic_canvas
from .editor import Editor
from .test_examples import open_template

# Below this scale the classic canvas draws no texts: 8 px of a font of 14 px.
TEXTS_SCALE = 8 / 14
LEGIBLE_SCALE = 0.8
WINDOWS = {"large": (1900, 1200), "laptop": (1366, 768)}
CARDS = '[data-testid^="template-workflow-"]'
LISTED = "cards => cards.map(card => card.dataset.testid.replace('template-workflow-', ''))"
# The first example, the one with the most nodes, one that lacks its models, and one between them.
# That the others are as compact is tested in tests/test_examples.py.
SOME = ("check_your_clip", "check_a_clip", "generate_a_loop", "make_a_phase")

VIEW = """() => {
    const canvas = app.canvas.canvas.getBoundingClientRect();
    const { scale, offset } = app.canvas.ds;
    const onScreen = ([x, y]) => [
        (x + offset[0]) * scale + canvas.left, (y + offset[1]) * scale + canvas.top];
    const note = app.graph.nodes.find(({ type }) => type === "MarkdownNote");
    const [left, top] = onScreen([note.pos[0], note.pos[1] - 30]);
    const [right, bottom] = onScreen([note.pos[0] + note.size[0], note.pos[1] + note.size[1]]);
    const firsts = app.graph.nodes.map(({ pos }) => onScreen(pos));
    const [leftmost, topmost] = [0, 1].map((axis) => Math.min(...firsts.map((at) => at[axis])));
    return {
        scale, textsAreDrawn: !app.canvas.low_quality, note: { left, top, right, bottom },
        leftmost, topmost,
        marked: JSON.stringify(app.graph.extra).includes("anime"),
    };
}"""
# Elements with the note's text in the classic canvas and in Nodes 2.0.
CUT_NOTES = """() => [...document.querySelectorAll(".comfy-markdown, .comfy-markdown-content")].map(
    ({ scrollHeight, clientHeight }) => [scrollHeight, clientHeight])"""


def test_templates_are_listed_in_the_order_that_teaches(editor: Editor):
    cards = _browse(editor)
    assert cards.evaluate_all(LISTED) == [template(name) for name in TITLES]
    assert cards.first.get_by_role("heading").inner_text() == "01 Check your clip"


@in_the_classic_canvas
def test_a_thumbnail_fills_its_square(editor: Editor):
    cards = _browse(editor)
    picture = cards.first.locator("img")
    picture.wait_for()
    editor.await_condition(lambda: picture.evaluate("image => image.naturalWidth") > 0)
    width, height = picture.evaluate("image => [image.naturalWidth, image.naturalHeight]")
    assert width == height


@pytest.mark.parametrize("window", WINDOWS)
def test_a_template_opens_with_texts_that_can_be_read(editor: Editor, window: str):
    width, height = WINDOWS[window]
    editor.page.set_viewport_size({"width": width, "height": height})
    for name in SOME:
        open_template(editor, name)
        editor.await_condition(lambda: editor.page.evaluate(VIEW)["scale"] >= LEGIBLE_SCALE)
        view = _settled_view(editor)
        assert view["scale"] >= LEGIBLE_SCALE > TEXTS_SCALE, name
        assert view["textsAreDrawn"], name
        note = view["note"]
        assert 0 < note["left"] < note["right"] < width, name
        assert 0 < note["top"] < note["bottom"] < height, name
        assert note["left"] == pytest.approx(view["leftmost"], abs=1), name
        assert note["top"] <= view["topmost"], name
        heights = editor.page.evaluate(CUT_NOTES)
        assert heights, name
        assert [text for text, room in heights if text > room + 1] == [], name
        assert not view["marked"], "the workflow that a user saves would open like a template"
    errors = [each for each in editor.errors if not re.search(r"\.safetensors", each)]
    assert errors == []


def test_a_workflow_that_was_a_template_comes_back_as_its_user_left_it(editor: Editor):
    open_template(editor, "check_a_clip")
    _settled_view(editor)
    editor.show(scale=0.4, left=300, top=200)
    workflow = editor.page.evaluate("() => app.graph.serialize()")
    workflow["extra"]["ds"] = {"scale": 0.4, "offset": [300, 200]}
    editor.page.evaluate("workflow => app.loadGraphData(workflow)", workflow)
    assert _settled_view(editor)["scale"] == pytest.approx(0.4)


def _browse(editor: Editor) -> Any:
    """Open the template browser at the pack's templates, and return their cards."""
    editor.page.get_by_role("button", name="Templates").first.click()
    editor.page.get_by_role("dialog").get_by_text(PACK_DIRECTORY, exact=True).first.click()
    cards = editor.page.locator(CARDS)
    editor.await_condition(lambda: cards.count() == len(TITLES))
    return cards


def _settled_view(editor: Editor) -> dict[str, Any]:
    """Return the view once it changes no more."""
    before: dict[str, Any] = {}
    for _ in range(30):
        view: dict[str, Any] = editor.page.evaluate(VIEW)
        if view == before:
            return view
        before = view
        editor.page.wait_for_timeout(400)
    raise AssertionError("The view goes on changing.")
