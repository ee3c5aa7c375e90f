"""What the panel shows of a job's verdict: what it is by, and where there is none."""

import csv
import json
import time
from typing import Any

import pytest

from ..integration.client import ComfyClient, Prompt
from .editor import EXAMPLES, Editor
from .panel import expect, open_job, open_panel
from .test_panel_detail import await_job, loop_prompt, slow_prompt


@pytest.fixture
def editor(any_editor: Editor) -> Editor:
    return any_editor


@pytest.fixture
def client(any_editor: Editor) -> ComfyClient:
    return ComfyClient(any_editor.server)


def run_example(client: ComfyClient, name: str) -> str:
    """Run an example as a script does, as a shot of its own, and return its job's id."""
    prompt = json.loads((EXAMPLES / "api" / f"{name}.json").read_text("utf-8"))
    job = next(node for node in prompt.values() if node["class_type"] == "AnimeJob")
    job["inputs"]["shot"] = f"{name} {time.time_ns()}"
    return await_job(client, client.submit(prompt), "completed")


def failing_prompt() -> Prompt:
    """A loop that passes, in a prompt that fails afterwards."""
    prompt = loop_prompt(f"fails {time.time_ns()}")
    prompt["1"]["inputs"]["seam_jump"] = 0.0
    inputs = {"report": ["2", 0], "images": ["1", 0], "thresholds": "nonsense = 1"}
    gate = prompt.add("AnimeGate", **inputs)
    prompt.add("PreviewImage", images=gate.out())
    return prompt


def told_everywhere(editor: Editor, client: ComfyClient, job: str) -> tuple[str | None, str]:
    """What every place says of a job's verdict, which must be the same: verdict and the rule."""
    one = client.get(f"/anime/jobs/{job}")["job"]
    shot = one["shot"]
    (listed,) = client.get("/anime/jobs", shot=shot)["jobs"]
    exported = client.fetch("/anime/export", format="csv", shot=shot).decode()
    (row,) = csv.DictReader(exported.splitlines())
    (figures,) = client.get("/anime/stats", by="project", shot=shot)["groups"]
    verdict, score, rule = one["verdict"], one["score"], one["judged_by"]
    assert (listed["verdict"], listed["score"], listed["judged_by"]) == (verdict, score, rule)
    assert (row["verdict"] or None, row["judged_by"] or None) == (verdict, rule)
    assert (figures["passed"], figures["failed"]) == (
        int(verdict == "PASS"),
        int(verdict == "FAIL"),
    )

    panel = open_panel(editor)
    option = panel.get_by_role("option").filter(has_text=shot)
    expect(option).to_be_visible()
    if verdict is None:
        expect(option.locator(".anime-pill")).to_be_hidden()
        assert "PASS" not in option.get_attribute("aria-label")
    else:
        expect(option.locator(".anime-pill")).to_contain_text(f"{verdict} {round(score)}")
    return verdict, rule


@pytest.mark.parametrize(("name", "measurements"), [("close_a_loop", 3), ("best_of_8", 3)])
def test_a_job_that_keeps_what_passes_is_a_pass_whatever_was_measured_before(
    editor: Editor, client: ComfyClient, name: str, measurements: int
):
    job = run_example(client, name)
    assert told_everywhere(editor, client, job) == ("PASS", "kept")
    detail = open_job(editor, client, job)
    expect(detail.locator(".anime-standing")).to_contain_text("PASS")
    expect(detail.get_by_role("heading", level=4)).to_have_text(
        ["Decides the verdict", "Earlier measurements"]
    )
    articles = detail.get_by_role("article")
    expect(articles).to_have_count(measurements)
    expect(articles.first.locator(".anime-verdict")).to_contain_text("PASS")
    earlier = articles.filter(has_text="✘ FAIL")
    expect(earlier).to_have_count(1)
    expect(earlier).to_contain_text("earlier measurement")
    expect(earlier.locator(".anime-verdict")).to_have_count(0)  # no colour until it is opened
    editor.picture(name)
    earlier.locator("summary").first.click()
    expect(earlier.locator(".anime-curve canvas")).to_be_visible()
    editor.picture(f"{name}-open")


def test_a_job_that_failed_has_no_verdict_beside_a_good_measurement(
    editor: Editor, client: ComfyClient
):
    job = await_job(client, client.submit(failing_prompt()), "failed")
    assert told_everywhere(editor, client, job) == (None, None)
    detail = open_job(editor, client, job)
    expect(detail.locator(".anime-standing")).to_contain_text("Failed")
    expect(detail.locator(".anime-standing .anime-pill")).to_have_count(0)
    # What was measured before it failed is kept.
    expect(detail.get_by_role("article").first.locator(".anime-verdict")).to_contain_text("PASS")
    editor.picture("failed")


def test_a_job_that_is_cancelled_has_no_verdict(editor: Editor, client: ComfyClient):
    prompt: dict[str, Any] = slow_prompt(f"cancelled {time.time_ns()}")
    score = {"images": ["2", 0], "fps": 12.0, "backend": "structural"}
    prompt["99"] = {"class_type": "AnimeLoopScore", "inputs": score}
    job = await_job(client, client.submit(prompt), "in_progress")
    client.post(f"/anime/jobs/{job}/cancel", {})
    await_job(client, job, "cancelled")
    assert told_everywhere(editor, client, job) == (None, None)
    editor.picture("cancelled")
