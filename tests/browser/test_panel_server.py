"""The panel of a ComfyUI that hangs, is slow or has ended."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ..integration.client import ComfyClient
from ..integration.server import ComfyServer
from .editor import Editor
from .panel import expect, open_job, open_panel
from .test_panel_detail import await_job, loop_prompt

SECONDS = 5.0  # in which an idle machine shows that ComfyUI hangs
BUSY = 5  # times that, on a busy machine
QUIET = 8000  # ms: longer than two questions and their patience
QUESTION, ROUTES = "**/api/prompt", "**/anime/**"
# Remembers each time that the banner comes up.
COUNT_ALARMS = """() => {
    window.alarms = 0;
    const banner = document.querySelector(".anime-server");
    new MutationObserver(() => { window.alarms += Number(!banner.hidden); })
        .observe(banner, { attributes: true, attributeFilter: ["hidden"] });
}"""
BLOCK = """() => void setTimeout(() => {
    const end = performance.now() + 4000;
    while (performance.now() < end);
    window.blocked = true;
})"""
HIDE = """(hidden) => {
    Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def editor(any_editor: Editor) -> Editor:
    return any_editor


@pytest.fixture
def client(any_editor: Editor) -> ComfyClient:
    return ComfyClient(any_editor.server)


@pytest.fixture
def panel(editor: Editor) -> Any:
    """The panel of a ComfyUI that is well."""
    opened = open_panel(editor)
    expect(opened.locator(".anime-health")).to_have_attribute("data-status", "ok")
    return opened


@contextmanager
def hung(server: ComfyServer) -> Iterator[None]:
    """ComfyUI stands still, as a `with` block."""
    os.kill(server.process_id, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.process_id, signal.SIGCONT)


def alarm_of(panel: Any) -> Any:
    """The banner that says that ComfyUI doesn't answer."""
    return panel.get_by_role("alert").filter(has_text="ComfyUI doesn't answer")


def await_alarm(panel: Any, since: float) -> None:
    """Wait for the banner and the lost green light, and check how long both took."""
    expect(alarm_of(panel)).to_be_visible()
    expect(panel.locator(".anime-health")).to_have_attribute("data-status", "unknown")
    seconds = time.monotonic() - since
    print(f"named after {seconds:.1f} s")
    assert seconds < BUSY * SECONDS


@pytest.mark.parametrize("view", ["list", "detail", "productions", "trend"])
def test_a_server_that_hangs_is_named_and_its_green_light_goes_out(
    editor: Editor, panel: Any, client, view: str
):
    if view == "detail":
        prompt = client.submit(loop_prompt(f"hangs {time.time_ns()}"))
        open_job(editor, client, await_job(client, prompt, "completed"))
    elif view != "list":
        panel.get_by_role("tab", name=view.capitalize()).click()
    editor.page.wait_for_timeout(1000)
    foot = panel.locator(".anime-health")
    with hung(editor.server):
        since = time.monotonic()
        if view == "list":
            panel.get_by_role("searchbox").fill("nothing has this name")
        elif view == "detail":
            panel.get_by_text("Made with").click()
        await_alarm(panel, since)
        expect(alarm_of(panel)).to_have_count(1)
        expect(alarm_of(panel)).to_contain_text("What is shown may be old.")
        expect(alarm_of(panel)).to_contain_text("(for ")
        expect(foot).to_contain_text("ComfyUI doesn't answer")
        expect(panel.get_by_text("Loading…").locator("visible=true")).to_have_count(0)
        expect(panel.get_by_text("All is well")).to_have_count(0)
        before = alarm_of(panel).text_content()
        editor.page.wait_for_timeout(2500)
        assert alarm_of(panel).text_content() != before  # the seconds go on
        editor.picture(f"hangs-{view}")
    expect(alarm_of(panel)).to_be_hidden()
    expect(foot).to_have_attribute("data-status", "ok")
    expect(foot).to_contain_text("All is well")
    if view == "list":
        expect(panel.get_by_text("No job fits these filters.")).to_be_visible()
    elif view == "detail":
        expect(panel.locator("dl").filter(has_text="AnimeSampleClip")).to_be_visible()
    editor.picture(f"back-{view}")


def test_slow_routes_of_the_pack_and_a_blocked_page_raise_no_alarm(editor: Editor, panel: Any):
    page = editor.page
    page.evaluate(COUNT_ALARMS)
    held: list[Any] = []
    # As while the database is away: the health, the list and the names take seconds.
    page.route(ROUTES, lambda route: held.append(route))
    panel.get_by_role("searchbox").fill("slow")
    panel.get_by_role("tab", name="Productions").click()
    panel.get_by_role("tab", name="Jobs").click()
    page.wait_for_timeout(QUIET)
    assert len(held) >= 3
    expect(panel.get_by_text("Loading…")).to_be_visible()
    release(editor, ROUTES, held)
    expect(panel.get_by_text("No job fits these filters.")).to_be_visible()
    assert page.evaluate("window.alarms") == 0

    # An answer that came in time is read late, because the page itself was blocked.
    questions = hold_questions(editor)
    await_that(editor, lambda: questions)
    page.evaluate(BLOCK)
    release(editor, QUESTION, questions)
    page.wait_for_function("() => window.blocked")
    page.wait_for_timeout(500)
    assert page.evaluate("window.alarms") == 0
    expect(panel.locator(".anime-health")).to_have_attribute("data-status", "ok")


def test_one_question_at_a_time_is_asked_and_only_while_the_panel_is_looked_at(
    editor: Editor, panel: Any
):
    page = editor.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if is_question(request) else None)
    page.wait_for_timeout(4000)
    assert 2 <= len(asked) <= 4  # one in about 1.5 s

    questions = hold_questions(editor)
    await_that(editor, lambda: questions)
    asked.clear()
    for _ in range(2):  # a panel that is opened again asks no second one
        toggle(editor)
        toggle(editor)
        panel.wait_for()
    page.wait_for_timeout(1000)
    assert asked == []
    release(editor, QUESTION, questions)

    # A hidden page and a closed panel ask nothing; what was under way is given up, not a silence.
    page.evaluate(COUNT_ALARMS)
    for hide, show in (
        (lambda: page.evaluate(HIDE, True), lambda: page.evaluate(HIDE, False)),
        (lambda: toggle(editor), lambda: toggle(editor)),
    ):
        hide()
        page.wait_for_timeout(2000)
        asked.clear()
        page.wait_for_timeout(4000)
        assert asked == []
        show()
        await_that(editor, lambda: asked)
    assert page.evaluate("window.alarms") == 0


def is_question(request: Any) -> bool:
    return bool(request.method == "GET" and request.url.endswith("/api/prompt"))


def hold_questions(editor: Editor) -> list[Any]:
    """The watch's questions from now on, which wait for their answers."""
    questions: list[Any] = []
    editor.page.route(QUESTION, lambda route: questions.append(route))
    return questions


def release(editor: Editor, address: str, held: list[Any]) -> None:
    """Have the requests answered that were held, and those that follow."""
    while held:
        held.pop(0).continue_()
    editor.page.unroute(address)


def await_that(editor: Editor, true: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        editor.page.wait_for_timeout(50)


def toggle(editor: Editor) -> None:
    """Open the panel, or close it."""
    editor.page.evaluate("app.extensionManager.sidebarTab.toggleSidebarTab('anime-jobs')")
