"""Pictures of the help pages and of the README, drawn from the running editor.

It needs a Chromium. A help page shows its node after a real run of an example that has the node. If
that example needs models that are not here, the picture shows the node before a run.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..tests.browser.conftest import NAMES, PACK_DIRECTORY, open_editor
from ..tests.browser.editor import EXAMPLES, RUN_SECONDS, Editor, Mode, example
from ..tests.integration.client import ComfyClient
from ..tests.integration.server import ComfyServer
from .comfyui import ABSENT, PACK, find_comfyui
from .node_schemas import FROZEN
from .readme_pictures import PICTURES, draw_readme
from .webp import save

DOCS = PACK / "web" / "client" / "docs" / "pictures"
WINDOW = {"width": 1500, "height": 1500}
SCALE, MARGIN = 1.15, 10  # of a node in the window; pixels of the window around it
PLACE, CORNER = [330, 260], [1300, 1450]  # of the node, and of the pointer, in the window
AWAY, APART = 100_000, 5_000  # of a node from the others, in the graph
SETTINGS = {"Comfy.NodeBadge.NodeSourceBadgeMode": "None", "Comfy.Workflow.Persist": False}

# Examples in which a node shows most of itself; of other nodes the first one that has the node.
BEST_EXAMPLES = {
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


def examples_of_nodes() -> dict[str, tuple[str, int]]:
    """Return, for each of the pack's nodes, the example to draw it in and its number there."""
    examples: dict[str, tuple[str, int]] = {}
    schemas = json.loads(FROZEN.read_text(encoding="utf-8"))
    for path in sorted(EXAMPLES.glob("*.json")):
        for node in example(path.stem)["nodes"]:
            kind = node["type"]
            if kind not in schemas or BEST_EXAMPLES.get(kind, path.stem) != path.stem:
                continue
            examples.setdefault(kind, (path.stem, node["id"]))
    return examples


def draw_nodes(editor: Editor, nodes: list[str]) -> None:
    """Draw the pictures of help pages.

    Args:
        editor: editor with the classic canvas.
        nodes: ids of node types.
    """
    places = examples_of_nodes()
    # In the order of their names: an example may load what an earlier one has kept.
    for name in sorted({places[node][0] for node in nodes}):
        editor.open()
        editor.load(example(name))
        try:
            ran = _run(editor)
        except TimeoutError as error:
            print(f"{name}: its nodes are left as they are. {error}", flush=True)
            continue
        for node in nodes:
            if places[node][0] == name:
                path = save(_node(editor, places[node][1]), DOCS / f"{node}.webp")
                print(f"{path.name}: {path.stat().st_size} bytes{'' if ran else ', not run'}")


def _run(editor: Editor) -> bool:
    """Run the open workflow; return False if its models or files are not here."""
    page, before = editor.page, _ended(editor)
    with page.expect_response(lambda answer: answer.url.endswith("/prompt")) as response:
        page.get_by_test_id("queue-button").first.click()
    if not response.value.ok or response.value.json()["node_errors"]:
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
    """Return a screenshot of one node by itself, under its own name."""
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
    """Start a ComfyUI with its editor, as a `with` block."""
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


def generate(chosen: Sequence[str] = ()) -> None:
    """Draw the pictures of the chosen nodes and README pictures, or all."""
    nodes = [each for each in sorted(examples_of_nodes()) if not chosen or each in chosen]
    readme = [each for each in PICTURES if not chosen or each in chosen]
    with running_editor() as (editor, client):
        client.post("/settings", SETTINGS)
        editor.page.set_viewport_size(WINDOW)
        draw_nodes(editor, nodes)
        if readme:
            draw_readme(editor, client, readme)
