"""The list of jobs while the database comes and goes, and over a restart of ComfyUI."""

from typing import Any

from ..integration.job_bench import JobPrompt
from .conftest import in_the_classic_canvas
from .editor import Editor, small_check
from .panel import expect
from .panel_list import ListedJobs
from .server_watch import COUNT_ALARMS, await_answers
from .studio import Studio

pytestmark = in_the_classic_canvas
PICTURE = "/thumbnail"
LOOP_GATE = 8  # of the example "check a clip"
NEWEST_IS_APPROVED = (
    "UPDATE anime.jobs SET review = 'approved' WHERE id ="
    " (SELECT id FROM anime.jobs ORDER BY created_at DESC, id DESC LIMIT 1)"
)


def test_the_list_outlives_a_database_that_is_away_or_hangs_and_a_restart_of_comfyui(
    studio: Studio, with_panel: Editor, jobs: ListedJobs
):
    with_panel.page.evaluate(COUNT_ALARMS)
    a_database_that_is_away_is_said_and_comes_back_by_itself(with_panel, studio, jobs)
    a_database_that_hangs_is_no_silence_of_comfyui(with_panel, studio)
    every_view_says_that_the_database_hangs_and_asks_again(with_panel, studio)
    assert with_panel.page.evaluate("window.alarms") == 0
    after_a_restart_everything_is_as_the_new_comfyui_knows_it(with_panel, studio, jobs)


def a_database_that_is_away_is_said_and_comes_back_by_itself(
    editor: Editor, studio: Studio, jobs: ListedJobs
) -> None:
    page = editor.page
    before = jobs.names()
    foot = page.locator(".anime-health-line")
    foot.filter(has_text="All is well").wait_for()
    studio.postgres.stop()
    try:
        studio.client.submit(JobPrompt(seed=77, project="aoi", shot="while it was away"))
        notice = page.locator(".anime-notice")
        notice.filter(has_text="The database can't be reached.").wait_for()
        assert "wait in the outbox" in notice.text_content()
        assert jobs.names()[:5] == before[:5]
        foot.filter(has_text="check: Database").wait_for()
        foot.click()
        page.get_by_text("Check that the PostgreSQL server runs").wait_for()
        await_answers(editor, 3)  # ComfyUI itself answers all the while
    finally:
        studio.postgres.start()
    jobs.row("while it was away").wait_for()
    notice.wait_for(state="hidden")
    foot.filter(has_text="All is well").wait_for()


def a_database_that_hangs_is_no_silence_of_comfyui(editor: Editor, studio: Studio) -> None:
    """A browser opens six connections: pictures that wait for the database must leave some."""
    page = editor.page
    pictures: set[str] = set()
    page.on("request", lambda each: pictures.add(each.url) if PICTURE in each.url else None)
    page.route("**/anime/jobs?**", with_pictures)
    page.get_by_role("combobox", name="State").select_option("completed")
    editor.await_condition(lambda: len(pictures) >= 8)
    pictures.clear()
    with studio.postgres.suspended():
        page.evaluate("() => { document.querySelector('.anime-list').scrollTop = 4000 }")
        await_answers(editor, 3)
        assert pictures  # one is on its way
    editor.await_condition(lambda: len(pictures) >= 8)  # the others follow
    page.unroute("**/anime/jobs?**")
    page.get_by_role("button", name="Clear filters").click()


def every_view_says_that_the_database_hangs_and_asks_again(editor: Editor, studio: Studio) -> None:
    page = editor.page
    notice = page.locator(".anime-notice:visible").filter(has_text="It did not answer within")
    state = page.get_by_role("combobox", name="State")
    for tab in ("Trend", "Jobs"):
        page.get_by_role("tab", name=tab).click()
        notice.wait_for(state="hidden")
        with studio.postgres.suspended():
            if tab == "Jobs":
                state.select_option("completed")
            else:
                page.get_by_role("tab", name="Jobs").click()
                page.get_by_role("tab", name=tab).click()
            notice.wait_for()
        notice.wait_for(state="hidden")
    page.get_by_role("button", name="Clear filters").click()


def with_pictures(route: Any) -> None:
    """Answer a page of jobs as if each had a picture."""
    answer = route.fetch()
    page = answer.json()
    for row in page["jobs"]:
        row["thumbnail"] = f"/anime/jobs/{row['id']}/thumbnail"
    route.fulfill(response=answer, json=page)


def after_a_restart_everything_is_as_the_new_comfyui_knows_it(
    editor: Editor, studio: Studio, jobs: ListedJobs
) -> None:
    editor.load(small_check())
    editor.run()
    editor.results(LOOP_GATE).wait_for()
    newest = jobs.names()[0]
    studio.server.stop()
    # One banner says it, and no view says it again.
    silent = editor.page.locator(":is(.anime-server, .anime-notice):visible")
    expect(silent).to_contain_text("ComfyUI doesn't answer")
    expect(silent).to_have_count(1)
    expect(silent).to_have_attribute("role", "alert")
    foot = editor.page.locator(".anime-health-line")
    expect(foot).to_contain_text("ComfyUI doesn't answer")
    studio.change(NEWEST_IS_APPROVED)
    assert jobs.names()[0] == newest
    studio.server.start()
    jobs.row(newest).filter(has_text="Approved").first.wait_for()
    expect(silent).to_have_count(0)
    expect(foot).to_contain_text("All is well")
    # What the nodes show is of the ComfyUI that has ended.
    expect(editor.results(LOOP_GATE)).to_contain_text("From an earlier run (")
    studio.client.submit(JobPrompt(seed=78, project="aoi", shot="after the restart"))
    jobs.row("after the restart").filter(has_text="Done").wait_for()
