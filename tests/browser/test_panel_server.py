"""The panel of a ComfyUI that hangs or is slow."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ..deadlines import within
from ..integration.client import ComfyClient
from ..integration.server import ComfyServer
from .editor import Editor
from .panel import expect, open_job, open_panel
from .prompts import loop_prompt, run_job
from .server_watch import COUNT_ALARMS, QUESTION, await_answers

SECONDS = 5.0  # in which an idle machine shows that ComfyUI hangs
ROUTES = "**/anime/**"
# Longer than a question's patience.
BLOCK = """() => void setTimeout(() => {
    const end = performance.now() + 4000;
    while (performance.now() < end);
    window.blocked = true;
})"""


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


def test_a_server_that_hangs_is_named_in_every_view_until_it_is_back(
    editor: Editor, panel: Any, client: ComfyClient
):
    detail = open_job(editor, client, run_job(client, loop_prompt(f"hangs {time.time_ns()}")))
    with hung(editor.server):
        detail.get_by_text("Made with").click()
        await_alarm(panel)
        the_silence_is_told_once_and_nothing_is_called_well(panel)
    await_well(panel)
    expect(panel.locator("dl").filter(has_text="AnimeSampleClip")).to_be_visible()

    panel.get_by_role("tab", name="Jobs").click()
    with hung(editor.server):
        panel.get_by_role("searchbox").fill("nothing has this name")
        await_alarm(panel)
        before = alarm_of(panel).text_content()
        the_silence_is_told_once_and_nothing_is_called_well(panel)
        for tab in ("Productions", "Trend", "Jobs"):
            panel.get_by_role("tab", name=tab).click()
            the_silence_is_told_once_and_nothing_is_called_well(panel)
        expect(alarm_of(panel)).not_to_have_text(before)  # the seconds go on
    await_well(panel)
    expect(panel.get_by_text("No job matches these filters.")).to_be_visible()


def alarm_of(panel: Any) -> Any:
    """The banner that says that ComfyUI doesn't answer."""
    return panel.get_by_role("alert").filter(has_text="ComfyUI doesn't answer")


def await_alarm(panel: Any) -> None:
    """Wait for the banner and the lost green light, and check how long both took."""
    with within(SECONDS):
        expect(alarm_of(panel)).to_be_visible()
        expect(panel.locator(".anime-health")).to_have_attribute("data-status", "unknown")


def the_silence_is_told_once_and_nothing_is_called_well(panel: Any) -> None:
    expect(alarm_of(panel)).to_have_count(1)
    expect(alarm_of(panel)).to_contain_text("What is shown may be old.")
    expect(alarm_of(panel)).to_contain_text("(for ")
    expect(panel.locator(".anime-health")).to_contain_text("ComfyUI doesn't answer")
    expect(panel.get_by_text("Loading…").locator("visible=true")).to_have_count(0)
    expect(panel.get_by_text("All is well")).to_have_count(0)


def await_well(panel: Any) -> None:
    """Wait until the banner is gone and the green light is back."""
    expect(alarm_of(panel)).to_be_hidden()
    expect(panel.locator(".anime-health")).to_have_attribute("data-status", "ok")
    expect(panel.locator(".anime-health")).to_contain_text("All is well")


def test_slow_routes_and_a_blocked_page_raise_no_alarm_and_a_closed_panel_asks_nothing(
    editor: Editor, panel: Any
):
    editor.page.evaluate(COUNT_ALARMS)
    slow_routes_of_the_pack_leave_the_watch_alone(editor, panel)
    a_page_that_was_blocked_reads_its_answer_late(editor, panel)
    a_panel_that_is_opened_again_asks_no_second_question(editor, panel)
    a_closed_panel_asks_nothing(editor)
    assert editor.page.evaluate("window.alarms") == 0


def slow_routes_of_the_pack_leave_the_watch_alone(editor: Editor, panel: Any) -> None:
    """As while the database is away: the health, the list and the names take seconds."""
    held: list[Any] = []
    editor.page.route(ROUTES, lambda route: held.append(route))
    panel.get_by_role("searchbox").fill("no job is called this")
    panel.get_by_role("tab", name="Productions").click()
    panel.get_by_role("tab", name="Jobs").click()
    await_answers(editor, 3)  # a question that waits for the pack's routes would find no patience
    assert len(held) >= 3
    expect(panel.get_by_text("Loading…")).to_be_visible()
    release(editor, ROUTES, held)
    expect(panel.get_by_text("No job matches these filters.")).to_be_visible()


def a_page_that_was_blocked_reads_its_answer_late(editor: Editor, panel: Any) -> None:
    questions = hold_questions(editor)
    editor.await_condition(lambda: questions)
    editor.page.evaluate(BLOCK)
    release(editor, QUESTION, questions)
    editor.page.wait_for_function("() => window.blocked")
    await_answers(editor, 1)  # of the next question: the late one is read by then
    expect(panel.locator(".anime-health")).to_have_attribute("data-status", "ok")


def a_panel_that_is_opened_again_asks_no_second_question(editor: Editor, panel: Any) -> None:
    questions = hold_questions(editor)
    editor.await_condition(lambda: questions)
    for _ in range(2):
        toggle(editor)
        panel.wait_for(state="detached")
        toggle(editor)
        panel.wait_for()
    editor.settle()
    assert len(questions) == 1
    release(editor, QUESTION, questions)


def a_closed_panel_asks_nothing(editor: Editor) -> None:
    await_answers(editor, 1)
    toggle(editor)
    questions = hold_questions(editor)
    editor.page.wait_for_timeout(2500)  # longer than the pause between two questions
    assert questions == []
    editor.page.unroute(QUESTION)
    toggle(editor)
    await_answers(editor, 1)


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


def toggle(editor: Editor) -> None:
    """Open the panel, or close it."""
    editor.page.evaluate("app.extensionManager.sidebarTab.toggleSidebarTab('anime-jobs')")
