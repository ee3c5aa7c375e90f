"""The list of jobs in the sidebar: found, followed, and gone through by keys."""

from functools import partial
from pathlib import Path

import pytest

from ..integration.job_bench import JobPrompt
from ..models.jobs.postgres import wait_until
from .editor import Editor
from .panel import HOSTILE, TAB_BUTTON, expect
from .panel_list import FOREIGN_TAB, ListedJobs
from .studio import Studio


@pytest.fixture
def hostile_job(studio: Studio) -> None:
    """A job in which every text is hostile, before the page is opened."""
    prompt = JobPrompt(fails=True, seed=5, project=HOSTILE, episode=HOSTILE, scene=HOSTILE)
    for name in ("shot", "character", "tags"):
        prompt[prompt.job]["inputs"][name] = HOSTILE
    prompt_id = studio.client.submit(prompt)
    wait_until(lambda: studio.jobs.of_prompt(prompt_id) == ["failed"], 60)
    hostile = "UPDATE anime.jobs SET error_message = %s WHERE prompt_id = %s"
    studio.change(hostile, HOSTILE, prompt_id)


@pytest.mark.usefixtures("hostile_job")
def test_jobs_are_found_and_followed_in_the_list(
    studio: Studio, with_panel: Editor, jobs: ListedJobs, tmp_path: Path
):
    hostile_text_shows_as_text(with_panel, jobs)
    each_filter_leaves_the_jobs_that_it_says(with_panel, studio, jobs)
    a_text_leaves_the_jobs_that_have_it(with_panel, studio, jobs)
    a_prompt_that_runs_is_followed(with_panel, studio, jobs, tmp_path / "go on")
    assert with_panel.errors == []
    the_keyboard_goes_through_the_list_and_comes_back_to_it(with_panel, jobs)
    another_extensions_tab_in_the_same_place_does_no_harm(with_panel)


def hostile_text_shows_as_text(editor: Editor, jobs: ListedJobs) -> None:
    row = jobs.row(HOSTILE).first
    row.wait_for()
    assert row.get_attribute("title") == HOSTILE
    assert row.locator(".anime-job-name").text_content() == HOSTILE
    choose(editor, "Project", HOSTILE)
    jobs.await_count(1)
    assert editor.page.locator(".anime-panel img[src=x]").count() == 0
    assert editor.page.evaluate("() => window.hacked") is None
    clear_filters(editor, jobs)


def each_filter_leaves_the_jobs_that_it_says(
    editor: Editor, studio: Studio, jobs: ListedJobs
) -> None:
    of = {
        "State": ("Lost", "state = 'lost'"),
        "Verdict": ("FAIL", "verdict = 'FAIL'"),
        "Project": ("Production 3", "project_id = (SELECT id FROM anime.projects"
                    " WHERE name = 'Production 3')"),
        "Character": ("Zoë 4", "character_id = (SELECT id FROM anime.characters"
                      " WHERE name = 'Zoë 4')"),
    }  # fmt: skip
    for name, (chosen, condition) in of.items():
        choose(editor, name, chosen)
        count = studio.count(condition)
        if count <= 50:
            jobs.await_count(count)
        else:
            wait_until(partial(_all_have, jobs, chosen), 30)
        clear_filters(editor, jobs)


def choose(editor: Editor, name: str, chosen: str) -> None:
    """Choose a value of a filter, once it is offered."""
    choice = editor.page.get_by_role("combobox", name=name, exact=True)
    editor.page.wait_for_function(
        "(choice) => choice.options.length > 3", arg=choice.element_handle()
    )
    choice.select_option(chosen)


def clear_filters(editor: Editor, jobs: ListedJobs) -> None:
    """Clear all filters, and wait for all jobs."""
    clear = editor.page.get_by_role("button", name="Clear filters")
    clear.click()
    jobs.row("Production").first.wait_for()
    assert not clear.is_visible()


def a_text_leaves_the_jobs_that_have_it(editor: Editor, studio: Studio, jobs: ListedJobs) -> None:
    search = editor.page.get_by_role("searchbox")
    search.fill("173 take 4")
    jobs.await_count(len(studio.client.get("/anime/jobs", text="173 take 4")["jobs"]))
    assert set(jobs.names()) == {"shot 173"}
    editor.page.get_by_role("combobox", name="Verdict").select_option("FAIL")
    search.fill("nothing is called so")
    editor.page.get_by_text("No job matches these filters.").wait_for()
    clear_filters(editor, jobs)
    assert search.input_value() == ""


def the_keyboard_goes_through_the_list_and_comes_back_to_it(
    editor: Editor, jobs: ListedJobs
) -> None:
    page = editor.page
    names = jobs.names()
    jobs.root.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    marked = jobs.root.locator(".anime-active")
    assert marked.get_attribute("id") == jobs.root.get_attribute("aria-activedescendant")
    assert marked.locator(".anime-job-name").text_content() == names[1]
    page.keyboard.press("Enter")
    detail = page.locator(".anime-view > .anime-detail")
    detail.get_by_role("button", name="Back").click()
    assert page.evaluate("() => document.activeElement.className") == "anime-list"
    assert marked.locator(".anime-job-name").text_content() == names[1]

    page.get_by_role("tab", name="Jobs").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("() => document.activeElement.textContent") == "Productions"
    assert page.get_by_role("tab", name="Productions").get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowLeft")
    assert jobs.names() == names


def a_prompt_that_runs_is_followed(
    editor: Editor, studio: Studio, jobs: ListedJobs, go: Path
) -> None:
    shot = f"live in {editor.page.evaluate('() => LiteGraph.vueNodesMode')}"
    asked: list[str] = []
    warned: list[str] = []
    editor.page.on("request", lambda request: asked.append(request.url))
    editor.page.on("console", lambda message: warned.append(message.text))
    prompt = JobPrompt(seconds=60, project="aoi", episode="E07", shot=shot)
    prompt[prompt.wait]["inputs"]["until"] = str(go)
    button = editor.page.locator(TAB_BUTTON.format(tab="anime-jobs"))
    badge = button.locator(".sidebar-icon-badge")
    with studio.client.listen() as channel:
        studio.client.submit(prompt, client_id=channel.client_id)
        row = jobs.row(shot)
        row.filter(has_text="Running").wait_for()
        assert jobs.names()[0] == shot
        assert "aoi · E07" in row.text_content()
        expect(badge).to_have_text("1")
        go.touch()
        row.filter(has_text="Done").wait_for()
    badge.wait_for(state="hidden")
    editor.page.locator(".anime-jobs [role=status]").filter(has_text=f"{shot}, Done").wait_for(
        state="attached"
    )
    pages = [url for url in asked if "/anime/jobs?" in url]
    assert 1 <= len(pages) <= 8  # each event may ask once at most, and they come together
    assert [text for text in warned if "anime.job" in text] == []


def another_extensions_tab_in_the_same_place_does_no_harm(editor: Editor) -> None:
    page = editor.page
    page.evaluate(FOREIGN_TAB)
    page.evaluate("() => { document.querySelector('.anime-list').scrollTop = 2000 }")
    page.wait_for_function("() => [...document.querySelectorAll('.anime-row')].every((row) =>"
                           " Number(row.ariaPosInSet) > 15)")  # fmt: skip
    for _ in range(2):
        page.evaluate("() => app.extensionManager.sidebarTab.toggleSidebarTab('foreign')")
        page.get_by_text("foreign words").wait_for()
        page.evaluate("() => app.extensionManager.sidebarTab.toggleSidebarTab('anime-jobs')")
        page.locator(".anime-row").first.wait_for()
    assert "foreign words" not in page.locator(".sidebar-content-container").text_content()
    page.wait_for_function("() => document.querySelector('.anime-list').scrollTop === 2000")


def _all_have(jobs: ListedJobs, text: str) -> bool:
    rows = jobs.page.locator(".anime-row").all_text_contents()
    return bool(rows) and all(text in row for row in rows)
