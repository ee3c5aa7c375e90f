"""What the nodes show of their results, in the real editor."""

import json
import re
from typing import Any

from .accessibility import serious_faults
from .editor import Editor, set_values, small_check
from .panel import HOSTILE

SHEET, CHARACTER, LOOP, QUALITY = 3, 4, 5, 6
CHARACTER_GATE, LOOP_GATE, PREVIEW, CLIP_SHOWN = 7, 8, 14, 15
FRAMES, NAME_OF_SHEET = 24, 0
CUT_OFF = """() => [...document.querySelectorAll(".anime-results")]
    .filter((results) => results.offsetHeight > results.parentElement.clientHeight)
    .map((results) => results.parentElement.dataset.node)"""
# Names that the editor's menus and its side panel give to the results.
LABELS = """() => app.graph.nodes.flatMap(({ widgets }) => widgets ?? [])
    .filter(({ name }) => name === "anime_results").map(({ label }) => label)"""
# Height that a node gives to its results, as a multiple of the height that they need.
ROOM = "(results) => results.parentElement.clientHeight / results.offsetHeight"


def test_verdicts_are_read_and_frames_are_chosen_on_the_nodes(editor: Editor):
    workflow = small_check()
    set_values(workflow, SHEET, {NAME_OF_SHEET: HOSTILE})
    editor.load(workflow)
    editor.run()
    the_verdicts_are_shown(editor)
    nothing_else_learns_of_them(editor)
    a_frame_chosen_on_the_curve_is_shown(editor)
    the_clips_own_preview_shows_its_frames(editor)
    editor.show(scale=1.0, left=20, top=120)
    assert serious_faults(editor, ".anime-results") == []


def the_verdicts_are_shown(editor: Editor) -> None:
    editor.results(LOOP_GATE).wait_for()
    for node in (SHEET, CHARACTER, LOOP, QUALITY):
        shown = editor.results(node)
        assert re.match(r"✔ PASS\d+ / 100", shown.text_content())
        assert shown.locator(".anime-measurement").count() in (1, 2)
        assert shown.locator(".anime-curve canvas").count() == 1
        assert shown.evaluate(ROOM) < 1.2  # a node that has grown too high stays so
    assert nodes_with_cut_off_results(editor) == []
    assert set(editor.page.evaluate(LABELS)) == {"Verdict"}
    assert f"{FRAMES} accepted, 0 rejected" in editor.results(CHARACTER_GATE).text_content()
    assert editor.results(SHEET).locator(".anime-references img").count() == 4
    assert f"like {HOSTILE} in" in editor.results(CHARACTER).text_content()
    assert editor.page.evaluate("() => window.hacked") is None


def nodes_with_cut_off_results(editor: Editor) -> list[str]:
    """Return the ids of the nodes whose results are higher than the room that the node gives."""
    cut_off: list[str] = editor.page.evaluate(CUT_OFF)
    return cut_off


def nothing_else_learns_of_them(editor: Editor) -> None:
    editor.run()  # only now there are widgets that could go along
    assert "anime_results" not in json.dumps(editor.prompts)
    saved = editor.page.evaluate("() => app.graph.serialize()")
    assert "anime_results" not in json.dumps(saved)
    values = {each["id"]: each.get("widgets_values") for each in small_check()["nodes"]}
    for node in saved["nodes"]:
        if node["id"] in (CHARACTER, LOOP, QUALITY, CHARACTER_GATE):
            assert node["widgets_values"] == values[node["id"]]


def a_frame_chosen_on_the_curve_is_shown(editor: Editor) -> None:
    shown = editor.results(CHARACTER)
    slider = shown.get_by_role("slider")
    slider.focus()
    for _ in range(3):
        slider.press("ArrowLeft")
    chosen = int(slider.get_attribute("aria-valuenow"))
    window = editor.page.locator(".anime-popup")
    value = window.locator(".anime-chosen").text_content()
    assert re.fullmatch(rf"Frame {chosen}: (?:0\.\d+|1)", value)  # the name contains the unit
    picture = picture_of(editor, CHARACTER, PREVIEW, chosen)
    editor.page.wait_for_function("image => image.naturalWidth > 0", arg=picture.element_handle())


def the_clips_own_preview_shows_its_frames(editor: Editor) -> None:
    """The loop score has no preview of its own."""
    slider = editor.results(LOOP).get_by_role("slider")
    slider.focus()
    slider.press("ArrowRight")
    picture = picture_of(editor, LOOP, CLIP_SHOWN, int(slider.get_attribute("aria-valuenow")))

    # Nothing shows the frames any more: it says so, and shows no other.
    editor.page.evaluate(f"() => app.graph.remove(app.graph.getNodeById({CLIP_SHOWN}))")
    slider.press("ArrowRight")
    assert picture.count() == 0
    assert "connect a Preview Image" in editor.page.locator(".anime-popup").text_content()


def picture_of(editor: Editor, node: int, preview: int, frame: int) -> Any:
    """The picture that a node shows, which must be this frame of a preview."""
    picture = editor.page.locator(".anime-popup .anime-frame img")
    picture.wait_for()
    file = editor.page.evaluate(f"() => app.nodeOutputs['{preview}'].images[{frame}].filename")
    assert f"filename={file}&" in picture.get_attribute("src")
    return picture
