"""What runs beside the open workflow leaves its nodes as they are."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from ..integration.client import ComfyClient
from ..integration.production_bench import ended, order
from .editor import Editor, example
from .panel import expect, open_job, open_panel
from .test_panel_detail import await_job, loop_prompt

# What the open nodes show: outputs, previews, progress, and this pack's results.
SHOWN = """() => JSON.stringify({
    outputs: app.nodeOutputs,
    previews: app.nodePreviewImages,
    nodes: app.graph.nodes.map(({ id, imgs, progress, bgcolor, color }) => [
        id, (imgs ?? []).map(({ src }) => src), progress ?? null, bgcolor ?? null, color ?? null,
    ]),
    results: [...document.querySelectorAll("[data-node]")]
        .filter((place) => place.querySelector(".anime-results"))
        .map(({ dataset, textContent }) => [dataset.node, textContent]),
})"""
# The page hears these of every prompt: they draw nothing on nodes.
HARMLESS = {"status", "anime.job", "anime.production", "feature_flags"}
SETTLED = 1000  # ms: what was sent has been drawn


class Page:
    """The editor's page, what it hears from ComfyUI, and what its nodes show."""

    def __init__(self, editor: Editor) -> None:
        self.editor = editor
        self.heard: list[str] = []
        editor.page.on("websocket", lambda socket: socket.on("framereceived", self._hear))
        editor.open()  # anew, so that its connection is listened to

    def _hear(self, frame: str | bytes) -> None:
        self.heard.append(json.loads(frame)["type"] if isinstance(frame, str) else "binary")

    def shown(self) -> Any:
        """What the open nodes show, once it has settled."""
        self.editor.page.wait_for_timeout(SETTLED)
        return json.loads(self.editor.page.evaluate(SHOWN))

    def stays(self, run: Callable[[], Any]) -> None:
        """Check that a run leaves the open nodes as they are, and the page without its messages."""
        before = self.shown()
        self.heard.clear()
        run()
        assert self.shown() == before
        assert self.heard, "the connection isn't listened to"
        assert set(self.heard) - HARMLESS == set()


@pytest.fixture
def editor(any_editor: Editor) -> Editor:
    return any_editor


@pytest.fixture
def client(any_editor: Editor) -> ComfyClient:
    return ComfyClient(any_editor.server)


@pytest.fixture
def page(editor: Editor) -> Page:
    """The editor with a workflow that has the nodes of `loop_prompt` under the same ids."""
    opened = Page(editor)
    editor.load(example("remember_a_shot"))
    return opened


def run_again(page: Page, client: ComfyClient, job: str) -> None:
    """Press both buttons of a job's detail that run it again, and check the open nodes."""
    open_panel(page.editor).get_by_role("tab", name="Jobs").click()
    page.editor.page.wait_for_timeout(SETTLED)  # the rows don't move under the pointer any more
    detail = open_job(page.editor, client, job)
    expect(detail.locator("code").first).to_have_text(job)

    def press(button: str) -> None:
        detail.get_by_role("button", name=button).click()
        detail.get_by_role("button", name="Show the new job").click()
        expect(detail.locator(".anime-facts").first).to_contain_text(f"Repeats job{job[:8]}")
        expect(detail.locator(".anime-standing")).to_contain_text("Done")
        new = detail.locator("code").first.text_content()
        recorded = client.get(f"/anime/jobs/{new}")["job"]
        assert (recorded["reproduced_from"], recorded["source"]) == (job, "editor")
        assert recorded["client_id"] not in (None, page.editor.page.evaluate("app.api.clientId"))
        detail.get_by_role("button", name=job[:8]).click()
        expect(detail.locator("code").first).to_have_text(job)

    page.stays(lambda: press("Reproduce"))
    page.stays(lambda: press("Retry, new seed"))


def test_a_workflow_that_never_ran_stays_empty_whatever_runs_beside_it(page: Page, client):
    job = await_job(client, client.submit(loop_prompt(f"beside {time.time_ns()}")), "completed")
    run_again(page, client, job)
    page.stays(lambda: client.run(loop_prompt(f"script {time.time_ns()}")))
    page.stays(lambda: produced(client))
    assert page.shown()["outputs"] == {}
    assert page.shown()["results"] == []
    page.editor.picture("never-ran")


def test_a_workflow_that_ran_keeps_its_own_results_whatever_runs_beside_it(page: Page, client):
    editor = page.editor
    other = await_job(client, client.submit(loop_prompt(f"beside {time.time_ns()}")), "completed")
    shot = f"ran {time.time_ns()}"
    editor.page.evaluate(
        """(shot) => {
            const job = app.graph.nodes.find(({ type }) => type === "AnimeJob");
            job.widgets.find(({ name }) => name === "shot").value = shot;
        }""",
        shot,
    )
    editor.run()
    editor.results(2).wait_for()
    (own,) = client.get("/anime/jobs", shot=shot)["jobs"]
    for job in (other, await_job(client, own["id"], "completed")):
        run_again(page, client, job)
    page.stays(lambda: produced(client))
    assert page.shown()["results"]
    editor.picture("ran")


def produced(client: ComfyClient) -> None:
    """Run a production of two phases to its end."""
    phases = ["sample_stills", "sample_loop"]
    production = order(client, project=f"Beside {time.time_ns()}", phases=phases)
    assert ended(client, production)["state"] == "completed"
    sources = {each["source"] for each in client.get("/anime/jobs", limit=5)["jobs"]}
    assert "production" in sources
