"""Several jobs of the list at once: selected, judged, tagged, exported and deleted."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_plus

import pytest

from .accessibility import serious_faults
from .conftest import in_the_classic_canvas
from .editor import Editor
from .panel import cancel_dialog, confirm_dialog, expect, open_panel
from .panel_list import ListedJobs
from .studio import Studio

pytestmark = in_the_classic_canvas
# Copies of ten jobs under a name of their own, so that other tests' jobs stay as they are.
ADD = """
INSERT INTO anime.jobs (id, prompt_id, project_id, shot_id, machine_id, tags, state, created_at,
    started_at, finished_at, verdict, score, judged_by)
SELECT gen_random_uuid(), 'picked ' || n, project_id, shot_id, machine_id,
    ARRAY['picked', 'number ' || n], CASE n WHEN 10 THEN 'in_progress' ELSE 'completed' END,
    now() - n * interval '1 minute', now() - n * interval '1 minute',
    CASE WHEN n < 10 THEN now() END, 'PASS', 10 * n, 'last'
FROM (SELECT * FROM anime.jobs WHERE project_id IS NOT NULL LIMIT 1) AS jobs,
    generate_series(1, 10) AS n
"""
REMOVE = "DELETE FROM anime.jobs WHERE prompt_id LIKE 'picked %%'"


@pytest.fixture
def picked(studio: Studio) -> Iterator[None]:
    """Ten newest jobs, the last of which runs."""
    studio.change(ADD)
    yield
    studio.change(REMOVE)


@pytest.mark.usefixtures("picked")
def test_several_jobs_are_selected_and_changed_at_once(
    studio: Studio, with_panel: Editor, jobs: ListedJobs, tmp_path: Path
):
    find(with_panel, jobs, "picked", 10)
    a_touch_selects_without_any_key(with_panel, jobs)
    clicks_with_ctrl_and_shift_select(with_panel, jobs)
    the_keyboard_selects(with_panel, jobs)
    assert serious_faults(with_panel, ".anime-panel") == []
    they_are_approved(with_panel, studio, jobs)
    they_are_tagged_and_found_by_the_tag(with_panel, studio, jobs)
    they_are_exported(with_panel, tmp_path)
    they_are_deleted_after_a_question_and_one_that_runs_is_not(with_panel, studio, jobs)
    assert with_panel.errors == []


def find(editor: Editor, jobs: ListedJobs, text: str, count: int) -> None:
    """Search a text, and wait until it has been applied and there are so many jobs."""
    searched = f"text={quote_plus(text)}"
    with editor.page.expect_response(lambda response: searched in response.url):
        editor.page.get_by_role("searchbox").fill(text)
    jobs.await_count(count)


def row(jobs: ListedJobs, number: int):
    """The row of a job by its number; a longer number has the same digits."""
    return jobs.root.locator(f".anime-row[aria-posinset='{number}']")


def selected(jobs: ListedJobs) -> list[int]:
    """Places of the selected rows."""
    rows = jobs.root.locator("[aria-selected=true]").evaluate_all(
        "rows => rows.map((row) => Number(row.ariaPosInSet))"
    )
    return sorted(rows)


def a_touch_selects_without_any_key(editor: Editor, jobs: ListedJobs) -> None:
    page = editor.page
    # The editor's own toolbar has a button of this name too.
    page.locator(".anime-list-tools").get_by_role("button", name="Select").click()
    expect(page.locator(".anime-selected-count")).to_contain_text("No job is selected")
    row(jobs, 1).click()
    row(jobs, 3).click()
    expect(page.locator(".anime-selected-count")).to_have_text("2 jobs selected")
    row(jobs, 3).click()
    expect(page.locator(".anime-selected-count")).to_have_text("1 job selected")
    assert selected(jobs) == [1]
    assert jobs.root.get_attribute("aria-multiselectable") == "true"
    page.locator(".anime-selection").get_by_role("button", name="Done").click()
    expect(page.locator(".anime-selection")).to_be_hidden()
    assert selected(jobs) == []


def clicks_with_ctrl_and_shift_select(editor: Editor, jobs: ListedJobs) -> None:
    row(jobs, 2).click(modifiers=["Control"])
    row(jobs, 5).click(modifiers=["Shift"])
    assert selected(jobs) == [2, 3, 4, 5]
    row(jobs, 3).click(modifiers=["Shift"])
    assert selected(jobs) == [2, 3]
    row(jobs, 7).click(modifiers=["Control"])
    assert selected(jobs) == [2, 3, 7]
    assert editor.page.evaluate("() => getSelection().toString()") == ""
    editor.page.keyboard.press("Escape")
    assert selected(jobs) == []


def the_keyboard_selects(editor: Editor, jobs: ListedJobs) -> None:
    keyboard = editor.page.keyboard
    jobs.root.focus()
    keyboard.press("Home")
    keyboard.press("Shift+ArrowDown")
    keyboard.press("Shift+ArrowDown")
    assert selected(jobs) == [1, 2, 3]
    keyboard.press("Shift+ArrowUp")
    assert selected(jobs) == [1, 2]
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    keyboard.press(" ")
    assert selected(jobs) == [1, 2, 4]
    keyboard.press("Control+a")
    expect(editor.page.locator(".anime-selected-count")).to_have_text("10 jobs selected")
    nodes = editor.page.evaluate("() => Object.keys(app.canvas.selected_nodes ?? {}).length")
    assert nodes == 0  # the key did nothing on the canvas


def they_are_approved(editor: Editor, studio: Studio, jobs: ListedJobs) -> None:
    bar = editor.page.locator(".anime-selection")
    bar.get_by_role("button", name="Approve").click()
    expect(bar.get_by_role("status").last).to_contain_text("Approved: 10.")
    expect(row(jobs, 1)).to_contain_text("Approved")
    assert studio.count("prompt_id LIKE 'picked %%' AND review = 'approved'") == 10
    assert len(selected(jobs)) == 10  # they stay selected for what comes next


def they_are_tagged_and_found_by_the_tag(editor: Editor, studio: Studio, jobs: ListedJobs) -> None:
    page = editor.page
    bar = page.locator(".anime-selection")
    bar.get_by_role("button", name="Tags…").click()
    names = bar.get_by_role("textbox", name="Tags")
    names.fill("keeper, 雨")
    names.press("Enter")
    expect(bar.get_by_role("status").last).to_contain_text("Tags changed: 10.")
    expect(row(jobs, 1)).to_contain_text("#keeper #雨")
    find(editor, jobs, "keeper 雨", 10)
    jobs.root.focus()
    page.keyboard.press("Home")
    page.keyboard.press("Control+a")
    names.fill("keeper")  # the form is still open
    bar.get_by_role("button", name="Remove").click()
    expect(bar.get_by_role("status").last).to_contain_text("Tags changed: 10.")
    assert studio.count("'keeper' = ANY(tags)") == 0
    find(editor, jobs, "picked", 10)


def they_are_exported(editor: Editor, folder: Path) -> None:
    page = editor.page
    page.locator(".anime-list").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowDown")
    bar = page.locator(".anime-selection")
    for kind in ("CSV", "JSON"):
        with page.expect_download() as download:
            bar.get_by_role("button", name=f"Export as {kind}").click()
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        assert path.name == f"anime-jobs.{kind.lower()}"
    exported = json.loads((folder / "anime-jobs.json").read_text(encoding="utf-8"))["jobs"]
    assert [each["prompt_id"] for each in exported] == ["picked 1", "picked 2"]
    table = (folder / "anime-jobs.csv").read_text(encoding="utf-8").splitlines()
    assert len(table) == 3


def they_are_deleted_after_a_question_and_one_that_runs_is_not(
    editor: Editor, studio: Studio, jobs: ListedJobs
) -> None:
    page = editor.page
    page.locator(".anime-list").focus()
    page.keyboard.press("Control+a")
    bar = page.locator(".anime-selection")
    bar.get_by_role("button", name="Delete…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Delete 10 jobs")
    expect(dialog).to_contain_text("10 jobs, with reports and reviews, are deleted.")
    cancel_dialog(editor)
    assert studio.count("prompt_id LIKE 'picked %%'") == 10
    bar.get_by_role("button", name="Delete…").click()
    confirm_dialog(editor)
    status = bar.get_by_role("status").last
    expect(status).to_contain_text("Deleted: 9. Not changed: 1.")
    expect(status).to_contain_text("The job hasn't ended (in_progress). Cancel it first.")
    jobs.await_count(1)
    assert studio.count("prompt_id LIKE 'picked %%'") == 1


def test_filters_are_saved_under_a_name_and_kept_for_the_user(with_panel: Editor, jobs: ListedJobs):
    page = with_panel.page
    page.get_by_role("combobox", name="Verdict", exact=True).select_option("FAIL")
    page.get_by_role("combobox", name="State", exact=True).select_option("completed")
    jobs.row("FAIL").first.wait_for()
    page.get_by_role("button", name="Save these filters").click()
    answer_prompt(with_panel, "To retake")
    saved = page.get_by_role("combobox", name="Saved filters")
    expect(saved).to_have_value("To retake")
    page.get_by_role("button", name="Clear filters").click()
    jobs.row("PASS").first.wait_for()
    expect(saved).to_have_value("")
    saved.select_option("To retake")
    jobs.row("FAIL").first.wait_for()
    expect(page.get_by_role("combobox", name="Verdict", exact=True)).to_have_value("FAIL")

    page.get_by_role("button", name="Rename these filters").click()
    answer_prompt(with_panel, "Again, please")
    expect(saved).to_have_value("Again, please")
    with_panel.open()
    open_panel(with_panel)
    expect(saved.locator("option")).to_have_text(["Saved filters", "Again, please"])
    saved.select_option("Again, please")
    jobs.row("FAIL").first.wait_for()
    page.get_by_role("button", name="Delete these filters").click()
    confirm_dialog(with_panel)
    expect(saved).to_be_hidden()
    page.get_by_role("button", name="Clear filters").click()


def answer_prompt(editor: Editor, text: str) -> None:
    """Write a text into the editor's question, and confirm it."""
    dialog = editor.page.get_by_role("dialog")
    field = dialog.get_by_role("textbox")
    field.fill(text)
    field.press("Enter")
    dialog.wait_for(state="hidden")
