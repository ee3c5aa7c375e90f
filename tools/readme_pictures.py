"""Pictures of the editor for the README: verdicts on nodes, the panel, a production."""

import time
from collections.abc import Callable
from typing import Any

from ..tests.browser.editor import Editor, example, set_values
from ..tests.integration.client import ComfyClient
from .comfyui import PACK
from .webp import save

FOLDER = PACK / "docs" / "pictures"
WINDOW = {"width": 1600, "height": 1000}
SIDEBAR = {"x": 0, "y": 0, "width": 376, "height": 1000}
SECONDS = 300  # timeout of a production on a busy machine
# In the example check_a_clip: the index of the widget seam_jump, the id of its node, and the group
# with the scoring nodes.
SEAM_JUMP, CLIP = 8, 1
MEASURES = "Measure"
ENDED = ("completed", "failed", "waiting")


def draw_readme(editor: Editor, client: ComfyClient, names: list[str]) -> None:
    """Draw the named pictures, each in a reloaded editor.

    Args:
        editor: editor with the classic canvas.
        client: client of the ComfyUI that serves the editor.
        names: keys of `PICTURES`.
    """
    editor.page.set_viewport_size(WINDOW)
    for name in names:
        editor.open()
        png = PICTURES[name](editor, client)
        path = save(png, FOLDER / f"{name}.webp")
        print(f"{path.name}: {path.stat().st_size} bytes")


def _verdicts(editor: Editor, client: ComfyClient) -> bytes:
    """Return a picture of verdicts on nodes, for a clip whose seam jumps."""
    _run_check(editor, seam_jump=4.0)
    editor.page.evaluate(
        """name => {
            const { boundingRect } = app.graph.groups.find(({ title }) => title === name);
            app.canvas.ds.fitToBounds(boundingRect, { zoom: 0.9 });
            app.canvas.setDirty(true, true);
        }""",
        MEASURES,
    )
    editor.page.wait_for_timeout(2000)
    return bytes(editor.page.screenshot())


def _jobs(editor: Editor, client: ComfyClient) -> bytes:
    """Return a picture of the panel with four jobs."""
    _run_check(editor, seam_jump=0.0)
    for name in ("find_a_loop", "remember_a_shot", "gate_a_batch"):
        client.run(_api_prompt(editor, name))
    _open_panel(editor)
    return _sidebar(editor)


def _job(editor: Editor, client: ComfyClient) -> bytes:
    """Return a picture of the panel with the details of a job."""
    _run_check(editor, seam_jump=4.0)
    _open_panel(editor)
    editor.page.locator(".anime-panel .anime-row").first.click()
    editor.page.wait_for_timeout(2000)
    return _sidebar(editor)


def _production(editor: Editor, client: ComfyClient) -> bytes:
    """Return a picture of a production with its phases and attempts; it needs no models."""
    production = client.post(
        "/anime/orchestrate",
        {"project": "Winter", "prompt": "snow", "phases": "sample", "seed": 7, "width": 256,
         "height": 256, "frames": 24, "fps": 12, "parameters": {"sample_loop": {"seam_jump": 4}}},
    )  # fmt: skip
    deadline = time.monotonic() + SECONDS
    while client.get(f"/anime/productions/{production['id']}")["state"] not in ENDED:
        if time.monotonic() > deadline:
            break
        time.sleep(1)
    _open_panel(editor)
    panel = editor.page.locator(".anime-panel")
    panel.get_by_role("tab", name="Productions").click()
    panel.get_by_role("listitem").first.get_by_role("button").first.click()
    editor.page.wait_for_timeout(2000)
    return _sidebar(editor)


PICTURES: dict[str, Callable[[Editor, ComfyClient], bytes]] = {
    "verdicts": _verdicts,
    "jobs": _jobs,
    "job": _job,
    "production": _production,
}


def _run_check(editor: Editor, seam_jump: float) -> None:
    workflow = example("check_a_clip")
    set_values(workflow, CLIP, {SEAM_JUMP: seam_jump})
    editor.load(workflow)
    editor.run()


def _api_prompt(editor: Editor, name: str) -> dict[str, Any]:
    prompt: dict[str, Any] = editor.page.evaluate(
        """async (workflow) => {
            await app.loadGraphData(workflow);
            return (await app.graphToPrompt()).output;
        }""",
        example(name),
    )
    return prompt


def _open_panel(editor: Editor) -> None:
    editor.page.evaluate("() => app.extensionManager.command.execute('AnimeProduction.OpenJobs')")
    editor.page.locator(".anime-panel").wait_for()
    editor.page.wait_for_timeout(3000)  # the panel loads thumbnails


def _sidebar(editor: Editor) -> bytes:
    """Return a screenshot of the sidebar with the panel."""
    return bytes(editor.page.screenshot(clip=SIDEBAR))
