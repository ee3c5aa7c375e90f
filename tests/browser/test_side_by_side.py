"""Attempts of a retry and two jobs side by side, in the real editor."""

import time
from typing import Any

from ..integration.client import ComfyClient
from ..integration.retry_prompt import THIRD_PASSES, Retry
from .accessibility import serious_faults
from .editor import Editor
from .panel import expect, open_job, open_panel
from .prompts import loop_prompt, run_job
from .test_snapshots import set_width

LOADED = "images => images.every(image => image.complete && image.naturalWidth > 0)"
NARROWEST = 280


def await_loaded(editor: Editor, images: Any, count: int) -> None:
    """Wait for pictures."""
    expect(images).to_have_count(count)
    editor.await_condition(lambda: images.evaluate_all(LOADED))


def test_the_attempts_of_a_retry_stand_side_by_side(editor: Editor, client: ComfyClient):
    retry = Retry(THIRD_PASSES)
    retry.prompt.add("AnimeJob", project="retries", shot=f"three attempts {time.time_ns()}")
    editor.load_prompt(retry.prompt, "side by side")
    editor.show(scale=0.6, left=20, top=120)
    prompt = editor.run()
    end = editor.node_of("AnimeRetryEnd")
    strip = editor.results(end).locator(".anime-ranking")
    await_loaded(editor, strip.locator("img"), 3)
    scores = strip.locator(".anime-place-score")
    assert scores.nth(0).text_content().startswith("1. ✘")
    assert scores.nth(2).text_content().startswith("3. ✔")
    expect(strip.locator(".anime-kept")).to_contain_text("seed 12")
    assert "seam" in strip.locator("li").first.get_attribute("title")
    editor.picture("attempts-on-the-node")
    detail = open_job(editor, client, prompt)
    attempts = detail.locator(".anime-side-by-side")
    attempts.locator("li").last.scroll_into_view_if_needed()  # pictures load when they are in sight
    await_loaded(editor, attempts.locator("img"), 3)
    expect(attempts.locator("[aria-current=true]")).to_contain_text("Attempt 3")
    expect(attempts.locator("li").first).to_contain_text("seam")
    assert serious_faults(editor, ".anime-panel") == []
    editor.picture("attempts")


def test_two_jobs_are_compared_with_what_differs(editor: Editor, client: ComfyClient):
    name = f"compared {time.time_ns()}"
    first = loop_prompt(f"{name} A", "png")
    second = loop_prompt(f"{name} B", "png", jump=0.0)
    second["1"]["inputs"]["seed"] = 99
    second.add("PreviewImage", images=["1", 0])
    for prompt in (first, second):
        run_job(client, prompt)
    panel = open_panel(editor)
    panel.get_by_role("tab", name="Jobs").click()
    panel.get_by_role("searchbox").fill(name)
    rows = panel.locator(".anime-list").get_by_role("option")
    expect(rows).to_have_count(2)
    editor.page.locator(".anime-list-tools").get_by_role("button", name="Select").click()
    rows.nth(0).click()
    compare = panel.get_by_role("button", name="Compare")
    expect(compare).to_have_attribute("aria-disabled", "true")
    rows.nth(1).click()
    compare.click()
    view = panel.locator(".anime-compare")
    pictures = view.locator(".anime-compare-picture img")
    await_loaded(editor, pictures, 2)
    heads = view.locator(".anime-compare-head")
    expect(heads.nth(0)).to_contain_text(f"A · {name} A")
    expect(heads.nth(0)).to_contain_text("FAIL")
    expect(heads.nth(1)).to_contain_text("PASS")
    table = view.get_by_role("table", name="Seed")
    expect(table.get_by_role("row").filter(has_text="99")).to_contain_text("21")
    seam = view.get_by_role("row").filter(has_text="better").filter(has_text="seam").first
    expect(seam.locator("td").nth(1)).to_contain_text("better")
    expect(view.get_by_text("Only in B: PreviewImage")).to_be_visible()
    workflow = view.get_by_role("table", name="Workflow")
    jump = workflow.get_by_role("row").filter(has_text="AnimeSampleClip (1)seam_jump")
    expect(jump.get_by_role("cell")).to_have_text(["6", "0"])
    assert serious_faults(editor, ".anime-panel") == []
    for width in (NARROWEST, 600):
        set_width(editor, width)
        editor.picture(f"compared-{width}")
    heads.nth(0).get_by_role("button").click()
    expect(panel.locator(".anime-detail .anime-title").first).to_contain_text(f"{name} A")
    editor.page.keyboard.press("Escape")
    expect(view).to_be_visible()
    editor.page.keyboard.press("Escape")
    expect(rows.first).to_be_visible()
