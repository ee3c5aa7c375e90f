"""The detail of a job: titles of reports, why a job is lost, and the way back by Escape."""

import time
from collections.abc import Iterator

import pytest

from ..integration.client import ComfyClient
from ..integration.job_bench import EmbeddedJobs
from .conftest import in_the_classic_canvas
from .editor import Editor
from .panel import expect, open_job, open_panel
from .prompts import await_job, loop_prompt, run_job, waiting_prompt

pytestmark = in_the_classic_canvas
# The job of a process that isn't this ComfyUI, whose heartbeat would go on.
LOSE = """
WITH gone AS (
    INSERT INTO anime.processes (id, machine_id, pid, seen_at, ended_at)
    SELECT gen_random_uuid(), machine_id, 4711, now() - %(seconds)s * interval '1 second',
        now() - %(seconds)s * interval '1 second'
    FROM anime.jobs WHERE id = %(job)s RETURNING id
)
UPDATE anime.jobs SET state = 'lost', started_at = now() - interval '26 seconds',
    finished_at = now() - interval '25.9 seconds', process_id = gone.id
FROM gone WHERE jobs.id = %(job)s
"""


@pytest.fixture
def record(client: ComfyClient) -> Iterator[EmbeddedJobs]:
    """The editor's record of jobs."""
    jobs = EmbeddedJobs(client.server.base)
    yield jobs
    jobs.close()


def test_reports_have_the_titles_of_their_nodes(editor: Editor, client: ComfyClient):
    prompt = loop_prompt(f"titled {time.time_ns()}")
    prompt["2"]["_meta"] = {"title": "Does it loop?"}
    named = run_job(client, prompt)
    detail = open_job(editor, client, named)
    expect(detail.get_by_role("article", name="Does it loop?")).to_have_count(1)
    expect(detail.locator(".anime-card-heading")).to_have_text("Does it loop?")
    bare = run_job(client, loop_prompt(f"bare {time.time_ns()}"))
    detail = open_job(editor, client, bare)
    expect(detail.locator(".anime-card-heading")).to_have_text("Loop Score (Anime)")


def test_a_job_that_is_cancelled_says_no_longer_that_it_is_being_interrupted(
    editor: Editor, client: ComfyClient
):
    job = await_job(client, client.submit(waiting_prompt(f"stop {time.time_ns()}")), "in_progress")
    detail = open_job(editor, client, job)
    detail.get_by_role("button", name="Cancel").click()
    message = detail.locator(".anime-job-actions .anime-message")
    expect(detail.locator(".anime-status")).to_contain_text("Cancelled")
    expect(message).to_be_hidden()


def test_escape_goes_back_to_the_row_of_the_job(editor: Editor, client: ComfyClient):
    jobs = [run_job(client, loop_prompt(f"row {number} {time.time_ns()}")) for number in (1, 2)]
    page = editor.page
    detail = open_job(editor, client, jobs[0])
    reason = detail.get_by_label("Your reason")
    reason.fill("not yet")
    reason.press("Escape")  # what was written isn't lost
    expect(reason).to_have_value("not yet")
    expect(detail).to_be_visible()
    reason.fill("")
    reason.press("Escape")
    expect(detail).to_be_hidden()
    listed = page.locator(".anime-list")
    expect(listed).to_be_focused()
    expect(listed.locator(".anime-active")).to_contain_text("row 1")

    detail = open_job(editor, client, jobs[1])
    detail.get_by_role("button", name="Delete job", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")  # the dialog closes first
    expect(dialog).to_be_hidden()
    expect(detail).to_be_visible()
    detail.locator(".anime-section:visible").first.click(position={"x": 2, "y": 2})
    page.keyboard.press("Escape")
    expect(listed.locator(".anime-active")).to_contain_text("row 2")


def test_a_lost_job_says_why_and_how_long_it_ran_at_least(
    editor: Editor, client: ComfyClient, record: EmbeddedJobs
):
    job = run_job(client, loop_prompt(f"lost {time.time_ns()}"))
    lose(record, job, seconds=20)
    detail = open_job(editor, client, job)
    loss = detail.locator(".anime-loss")
    expect(loss).to_contain_text("(process 4711) ended without a word; it was last heard at")
    facts = detail.locator(".anime-facts")
    expect(facts).to_contain_text("Ran for at least6 sec")
    lose(record, job, seconds=60)  # the last sign of life came before the job began
    detail.press("Escape")
    detail = open_job(editor, client, job)
    expect(facts).not_to_contain_text("Ran for")
    sentence = loss.text_content()
    editor.open()  # nothing tells the list what a test wrote into the database
    expect(page_row(editor, "lost")).to_have_attribute("title", sentence)


def page_row(editor: Editor, text: str):
    """The first row with a text."""
    jobs = open_panel(editor).get_by_role("listbox")  # a filter has options too, one of them "Lost"
    return jobs.get_by_role("option").filter(has_text=text).first


def lose(record: EmbeddedJobs, job: str, seconds: int) -> None:
    """Make a job that ran a lost one, whose process was last heard so many seconds ago."""
    with record.connection() as connection:
        connection.execute(LOSE, {"job": job, "seconds": seconds})
        connection.commit()


def test_a_job_that_takes_long_to_load_says_so(editor: Editor, client: ComfyClient):
    job = client.get(f"/anime/jobs/{run_job(client, loop_prompt(f'slow {time.time_ns()}'))}")["job"]
    route = f"**/anime/jobs/{job['id']}"
    editor.page.route(route, lambda route: None)  # no answer
    page_row(editor, job["shot"]).click()
    loading = editor.page.locator(".anime-detail-loading")
    expect(loading).to_have_text("Loading…")
    expect(loading).to_be_visible()
    editor.page.unroute(route)
    editor.page.keyboard.press("Escape")
    open_job(editor, client, job["id"])
    expect(loading).to_be_hidden()


def test_the_age_goes_on_in_the_detail(editor: Editor, client: ComfyClient):
    job = run_job(client, loop_prompt(f"ages {time.time_ns()}"))
    editor.page.clock.install()
    detail = open_job(editor, client, job)
    facts = detail.locator(".anime-facts")
    expect(facts).to_contain_text("now")
    editor.page.clock.fast_forward("03:05")
    expect(facts).to_contain_text("3m ago")
