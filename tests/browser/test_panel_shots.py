"""Jobs by shot: groups with counts, the best first, and the way to last week's best take."""

import re
import statistics
from collections.abc import Iterator
from typing import Any

import pytest

from ..integration.client import ComfyClient
from ..integration.job_bench import EmbeddedJobs
from .accessibility import serious_faults
from .conftest import in_the_classic_canvas
from .editor import Editor
from .panel import expect, open_panel
from .panel_list import ListedJobs
from .prompts import loop_prompt, run_job
from .studio import Studio

pytestmark = in_the_classic_canvas
FRAME = 1000 / 60  # milliseconds
PIXELS_A_FRAME = 1500
SHOTS = 480  # of the studio's jobs
SHOT = "s040 the lighthouse"
OLDER = "UPDATE anime.jobs SET created_at = created_at - %s * interval '1 day' WHERE id = %s"


@pytest.fixture(autouse=True)
def ungrouped_afterwards(editor: Editor) -> Iterator[None]:
    """Take the grouping back, which the browser would remember for other tests."""
    yield
    pressed = editor.page.get_by_role("button", name="Group by shot", pressed=True)
    if pressed.count():
        pressed.click()


def test_the_list_is_grouped_by_shot(studio: Studio, with_panel: Editor, jobs: ListedJobs):
    page = with_panel.page
    search(with_panel, "shot 17")
    jobs.row("shot 17").first.wait_for()
    group = page.get_by_role("button", name="Group by shot")
    group.click()
    shots_are_counted_with_their_best_verdict(with_panel, studio, jobs)
    the_keyboard_unfolds_and_folds(with_panel, jobs)
    assert serious_faults(with_panel, ".anime-panel") == []
    the_grouping_is_remembered(with_panel)
    all_shots_are_gone_through_in_few_elements(with_panel, studio, jobs)
    page.get_by_role("button", name="Group by shot").click()
    expect(jobs.root).to_have_attribute("role", "listbox")
    assert with_panel.errors == []


@pytest.mark.slow  # it measures time, which needs a quiet machine
def test_jobs_by_shot_scroll_as_steadily_as_without_groups(
    studio: Studio, with_panel: Editor, jobs: ListedJobs
):
    one_by_one = statistics.median(jobs.scroll(SHOTS, PIXELS_A_FRAME))
    with_panel.page.get_by_role("button", name="Group by shot").click()
    by_shot = all_shots_are_gone_through_in_few_elements(with_panel, studio, jobs)
    with_panel.page.get_by_role("button", name="Group by shot").click()
    print(f"median {by_shot:.1f} ms a frame, without groups {one_by_one:.1f} ms")
    assert by_shot <= one_by_one + FRAME


def search(editor: Editor, text: str) -> None:
    editor.page.get_by_role("searchbox").fill(text)


def shot_row(jobs: ListedJobs, name: str) -> Any:
    """The row of a shot, which has a level of its own."""
    exactly = re.compile(f"^{re.escape(name)}$")
    return jobs.root.locator("[aria-level='1']").filter(
        has=jobs.page.locator(".anime-job-name", has_text=exactly)
    )


def shots_are_counted_with_their_best_verdict(
    editor: Editor, studio: Studio, jobs: ListedJobs
) -> None:
    expect(jobs.root).to_have_attribute("role", "tree")
    shots = studio.client.get("/anime/shots", text="shot 17")["shots"]
    facts = next(each for each in shots if each["verdict"] == "PASS")
    name = facts["shot"]
    row = shot_row(jobs, name)
    expect(row).to_have_attribute("aria-expanded", "false")
    expect(row).to_contain_text(f"{facts['jobs']} jobs · {facts['passed']} passed")
    expect(row).to_contain_text(f"{facts['verdict']} {round(facts['score'])}")
    row.click()
    expect(row).to_have_attribute("aria-expanded", "true")
    expect(jobs.root.locator("[aria-level='2']").first).to_contain_text("seed ")
    expect(jobs.root.locator("[aria-level='2']").first).to_contain_text(name)
    row.click()
    expect(jobs.root.locator("[aria-level='2']")).to_have_count(0)


def the_keyboard_unfolds_and_folds(editor: Editor, jobs: ListedJobs) -> None:
    keyboard = editor.page.keyboard
    jobs.root.focus()
    keyboard.press("Home")
    keyboard.press("ArrowRight")
    first = jobs.root.locator("[aria-posinset='1']")
    expect(first).to_have_attribute("aria-expanded", "true")
    expect(jobs.root.locator("[aria-level='2']").first).to_be_visible()
    keyboard.press("ArrowRight")
    expect(jobs.root.locator(".anime-active")).to_have_attribute("aria-level", "2")
    keyboard.press(" ")
    expect(jobs.root.locator("[aria-selected=true]")).to_have_count(1)
    keyboard.press("Escape")
    keyboard.press("ArrowLeft")
    expect(jobs.root.locator(".anime-active")).to_have_attribute("aria-level", "1")
    keyboard.press("ArrowLeft")
    expect(first).to_have_attribute("aria-expanded", "false")


def the_grouping_is_remembered(editor: Editor) -> None:
    editor.open()
    open_panel(editor)
    group = editor.page.get_by_role("button", name="Group by shot")
    expect(group).to_have_attribute("aria-pressed", "true")


def all_shots_are_gone_through_in_few_elements(
    editor: Editor, studio: Studio, jobs: ListedJobs
) -> float:
    """All shots are gone through, with one unfolded; return the median time of a frame, ms."""
    jobs.root.locator("[aria-level='1']").first.click()
    jobs.root.locator("[aria-level='2']").first.wait_for()
    frames = jobs.scroll(SHOTS, PIXELS_A_FRAME)
    assert editor.page.locator(".anime-row").count() <= 40
    newest = studio.client.get("/anime/shots")["shots"][0]  # it is unfolded
    jobs.page.wait_for_function(
        """least => {
            const list = document.querySelector(".anime-list");
            list.scrollTop = list.scrollHeight;
            return [...document.querySelectorAll(".anime-row")]
                .some((row) => Number(row.ariaSetSize) >= least);
        }""",
        arg=SHOTS + newest["jobs"],
    )
    return statistics.median(frames)


@pytest.fixture
def takes(client: ComfyClient) -> Iterator[dict[str, str]]:
    """Takes of one shot by their names: of this week and of last month, and one of another shot."""
    record = EmbeddedJobs(client.server.base)
    jumps = {"poor": 6.0, "best": 0.0, "fair": 3.0, "older and as good": 0.0}
    made: dict[str, str] = {}
    for name, jump in jumps.items():
        prompt = loop_prompt(SHOT, jump=jump, project="hunt", tags=name)
        prompt["1"]["inputs"]["seed"] = 40 + len(made)
        made[name] = run_job(client, prompt)
    made["other"] = run_job(client, loop_prompt("s041", jump=0.0, project="hunt"))
    days = {"poor": 2, "best": 5, "fair": 1, "older and as good": 20, "other": 1}
    for name, age in days.items():
        with record.connection() as connection:
            connection.execute(OLDER, (age, made[name]))
            connection.commit()
    yield made
    record.close()


def test_last_weeks_best_take_of_a_shot_is_found_looked_at_and_approved(
    editor: Editor, client: ComfyClient, takes: dict[str, str]
):
    page = editor.page
    panel = open_panel(editor)
    panel.get_by_role("button", name="Group by shot").click()
    panel.get_by_role("combobox", name="Time").select_option("7")
    panel.get_by_role("combobox", name="Order").select_option("best")
    with page.expect_response(lambda response: "text=hunt" in response.url):  # it folds all shots
        search(editor, "hunt")
    jobs = ListedJobs(editor)
    row = shot_row(jobs, SHOT)
    expect(row).to_contain_text("3 jobs")  # not the one of last month
    best = client.get(f"/anime/jobs/{takes['best']}")["job"]
    expect(row).to_contain_text(f"PASS {round(best['score'])}")
    row.click()
    found = jobs.root.locator("[aria-level='2']")
    expect(found).to_have_count(3)
    expect(found.first).to_contain_text("seed 41")
    expect(found.first).to_contain_text("#best")
    editor.picture("best-take-list")
    found.first.click()
    detail = panel.locator(".anime-view > .anime-detail")
    expect(detail.locator("code").first).to_have_text(takes["best"])
    expect(detail.locator(".anime-header-picture img")).to_be_visible()
    detail.get_by_role("button", name="Approve").click()
    expect(detail.locator(".anime-status")).to_contain_text("Approved")
    page.keyboard.press("Escape")
    active = jobs.root.locator(".anime-active")
    expect(active).to_contain_text("Approved")
    expect(active).to_contain_text("seed 41")
    assert client.get(f"/anime/jobs/{takes['best']}")["job"]["review"] == "approved"
    panel.get_by_role("combobox", name="Judgement", exact=True).select_option("approved")
    expect(shot_row(jobs, SHOT)).to_contain_text("1 job")
    panel.get_by_role("button", name="Clear filters").click()
    panel.get_by_role("combobox", name="Order").select_option("newest")
    panel.get_by_role("button", name="Group by shot").click()
