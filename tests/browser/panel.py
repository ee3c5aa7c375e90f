"""Actions of tests in the sidebar "Anime Jobs"."""

from typing import Any

from ..integration.client import ComfyClient
from .editor import TIMEOUT_MS, Editor

HOSTILE = "<img src=x onerror=window.hacked=1>"
# Button of a tab in the sidebar: in editor 1.47, and later.
TAB_BUTTON = ".{tab}-tab-button, [data-testid={tab}-tab-button]"
CLICK_ROW = """(panel, shot) => {
    const rows = [...panel.querySelectorAll("[role=option]")];
    rows.find((row) => row.textContent.includes(shot)).click();
}"""


def expect(locator: Any) -> Any:
    """Return Playwright's assertions on a locator, which wait until they are true.

    Playwright is imported here, because it is not installed on every machine.
    """
    from playwright.sync_api import expect as playwright_expect

    playwright_expect.set_options(timeout=TIMEOUT_MS)
    return playwright_expect(locator)


def open_panel(editor: Editor) -> Any:
    """Open the panel if it is closed, and return its locator."""
    panel = editor.page.locator(".anime-panel")
    if panel.count() == 0:
        editor.page.locator(TAB_BUTTON.format(tab="anime-jobs")).click()
    panel.wait_for()
    return panel


def open_job(editor: Editor, client: ComfyClient, job_or_prompt_id: str) -> Any:
    """Open a job in the list, as a user does, and return the locator of its details.

    Args:
        editor: editor; the panel may be closed.
        client: client of the editor's ComfyUI.
        job_or_prompt_id: id of the job or of its prompt. No other job may have the same shot.
    """
    job = client.get(f"/anime/jobs/{job_or_prompt_id}")["job"]
    panel = open_panel(editor)
    panel.get_by_role("tab", name="Jobs").click()  # closes the details of another job
    row = panel.get_by_role("option").filter(has_text=job["shot"])
    expect(row).to_be_visible()
    # New jobs move the rows and fill them with other jobs, so the row is found and clicked at once.
    panel.evaluate(CLICK_ROW, job["shot"])
    detail = panel.locator(".anime-view > .anime-detail")
    expect(detail.locator("code").first).to_have_text(job["id"])
    return detail


def confirm_dialog(editor: Editor) -> None:
    """Press Delete in the editor's dialog."""
    dialog = editor.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete").click()
    dialog.wait_for(state="hidden")


def cancel_dialog(editor: Editor) -> None:
    """Press Cancel in the editor's dialog."""
    dialog = editor.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Cancel").click()
    dialog.wait_for(state="hidden")


def count_open_workflows(editor: Editor) -> int:
    """Return the number of open workflows."""
    count: int = editor.page.evaluate("() => app.extensionManager.workflow.openWorkflows.length")
    return count
