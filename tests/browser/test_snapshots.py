"""Work that failed and saved nothing is looked at in the panel."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from ..integration.client import ComfyClient, Prompt
from .accessibility import serious_faults
from .conftest import in_the_classic_canvas
from .editor import Editor
from .panel import expect, open_job, open_panel
from .prompts import loop_prompt, run_job

pytestmark = in_the_classic_canvas
SIDE = 512  # px of the clip; a small picture of its frames has as many
# Where the mouse can take the border on the right of the panel; each editor has its own element.
BORDER = """() => {
    const { right, top } = document.querySelector(".anime-panel").getBoundingClientRect();
    const places = [...Array(16).keys()].map((each) => right - 4 + each);
    const isBorder = (x) => /(col|ew)-resize/.test(
        getComputedStyle(document.elementFromPoint(x, top + 300)).cursor);
    return places.find(isBorder) ?? right;
}"""
HALF_A_SCREEN = 950  # px
NARROWEST = 280  # px


def loop_that_saves_nothing(shot: str) -> Prompt:
    """A clip that jumps at its seam, judged and not saved."""
    prompt = Prompt()
    clip = prompt.add(
        "AnimeSampleClip",
        **{"frames": 24, "width": SIDE, "height": SIDE, "seed": 3, "hold": 1, "seam_jump": 12.0},
    )
    prompt.add("AnimeLoopScore", images=clip.out(), fps=12.0)
    prompt.add("AnimeJob", project="Snapshots", shot=shot)
    return prompt


def set_width(editor: Editor, width: int) -> None:
    """Drag the border of the panel until the panel is so wide."""
    mouse, page = editor.page.mouse, editor.page
    panel = page.locator(".anime-panel").bounding_box()
    assert panel
    mouse.move(page.evaluate(BORDER), panel["y"] + 300)
    mouse.down()
    mouse.move(panel["x"] + width, panel["y"] + 300, steps=8)
    mouse.up()
    editor.settle()


def overflow(panel: Any) -> list[str]:
    """Elements that reach beyond the right border of the panel."""
    names: list[str] = panel.evaluate(
        """(panel) => {
            const right = panel.getBoundingClientRect().right + 0.5;
            return [...panel.querySelectorAll(".anime-detail *")]
                .filter((each) => each.getClientRects().length)
                .filter((each) => !each.closest(".anime-trace, svg"))
                .filter((each) => each.getBoundingClientRect().right > right)
                .map((each) => `${each.tagName}.${each.className}`);
        }"""
    )
    return names


@pytest.fixture
def usual_width(editor: Editor) -> Iterator[None]:
    """Give the panel its former width back."""
    panel = open_panel(editor)
    width = panel.bounding_box()["width"]
    yield
    set_width(editor, width)


def test_a_loop_that_failed_and_saved_nothing_is_looked_at(editor: Editor, client: ComfyClient):
    shot = f"unsaved {time.time_ns()}"
    job = run_job(client, loop_that_saves_nothing(shot))
    detail = open_job(editor, client, job)
    article = detail.get_by_role("article")
    worst_frame_and_seam_are_shown_at_once(article)
    a_click_and_the_arrow_keys_show_other_frames(article)
    a_frame_without_a_picture_of_its_own_is_that_of_the_player(article)
    assert serious_faults(editor, ".anime-detail") == []
    expect(detail.get_by_role("img", name="What the job made")).to_be_visible()
    panel = open_panel(editor)
    panel.get_by_role("tab", name="Jobs").click()
    thumbnail = panel.get_by_role("option").filter(has_text=shot).locator("img.anime-thumbnail")
    expect(thumbnail).to_be_visible()
    assert thumbnail.evaluate("image => image.naturalWidth") == 192
    assert editor.errors == []


def worst_frame_and_seam_are_shown_at_once(article: Any) -> None:
    shown = article.get_by_role("img", name="Frame 23, stored with the report")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.naturalWidth") == SIDE
    strip = article.get_by_role("group", name="Around the seam, as it plays")
    expect(strip.get_by_role("button")).to_have_text(["21", "22", "✘ 23", "0", "1", "2"])
    expect(strip.get_by_role("button", name="Frame 23, the worst")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(strip.get_by_role("img", name="Here the clip begins again")).to_be_visible()
    for picture in strip.locator("button img").all():
        expect(picture).to_be_visible()
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") >= 320


def a_click_and_the_arrow_keys_show_other_frames(article: Any) -> None:
    article.get_by_role("button", name="Frame 0", exact=True).click()
    expect(article.get_by_role("img", name="Frame 0, stored with the report")).to_be_visible()
    slider = article.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuenow", "0")
    slider.press("ArrowRight")
    expect(article.get_by_role("img", name="Frame 1, stored with the report")).to_be_visible()
    expect(article.get_by_role("button", name="Frame 1", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )


def a_frame_without_a_picture_of_its_own_is_that_of_the_player(article: Any) -> None:
    slider = article.get_by_role("slider")
    box = slider.bounding_box()
    slider.click(position={"x": box["width"] * 0.55, "y": 30})
    frame = slider.get_attribute("aria-valuenow")
    assert int(frame) not in (0, 1, 2, 21, 22, 23)
    shown = article.get_by_role("img", name=f"Frame {frame}, stored with the report")
    expect(shown).to_be_visible()
    expect(article.locator(".anime-strip [aria-pressed=true]")).to_have_count(0)


def test_pictures_take_the_width_that_is_there(
    editor: Editor, client: ComfyClient, usual_width: None
):
    saved = run_job(client, loop_prompt(f"wide and saved {time.time_ns()}", "png"))
    unsaved = run_job(client, loop_that_saves_nothing(f"wide {time.time_ns()}"))
    detail = open_job(editor, client, unsaved)
    picture = detail.locator(".anime-figure img")
    expect(picture).to_be_visible()
    widths = {}
    for width in (NARROWEST, 420, HALF_A_SCREEN):
        set_width(editor, width)
        assert overflow(open_panel(editor)) == [], width
        box, place = picture.bounding_box(), detail.locator(".anime-frame").bounding_box()
        widths[width] = box["width"]
        assert box["width"] == pytest.approx(min(SIDE, place["width"]), abs=1), width
        editor.picture(f"snapshots-{width}")
    assert widths[NARROWEST] < widths[420] < widths[HALF_A_SCREEN] == SIDE
    header = detail.get_by_role("img", name="What the job made")
    assert header.bounding_box()["width"] == 192  # its own size
    detail = open_job(editor, client, saved)
    file = detail.locator(".anime-file-picture img").first
    expect(file).to_be_visible()
    assert file.bounding_box()["width"] == 128  # its own size; a thumbnail had 56
    set_width(editor, NARROWEST)
    assert file.bounding_box()["width"] == 56
    assert overflow(open_panel(editor)) == []
