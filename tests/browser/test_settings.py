"""The pack's settings, commands and menu, in the real editor."""

import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from ..comfyui import PACK
from ..file_server import FileServer
from ..integration.client import ComfyClient
from ..integration.server import ComfyServer
from .conftest import PACK_DIRECTORY
from .editor import Editor, Mode, example

pytestmark = pytest.mark.parametrize("mode", [Mode.CLASSIC], indirect=True)

GROUP = "Anime Production"
WEIGHT, MODEL = "anime_completeness", "mobilenetv3_v2.2_dist"
CONTENT = bytes(16_800_000)


def open_settings(editor: Editor) -> Any:
    """The pack's page of the settings."""
    execute(editor, "Comfy.ShowSettingsDialog")
    editor.page.get_by_role("dialog").get_by_text(GROUP).click()
    return editor.page.get_by_role("dialog")


def execute(editor: Editor, command: str) -> None:
    """Run a command of the editor, as its key would."""
    editor.page.evaluate("id => void app.extensionManager.command.execute(id)", command)


@pytest.fixture
def client(editor_server: ComfyServer) -> Iterator[ComfyClient]:
    """Of the editor's ComfyUI, which tracks afterwards what it tracks by itself."""
    client = ComfyClient(editor_server)
    yield client
    client.post("/anime/tracking", {"tracking": "jobs"})


def test_every_prompt_is_remembered_from_the_moment_that_is_chosen(editor, client):
    size = {"width": 8, "height": 8, "batch_size": 1, "color": 0}
    graph = {"1": {"class_type": "EmptyImage", "inputs": size}}
    graph["2"] = {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}
    unseen = client.run(graph).prompt_id
    choice = open_settings(editor).get_by_role("combobox", name="Prompts that are remembered")
    choice.locator("xpath=self::*[not(@disabled)]").wait_for()
    assert choice.input_value() == "jobs"
    with editor.page.expect_response(lambda answer: answer.request.method == "POST"):
        choice.select_option("All")
    size["width"] = 16
    seen = client.run(graph).prompt_id
    listed = [job["prompt_id"] for job in client.get("/anime/jobs")["jobs"]]
    assert seen in listed
    assert unseen not in listed


def test_what_takes_a_restart_says_so(editor, client):
    page = open_settings(editor)
    page.get_by_role("combobox", name="Prompts that are remembered").select_option("None")
    page.get_by_text("Holds from the next start of ComfyUI; until then: Those with a").wait_for()
    assert client.get("/anime/tracking")["tracking"] == "jobs"


@pytest.mark.slow
def test_where_the_environment_decides_nothing_can_be_chosen_and_it_is_said(
    browser, comfyui, tmp_path, mode
):
    variables = {"ANIME_DATABASE_URL": None, "ANIME_TRACKING": "all"}
    packs = {PACK_DIRECTORY: PACK}
    with ComfyServer(comfyui, tmp_path / "base", packs, environment=variables) as server:
        ComfyClient(server).post("/settings", {"Comfy.TutorialCompleted": True})
        context = browser.new_context()
        editor = Editor(context.new_page(), server, tmp_path)
        editor.open()
        page = open_settings(editor)
        page.get_by_text("Set by the environment variable ANIME_TRACKING").wait_for()
        choice = page.get_by_role("combobox", name="Prompts that are remembered")
        assert choice.is_disabled()
        assert choice.input_value() == "all"
        context.close()
        server.stop()
        server.end_databases()


def test_the_database_is_told_without_where_it_is(editor):
    page = open_settings(editor)
    page.get_by_text(re.compile(r"PostgreSQL [\d.]+ answers")).wait_for()
    told = page.text_content()
    assert "Embedded" in told
    assert "postgresql://" not in told
    editor.picture("settings")


def test_a_new_node_gets_the_chosen_profile_and_one_of_a_workflow_keeps_its_own(editor):
    page = open_settings(editor)
    page.get_by_role("combobox", name="Profile of new nodes").click()
    listed = editor.page.locator(".p-select-overlay").get_by_role("option")
    offered = [each.strip() for each in listed.all_text_contents()]
    assert offered == ["supporting", "background", "draft", "hero"]
    listed.last.click()
    profiles = """() => app.graph.nodes
        .flatMap((node) => node.widgets ?? [])
        .filter(({ name }) => name === "profile")
        .map(({ value }) => value)"""
    editor.load(example("check_a_clip"))
    assert set(editor.page.evaluate(profiles)) == {"supporting"}
    editor.page.evaluate("() => app.graph.clear()")
    editor.page.evaluate("() => app.graph.add(LiteGraph.createNode('AnimeLoopScore'))")
    assert editor.page.evaluate(profiles) == ["hero"]


def test_a_weight_is_downloaded_after_its_licence_was_shown_with_progress(
    editor, editor_server, hub: FileServer
):
    path = f"deepghs/{WEIGHT}/resolve/main/{MODEL}"
    hub.offer(f"{path}/model.onnx", CONTENT, pause=0.05)
    hub.offer(f"{path}/meta.json", b'{"labels": []}')
    open_settings(editor).get_by_role("button", name="Download weights").click()
    window = editor.page.get_by_role("dialog", name="Weights of measures")
    row = window.get_by_role("listitem").filter(has_text=WEIGHT)
    assert "16.8 MB" in row.text_content()
    row.get_by_role("button", name=f"Download …: {WEIGHT}").click()
    assert "Licence: OpenRAIL (DeepGHS)" in row.text_content()
    assert hub.asked == []

    row.get_by_role("button", name=f"Download: {WEIGHT}").click()
    row.get_by_text(re.compile(r"\d of 16\.8 MB")).wait_for()
    editor.picture("download")
    row.get_by_role("button", name="Stop").click()
    row.get_by_text("Stopped. What has come so far is kept.").wait_for()

    hub.files[f"{path}/model.onnx"].pause = 0
    row.get_by_role("button", name="Go on").click()
    row.get_by_role("button", name=f"Download: {WEIGHT}").click()
    row.get_by_text(f"Installed in models/{WEIGHT}").wait_for()
    fetched = editor_server.base / "models" / WEIGHT / MODEL / "model.onnx"
    assert fetched.stat().st_size == len(CONTENT)
    assert hub.asked[1][1] is not None, "it did not go on where it had stopped"
    shutil.rmtree(fetched.parent)  # it is no model, and others' tests would use it


def test_a_download_that_fails_says_why_and_a_closed_window_is_no_reason_not_to(editor):
    execute(editor, "AnimeProduction.DownloadWeights")
    window = editor.page.get_by_role("dialog", name="Weights of measures")
    row = window.get_by_role("listitem").filter(has_text="face_detect_v1.4_s")
    for again in ("Download …", "Try again …"):
        row.get_by_role("button", name=again).click()
        row.get_by_role("button", name="Download: face_detect_v1.4_s").click()
        row.get_by_text("Not downloaded:").wait_for()
    assert "404" in row.text_content()
    row.get_by_role("button", name="Try again").click()
    editor.page.evaluate(
        """() => {
            const begin = [...document.querySelectorAll("dialog button")]
                .find((each) => each.ariaLabel === "Download: face_detect_v1.4_s");
            begin.click();
            document.querySelector("dialog").close();
        }"""
    )
    editor.page.get_by_text("face_detect_v1.4_s was not downloaded.").wait_for()


def test_what_may_not_be_used_commercially_says_so_before_it_is_accepted(editor):
    execute(editor, "AnimeProduction.DownloadWeights")
    window = editor.page.get_by_role("dialog", name="Weights of measures")
    row = window.get_by_role("listitem").filter(has_text="buffalo_l")
    row.get_by_role("button", name="Download").click()
    assert "It may not be used commercially." in row.text_content()
    assert row.get_by_role("button", name="Accept and download").is_visible()
    row.get_by_role("button", name="Not now").click()
    assert row.get_by_role("button").all_text_contents() == ["Download …"]
    editor.page.keyboard.press("Escape")
    window.wait_for(state="detached")


def test_the_menu_has_the_panel_the_weights_and_the_health(editor):
    for name, seen in {
        "Anime Jobs": ".anime-panel",
        "Download weights": "dialog .anime-weights",
        "Health of Anime Production": "dialog .anime-health",
    }.items():
        editor.page.locator(".comfy-menu-button-wrapper").click()
        editor.page.get_by_role("menuitem", name=GROUP).hover()
        editor.page.get_by_role("menuitem", name=name).click()
        editor.page.locator(seen).wait_for()
        editor.picture(name)
        editor.page.keyboard.press("Escape")
