"""The window in which weights are downloaded, in the real editor."""

import re
import shutil
from pathlib import Path
from typing import Any

from anime_production.models.weights import RECOMMENDED, WEIGHTS

from ..file_server import FileServer
from .conftest import in_the_classic_canvas
from .editor import Editor
from .settings import execute, open_settings

pytestmark = in_the_classic_canvas
WEIGHT, MODEL = "anime_completeness", "mobilenetv3_v2.2_dist"
ON_THE_HUB = f"deepghs/{WEIGHT}/resolve/main/{MODEL}"
CONTENT = bytes(16_800_000)
ABSENT = "face_detect_v1.4_s"  # the hub doesn't have it
NOT_COMMERCIAL = "buffalo_l"


def test_weights_are_downloaded_under_their_licences_stopped_and_tried_again(
    editor: Editor, hub: FileServer
):
    hub.offer(f"{ON_THE_HUB}/model.onnx", CONTENT, pause=0.05)
    hub.offer(f"{ON_THE_HUB}/meta.json", b'{"labels": []}')
    open_settings(editor).get_by_role("button", name="Download weights").click()
    window = editor.page.get_by_role("dialog", name="Weights of measures")
    the_recommended_set_comes_first_with_its_size_and_licences(window, hub)
    the_licence_is_shown_before_anything_is_asked_for(row_of(window, WEIGHT), hub)
    it_is_stopped_and_goes_on_where_it_was(row_of(window, WEIGHT), hub, editor.server.base)
    what_may_not_be_used_commercially_says_so(row_of(window, NOT_COMMERCIAL))
    a_download_that_fails_says_why(row_of(window, ABSENT))
    a_closed_window_is_no_reason_not_to_say_it(editor, row_of(window, ABSENT))
    execute(editor, "AnimeProduction.DownloadWeights")
    editor.page.keyboard.press("Escape")
    window.wait_for(state="detached")


def test_one_button_downloads_the_recommended_set(editor: Editor):
    """The hub has none of its files here, so that each row says that it was asked for."""
    execute(editor, "AnimeProduction.DownloadWeights")
    window = editor.page.get_by_role("dialog", name="Weights of measures")
    button = window.get_by_role("button", name="Download the set")
    button.click()
    for weight in RECOMMENDED:
        row_of(window, weight.name).get_by_text("Not downloaded:").wait_for()
        assert "404" in row_of(window, weight.name).text_content()
    button.wait_for()
    assert button.is_enabled()


def the_recommended_set_comes_first_with_its_size_and_licences(window: Any, hub: FileServer):
    names = [weight.name for weight in RECOMMENDED]
    window.get_by_role("heading", name="Recommended for characters").wait_for()
    rows = window.get_by_role("listitem")
    first = [rows.nth(index).text_content() for index in range(len(names))]
    assert all(name in text for name, text in zip(names, first, strict=True))
    terms = window.locator(".anime-recommended").text_content()
    assert f"Together {sum(weight.megabytes or 0 for weight in RECOMMENDED):.0f} MB" in terms
    assert all(weight.licence in terms for weight in RECOMMENDED)
    assert rows.count() == len(WEIGHTS)
    assert hub.requests == []


def row_of(window: Any, weight: str) -> Any:
    """The row of a weight."""
    return window.get_by_role("listitem").filter(has_text=weight)


def the_licence_is_shown_before_anything_is_asked_for(row: Any, hub: FileServer) -> None:
    assert "16.8 MB" in row.text_content()
    row.get_by_role("button", name=f"Download …: {WEIGHT}").click()
    assert "Licence: OpenRAIL (DeepGHS)" in row.text_content()
    assert hub.requests == []


def it_is_stopped_and_goes_on_where_it_was(row: Any, hub: FileServer, base: Path) -> None:
    row.get_by_role("button", name=f"Download: {WEIGHT}").click()
    row.get_by_text(re.compile(r"\d of 16\.8 MB")).wait_for()
    row.get_by_role("button", name="Stop").click()
    row.get_by_text("Stopped. The part that was downloaded is kept.").wait_for()

    hub.files[f"{ON_THE_HUB}/model.onnx"].pause = 0
    row.get_by_role("button", name="Continue").click()
    row.get_by_role("button", name=f"Download: {WEIGHT}").click()
    row.get_by_text(f"Installed in models/{WEIGHT}").wait_for()
    fetched = base / "models" / WEIGHT / MODEL / "model.onnx"
    assert fetched.stat().st_size == len(CONTENT)
    assert hub.requests[1][1] is not None, "it did not go on where it had stopped"
    shutil.rmtree(fetched.parent)  # it is no model, and others' tests would use it


def what_may_not_be_used_commercially_says_so(row: Any) -> None:
    row.get_by_role("button", name="Download").click()
    assert "Commercial use is not allowed." in row.text_content()
    assert row.get_by_role("button", name="Accept and download").is_visible()
    row.get_by_role("button", name="Not now").click()
    assert row.get_by_role("button").all_text_contents() == ["Download …"]


def a_download_that_fails_says_why(row: Any) -> None:
    for again in ("Download …", "Try again …"):
        row.get_by_role("button", name=again).click()
        row.get_by_role("button", name=f"Download: {ABSENT}").click()
        row.get_by_text("Not downloaded:").wait_for()
    assert "404" in row.text_content()


def a_closed_window_is_no_reason_not_to_say_it(editor: Editor, row: Any) -> None:
    row.get_by_role("button", name="Try again").click()
    editor.page.evaluate(
        """(label) => {
            const begin = [...document.querySelectorAll("dialog button")]
                .find((each) => each.ariaLabel === label);
            begin.click();
            document.querySelector("dialog").close();
        }""",
        f"Download: {ABSENT}",
    )
    # Editor 1.58 has the whole message once more, for screen readers.
    editor.page.get_by_text(f"{ABSENT} was not downloaded.", exact=True).wait_for()
