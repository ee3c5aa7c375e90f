"""What the nodes show of their results, in the real editor."""

import json
import re

import pytest

from .editor import Editor, example, set_values
from .truth import assert_shown_is_true

CLIP, SHEET, CHARACTER, LOOP, QUALITY = 1, 3, 4, 5, 6
CHARACTER_GATE, LOOP_GATE, PREVIEW, CLIP_SHOWN = 7, 8, 14, 15
FRAMES, NAME_OF_SHEET, SEAM_JUMP = 24, 0, 8
HOSTILE = "<img src=x onerror=window.hacked=1>"


@pytest.fixture
def checked(editor: Editor) -> Editor:
    """The editor in which "check a clip" has run, of a character with a hostile name."""
    workflow = example("check_a_clip")
    set_values(workflow, SHEET, {NAME_OF_SHEET: HOSTILE})
    editor.load(workflow)
    editor.run()
    editor.results(LOOP_GATE).wait_for()
    return editor


def test_a_run_shows_its_verdicts_and_nothing_else_learns_of_them(checked: Editor):
    for node in (SHEET, CHARACTER, LOOP, QUALITY):
        shown = checked.results(node)
        assert re.match(r"✔ PASS\d+ / 100", shown.text_content())
        assert shown.locator(".anime-measurement").count() in (1, 2)
        assert shown.locator(".anime-curve canvas").count() == 1
    assert f"{FRAMES} accepted, 0 rejected" in checked.results(CHARACTER_GATE).text_content()
    assert checked.results(SHEET).locator(".anime-references img").count() == 4

    assert f"like {HOSTILE} in" in checked.results(CHARACTER).text_content()
    assert checked.page.evaluate("() => window.hacked") is None

    checked.run()  # only now there are widgets that could go along
    assert "anime_results" not in json.dumps(checked.prompts)
    saved = checked.page.evaluate("() => app.graph.serialize()")
    assert "anime_results" not in json.dumps(saved)
    values = {each["id"]: each.get("widgets_values") for each in example("check_a_clip")["nodes"]}
    for node in saved["nodes"]:
        if node["id"] in (CHARACTER, LOOP, QUALITY, CHARACTER_GATE):
            assert node["widgets_values"] == values[node["id"]]

    checked.picture("verdicts")


def test_a_frame_chosen_on_the_curve_is_shown(checked: Editor):
    shown = checked.results(CHARACTER)
    slider = shown.get_by_role("slider")
    slider.focus()
    for _ in range(3):
        slider.press("ArrowLeft")
    chosen = int(slider.get_attribute("aria-valuenow"))
    assert re.match(
        rf"Frame {chosen}: 0\.\d+|Frame {chosen}: 1 ", shown.locator(".anime-chosen").text_content()
    )
    picture = shown.locator(".anime-frame img")
    picture.wait_for()
    wanted = checked.page.evaluate(f"() => app.nodeOutputs['{PREVIEW}'].images[{chosen}].filename")
    assert f"filename={wanted}&" in picture.get_attribute("src")
    checked.page.wait_for_function("image => image.naturalWidth > 0", arg=picture.element_handle())

    # The loop score has no preview of its own: the clip's shows its frames.
    slider = checked.results(LOOP).get_by_role("slider")
    slider.focus()
    slider.press("ArrowRight")
    chosen = int(slider.get_attribute("aria-valuenow"))
    picture = checked.results(LOOP).locator(".anime-frame img")
    picture.wait_for()
    wanted = checked.page.evaluate(
        f"() => app.nodeOutputs['{CLIP_SHOWN}'].images[{chosen}].filename"
    )
    assert f"filename={wanted}&" in picture.get_attribute("src")

    # Nothing shows the frames any more: it says so, and shows no other.
    checked.page.evaluate(f"() => app.graph.remove(app.graph.getNodeById({CLIP_SHOWN}))")
    slider.press("ArrowRight")
    assert picture.count() == 0
    assert "connect a Preview Image" in checked.results(LOOP).text_content()
    checked.picture("frame")


def test_a_clip_that_fails_says_by_what(editor: Editor):
    workflow = example("check_a_clip")
    set_values(workflow, CLIP, {SEAM_JUMP: 4.0})
    editor.load(workflow)
    editor.run()
    shown = editor.results(LOOP)
    shown.wait_for()
    assert re.match(r"✘ FAIL\d+ / 100", shown.text_content())
    assert shown.locator(".anime-measurement").first.text_content().startswith("✘ seam")
    assert f"0 accepted, {FRAMES} rejected" in editor.results(LOOP_GATE).text_content()
    editor.picture("fail")


def test_a_finished_workflow_opened_again_shows_its_verdicts(checked: Editor):
    before = checked.results(CHARACTER).text_content()
    checked.page.wait_for_timeout(1500)  # the editor saves its draft a moment after a change
    checked.open()

    # The page was loaded anew: the editor has the workflow, ComfyUI's history its outputs.
    checked.results(CHARACTER).wait_for()
    assert_marked(checked, before)
    assert checked.results(LOOP_GATE).count() == 1

    # What "Open workflow" of the queue's history does.
    checked.page.evaluate(
        """async () => {
            const element = document.querySelector('#vue-app');
            const pinia = element.__vue_app__.config.globalProperties.$pinia;
            const queue = pinia._s.get('queue');
            await queue.update();
            await queue.historyTasks[0].loadWorkflow(app);
        }"""
    )
    checked.results(CHARACTER).wait_for()
    assert_marked(checked, before)
    assert checked.results(LOOP_GATE).count() == 1
    assert_shown_is_true(checked)


def assert_marked(editor: Editor, before: str) -> None:
    """Check that the character's verdict is that of before, marked as of an earlier run."""
    told = editor.results(CHARACTER).text_content()
    assert re.fullmatch(r"From an earlier run \(.+?\)" + re.escape(before), told)
