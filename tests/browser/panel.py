"""The sidebar "Anime Jobs", as tests use it."""

from typing import Any

from ..integration.client import ComfyClient
from .editor import SECONDS, Editor

HOSTILE = "<img src=x onerror=window.hacked=1>"
TAB_BUTTON = ".anime-jobs-tab-button, [data-testid=anime-jobs-tab-button]"  # 1.47, and later


def expect(shown: Any) -> Any:
    """Playwright's patient assertions about what is shown; it need not be installed."""
    from playwright.sync_api import expect as patient

    patient.set_options(timeout=SECONDS)
    return patient(shown)


def open_panel(editor: Editor) -> Any:
    """The panel, opened if it isn't."""
    panel = editor.page.locator(".anime-panel")
    if panel.count() == 0:
        editor.page.locator(TAB_BUTTON).click()
    panel.wait_for()
    return panel


def open_job(editor: Editor, client: ComfyClient, wanted: str) -> Any:
    """The detail of a job, chosen in the list as a user does.

    Args:
        editor: with or without the panel.
        client: of its ComfyUI.
        wanted: the job's id, or its prompt's; nothing else may have its shot's name.
    """
    job = client.get(f"/anime/jobs/{wanted}")["job"]
    panel = open_panel(editor)
    panel.get_by_role("tab", name="Jobs").click()  # a detail gives way to the list
    # Not by the pointer: rows move under it while others' jobs come.
    row = panel.get_by_role("option").filter(has_text=job["shot"])
    row.evaluate("(row) => row.click()")
    detail = panel.locator(".anime-view > .anime-detail")
    expect(detail.locator("code").first).to_have_text(job["id"])
    return detail


def say_yes(editor: Editor) -> None:
    """Confirm what the editor asks."""
    dialog = editor.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete").click()
    dialog.wait_for(state="hidden")


def say_no(editor: Editor) -> None:
    """Decline what the editor asks."""
    dialog = editor.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Cancel").click()
    dialog.wait_for(state="hidden")


def open_tabs(editor: Editor) -> int:
    """How many workflows are open."""
    count: int = editor.page.evaluate("() => app.extensionManager.workflow.openWorkflows.length")
    return count
