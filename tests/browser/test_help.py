"""A node's help page with its picture, in the real editor."""

import pytest

from .editor import Editor, Mode, example

CHECKED = {5: "AnimeLoopScore", 7: "AnimeGate"}


@pytest.mark.parametrize("mode", [Mode.CLASSIC], indirect=True)
def test_a_nodes_help_opens_with_its_picture(editor: Editor):
    editor.load(example("check_a_clip"))
    for node, kind in CHECKED.items():
        editor.page.evaluate("id => app.canvas.selectNode(app.graph.getNodeById(id))", node)
        if node == min(CHECKED):  # the page stays open, and follows the selection
            editor.page.get_by_test_id("info-button").click()
        page = editor.page.locator(".node-help-content")
        picture = page.locator(f'img[src$="docs/pictures/{kind}.webp"]')
        picture.wait_for()
        editor.page.wait_for_function(
            "image => image.complete && image.naturalWidth > 250", arg=picture.element_handle()
        )
        assert picture.get_attribute("alt")
        told = page.text_content()
        for section in ("Inputs.", "Output", "On the node.", "Example:", "What can go wrong."):
            assert section in told
        editor.picture(kind)
