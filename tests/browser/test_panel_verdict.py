"""What the panel shows of a job's verdict: what it is by, and where there is none."""

import csv
import re
import time
from typing import Any

from ..integration.client import ComfyClient, Prompt
from .editor import Editor, example_prompt
from .panel import expect, open_job, open_panel
from .prompts import await_job, failing_prompt, run_job, waiting_prompt


def test_a_verdict_is_the_same_everywhere_and_none_where_a_job_did_not_end_well(
    editor: Editor, client: ComfyClient
):
    for name in ("close_a_loop", "best_of_8"):
        what_passes_is_kept_whatever_was_measured_before(editor, client, name)
    a_job_that_failed_has_none_beside_a_good_measurement(editor, client)
    what_waits_or_runs_is_cancelled_and_has_none(editor, client)


def what_passes_is_kept_whatever_was_measured_before(
    editor: Editor, client: ComfyClient, name: str
) -> None:
    job = run_example(client, name)
    assert told_everywhere(editor, client, job) == ("PASS", "kept")
    detail = open_job(editor, client, job)
    expect(detail.locator(".anime-status")).to_contain_text("PASS")
    expect(detail.get_by_role("heading", level=4)).to_have_text(
        ["These decide the verdict", "Earlier measurements"]
    )
    articles = detail.get_by_role("article")
    expect(articles).to_have_count(3)
    expect(articles.first.locator(".anime-verdict")).to_contain_text("PASS")
    earlier = articles.filter(has_text="✘ FAIL")
    expect(earlier).to_have_count(1)
    expect(earlier).to_contain_text("earlier measurement")
    expect(earlier.locator(".anime-verdict")).to_have_count(0)  # no colour until it is opened
    earlier.locator("summary").first.click()
    expect(earlier.locator(".anime-curve canvas")).to_be_visible()


def a_job_that_failed_has_none_beside_a_good_measurement(
    editor: Editor, client: ComfyClient
) -> None:
    prompt = failing_prompt(f"fails {time.time_ns()}")
    job = await_job(client, client.submit(prompt), "failed")
    assert told_everywhere(editor, client, job) == (None, None)
    detail = open_job(editor, client, job)
    expect(detail.locator(".anime-status")).to_contain_text("Failed")
    expect(detail.locator(".anime-status .anime-pill")).to_have_count(0)
    # What was measured before it failed is kept.
    expect(detail.get_by_role("article").first.locator(".anime-verdict")).to_contain_text("PASS")


def what_waits_or_runs_is_cancelled_and_has_none(editor: Editor, client: ComfyClient) -> None:
    running = submit_and_await_measures(client, waiting_prompt(f"runs {time.time_ns()}"))
    waiting = client.submit(waiting_prompt(f"waits {time.time_ns()}"))
    try:
        for prompt, said in ((waiting, "taken out of the queue"), (running, "interrupted")):
            detail = open_job(editor, client, prompt)
            it_can_be_cancelled_and_not_deleted_yet(detail, said)
            assert told_everywhere(editor, client, prompt) == (None, None)
        assert client.get(f"/anime/jobs/{running}")["reports"], "nothing was measured before"
    finally:
        client.post("/queue", {"clear": True})
        client.post("/interrupt", {})


def it_can_be_cancelled_and_not_deleted_yet(detail: Any, said: str) -> None:
    delete = detail.get_by_role("button", name="Delete job", exact=True)
    expect(delete).to_have_attribute("title", "The job hasn't ended. Cancel it first.")
    cancel = detail.get_by_role("button", name="Cancel")
    expect(cancel).to_have_attribute("aria-disabled", "false")
    cancel.click()
    expect(detail.get_by_role("status").first).to_contain_text(said)
    expect(detail.locator(".anime-status")).to_contain_text("Cancelled")
    expect(cancel).to_have_attribute("aria-disabled", "true")
    expect(cancel).to_have_accessible_description(re.compile("has ended"))


def run_example(client: ComfyClient, name: str) -> str:
    """Run an example as a script does, as a shot of its own, and return its job's id."""
    prompt = example_prompt(name)
    job = next(node for node in prompt.values() if node["class_type"] == "AnimeJob")
    job["inputs"]["shot"] = f"{name} {time.time_ns()}"
    return run_job(client, prompt)


def submit_and_await_measures(client: ComfyClient, prompt: Prompt) -> str:
    """Queue a prompt, wait until the last node but one waits, and return the prompt's id."""
    *_, wait, _ = prompt
    with client.listen() as channel:
        prompt_id = client.submit(prompt, client_id=channel.client_id)
        channel.until(lambda message: message["data"].get("node") == wait, 60)
    await_job(client, prompt_id, "in_progress")
    return prompt_id


def told_everywhere(editor: Editor, client: ComfyClient, job: str) -> tuple[str | None, str | None]:
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
    panel.get_by_role("tab", name="Jobs").click()
    option = panel.get_by_role("option").filter(has_text=shot)
    expect(option).to_be_visible()
    if verdict is None:
        expect(option.locator(".anime-pill")).to_be_hidden()
        assert "PASS" not in option.get_attribute("aria-label")
    else:
        expect(option.locator(".anime-pill")).to_contain_text(f"{verdict} {round(score)}")
    return verdict, rule
