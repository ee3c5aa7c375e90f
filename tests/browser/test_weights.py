"""The window in which weights are downloaded, in the real editor."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from anime_production.models.weights import RECOMMENDED, WEIGHTS

from ..file_server import FileServer
from .conftest import in_the_classic_canvas
from .editor import Editor
from .settings import execute, open_settings, texts

pytestmark = in_the_classic_canvas
WEIGHT, MODEL = "anime_completeness", "mobilenetv3_v2.2_dist"
ON_THE_HUB = f"deepghs/{WEIGHT}/resolve/main/{MODEL}"
CONTENT = bytes(16_800_000)
ABSENT, ABSENT_TOO = "face_detect_v1.4_s", "head_detect_v2.0_s"  # the hub doesn't have them
NOT_COMMERCIAL = "buffalo_l"
NARROW, WIDE = {"width": 360, "height": 900}, {"width": 1900, "height": 1200}
CLIPBOARD = ["clipboard-read", "clipboard-write"]
# Elements of the window whose text goes on beyond the right edge of their place.
CUT_OFF = """(window) => [window, ...window.querySelectorAll("*")]
    .filter((each) => each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0)
    .map((each) => `${each.tagName} ${each.className}: ${each.textContent.slice(0, 60)}`)"""
CONTRASTS = """(window) => {
    const rgb = (colour) => {
        const canvas = new OffscreenCanvas(1, 1).getContext("2d");
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const light = (colour) => rgb(colour).slice(0, 3).map((each) => each / 255)
        .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
        .reduce((sum, each, index) => sum + each * [0.2126, 0.7152, 0.0722][index], 0);
    const behind = (each) => {
        const { backgroundColor } = getComputedStyle(each);
        return rgb(backgroundColor)[3] > 250 ? backgroundColor : behind(each.parentElement);
    };
    const texts = window.querySelectorAll("h2, h3, h4, p, div, a, button");
    return [...texts].filter((each) => each.textContent.trim()).map((each) => {
        const [low, high] = [light(getComputedStyle(each).color), light(behind(each))].sort(
            (a, b) => a - b);
        return [(high + 0.05) / (low + 0.05), each.textContent.slice(0, 40)];
    }).filter(([ratio]) => ratio < 4.5);
}"""


def test_weights_are_downloaded_under_their_licences_stopped_and_tried_again(
    editor: Editor, hub: FileServer
):
    hub.offer(f"{ON_THE_HUB}/model.onnx", CONTENT, pause=0.05)
    hub.offer(f"{ON_THE_HUB}/meta.json", b'{"labels": []}')
    open_settings(editor).get_by_role("button", name="Download weights").click()
    window = editor.page.get_by_role("dialog", name="Weights of measures")
    the_recommended_set_comes_first_with_its_size_and_licences(window, hub)
    each_row_says_what_it_is_for_and_its_terms(window)
    assert hub.requests == []
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


def test_a_message_wraps_and_is_copied_whole(editor: Editor, hub: FileServer):
    page = editor.page
    page.context.grant_permissions(CLIPBOARD, origin=editor.server.address)
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        window = open_window(editor)
        message = failed_message(row_of(window, ABSENT))
        assert f"{hub.address}/deepghs/anime_face_detection/resolve/main/{ABSENT}/" in message
        assert window.evaluate(CUT_OFF) == []
        row_of(window, ABSENT).get_by_role("button", name=f"Copy message: {ABSENT}").click()
        row_of(window, ABSENT).get_by_text("✔ Copied").wait_for()
        assert page.evaluate("() => navigator.clipboard.readText()") == message
        close(editor, window)


def test_a_message_is_copied_where_the_browser_gives_no_clipboard(editor: Editor):
    """A page over plain http from another machine has none."""
    page = editor.page
    page.context.grant_permissions(CLIPBOARD, origin=editor.server.address)
    page.evaluate("() => navigator.clipboard.writeText('before')")
    window = open_window(editor)
    message = failed_message(row_of(window, ABSENT))
    page.evaluate("() => { Clipboard.prototype.writeText = undefined; }")
    row_of(window, ABSENT).get_by_role("button", name="Copy message").click()
    row_of(window, ABSENT).get_by_text("✔ Copied").wait_for()
    assert page.evaluate("() => getSelection().toString()") == message
    assert page.evaluate("() => navigator.clipboard.readText()") == message


def test_a_keyboard_alone_downloads_and_copies(editor: Editor):
    page = editor.page
    page.context.grant_permissions(CLIPBOARD, origin=editor.server.address)
    window = open_window(editor)
    press_until(page, f"Download: {ABSENT_TOO}")
    page.keyboard.press("Enter")
    row_of(window, ABSENT_TOO).get_by_text("Not downloaded:").wait_for()
    assert focused_name(page) == f"Try again: {ABSENT_TOO}"
    page.keyboard.press("Tab")
    assert focused_name(page) == f"Copy message: {ABSENT_TOO}"
    page.keyboard.press("Enter")
    row_of(window, ABSENT_TOO).get_by_text("✔ Copied").wait_for()
    close(editor, window)


def test_its_texts_are_readable_in_dark_and_light(editor: Editor):
    for theme in ("dark", "light"):
        editor.set_theme(theme)
        window = open_window(editor)
        failed_message(row_of(window, ABSENT))
        assert window.evaluate(CONTRASTS) == []
        close(editor, window)


@pytest.mark.parametrize("language", ["ja", "zh"])
def test_it_speaks_the_language_of_the_editor(editor: Editor, language: str):
    own = texts(language, "main.json")["animeProduction"]
    window = open_window(editor, own["words"]["weights.title"])
    for name, weight in WEIGHTS.items():
        text = row_of(window, name).text_content()
        assert own["weights"][f"{name}.purpose"] in text
        assert own["weights"][f"{name}.gain"] in text
        assert own["weights"][f"without.{weight.folder}"] in text
        assert own["licences"][weight.licence] in text
    editor.page.set_viewport_size(NARROW)
    assert window.evaluate(CUT_OFF) == []


def open_window(editor: Editor, title: str = "Weights of measures") -> Any:
    """Open the window, and wait for its rows."""
    execute(editor, "AnimeProduction.DownloadWeights")
    window = editor.page.get_by_role("dialog", name=title)
    window.get_by_role("listitem").first.wait_for()
    return window


def close(editor: Editor, window: Any) -> None:
    editor.page.keyboard.press("Escape")
    window.wait_for(state="detached")


def failed_message(row: Any) -> str:
    """Let a download fail, if it has not failed yet, and return the whole message."""
    message = row.get_by_text("Not downloaded:")
    if not message.count():
        row.get_by_role("button", name=f"Download: {ABSENT}").click()
    message.wait_for()
    text: str = message.text_content()
    return text


def press_until(page: Any, name: str) -> None:
    """Press Tab until the control of a name has the focus."""
    for _ in range(100):
        if focused_name(page) == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name}: no press of Tab reaches it")


def focused_name(page: Any) -> str:
    name: str = page.evaluate(
        "() => document.activeElement.ariaLabel ?? document.activeElement.textContent"
    )
    return name


def the_recommended_set_comes_first_with_its_size_and_licences(window: Any, hub: FileServer):
    names = [weight.name for weight in RECOMMENDED]
    window.get_by_role("heading", name="Recommended: take these two").wait_for()
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
    return window.get_by_role("listitem").filter(has_text=f"{weight} ·")


def each_row_says_what_it_is_for_and_its_terms(window: Any) -> None:
    for name, weight in WEIGHTS.items():
        row = row_of(window, name)
        row.get_by_role("heading", name=weight.purpose, exact=True).wait_for()
        text = row.text_content()
        assert weight.gain in text
        assert f"Without: {weight.without}" in text
        assert weight.licence in text
        assert ("Commercial use is not allowed." in text) == weight.non_commercial
        assert row.get_by_role("link").get_attribute("href") == weight.page
    assert "16.8 MB" in row_of(window, WEIGHT).text_content()


def it_is_stopped_and_goes_on_where_it_was(row: Any, hub: FileServer, base: Path) -> None:
    row.get_by_role("button", name=f"Download: {WEIGHT}").click()
    row.get_by_text(re.compile(r"\d of 16\.8 MB")).wait_for()
    row.get_by_role("button", name="Stop").click()
    row.get_by_text("Stopped. The part that was downloaded is kept.").wait_for()

    hub.files[f"{ON_THE_HUB}/model.onnx"].pause = 0
    row.get_by_role("button", name="Continue").click()
    row.get_by_text(f"Installed in models/{WEIGHT}").wait_for()
    fetched = base / "models" / WEIGHT / MODEL / "model.onnx"
    assert fetched.stat().st_size == len(CONTENT)
    assert hub.requests[1][1] is not None, "it did not go on where it had stopped"
    shutil.rmtree(fetched.parent)  # it is no model, and others' tests would use it


def what_may_not_be_used_commercially_says_so(row: Any) -> None:
    assert "Commercial use is not allowed." in row.text_content()
    assert row.get_by_role("button").all_text_contents() == ["Accept the licence and download"]


def a_download_that_fails_says_why(row: Any) -> None:
    for again in ("Download", "Try again"):
        row.get_by_role("button", name=f"{again}: {ABSENT}").click()
        row.get_by_text("Not downloaded:").wait_for()
    assert "404" in row.text_content()


def a_closed_window_is_no_reason_not_to_say_it(editor: Editor, row: Any) -> None:
    editor.page.evaluate(
        """(label) => {
            const begin = [...document.querySelectorAll("dialog button")]
                .find((each) => each.ariaLabel === label);
            begin.click();
            document.querySelector("dialog").close();
        }""",
        f"Try again: {ABSENT}",
    )
    # Editor 1.58 has the whole message once more, for screen readers.
    editor.page.get_by_text(f"{ABSENT} was not downloaded.", exact=True).wait_for()
