"""The journey of a production in the panel: from the form to a person's approval."""

import copy
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..integration.client import ComfyClient
from ..integration.production_bench import ended, shipped
from .accessibility import serious_faults
from .conftest import in_the_classic_canvas
from .editor import RUN_SECONDS, Editor
from .panel import expect, open_panel
from .test_snapshots import set_width

pytestmark = in_the_classic_canvas
NARROWEST = 280  # px
OTHER_CHARACTER = "2"  # than the one that the references show
STILLS = "journey_stills"
# Drop a file onto an element, as a person drags it from a folder.
DROP = """([element, bytes, name, type]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
    for (const kind of ["dragenter", "dragover", "drop"]) {
        const event = new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true });
        element.dispatchEvent(event);
    }
}"""
# Elements of the form that reach beyond the right border of the panel.
OVERFLOW = """(panel) => {
    const right = panel.getBoundingClientRect().right + 0.5;
    return [...panel.querySelectorAll(".anime-productions *")]
        .filter((each) => each.getClientRects().length && !each.closest("svg, option"))
        .filter((each) => each.getBoundingClientRect().right > right)
        .map((each) => `${each.tagName}.${each.className}`);
}"""
# True if nothing lies over the middle of a field.
LIES_FREE = """(field) => {
    const { left, top, width, height } = field.getBoundingClientRect();
    return document.elementFromPoint(left + width / 2, top + height / 2) === field;
}"""
SCROLL = "(view, bottom) => view.scrollTo(0, bottom ? view.scrollHeight : 0)"


@pytest.fixture
def stills_to_approve(client: ComfyClient) -> str:
    """Register a phase that draws stills with no models, and that a person has to approve."""
    phase = copy.deepcopy(shipped("sample_stills"))
    phase |= {"id": STILLS, "name": "Journey stills", "replace": True}
    phase["policy"] |= {"attempts": 2, "approval": True}
    client.post("/anime/phases", phase)
    return STILLS


@pytest.fixture
def productions(editor: Editor) -> Iterator[Any]:
    """Give the panel with the tab Productions."""
    panel = open_panel(editor)
    panel.get_by_role("tab", name="Productions").click()
    yield panel
    width = panel.bounding_box()["width"]
    if width <= NARROWEST + 1:
        set_width(editor, 2 * NARROWEST)


def test_a_production_from_the_panel_to_approval(
    editor: Editor, client: ComfyClient, productions: Any, stills_to_approve: str
):
    project = f"Journey {time.time_ns()}"
    order_with_the_keyboard_alone(editor, productions, project)
    attempts = productions.locator(".anime-attempt")
    waits = productions.get_by_role("region", name="The production waits for your approval")
    expect(waits.locator("img")).to_be_visible()
    editor.picture("ordered-waiting")
    expect(attempts).to_have_count(1)
    an_attempt_is_a_picture_with_verdict_and_score(attempts.first)

    waits.get_by_label("Your reason").fill("six fingers")
    waits.get_by_role("button", name="Reject").press("Enter")
    expect(attempts).to_have_count(2)
    expect(attempts.first).to_contain_text("Rejected")
    expect(waits).to_be_visible()
    waits.get_by_label("Your reason").fill("lovely eyes")
    waits.get_by_role("button", name="Approve").press("Enter")
    # The loop after it runs by itself, and the production completes.
    await_end(client, project)
    expect(productions.locator(".anime-status")).to_contain_text("Done")
    expect(waits).to_be_hidden()
    an_attempt_is_a_picture_with_verdict_and_score(attempts.nth(2))
    editor.picture("ordered-completed")
    the_decisions_are_reviews_of_the_jobs(client, project)


def order_with_the_keyboard_alone(editor: Editor, panel: Any, project: str) -> None:
    new = panel.get_by_role("button", name="New production").locator("visible=true")
    new.press("Enter")
    expect(panel.get_by_role("heading", name="New production")).to_be_focused()
    editor.picture("order-form")
    steps = panel.locator(".anime-order-steps > li")
    expect(steps).to_have_count(3)  # the samples, because the models of the others aren't here
    panel.get_by_role("button", name="Remove Sample stills").press("Enter")
    panel.get_by_role("button", name="Remove Sample clip").press("Enter")
    panel.get_by_text("Add a phase").press("Enter")
    lacking = panel.locator(".anime-order-others > li").filter(has_text="Wan 2.2 loop")
    expect(lacking).to_contain_text("Missing on this machine")
    expect(lacking).to_contain_text("models/vae/wan_2.1_vae.safetensors")
    expect(lacking).to_contain_text("It needs a saved character and a picture.")
    panel.get_by_role("button", name="Add Journey stills").press("Enter")
    up = panel.get_by_role("button", name="Move Journey stills up")
    up.press("Enter")
    expect(steps.first).to_contain_text("1. Journey stills")
    expect(lacking).to_be_hidden()  # the list is folded again
    # The focus stays with the step that moved.
    expect(panel.get_by_role("button", name="Move Journey stills down")).to_be_focused()

    start = panel.get_by_role("button", name="Start production")
    width = panel.get_by_label("Width")
    width.fill("32")
    start.press("Enter")
    prompt = panel.get_by_label("Prompt (needed)", exact=True)
    expect(prompt).to_be_focused()  # the first one that is wrong
    expect(prompt).to_have_attribute("aria-invalid", "true")
    expect(prompt).to_have_accessible_description("✘ Fill this in.")
    expect(panel.get_by_role("status").filter(has_text="2 values")).to_be_visible()
    expect(width).to_have_accessible_description(
        "✘ Write a whole number from 64 to 2048. 64 to 2048"
    )
    assert prompt.evaluate(LIES_FREE)  # not below the message
    editor.picture("order-form-wrong")
    prompt.fill("a girl on a hill")
    width.fill("128")
    expect(width).to_have_attribute("aria-invalid", "false")
    panel.get_by_label("Height").fill("128")
    panel.get_by_label("Frames", exact=True).fill("12")
    panel.get_by_label("Seed").fill("5")
    project_box = panel.get_by_label("Project")
    project_box.fill(project)
    project_box.press("Enter")  # as in every form
    expect(panel.locator(".anime-title:visible")).to_have_text(project)


def an_attempt_is_a_picture_with_verdict_and_score(attempt: Any) -> None:
    expect(attempt.locator("img")).to_be_visible()
    attempt.page.wait_for_function(
        "(image) => image.naturalWidth > 0", arg=attempt.locator("img").element_handle()
    )
    expect(attempt.locator(".anime-pill")).to_contain_text("PASS")


def await_end(client: ComfyClient, project: str) -> Any:
    """Return the only production of a project once it has ended."""
    path = f"/anime/productions?project={project.replace(' ', '%20')}"
    (listed,) = client.get(path)["productions"]
    return ended(client, listed["id"], RUN_SECONDS)


def the_decisions_are_reviews_of_the_jobs(client: ComfyClient, project: str) -> None:
    production = await_end(client, project)
    jobs = [each["job_id"] for each in production["phases"][0]["attempts"]]
    reviews = [client.get(f"/anime/jobs/{job}")["reviews"] for job in jobs]
    assert [[(each["verdict"], each["reason"]) for each in those] for those in reviews] == [
        [("rejected", "six fingers")],
        [("approved", "lovely eyes")],
    ]
    request = production["request"]
    assert (request["width"], request["frames"], request["seed"]) == (128, 12, 5)
    assert request["phases"] == [STILLS, "sample_loop"]


def test_one_that_failed_is_resumed(editor: Editor, client: ComfyClient, productions: Any):
    project = f"Resumed {time.time_ns()}"
    new = productions.get_by_role("button", name="New production").locator("visible=true")
    new.click()
    for name in ("loop", "clip"):
        productions.get_by_role("button", name=f"Remove Sample {name}").click()
    productions.get_by_label("Prompt (needed)", exact=True).fill("another girl")
    productions.get_by_label("Project").fill(project)
    productions.get_by_label("Attempts per phase").fill("1")
    for side in ("Width", "Height"):
        productions.get_by_label(side).fill("128")
    productions.get_by_text("More values of Sample stills").click()
    productions.get_by_label("drawn").fill(OTHER_CHARACTER)
    productions.get_by_role("button", name="Start production").click()
    status = productions.locator(".anime-productions .anime-status")
    expect(status).to_be_visible()
    await_end(client, project)
    expect(status).to_contain_text("Failed")
    attempts = productions.locator(".anime-attempt")
    expect(attempts).to_have_count(1)
    expect(attempts.first).to_contain_text("FAIL")
    expect(attempts.first.locator("img")).to_be_visible()  # one looks at what failed
    productions.get_by_role("button", name="Resume").press("Enter")
    expect(attempts).to_have_count(2)
    expect(status).to_contain_text("Failed")


def test_a_still_of_a_job_and_a_dropped_picture_become_loops(
    editor: Editor, client: ComfyClient, productions: Any
):
    made = client.post(
        "/anime/orchestrate",
        {"project": f"Stills {time.time_ns()}", "prompt": "a girl in the snow", "seed": 5,
         "width": 128, "height": 128, "phases": ["sample_stills"]},
    )["id"]  # fmt: skip
    production = ended(client, made, RUN_SECONDS)
    project = production["project"]
    still = production["phases"][0]["files"][0]
    productions.get_by_role("button", name=project).click()
    productions.get_by_role("button", name="Show the job of attempt 1").click()
    productions.get_by_role("button", name="Make a loop of this still").press("Enter")
    box = productions.locator(".anime-order-picture-box")
    expect(box).to_contain_text(Path(still["path"]).name)
    expect(productions.locator(".anime-order-steps > li")).to_have_count(1)
    expect(productions.locator(".anime-order-steps")).to_contain_text("Sample loop")
    prompt = productions.get_by_label("Prompt (needed)", exact=True)
    expect(prompt).to_have_value("a girl in the snow")
    expect(productions.get_by_label("Project")).to_have_value(project)
    editor.picture("order-of-a-still")
    start(productions)
    production = latest(client)
    image = production["request"]["parameters"]["sample_loop"]["image"]
    assert image == f"{still['path']} [output]"
    assert ended(client, production["id"], RUN_SECONDS)["state"] == "completed"

    productions.get_by_role("button", name="All productions").locator("visible=true").click()
    with urllib.request.urlopen(client.server.address + still["view"]) as answer:
        picture = answer.read()
    drop(editor, ".anime-productions", picture, "her.png")
    expect(box).to_contain_text("her.png")
    expect(box.locator("img")).to_be_visible()
    editor.picture("dropped")
    prompt.fill("a girl in the snow")
    start(productions)
    production = latest(client)
    assert production["request"]["parameters"]["sample_loop"]["image"].endswith(".png [input]")
    assert ended(client, production["id"], RUN_SECONDS)["state"] == "completed"

    productions.get_by_role("tab", name="Jobs").click()
    drop(editor, "#anime-tab-productions", picture, "again.png")
    expect(box).to_contain_text("again.png")
    productions.get_by_role("button", name="Remove", exact=True).press("Enter")
    expect(box.locator("img")).to_be_hidden()
    expect(productions.get_by_role("button", name="Choose a file")).to_be_focused()
    drop(editor, ".anime-productions", b"no picture", "notes.txt", "text/plain")
    expect(box.locator("xpath=..")).to_contain_text("notes.txt is neither a picture nor a video")


def start(panel: Any) -> None:
    """Order what the form says, with values that are drawn quickly."""
    for side in ("Width", "Height"):
        panel.get_by_label(side).fill("128")
    panel.get_by_label("Frames", exact=True).fill("12")
    panel.get_by_role("button", name="Start production").click()
    expect(panel.locator(".anime-productions .anime-status")).to_be_visible()


def latest(client: ComfyClient) -> Any:
    """Return the newest production."""
    newest = client.get("/anime/productions?limit=1")["productions"][0]
    return client.get(f"/anime/productions/{newest['id']}")


def drop(editor: Editor, selector: str, content: bytes, name: str, kind: str = "image/png") -> None:
    """Drop a file onto an element of the panel."""
    element = editor.page.locator(selector).element_handle()
    editor.page.evaluate(DROP, [element, list(content), name, kind])


def test_the_form_fits_a_narrow_panel_and_is_read_by_screen_readers(
    editor: Editor, client: ComfyClient, productions: Any
):
    productions.get_by_role("button", name="New production").locator("visible=true").click()
    productions.get_by_text("Add a phase").click()
    productions.get_by_role("button", name="Add Wan 2.2 loop").click()
    productions.get_by_text("Add a phase").click()
    for summary in productions.locator(".anime-order-own > details > summary").all():
        if not summary.evaluate("(each) => each.parentElement.open"):
            summary.click()
    set_width(editor, NARROWEST)
    view = productions.locator(".anime-view")
    for theme in ("light", "dark"):
        editor.set_theme(theme)
        assert productions.evaluate(OVERFLOW) == []
        assert serious_faults(editor, ".anime-order") == []
        for bottom in (False, True):
            view.evaluate(SCROLL, bottom)
            editor.picture(f"order-narrow-{theme}-{'end' if bottom else 'top'}")
    # A model that isn't here has to be chosen, before anything is sent.
    productions.get_by_label("Prompt (needed)", exact=True).fill("a girl")
    productions.get_by_role("button", name="Start production").click()
    message = productions.get_by_role("status").filter(has_text="need a change")
    expect(message).to_contain_text("vae")


@pytest.mark.parametrize("language", ["ja", "zh"])
def test_the_form_is_in_the_editors_language(editor: Editor, language: str):
    panel = open_panel(editor)
    panel.locator("#anime-tab-productions").click()
    panel.locator(".anime-productions .anime-action:visible").first.click()
    expect(panel.locator(".anime-order-steps > li")).to_have_count(3)
    panel.locator(".anime-order details > summary").first.click()
    width = panel.bounding_box()["width"]
    set_width(editor, NARROWEST)
    text = panel.locator(".anime-order").inner_text()
    assert "ordering." not in text
    assert "Sample" not in text
    assert panel.evaluate(OVERFLOW) == []
    editor.picture("order-form")
    set_width(editor, width)
