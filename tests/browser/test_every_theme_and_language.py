"""What came with the second version, in each theme and language: readable, and no English left."""

import time

import pytest

from ..integration.client import ComfyClient
from ..integration.retry_prompt import THIRD_PASSES, Retry
from ..thorough import first_of
from .accessibility import serious_faults
from .editor import Editor
from .eight_seeds import eight_seeds
from .panel import CLICK_ROW, expect, open_panel
from .settings import texts
from .test_journey_mended_loop import SCORE, WORKFLOW, open_menu, verdict
from .test_languages import english_in
from .test_picked_by_eye import ASKED, PICTURES_LOADED

NAMES_IN_GRAPHS = ("Retry End", "Loop Score", "Sample Clip", "retries", "mended")


class Look:
    """What a reader of the editor's language sees."""

    def __init__(self, editor: Editor, language: str, theme: str) -> None:
        self.editor, self.name = editor, f"{language}-{theme}"
        self.words: dict[str, str] = texts(language, "main.json")["animeProduction"]["words"]

    def at(self, selector: str, name: str, *names: str) -> None:
        """Check the texts within an element, but for names that makers gave, and take a picture."""
        self.editor.picture(f"{self.name}-{name}")
        text = self.editor.page.locator(selector).first.inner_text()
        for each in names:
            text = text.replace(each, "")
        assert english_in(text) == []
        assert serious_faults(self.editor, selector) == []


@pytest.mark.parametrize("theme", first_of("light", "dark"))
@pytest.mark.parametrize("language", first_of("ja", "zh"))
def test_it_is_readable_and_in_the_editors_language(
    editor: Editor, client: ComfyClient, language: str, theme: str
):
    editor.set_theme(theme)
    look = Look(editor, language, theme)
    try:
        a_failed_loop_and_its_remedies(editor, look)
        a_retry_and_its_job(editor, look)
        two_jobs_compared(editor, look)
        a_question(editor, look)
    finally:
        client.post("/interrupt", {})
        editor.set_theme("dark")


def a_failed_loop_and_its_remedies(editor: Editor, look: Look) -> None:
    editor.page.evaluate(WORKFLOW)
    editor.show(scale=0.7, left=320, top=200)
    editor.run()
    verdict(editor, SCORE, "FAIL")
    editor.look_at(SCORE)
    look.at(f'[data-node="{SCORE}"] .anime-results', "loop")
    badge = editor.page.locator(".anime-badge-workflow")
    assert english_in(badge.get_attribute("aria-label")) == []
    menu = open_menu(editor, SCORE)
    menu.get_by_text(look.words["remedies.record_wait"]).first.wait_for(state="detached")
    look.at(".anime-popup", "remedies", *NAMES_IN_GRAPHS)
    editor.page.keyboard.press("Escape")


def a_retry_and_its_job(editor: Editor, look: Look) -> None:
    retry, shot = Retry(THIRD_PASSES), f"{look.name} {time.time_ns()}"
    retry.prompt.add("AnimeJob", project="retries", shot=shot)
    editor.load_prompt(retry.prompt, "retry")
    editor.run()
    end = editor.node_of("AnimeRetryEnd")
    editor.look_at(end)
    editor.results(end).locator(".anime-ranking img").nth(2).wait_for()
    look.at(f'[data-node="{end}"] .anime-results', "retry")
    panel = open_panel(editor)
    panel.locator(".anime-list").get_by_role("option").filter(has_text=shot).wait_for()
    panel.evaluate(CLICK_ROW, shot)
    detail = panel.locator(".anime-view > .anime-detail")
    detail.locator(".anime-side-by-side li").last.scroll_into_view_if_needed()
    look.at(".anime-view > .anime-detail", "job", *NAMES_IN_GRAPHS)


def two_jobs_compared(editor: Editor, look: Look) -> None:
    """Compare the two jobs that have run."""
    panel = open_panel(editor)
    panel.get_by_role("tab").first.click()
    tools = editor.page.locator(".anime-list-tools")
    tools.get_by_role("button", name=look.words["list.select"]).click()
    rows = panel.locator(".anime-list").get_by_role("option")
    for row in (0, 1):
        rows.nth(row).click()
    panel.get_by_role("button", name=look.words["compare.button"]).click()
    panel.locator(".anime-compare-picture").nth(1).wait_for()
    look.at(".anime-compare", "compared", *NAMES_IN_GRAPHS)


def a_question(editor: Editor, look: Look) -> None:
    prompt = eight_seeds(f"{look.name} {time.time_ns()}", ask="always", ask_seconds=600)
    editor.load_prompt(prompt, "eight")
    editor.press_run()
    window = editor.page.locator(ASKED)
    window.wait_for()
    editor.page.wait_for_function(PICTURES_LOADED)
    editor.page.keyboard.press("Enter")
    expect(window.locator(".anime-asking-message")).to_have_text(look.words["asking.nothing"])
    look.at(ASKED, "asked")
    editor.page.keyboard.press("Escape")
    expect(window).to_have_count(0)
