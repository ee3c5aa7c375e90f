"""Productions and the trend in the sidebar."""

import copy
import time
from typing import Any

import pytest

from ..integration.client import ComfyClient
from ..integration.production_bench import await_that, order, shipped
from ..integration.server import ComfyServer
from .editor import Editor, Mode
from .panel import HOSTILE, expect, open_panel
from .test_panel_detail import await_job, loop_prompt

pytestmark = pytest.mark.parametrize("mode", [Mode.CLASSIC], indirect=True)
OTHER_CHARACTER = 2  # than the one that the references show


@pytest.fixture
def client(editor_server: ComfyServer) -> ComfyClient:
    return ComfyClient(editor_server)


def open_productions(editor: Editor) -> Any:
    """The list of productions."""
    panel = open_panel(editor)
    panel.get_by_role("tab", name="Productions").click()
    return panel


def phase_that_asks(client: ComfyClient) -> str:
    """A phase whose stills a person has to approve."""
    phase = copy.deepcopy(shipped("sample_stills"))
    phase |= {"id": "stills_to_approve", "name": HOSTILE, "replace": True}
    phase["policy"] |= {"attempts": 3, "approval": True}
    client.post("/anime/phases", phase)
    return "stills_to_approve"


def test_a_production_is_followed_and_what_it_made_is_rejected_and_approved(editor: Editor, client):
    panel = open_productions(editor)
    project = f"Winter {time.time_ns()}"
    phase = phase_that_asks(client)
    names = {"character": HOSTILE, "prompt": f"{HOSTILE} on a hill"}
    production = order(client, project=project, phases=[phase], **names)
    row = panel.get_by_role("button", name=project)
    expect(row).to_contain_text("Waiting")
    expect(row).to_contain_text(HOSTILE)
    editor.picture("productions")
    row.click()

    asked = panel.get_by_role("region", name="It waits for your approval")
    asked.get_by_label("Your reason").fill(f"{HOSTILE} not her")
    asked.get_by_role("button", name="Reject").click()
    attempts = panel.locator(".anime-attempt")
    expect(attempts).to_have_count(2)
    expect(attempts.first).to_contain_text("Rejected")
    expect(attempts.first).to_contain_text("not her")
    expect(asked).to_be_visible()
    editor.picture("approval")
    asked.get_by_label("Your reason").fill("that is her")
    asked.get_by_role("button", name="Approve").click()
    expect(panel.locator(".anime-standing")).to_contain_text("Done")
    expect(asked).to_be_hidden()
    expect(attempts.nth(1)).to_contain_text("chosen")
    expect(panel.locator(".anime-file img").first).to_be_visible()
    cancel = panel.get_by_role("button", name="Cancel")
    expect(cancel).to_have_attribute("aria-disabled", "true")
    panel.get_by_text("What was decided").click()
    expect(panel.locator(".anime-timeline")).to_contain_text(f"{HOSTILE} not her")

    # From an attempt to its job, and back to the production that it belongs to.
    panel.get_by_role("button", name="Show the job of attempt 2").click()
    detail = panel.locator(".anime-view > .anime-detail")
    expect(detail.locator(".anime-facts").first).to_contain_text("a production")
    expect(detail.locator(".anime-standing")).to_contain_text("PASS")
    detail.get_by_role("button", name=production[:8]).click()
    expect(panel.locator(".anime-title:visible")).to_contain_text(project)
    panel.get_by_role("button", name="All productions").click()
    expect(row).to_be_visible()
    assert editor.page.evaluate("() => window.hacked") is None
    editor.picture("approved")


def test_one_that_fails_says_why_is_resumed_and_cancelled(editor: Editor, client):
    project = f"Autumn {time.time_ns()}"
    drawn = {"sample_stills": {"drawn": OTHER_CHARACTER}}
    production = order(
        client, project=project, phases=["sample_stills"], parameters=drawn, attempts=2
    )
    await_that(client, production, lambda found: found["state"] == "failed")
    panel = open_productions(editor)
    panel.get_by_role("button", name=project).click()
    expect(panel.locator(".anime-attempt")).to_have_count(2)
    for attempt in panel.locator(".anime-attempt").all():
        expect(attempt).to_contain_text("FAIL")
        expect(attempt).to_contain_text("It does not look like Hana")
        assert "merged" not in attempt.text_content()
    editor.picture("failed")

    # What is resumed waits while nothing may run, and is cancelled then.
    client.post("/queue", {"clear": True})
    panel.get_by_role("button", name="Resume").click()
    expect(panel.get_by_role("status").first).to_contain_text("It goes on")
    panel.get_by_role("button", name="Cancel").click()
    expect(panel.locator(".anime-standing").first).to_contain_text("Cancelled")
    expect(panel.get_by_role("button", name="Cancel")).to_have_attribute("aria-disabled", "true")
    assert client.get(f"/anime/productions/{production}")["state"] == "cancelled"


def test_the_trend_shows_how_a_character_went_day_by_day(editor: Editor, client):
    character = f"Yuki {time.time_ns()}"
    for seam in (0.0, 6.0):
        prompt = loop_prompt("trend", character=character)
        prompt["1"]["inputs"]["seam_jump"] = seam
        await_job(client, client.submit(prompt), "completed")
    (told,) = client.get("/anime/stats", by="character", character=character)["groups"]
    assert (told["jobs"], told["pass_rate"]) == (2, 0.5)

    panel = open_panel(editor)
    panel.get_by_role("tab", name="Trend").click()
    row = panel.get_by_role("row").filter(has_text=character)
    expect(row.get_by_role("cell")).to_have_text(
        ["2", "50%", str(round(told["last"]["median_score"]))]
    )
    chosen = row.get_by_role("button", name=character)
    chosen.click()
    expect(chosen).to_have_attribute("aria-pressed", "true")
    chart = panel.get_by_role("img", name=f"Day by day: {character}")
    expect(chart).to_be_visible()
    assert "jobs: 2. 1 passed, 1 failed. Median score" in chart.get_attribute("aria-label")
    assert chart.locator("canvas").count() == 1
    editor.picture("trend")
    panel.get_by_label("Compare").select_option("project")
    expect(panel.get_by_role("button", name="detail", exact=True)).to_be_visible()
