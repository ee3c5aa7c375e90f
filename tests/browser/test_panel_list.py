"""The list of jobs in the sidebar, with a real ComfyUI and a database that comes and goes."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from ..integration.client import Prompt
from ..integration.job_bench import JobPrompt
from ..models.jobs.postgres import wait_until
from .conftest import BOTH_MODES
from .editor import Editor
from .panel import HOSTILE, expect, open_panel
from .panel_list import FOREIGN_TAB, ListedJobs
from .studio import Studio
from .test_panel_server import COUNT_ALARMS, QUIET

PICTURE = "/thumbnail"


@pytest.fixture
def editor(with_panel: Editor) -> Editor:
    """The studio's, with the panel open."""
    return with_panel


@pytest.mark.parametrize("panel_mode", BOTH_MODES, ids=lambda mode: mode.value, indirect=True)
def test_a_prompt_that_runs_is_followed_in_the_list(
    editor: Editor, studio: Studio, jobs: ListedJobs
):
    shot = f"live in {editor.page.evaluate('() => LiteGraph.vueNodesMode')}"
    asked: list[str] = []
    warned: list[str] = []
    editor.page.on("request", lambda request: asked.append(request.url))
    editor.page.on("console", lambda message: warned.append(message.text))
    prompt = JobPrompt(seconds=4, seed=hash(shot) % 2**31, project="aoi", episode="E07", shot=shot)
    with studio.client.listen() as channel:
        studio.client.submit(prompt, client_id=channel.client_id)
        row = jobs.row(shot)
        row.filter(has_text="Running").wait_for()
        assert jobs.names()[0] == shot
        assert "aoi · E07" in row.text_content()
        badge = editor.page.locator(".anime-jobs-tab-button .sidebar-icon-badge")
        assert badge.text_content() == "1"
        editor.picture("running")
        row.filter(has_text="Done").wait_for()
    badge.wait_for(state="hidden")
    editor.page.locator(".anime-jobs [role=status]").filter(has_text=f"{shot}, Done").wait_for(
        state="attached"
    )
    pages = [url for url in asked if "/anime/jobs?" in url]
    assert 1 <= len(pages) <= 8  # each event may ask once at most, and they come together
    assert [text for text in warned if "anime.job" in text] == []
    assert editor.errors == []


@pytest.mark.parametrize(
    ("language", "done", "passed", "well"),
    [
        ("ja", "完了", "合格", "すべて正常です"),
        pytest.param("zh", "已完成", "合格", "一切正常", marks=pytest.mark.slow),
    ],
    ids=["ja", "zh"],
)
def test_a_finished_job_shows_its_picture_and_verdict_in_the_editors_language(
    editor: Editor,
    studio: Studio,
    jobs: ListedJobs,
    language: str,
    done: str,
    passed: str,
    well: str,
):
    shot = f"judged in {language}"
    studio.client.submit(judged_prompt(shot))
    row = jobs.row(shot)
    row.filter(has_text=done).wait_for()
    row.get_by_text(re.compile(rf"✔ {passed} \d+$")).wait_for()
    picture = row.locator("img").element_handle()
    editor.page.wait_for_function("(picture) => picture.naturalWidth > 0", arg=picture)
    editor.page.locator(".anime-health-line").filter(has_text=well).click()
    editor.picture("judged")
    assert editor.errors == []


def judged_prompt(shot: str) -> Prompt:
    """A clip that loops, saved and remembered."""
    prompt = Prompt()
    clip = prompt.add(
        "AnimeSampleClip",
        **{"frames": 24, "width": 128, "height": 128, "fps": 12.0, "period": 24, "character": 2},
        **{"seed": 21, "seam_jump": 0.0, "flicker": 0.0, "hold": 2, "blur": 0.0, "drift": 0.0},
    )
    score = prompt.add("AnimeLoopScore", images=clip.out(), fps=12.0, backend="structural")
    job = prompt.add("AnimeJob", project="aoi", scene="", shot=shot)
    prompt.add(
        "AnimeJobSave",
        **{"job": job.out(), "images": clip.out(), "report": score.out(), "fps": 12.0},
        **{"filename": f"list/{shot}", "format": "webp"},
    )
    return prompt


def test_each_filter_leaves_the_jobs_that_it_says(editor: Editor, studio: Studio, jobs: ListedJobs):
    page = editor.page
    search, clear = page.get_by_role("searchbox"), page.get_by_role("button", name="Clear filters")
    of = {
        "State": ("Lost", "state = 'lost'"),
        "Verdict": ("FAIL", "verdict = 'FAIL'"),
        "Project": ("Production 3", "project_id = (SELECT id FROM anime.projects"
                    " WHERE name = 'Production 3')"),
        "Character": ("Zoë 4", "character_id = (SELECT id FROM anime.characters"
                      " WHERE name = 'Zoë 4')"),
    }  # fmt: skip
    for name, (chosen, condition) in of.items():
        choice = page.get_by_role("combobox", name=name, exact=True)
        page.wait_for_function("(choice) => choice.options.length > 3", arg=choice.element_handle())
        choice.select_option(chosen)
        count = studio.count(condition)
        if count <= 50:
            jobs.await_count(count)
        else:
            wait_until(lambda chosen=chosen: _all_have(jobs, chosen), 30)
        editor.picture(f"filter-{name.lower()}")
        clear.click()
        jobs.row("Production").first.wait_for()
    assert not clear.is_visible()

    search.fill("173 take 4")
    jobs.await_count(len(studio.client.get("/anime/jobs", text="173 take 4")["jobs"]))
    assert set(jobs.names()) == {"shot 173"}
    page.get_by_role("combobox", name="Verdict").select_option("FAIL")
    search.fill("nothing is called so")
    page.get_by_text("No job fits these filters.").wait_for()
    editor.picture("nothing-found")
    clear.click()
    jobs.row("Production").first.wait_for()
    assert search.input_value() == ""
    assert editor.errors == []


def test_the_keyboard_goes_through_the_list_and_comes_back_to_it(editor: Editor, jobs: ListedJobs):
    page = editor.page
    names = jobs.names()
    jobs.root.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    marked = jobs.root.locator("[aria-selected=true]")
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


def test_hostile_text_shows_as_text(editor: Editor, studio: Studio, jobs: ListedJobs):
    prompt = JobPrompt(fails=True, seed=5, project=HOSTILE, episode=HOSTILE, scene=HOSTILE)
    for name in ("shot", "character", "tags"):
        prompt[prompt.job]["inputs"][name] = HOSTILE
    prompt_id = studio.client.submit(prompt)
    wait_until(lambda: studio.jobs.of_prompt(prompt_id) == ["failed"], 60)
    hostile = "UPDATE anime.jobs SET error_message = %s WHERE prompt_id = %s"
    studio.change(hostile, HOSTILE, prompt_id)
    editor.open()
    open_panel(editor)
    row = jobs.row(HOSTILE).first
    row.wait_for()
    assert row.get_attribute("title") == HOSTILE
    assert row.locator(".anime-job-name").text_content() == HOSTILE
    choice = editor.page.get_by_role("combobox", name="Project")
    editor.page.wait_for_function(
        "(choice) => choice.options.length > 3", arg=choice.element_handle()
    )
    choice.select_option(HOSTILE)
    jobs.await_count(1)
    editor.picture("hostile")
    assert editor.page.locator(".anime-panel img[src=x]").count() == 0
    assert editor.page.evaluate("() => window.hacked") is None


def test_a_database_that_is_away_is_said_and_comes_back_by_itself(
    editor: Editor, studio: Studio, jobs: ListedJobs
):
    page = editor.page
    before = jobs.names()
    foot = page.locator(".anime-health-line")
    foot.filter(has_text="All is well").wait_for()
    page.evaluate(COUNT_ALARMS)
    studio.postgres.stop()
    try:
        studio.client.submit(JobPrompt(seed=77, project="aoi", shot="while it was away"))
        notice = page.locator(".anime-notice")
        notice.filter(has_text="The database is away.").wait_for()
        assert "wait in the outbox" in notice.text_content()
        assert jobs.names()[:5] == before[:5]
        foot.filter(has_text="look at: Database").wait_for()
        foot.click()
        page.get_by_text("See that the PostgreSQL server runs").wait_for()
        editor.picture("away")
        page.wait_for_timeout(QUIET)
        assert page.evaluate("window.alarms") == 0  # ComfyUI itself answers all the while
    finally:
        studio.postgres.start()
    jobs.row("while it was away").wait_for()
    notice.wait_for(state="hidden")
    foot.filter(has_text="All is well").wait_for()
    editor.picture("back")


def test_a_database_that_hangs_is_no_silence_of_comfyui(
    editor: Editor, studio: Studio, jobs: ListedJobs
):
    """A browser opens six connections: pictures that wait for the database must leave some."""
    page = editor.page

    def with_pictures(route: Any) -> None:
        answer = route.fetch()
        told = answer.json()
        for row in told["jobs"]:
            row["thumbnail"] = f"/anime/jobs/{row['id']}/thumbnail"
        route.fulfill(response=answer, json=told)

    page.route("**/anime/jobs?**", with_pictures)
    editor.open()
    open_panel(editor)
    page.locator(".anime-health-line").filter(has_text="All is well").wait_for()
    page.wait_for_timeout(2000)
    page.evaluate(COUNT_ALARMS)
    waiting: set[str] = set()
    page.on("request", lambda request: waiting.add(request.url) if PICTURE in request.url else None)
    with hung_database(studio):
        page.evaluate("() => { document.querySelector('.anime-list').scrollTop = 4000 }")
        page.wait_for_timeout(QUIET)
        assert waiting  # a picture is on its way
        assert page.evaluate("window.alarms") == 0
    deadline = 20_000
    while len(waiting) < 8:  # the others follow
        page.wait_for_timeout(500)
        deadline -= 500
        assert deadline > 0


@contextmanager
def hung_database(studio: Studio) -> Iterator[None]:
    """The studio's database stands still, as a `with` block."""
    postmaster = studio.postgres.pid
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    processes = [postmaster, *map(int, children)]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


def test_after_a_restart_of_comfyui_the_list_shows_what_was_missed(
    editor: Editor, studio: Studio, jobs: ListedJobs
):
    newest = jobs.names()[0]
    studio.server.stop()
    # One banner says it, and no view says it again.
    silent = editor.page.locator(":is(.anime-server, .anime-notice):visible")
    expect(silent).to_contain_text("ComfyUI doesn't answer")
    expect(silent).to_have_count(1)
    expect(silent).to_have_attribute("role", "alert")
    foot = editor.page.locator(".anime-health-line")
    expect(foot).to_contain_text("ComfyUI doesn't answer")
    editor.picture("ended")
    studio.change(
        "UPDATE anime.jobs SET review = 'approved' WHERE id ="
        " (SELECT id FROM anime.jobs ORDER BY created_at DESC, id DESC LIMIT 1)"
    )
    assert jobs.names()[0] == newest
    studio.server.start()
    jobs.row(newest).filter(has_text="Approved").first.wait_for()
    expect(silent).to_have_count(0)
    expect(foot).to_contain_text("All is well")
    studio.client.submit(JobPrompt(seed=78, project="aoi", shot="after the restart"))
    jobs.row("after the restart").filter(has_text="Done").wait_for()


def test_another_extensions_tab_in_the_same_place_does_no_harm(editor: Editor, jobs: ListedJobs):
    page = editor.page
    page.evaluate(FOREIGN_TAB)
    page.evaluate("() => { document.querySelector('.anime-list').scrollTop = 2000 }")
    page.wait_for_function("() => [...document.querySelectorAll('.anime-row')].every((row) =>"
                           " Number(row.ariaPosInSet) > 20)")  # fmt: skip
    for tab in ("foreign", "anime-jobs", "foreign", "anime-jobs"):
        page.evaluate("(tab) => app.extensionManager.sidebarTab.toggleSidebarTab(tab)", tab)
        page.wait_for_timeout(300)
    assert "foreign words" not in page.locator(".sidebar-content-container").text_content()
    assert page.evaluate("() => document.querySelector('.anime-list').scrollTop") == 2000


def _all_have(jobs: ListedJobs, text: str) -> bool:
    rows = jobs.page.locator(".anime-row").all_text_contents()
    return bool(rows) and all(text in row for row in rows)
