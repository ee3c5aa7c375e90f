"""Draws the pictures of the help pages and of the README, from the running editor.

    python -m anime_production.tests.browser.draw_pictures [node or README picture ...]

runs where the tests run, with a Chromium. A help page shows its node after a real run of an example
that has it; one whose example needs models that are not here is shown before its run.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..comfyui import ABSENT, PACK, find_comfyui
from ..integration.client import ComfyClient
from ..integration.server import ComfyServer
from .conftest import NAMES, PACK_DIRECTORY, open_editor
from .draw_readme import PICTURES, draw_readme
from .editor import EXAMPLES, RUN_SECONDS, Editor, Mode, example
from .picture import save

DOCS = PACK / "web" / "client" / "docs" / "pictures"
WINDOW = {"width": 1500, "height": 1500}
SCALE, MARGIN = 1.15, 10  # of a node in the window; pixels of the window around it
PLACE, CORNER = [330, 260], [1300, 1450]  # of the node, and of the pointer, in the window
AWAY, APART = 100_000, 5_000  # of a node from the others, in the graph
SETTINGS = {"Comfy.NodeBadge.NodeSourceBadgeMode": "None", "Comfy.Workflow.Persist": False}

# Where a node shows most of itself; else it is the first example that has it.
TELLING = {
    "AnimeCharacterContactSheet": "keep_a_character",
    "AnimeCharacterOverlay": "check_a_clip",
    "AnimeCharacterScore": "check_a_clip",
    "AnimeCharacterSheet": "check_a_clip",
    "AnimeClipQuality": "check_a_clip",
    "AnimeGate": "gate_a_batch",
    "AnimeLoopClose": "close_a_loop",
    "AnimeReportMerge": "review_a_shot",
    "AnimeReportPlot": "grade_a_clip",
    "AnimeSampleClip": "check_a_clip",
}


def shown_in() -> dict[str, tuple[str, int]]:
    """Each of the pack's nodes: the example that it is drawn in, and its number there."""
    found: dict[str, tuple[str, int]] = {}
    schemas = json.loads((PACK / "tests" / "nodes" / "schemas.json").read_text(encoding="utf-8"))
    for path in sorted(EXAMPLES.glob("*.json")):
        for node in example(path.stem)["nodes"]:
            kind = node["type"]
            if kind not in schemas or TELLING.get(kind, path.stem) != path.stem:
                continue
            found.setdefault(kind, (path.stem, node["id"]))
    return found


def draw_nodes(editor: Editor, wanted: list[str]) -> None:
    """Draw the pictures of help pages.

    Args:
        editor: with the classic canvas.
        wanted: names of nodes.
    """
    places = shown_in()
    for name in sorted({places[node][0] for node in wanted}):
        # Those before it may have kept what it loads.
        editor.open()
        editor.load(example(name))
        try:
            ran = _run(editor)
        except TimeoutError as error:
            print(f"{name}: its nodes are left as they are. {error}", flush=True)
            continue
        for node in wanted:
            if places[node][0] == name:
                path = save(_node(editor, places[node][1]), DOCS / f"{node}.webp")
                print(f"{path.name}: {path.stat().st_size} bytes{'' if ran else ', not run'}")


def _run(editor: Editor) -> bool:
    """Run what is open; whether it could be run: its models or files may not be here."""
    page, before = editor.page, _ended(editor)
    with page.expect_response(lambda answer: answer.url.endswith("/prompt")) as asked:
        page.get_by_test_id("queue-button").first.click()
    if not asked.value.ok or asked.value.json()["node_errors"]:
        page.keyboard.press("Escape")
        return False
    deadline = time.monotonic() + RUN_SECONDS
    while _ended(editor) == before:
        if time.monotonic() > deadline:
            raise TimeoutError(f"It has not ended within {RUN_SECONDS} s.")
        page.wait_for_timeout(200)
    page.wait_for_timeout(1500)  # pictures of previews
    return True


def _ended(editor: Editor) -> int:
    return len(editor.page.request.get(f"{editor.address}history").json())


def _node(editor: Editor, node: int) -> bytes:
    """A screenshot of one node by itself, under its own name."""
    away = AWAY + node * APART
    editor.page.evaluate(
        """([id, scale, away, [left, top]]) => {
            const node = app.graph.getNodeById(id);
            const { canvas } = app;
            node.pos = [away, away];
            node.title = node.constructor.nodeData.display_name;
            const pictures = app.nodeOutputs[id]?.images;
            if (!pictures) node.setSize([node.size[0], node.computeSize()[1]]);
            canvas.links_render_mode = LiteGraph.HIDDEN_LINK;
            canvas.deselectAll();
            canvas.ds.scale = scale;
            canvas.ds.offset = [left / scale - away, top / scale - away];
            canvas.setDirty(true, true);
        }""",
        [node, SCALE, away, PLACE],
    )
    editor.page.mouse.move(*CORNER)
    editor.page.wait_for_timeout(1500)  # what it shows finds its height
    left, top, width, height = editor.page.evaluate(
        """(id) => {
            const [left, top, width, height] = app.graph.getNodeById(id).boundingRect;
            const { scale, offset } = app.canvas.ds;
            return [(left + offset[0]) * scale, (top + offset[1]) * scale,
                    width * scale, height * scale];
        }""",
        node,
    )
    around = {"x": left - MARGIN, "y": top - MARGIN}
    size = {"width": width + 2 * MARGIN, "height": height + 2 * MARGIN}
    return bytes(editor.page.screenshot(clip={**around, **size}))


@contextmanager
def running_editor() -> Iterator[tuple[Editor, ComfyClient]]:
    """A ComfyUI of its own with its editor, as a `with` block."""
    comfyui = find_comfyui()
    if comfyui is None:
        sys.exit(ABSENT)
    from playwright.sync_api import sync_playwright

    program = os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, NAMES)), None)
    variables = dict.fromkeys(("ANIME_DATABASE_URL", "ANIME_TRACKING"))
    with (
        tempfile.TemporaryDirectory() as base,
        ComfyServer(comfyui, Path(base), {PACK_DIRECTORY: PACK}, environment=variables) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        with open_editor(browser, server, Mode.CLASSIC, Path(base)) as editor:
            yield editor, ComfyClient(server)
        browser.close()
        server.stop()
        server.end_databases()


def main(names: list[str]) -> None:
    """Draw the named pictures, or all."""
    nodes = [each for each in sorted(shown_in()) if not names or each in names]
    readme = [each for each in PICTURES if not names or each in names]
    with running_editor() as (editor, client):
        client.post("/settings", SETTINGS)
        editor.page.set_viewport_size(WINDOW)
        draw_nodes(editor, nodes)
        if readme:
            draw_readme(editor, client, readme)


if __name__ == "__main__":
    main(sys.argv[1:])
