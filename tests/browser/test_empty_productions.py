"""The tab Productions of the sidebar while there are none.

This file runs before those that order productions, because a production stays.
"""

import pytest

from ..integration.client import ComfyClient
from .conftest import in_the_classic_canvas
from .editor import Editor
from .panel import expect, open_panel

pytestmark = in_the_classic_canvas


def test_an_empty_view_says_how_to_order_one_and_orders_a_sample(
    editor: Editor, client: ComfyClient
):
    if client.get("/anime/productions")["productions"]:
        pytest.skip("there are productions, of another test")
    panel = open_panel(editor)
    panel.get_by_role("tab", name="Productions").click()
    steps = panel.locator(".anime-steps").get_by_role("listitem")
    expect(steps).to_have_count(3)
    expect(steps.nth(0)).to_contain_text("Character Sheet and Save Character")
    editor.picture("no-productions")
    panel.get_by_role("button", name="Try a sample").press("Enter")
    expect(panel.locator(".anime-status")).to_be_visible()
    (production,) = client.get("/anime/productions")["productions"]
    assert production["project"] == "Sample"
    panel.get_by_role("button", name="Cancel").click()
    expect(panel.locator(".anime-status")).to_contain_text("Cancelled")
    panel.get_by_role("button", name="All productions").click()
    expect(panel.get_by_role("button", name="Sample")).to_be_visible()
    expect(panel.locator(".anime-steps")).to_be_hidden()
