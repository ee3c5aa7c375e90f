"""What the panel shows of a verdict: whose it is, what it is by, and where there is none."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from ..integration.client import ComfyClient
from ..integration.server import ComfyServer
from .editor import Editor, Mode
from .panel import expect, open_job, open_panel
from .test_panel_detail import await_job, loop_prompt

pytestmark = pytest.mark.parametrize("mode", [Mode.CLASSIC], indirect=True)

WORST = "This job was recorded by an earlier version"


@pytest.fixture
def client(editor_server: ComfyServer) -> ComfyClient:
    return ComfyClient(editor_server)


@pytest.fixture
def job(client: ComfyClient) -> str:
    """A job with two reports: node 2's fails, node 3's passes."""
    prompt = loop_prompt(f"two reports {time.time_ns()}")
    inputs = {**prompt["1"]["inputs"], "seam_jump": 0.0}
    clip = prompt.add("AnimeSampleClip", **inputs)
    prompt.add("AnimeLoopScore", images=clip.out(), fps=12.0, backend="structural")
    return await_job(client, client.submit(prompt), "completed")


def answer(editor: Editor, job: str, change: Callable[[dict[str, Any], list[Any]], None]) -> None:
    """Have the routes answer otherwise on one job: changed are its row and its reports."""

    def changed(route: Any) -> None:
        answer = route.fetch()
        told = json.loads(answer.text())
        if job in route.request.url:
            change(told["job"], told["reports"])
        for row in told.get("jobs", []):
            if row["id"] == job:
                change(row, [])
        route.fulfill(response=answer, json=told)

    editor.page.route(f"**/anime/jobs/{job}", changed)
    editor.page.route("**/anime/jobs?**", changed)


def test_what_the_verdict_is_by_comes_first_and_earlier_measurements_are_marked(
    editor: Editor, client: ComfyClient, job: str
):
    def kept(row: dict[str, Any], reports: list[Any]) -> None:
        row |= {"verdict": "PASS", "score": 86, "judged_by": "kept"}
        reports.sort(key=lambda each: each["node_id"] != "2")  # the failing one was first
        for each in reports:
            each.pop("decides", None)  # a missing one is true
        for each in reports[:1]:
            each["decides"] = False

    answer(editor, job, kept)
    detail = open_job(editor, client, job)
    expect(detail.locator(".anime-standing")).to_contain_text("PASS 86")
    deciding, earlier = detail.get_by_role("article").all()
    expect(detail.get_by_role("heading", level=4)).to_have_text(
        ["Decides the verdict", "Earlier measurements"]
    )
    expect(deciding.locator(".anime-verdict")).to_contain_text("PASS")
    expect(earlier).to_contain_text("earlier measurement")
    expect(earlier).to_contain_text("✘ FAIL")
    expect(earlier.locator(".anime-verdict")).to_have_count(0)  # no colour until it is opened
    expect(detail.get_by_text(WORST)).to_have_count(0)
    editor.picture("kept")
    earlier.locator("summary").first.click()
    expect(earlier.locator(".anime-curve canvas")).to_be_visible()
    expect(earlier).to_contain_text("The seam jumps")
    editor.picture("kept-open")


def test_a_verdict_of_an_earlier_version_says_that_it_is_the_worst_report(
    editor: Editor, client: ComfyClient, job: str
):
    def of_earlier_version(row: dict[str, Any], reports: list[Any]) -> None:
        row |= {"verdict": "FAIL", "judged_by": "worst"}
        for each in reports:
            each["decides"] = True

    answer(editor, job, of_earlier_version)
    detail = open_job(editor, client, job)
    expect(detail.get_by_text(WORST)).to_be_visible()
    expect(detail.get_by_role("article")).to_have_count(2)
    expect(detail.get_by_text("earlier measurement")).to_have_count(0)
    editor.picture("worst")


@pytest.mark.parametrize("state", ["failed", "cancelled", "lost"])
def test_a_job_without_a_good_end_shows_no_verdict(
    editor: Editor, client: ComfyClient, job: str, state: str
):
    shot = client.get(f"/anime/jobs/{job}")["job"]["shot"]
    panel = open_panel(editor)
    row = panel.get_by_role("option").filter(has_text=shot)
    expect(row.locator(".anime-pill")).to_be_visible()
    event: dict[str, Any] = {"id": job, "prompt_id": "", "state": state, "progress": None}
    event |= {"verdict": "PASS", "score": 94}
    say = "event => app.api.dispatchEvent(new CustomEvent('anime.job', { detail: event }))"
    editor.page.evaluate(say, event)
    word = {"failed": "Failed", "cancelled": "Cancelled", "lost": "Lost"}[state]
    expect(row).to_contain_text(word)
    expect(row.locator(".anime-pill")).to_be_hidden()
    assert "PASS" not in row.get_attribute("aria-label")

    # The same from the routes.
    answer(editor, job, lambda row, reports: row.update(state=state, verdict="PASS", score=94))
    editor.open()
    open_panel(editor)
    expect(row).to_contain_text(word)
    expect(row.locator(".anime-pill")).to_be_hidden()
    row.click()
    detail = panel.locator(".anime-view > .anime-detail")
    expect(detail.locator(".anime-standing")).to_contain_text(word)
    expect(detail.locator(".anime-standing .anime-pill")).to_have_count(0)
    expect(detail.get_by_role("article")).to_have_count(2)
    editor.picture(state)
