"""Productions in the sidebar."""

import copy
import time
from typing import Any

from ..integration.client import ComfyClient
from ..integration.production_bench import await_condition, order, shipped
from .conftest import in_the_classic_canvas
from .editor import Editor
from .panel import HOSTILE, expect, open_panel
from .prompts import waiting_prompt

pytestmark = in_the_classic_canvas
OTHER_CHARACTER = 2  # than the one that the references show
LEAST_CONTRAST = 3  # of the line of a field, by WCAG 2.2, 1.4.11
# Ground of a field, of the panel around it, and the contrast of the field's line with it.
LOOK = """(field) => {
    const grounds = [];
    for (let each = field; each; each = each.parentElement) {
        grounds.unshift(getComputedStyle(each).backgroundColor);
    }
    const canvas = new OffscreenCanvas(1, 1).getContext("2d");
    const paint = (colours) => {
        canvas.fillStyle = "white";
        canvas.fillRect(0, 0, 1, 1);
        for (const colour of colours) {
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
        }
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const light = (colour) => colour.map((each) => each / 255)
        .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
        .reduce((sum, each, index) => sum + each * [0.2126, 0.7152, 0.0722][index], 0);
    const panel = paint(grounds.slice(0, -1));
    const line = paint([...grounds.slice(0, -1), getComputedStyle(field).borderTopColor]);
    const [low, high] = [light(panel), light(line)].sort((a, b) => a - b);
    return { ground: paint(grounds), panel, line: (high + 0.05) / (low + 0.05) };
}"""


def test_productions_are_followed_approved_resumed_and_cancelled(
    editor: Editor, client: ComfyClient
):
    panel = open_panel(editor)
    panel.get_by_role("tab", name="Productions").click()
    one_is_followed_and_what_it_made_is_rejected_and_approved(editor, client, panel)
    one_that_fails_says_why_is_resumed_and_cancelled(client, panel)


def one_is_followed_and_what_it_made_is_rejected_and_approved(
    editor: Editor, client: ComfyClient, panel: Any
) -> None:
    project = f"Winter {time.time_ns()}"
    phase = phase_that_asks(client)
    names = {"character": HOSTILE, "prompt": f"{HOSTILE} on a hill"}
    production = order(client, project=project, phases=[phase], **names)
    row = panel.get_by_role("button", name=project)
    expect(row).to_contain_text("Waiting")
    expect(row).to_contain_text(HOSTILE)
    row.click()

    asked = panel.get_by_role("region", name="The production waits for your approval")
    the_box_for_a_reason_looks_as_if_one_can_write_into_it(editor, asked)
    asked.get_by_label("Your reason").fill(f"{HOSTILE} not her")
    asked.get_by_role("button", name="Reject").click()
    attempts = panel.locator(".anime-attempt")
    expect(attempts).to_have_count(2)
    expect(attempts.first).to_contain_text("Rejected")
    expect(attempts.first).to_contain_text("not her")
    expect(asked).to_be_visible()
    asked.get_by_label("Your reason").fill("that is her")
    asked.get_by_role("button", name="Approve").click()
    expect(panel.locator(".anime-status")).to_contain_text("Done")
    expect(asked).to_be_hidden()
    expect(attempts.nth(1)).to_contain_text("chosen")
    expect(panel.locator(".anime-file img").first).to_be_visible()
    cancel = panel.get_by_role("button", name="Cancel")
    expect(cancel).to_have_attribute("aria-disabled", "true")
    panel.get_by_text("Decisions").click()
    expect(panel.locator(".anime-timeline")).to_contain_text(f"{HOSTILE} not her")
    its_attempt_leads_to_a_job_and_the_job_back(panel, production, project)
    panel.get_by_role("button", name="All productions").click()
    expect(row).to_be_visible()
    assert editor.page.evaluate("() => window.hacked") is None


def its_attempt_leads_to_a_job_and_the_job_back(panel: Any, production: str, project: str) -> None:
    panel.get_by_role("button", name="Show the job of attempt 2").click()
    detail = panel.locator(".anime-view > .anime-detail")
    expect(detail.locator(".anime-facts").first).to_contain_text("a production")
    expect(detail.locator(".anime-status")).to_contain_text("PASS")
    detail.get_by_role("button", name=production[:8]).click()
    expect(panel.locator(".anime-title:visible")).to_contain_text(project)


def the_box_for_a_reason_looks_as_if_one_can_write_into_it(editor: Editor, asked: Any) -> None:
    """Its ground is that of the panel, and its line stands out from it (WCAG 1.4.11)."""
    for theme in ("light", "dark"):
        editor.set_theme(theme)
        look = asked.get_by_label("Your reason").evaluate(LOOK)
        assert look["ground"] == look["panel"]
        assert look["line"] >= LEAST_CONTRAST, f"{theme}: {look}"
        editor.picture(f"reason-{theme}")


def one_that_fails_says_why_is_resumed_and_cancelled(client: ComfyClient, panel: Any) -> None:
    project = f"Autumn {time.time_ns()}"
    drawn = {"sample_stills": {"drawn": OTHER_CHARACTER}}
    production = order(
        client, project=project, phases=["sample_stills"], parameters=drawn, attempts=2
    )
    await_condition(client, production, lambda found: found["state"] == "failed")
    panel.get_by_role("button", name=project).click()
    expect(panel.locator(".anime-attempt")).to_have_count(2)
    for attempt in panel.locator(".anime-attempt").all():
        expect(attempt).to_contain_text("FAIL")
        expect(attempt).to_contain_text("The figure does not look like Hana")
        assert "merged" not in attempt.text_content()

    # What is resumed waits while another prompt runs, and is cancelled then.
    client.submit(waiting_prompt(f"runs {time.time_ns()}"))
    panel.get_by_role("button", name="Resume").click()
    expect(panel.get_by_role("status").first).to_contain_text("goes on")
    panel.get_by_role("button", name="Cancel").click()
    expect(panel.locator(".anime-status").first).to_contain_text("Cancelled")
    expect(panel.get_by_role("button", name="Cancel")).to_have_attribute("aria-disabled", "true")
    assert client.get(f"/anime/productions/{production}")["state"] == "cancelled"
    client.post("/interrupt", {})


def phase_that_asks(client: ComfyClient) -> str:
    """A phase whose stills a person has to approve."""
    phase = copy.deepcopy(shipped("sample_stills"))
    phase |= {"id": "stills_to_approve", "name": HOSTILE, "replace": True}
    phase["policy"] |= {"attempts": 3, "approval": True}
    client.post("/anime/phases", phase)
    return "stills_to_approve"
