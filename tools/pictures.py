"""Generator of the pictures in the help pages and the README, drawn from the running editor.

It needs Chromium. A help page shows its node after a real run of an example that has the node. If
the example needs models that are not installed, the picture shows the node before a run.
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
from ..tests.browser.editor import RUN_SECONDS, Editor, Mode, example
from ..tests.integration.client import ComfyClient
from ..tests.integration.server import ComfyServer
from .comfyui import NO_COMFYUI, PACK, find_comfyui
from .examples import TITLES
from .node_schemas import FROZEN
from .readme_pictures import PICTURES, draw_readme
from .webp import save

DOCS = PACK / "web" / "client" / "docs" / "pictures"
WINDOW = {"width": 1500, "height": 1500}
SCALE, MARGIN = 1.15, 10  # scale of a node in the window, and px of the window around it
# Position of the node in the window in px, and of the pointer, which must not be over the node.
NODE_POSITION, POINTER_POSITION = [330, 260], [1300, 1450]
# A node is drawn alone, so it is moved far from the others. Positions in the graph.
FIRST_POSITION, NODE_DISTANCE = 100_000, 5_000
SETTINGS = {"Comfy.NodeBadge.NodeSourceBadgeMode": "None", "Comfy.Workflow.Persist": False}

NEEDS_CLIP = "check_your_clip"  # example that runs only after a clip was chosen
# Example in which each of these nodes shows the most. Every other node is drawn in the first
# example that has it.
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
    """Return the example to draw each node in and the id of the node there, by node type."""
    examples: dict[str, tuple[str, int]] = {}
    schemas = json.loads(FROZEN.read_text(encoding="utf-8"))
    for name in TITLES:
        for node in example(name)["nodes"]:
            kind = node["type"]
            if kind not in schemas or BEST_EXAMPLES.get(kind, name) != name or name == NEEDS_CLIP:
                continue
            examples.setdefault(kind, (name, node["id"]))
    return examples


def draw_nodes(editor: Editor, nodes: list[str]) -> None:
    """Draw the pictures of help pages.

    Args:
        editor: editor with the classic canvas.
        nodes: ids of node types.
    """
    places = examples_of_nodes()
    # The examples run in their order: one may load what an earlier one has saved.
    for name in (each for each in TITLES if each in {places[node][0] for node in nodes}):
        editor.open()
        editor.load(example(name))
        try:
            was_run = _run(editor)
        except TimeoutError as error:
            print(f"{name}: its pictures are not drawn. {error}", flush=True)
            continue
        for node in nodes:
            if places[node][0] == name:
                path = save(_node_picture(editor, places[node][1]), DOCS / f"{node}.webp")
                print(f"{path.name}: {path.stat().st_size} bytes{'' if was_run else ', not run'}")


def _run(editor: Editor) -> bool:
    """Run the open workflow; return False if ComfyUI refuses it, as when a model is missing."""
    page, ended_before = editor.page, _count_ended(editor)
    with page.expect_response(lambda answer: answer.url.endswith("/prompt")) as response:
        page.get_by_test_id("queue-button").first.click()
    if not response.value.ok or response.value.json()["node_errors"]:
        page.keyboard.press("Escape")
        return False
    deadline = time.monotonic() + RUN_SECONDS
    while _count_ended(editor) == ended_before:
        if time.monotonic() > deadline:
            raise TimeoutError(f"The run did not end within {RUN_SECONDS} s.")
        page.wait_for_timeout(200)
    page.wait_for_timeout(1500)  # the editor loads the pictures of previews
    return True


def _count_ended(editor: Editor) -> int:
    return len(editor.page.request.get(f"{editor.address}history").json())


def _node_picture(editor: Editor, node: int) -> bytes:
    """Return a screenshot of one node alone, with its display name as the title."""
    position = FIRST_POSITION + node * NODE_DISTANCE
    editor.page.evaluate(
        """([id, scale, position, [left, top]]) => {
            const node = app.graph.getNodeById(id);
            const { canvas } = app;
            node.pos = [position, position];
            node.title = node.constructor.nodeData.display_name;
            const pictures = app.nodeOutputs[id]?.images;
            if (!pictures) node.setSize([node.size[0], node.computeSize()[1]]);
            canvas.links_render_mode = LiteGraph.HIDDEN_LINK;
            canvas.deselectAll();
            canvas.ds.scale = scale;
            canvas.ds.offset = [left / scale - position, top / scale - position];
            canvas.setDirty(true, true);
        }""",
        [node, SCALE, position, NODE_POSITION],
    )
    editor.page.mouse.move(*POINTER_POSITION)
    editor.page.wait_for_timeout(1500)  # the content of the node gets its height
    left, top, width, height = editor.page.evaluate(
        """(id) => {
            const [left, top, width, height] = app.graph.getNodeById(id).boundingRect;
            const { scale, offset } = app.canvas.ds;
            return [(left + offset[0]) * scale, (top + offset[1]) * scale,
                    width * scale, height * scale];
        }""",
        node,
    )
    corner = {"x": left - MARGIN, "y": top - MARGIN}
    size = {"width": width + 2 * MARGIN, "height": height + 2 * MARGIN}
    return bytes(editor.page.screenshot(clip={**corner, **size}))


@contextmanager
def running_editor() -> Iterator[tuple[Editor, ComfyClient]]:
    """Start a ComfyUI with its editor, as a `with` block."""
    comfyui = find_comfyui()
    if comfyui is None:
        sys.exit(NO_COMFYUI)
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
    examples = examples_of_nodes()
    unknown = sorted(set(chosen) - {*examples, *PICTURES})
    if unknown:
        sys.exit(
            f"There is no picture of {', '.join(unknown)}. A node is drawn from a run of an"
            " example: freeze its schema (generate schemas), and add it to a workflow in"
            f" example_workflows/ first. The pictures of the README are {', '.join(PICTURES)}."
        )
    nodes = [each for each in sorted(examples) if not chosen or each in chosen]
    readme = [each for each in PICTURES if not chosen or each in chosen]
    with running_editor() as (editor, client):
        client.post("/settings", SETTINGS)
        editor.page.set_viewport_size(WINDOW)
        draw_nodes(editor, nodes)
        if readme:
            draw_readme(editor, client, readme)
