"""What the list of jobs costs the browser, and what axe-core says of the panel."""

import statistics

import pytest

from ..thorough import first_of
from .accessibility import serious_faults
from .conftest import in_the_classic_canvas
from .editor import Editor
from .panel_list import FOREIGN_TAB, Costs, ListedJobs
from .studio import MANY, Studio

pytestmark = in_the_classic_canvas
PIXELS_A_FRAME = 1500
FRAME = 1000 / 60  # milliseconds
SWITCHES = 200

# Opens the sidebar at a tab, goes through the tabs in it, if there are any, and closes it.
SWITCH = """async ([tab, times]) => {
    const frame = () => new Promise(requestAnimationFrame);
    const { sidebarTab } = app.extensionManager;
    if (sidebarTab.activeSidebarTab) sidebarTab.toggleSidebarTab(sidebarTab.activeSidebarTabId);
    await frame();
    for (let time = 0; time < times; time++) {
        sidebarTab.toggleSidebarTab(tab);
        await frame();
        await frame();
        for (const each of document.querySelectorAll(".anime-tab")) {
            each.click();
            await frame();
        }
        document.querySelector("#anime-tab-jobs")?.click();
        sidebarTab.toggleSidebarTab(tab);
        await frame();
    }
    sidebarTab.toggleSidebarTab(tab);
    await new Promise((done) => setTimeout(done, 1000));
}"""


@pytest.mark.parametrize("theme", first_of("dark", "light"))
def test_ten_thousand_jobs_scroll_steadily_and_axe_finds_nothing_serious(
    studio: Studio, with_panel: Editor, jobs: ListedJobs, theme: str
):
    choose_theme(with_panel, theme)
    in_every_view_axe_finds_nothing_serious(with_panel)
    ten_thousand_jobs_scroll_steadily_in_few_elements(with_panel, studio, jobs)
    choose_theme(with_panel, "dark")


def choose_theme(editor: Editor, theme: str) -> None:
    editor.set_theme(theme)
    editor.settle()


def in_every_view_axe_finds_nothing_serious(editor: Editor) -> None:
    page = editor.page
    page.locator(".anime-health-line").filter(has_text="All is well").click()
    views = {"Productions": ".anime-productions", "Trend": ".anime-trend td", "Jobs": ".anime-row"}
    for tab, sign in views.items():
        page.get_by_role("tab", name=tab).click()
        page.locator(sign).first.wait_for()
        assert serious_faults(editor, ".anime-panel") == []


def ten_thousand_jobs_scroll_steadily_in_few_elements(
    editor: Editor, studio: Studio, jobs: ListedJobs
) -> None:
    costs = Costs(editor)
    spent = costs.seconds()
    frames = jobs.scroll(MANY, PIXELS_A_FRAME)
    work = (costs.seconds() - spent) / len(frames)
    third = len(frames) // 3
    first, last = statistics.median(frames[:third]), statistics.median(frames[-third:])
    long = sum(each > 100 for each in frames)
    print(f"{len(frames)} frames, median {first:.1f} then {last:.1f} ms, over 100 ms: {long},")
    print(f"work {work * 1000:.1f} ms a frame")
    jobs.await_count(studio.count())
    assert editor.page.locator(".anime-row").count() <= 40
    assert jobs.names()[-1] == "shot 2"  # the first job of all
    assert last <= first + FRAME  # it doesn't matter how many have come
    assert first <= 3 * FRAME  # on a machine that does much else
    assert long <= 0.2 * len(frames)


@pytest.mark.slow
def test_switching_tabs_leaves_nothing_behind(with_panel: Editor, jobs: ListedJobs):
    # The editor's sidebar itself leaves listeners behind whenever it opens, whatever is in it.
    with_panel.page.evaluate(FOREIGN_TAB)
    costs = Costs(with_panel)
    listeners = {}
    for tab, times in {"foreign": 20, "anime-jobs": SWITCHES}.items():
        with_panel.page.evaluate(SWITCH, [tab, 10])
        before = costs.held()
        with_panel.page.evaluate(SWITCH, [tab, times])
        after = costs.held()
        listeners[tab] = (after.listeners - before.listeners) / times
    print(f"listeners a switch: {listeners}; elements in all: {after.nodes - before.nodes}")
    assert listeners["anime-jobs"] <= listeners["foreign"] + 0.1
    assert after.nodes - before.nodes <= SWITCHES / 2
    jobs.row("Production").first.wait_for()
    assert with_panel.errors == []
