"""What the list of jobs costs the browser, and what axe-core says of the panel and the nodes."""

import json
import statistics

import pytest

from .editor import Editor, example
from .panel_list import FOREIGN_TAB, Costs, ListedJobs
from .studio import MANY, Studio

PIXELS_A_FRAME = 1500
FRAME = 1000 / 60  # milliseconds
SWITCHES = 200
SERIOUS = ("serious", "critical")
LOOP = 5  # the loop score of the example "check a clip"

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


@pytest.fixture
def editor(with_panel: Editor) -> Editor:
    """The studio's, with the panel open."""
    return with_panel


def test_ten_thousand_jobs_scroll_steadily_in_few_elements(
    editor: Editor, studio: Studio, jobs: ListedJobs
):
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
    editor.picture("the-last")
    assert editor.page.locator(".anime-row").count() <= 40
    assert jobs.names()[-1] == "shot 2"  # the first job of all
    assert last <= first + FRAME  # it doesn't matter how many have come
    assert first <= 3 * FRAME  # on a machine that does much else
    assert long <= 0.2 * len(frames)


@pytest.mark.slow
def test_switching_tabs_leaves_nothing_behind(editor: Editor, jobs: ListedJobs):
    # The editor's sidebar itself leaves listeners behind whenever it opens, whatever is in it.
    editor.page.evaluate(FOREIGN_TAB)
    costs = Costs(editor)
    listeners = {}
    for tab, times in {"foreign": 20, "anime-jobs": SWITCHES}.items():
        editor.page.evaluate(SWITCH, [tab, 10])
        before = costs.held()
        editor.page.evaluate(SWITCH, [tab, times])
        after = costs.held()
        listeners[tab] = (after.listeners - before.listeners) / times
    print(f"listeners a switch: {listeners}; elements in all: {after.nodes - before.nodes}")
    assert listeners["anime-jobs"] <= listeners["foreign"] + 0.1
    assert after.nodes - before.nodes <= SWITCHES / 2
    jobs.row("Production").first.wait_for()
    assert editor.errors == []


@pytest.mark.parametrize("theme", ["dark", pytest.param("light", marks=pytest.mark.slow)])
def test_axe_finds_nothing_serious(editor: Editor, theme: str):
    page = editor.page
    page.evaluate("(theme) => app.extensionManager.setting.set('Comfy.ColorPalette', theme)", theme)
    page.wait_for_timeout(500)
    page.locator(".anime-health-line").click()
    for tab in ("Jobs", "Productions", "Trend"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(700)
        editor.picture(f"{tab.lower()}-{theme}")
        assert _serious(editor, ".anime-panel") == []
    page.evaluate("() => app.extensionManager.setting.set('Comfy.ColorPalette', 'dark')")


def test_axe_finds_nothing_serious_on_the_nodes(editor: Editor):
    editor.load(example("check_a_clip"))
    editor.run()
    editor.results(LOOP).wait_for()
    editor.show(scale=1.0, left=20, top=120)
    editor.picture("on-the-nodes")
    assert _serious(editor, ".anime-results") == []


def _serious(editor: Editor, within: str) -> list[str]:
    """What axe-core calls serious or critical in there."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="axe is not installed: pip install axe-playwright-python",
    ).Axe()
    found = axe.run(editor.page, context=within).response["violations"]
    return [json.dumps(each)[:3000] for each in found if each["impact"] in SERIOUS]
