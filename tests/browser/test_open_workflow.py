"""What runs beside the open workflow leaves its nodes as they are."""

import json
import time
from collections.abc import Callable
from typing import Any

from ..integration.client import ComfyClient
from ..integration.production_bench import ended, order
from .editor import Editor, example
from .panel import expect, open_job
from .prompts import SEED, await_job, loop_prompt, run_job

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
NAME_THE_SHOT = """(shot) => {
    const job = app.graph.nodes.find(({ type }) => type === "AnimeJob");
    job.widgets.find(({ name }) => name === "shot").value = shot;
}"""
# The page hears these of every prompt: they draw nothing on nodes.
HARMLESS = {"status", "anime.job", "anime.production", "feature_flags"}


class Page:
    """The editor's page, what it hears from ComfyUI, and what its nodes show."""

    def __init__(self, editor: Editor) -> None:
        self.editor = editor
        self.types: list[str] = []
        self.queued = 0  # prompts that wait or run, as the page has heard
        editor.page.on("websocket", lambda socket: socket.on("framereceived", self._hear))
        editor.open()  # anew, so that its connection is listened to

    def _hear(self, frame: str | bytes) -> None:
        message: Any = json.loads(frame) if isinstance(frame, str) else {"type": "binary"}
        self.types.append(message["type"])
        if message["type"] == "status":
            self.queued = message["data"]["status"]["exec_info"]["queue_remaining"]

    def shown(self) -> Any:
        """What the open nodes show, once all that was queued has ended."""
        deadline = time.monotonic() + 60
        while self.queued:
            assert time.monotonic() < deadline
            self.editor.page.wait_for_timeout(50)
        self.editor.settle()
        return json.loads(self.editor.page.evaluate(SHOWN))

    def stays(self, run: Callable[[], Any]) -> None:
        """Check that a run leaves the open nodes as they are, and the page without its messages."""
        before = self.shown()
        self.types.clear()
        run()
        assert self.shown() == before
        assert "status" in self.types, "the connection isn't listened to"
        assert set(self.types) - HARMLESS == set()


def test_a_workflow_keeps_what_it_shows_whatever_runs_beside_it(
    editor: Editor, client: ComfyClient
):
    page = Page(editor)
    editor.load(example("remember_a_shot"))  # it has the nodes of `loop_prompt` by the same ids
    all_that_runs_beside_it_changes_nothing(page, client)
    shown = page.shown()
    assert (shown["outputs"], shown["results"]) == ({}, [])

    own = run_it(page, client)
    all_that_runs_beside_it_changes_nothing(page, client)
    run_again(page, client, own)
    assert page.shown()["results"]


def run_it(page: Page, client: ComfyClient) -> str:
    """Run the open workflow, and return its job's id."""
    shot = f"ran {time.time_ns()}"
    page.editor.page.evaluate(NAME_THE_SHOT, shot)
    page.editor.run()
    page.editor.results(2).wait_for()
    (own,) = client.get("/anime/jobs", shot=shot)["jobs"]
    return await_job(client, own["id"], "completed")


def all_that_runs_beside_it_changes_nothing(page: Page, client: ComfyClient) -> None:
    other = run_job(client, loop_prompt(f"beside {time.time_ns()}"))
    seeds = run_again(page, client, other)
    assert seeds[0] == SEED
    assert seeds[1] != SEED
    page.stays(lambda: client.run(loop_prompt(f"script {time.time_ns()}")))
    page.stays(lambda: produce(client))


def run_again(page: Page, client: ComfyClient, job: str) -> list[int]:
    """Press both buttons of a job's detail that run it again, check the nodes; the new seeds."""
    detail = open_job(page.editor, client, job)
    seeds: list[int] = []

    def press(button: str, said: str) -> None:
        detail.get_by_role("button", name=button).click()
        expect(detail.get_by_role("status").first).to_contain_text(said)
        detail.get_by_role("button", name="Show the new job").click()
        # It is followed as it runs.
        expect(detail.locator(".anime-facts").first).to_contain_text(f"Repeats job{job[:8]}")
        expect(detail.locator(".anime-status")).to_contain_text("Done")
        new = detail.locator("code").first.text_content()
        recorded = client.get(f"/anime/jobs/{new}")["job"]
        assert (recorded["reproduced_from"], recorded["source"]) == (job, "editor")
        assert recorded["client_id"] not in (None, page.editor.page.evaluate("app.api.clientId"))
        params = client.get(f"/anime/jobs/{new}/params")["params"]
        seeds.extend(int(each["number"]) for each in params if each["kind"] == "seed")
        detail.get_by_role("button", name=job[:8]).click()
        expect(detail.locator("code").first).to_have_text(job)

    page.stays(lambda: press("Reproduce", "Nothing differs"))
    page.stays(lambda: press("Retry, new seed", "a new seed"))
    return seeds


def produce(client: ComfyClient) -> None:
    """Run a production of two phases to its end."""
    phases = ["sample_stills", "sample_loop"]
    production = order(client, project=f"Beside {time.time_ns()}", phases=phases)
    assert ended(client, production)["state"] == "completed"
    sources = {each["source"] for each in client.get("/anime/jobs", limit=5)["jobs"]}
    assert "production" in sources
