"""The pack's menu, settings and help, in the real editor."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from anime_production.tools.comfyui import PACK

from ..integration.client import ComfyClient
from ..integration.server import ComfyServer
from .conftest import PACK_DIRECTORY, in_the_classic_canvas
from .editor import Editor, example
from .settings import open_menu, open_settings, registered_texts, texts

pytestmark = in_the_classic_canvas

MENU = {
    "Download weights": "dialog .anime-weights >> nth=0",
    "Health of Anime Production": "dialog .anime-health",
    "Anime Jobs": ".anime-panel",
}
CHECKED = {5: "AnimeLoopScore", 7: "AnimeGate"}  # nodes of the example "check a clip"
OPEN_LIST = "[role=listbox]:not(.anime-panel *)"  # of a setting, not that of the panel
TRACKING = "Prompts that are remembered"
PROFILES = """() => app.graph.nodes
    .flatMap((node) => node.widgets ?? [])
    .filter(({ name }) => name === "profile")
    .map(({ value }) => value)"""


@pytest.fixture
def tracked(client: ComfyClient) -> Iterator[ComfyClient]:
    """The editor's ComfyUI, which tracks afterwards what it tracks by itself."""
    yield client
    client.post("/anime/tracking", {"tracking": "jobs"})


def test_the_menu_the_settings_and_the_help_do_what_they_say(editor: Editor, tracked: ComfyClient):
    english_is_what_the_editor_was_given(editor)
    the_menu_has_the_panel_the_weights_and_the_health(editor)
    page = open_settings(editor)
    the_database_is_told_without_where_it_is(page)
    what_takes_a_restart_says_so(page, tracked)
    every_prompt_is_remembered_from_the_moment_that_is_chosen(editor, page, tracked)
    a_new_node_gets_the_chosen_profile_and_one_of_a_workflow_keeps_its_own(editor, page)
    a_nodes_help_opens_with_its_picture(editor)


def english_is_what_the_editor_was_given(editor: Editor) -> None:
    given = registered_texts(editor)
    assert given["settings"] == texts("en", "settings.json")
    assert given["commands"] == texts("en", "commands.json")
    main = texts("en", "main.json")
    assert {each: each for each in given["menu"]} == main["menuLabels"]
    assert {each: each for each in given["categories"]} == main["settingsCategories"]


def the_menu_has_the_panel_the_weights_and_the_health(editor: Editor) -> None:
    for name, seen in MENU.items():
        open_menu(editor.page)
        editor.page.get_by_role("menuitem", name=name).click()
        editor.page.locator(seen).wait_for()
        editor.page.keyboard.press("Escape")


def the_database_is_told_without_where_it_is(page: Any) -> None:
    page.get_by_text(re.compile(r"PostgreSQL [\d.]+ answers")).wait_for()
    shown = page.text_content()
    assert "Embedded" in shown
    assert "postgresql://" not in shown


def what_takes_a_restart_says_so(page: Any, client: ComfyClient) -> None:
    choice = page.get_by_role("combobox", name=TRACKING)
    choice.locator("xpath=self::*[not(@disabled)]").wait_for()
    assert choice.input_value() == "jobs"
    choice.select_option("None")
    page.get_by_text("at the next start of ComfyUI. Until then: Those with a").wait_for()
    assert client.get("/anime/tracking")["tracking"] == "jobs"


def every_prompt_is_remembered_from_the_moment_that_is_chosen(
    editor: Editor, page: Any, client: ComfyClient
) -> None:
    size = {"width": 8, "height": 8, "batch_size": 1, "color": 0}
    graph = {"1": {"class_type": "EmptyImage", "inputs": size}}
    graph["2"] = {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}
    unseen = client.run(graph).prompt_id
    with editor.page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("combobox", name=TRACKING).select_option("All")
    size["width"] = 16
    seen = client.run(graph).prompt_id
    listed = [job["prompt_id"] for job in client.get("/anime/jobs")["jobs"]]
    assert seen in listed
    assert unseen not in listed


def a_new_node_gets_the_chosen_profile_and_one_of_a_workflow_keeps_its_own(
    editor: Editor, page: Any
) -> None:
    page.get_by_role("combobox", name="Profile of new nodes").click()
    listed = editor.page.locator(OPEN_LIST).get_by_role("option")
    offered = [each.strip() for each in listed.all_text_contents()]
    assert offered == ["supporting", "background", "draft", "hero"]
    listed.last.click()
    listed.last.wait_for(state="hidden")
    page.press("Escape")
    page.wait_for(state="hidden")
    editor.load(example("check_a_clip"))
    assert set(editor.page.evaluate(PROFILES)) == {"supporting"}
    editor.page.evaluate("() => app.graph.clear()")
    editor.page.evaluate("() => void app.graph.add(LiteGraph.createNode('AnimeLoopScore'))")
    assert editor.page.evaluate(PROFILES) == ["hero"]


def a_nodes_help_opens_with_its_picture(editor: Editor) -> None:
    editor.load(example("check_a_clip"))
    for node, kind in CHECKED.items():
        editor.page.evaluate("id => app.canvas.selectNode(app.graph.getNodeById(id))", node)
        if node == min(CHECKED):  # the page stays open, and follows the selection
            editor.look_at(node)
            editor.page.get_by_test_id("info-button").click()
        page = editor.page.locator(".node-help-content")
        picture = page.locator(f'img[src$="docs/pictures/{kind}.webp"]')
        picture.wait_for()
        editor.page.wait_for_function(
            "image => image.complete && image.naturalWidth > 250", arg=picture.element_handle()
        )
        assert picture.get_attribute("alt")
        shown = page.text_content()
        for section in ("Inputs.", "Output", "On the node.", "Example:", "What can go wrong."):
            assert section in shown


@pytest.mark.slow
def test_where_the_environment_decides_nothing_can_be_chosen_and_it_is_said(
    browser, comfyui, tmp_path, kind
):
    variables = {"ANIME_DATABASE_URL": None, "ANIME_TRACKING": "all"}
    packs = {PACK_DIRECTORY: PACK}
    arguments = ("--cpu", *kind[0].arguments())
    with ComfyServer(comfyui, tmp_path / "base", packs, arguments, variables) as server:
        ComfyClient(server).post("/settings", {"Comfy.TutorialCompleted": True})
        context = browser.new_context()
        editor = Editor(context.new_page(), server, tmp_path)
        editor.open()
        page = open_settings(editor)
        page.get_by_text("The environment variable ANIME_TRACKING sets this").wait_for()
        choice = page.get_by_role("combobox", name=TRACKING)
        assert choice.is_disabled()
        assert choice.input_value() == "all"
        context.close()
        server.stop()
        server.end_databases()
