"""The journey of a newcomer who checks a clip of their own."""

import time
from pathlib import Path
from typing import Any

from anime_production.tools.sample_video import write_video

from ..integration.client import ComfyClient
from .editor import Editor
from .panel import expect, open_job
from .places import NODES, NODES_2, overlapping, settled
from .test_examples import open_template
from .test_open_workflow import NAME_THE_SHOT

LOADER, SCORES = 1, {4: "PASS", 5: "PASS", 6: "FAIL"}  # ids of nodes
VALUE = "() => app.graph.getNodeById(1).widgets.find(({ name }) => name === 'file').value"
# The middle of the button "choose file to upload" of the classic canvas, in px of the window.
BUTTON = """() => {
    const node = app.graph.getNodeById(1);
    const button = node.widgets.find(({ type }) => type === "button");
    const canvas = app.canvas.canvas.getBoundingClientRect();
    const { scale, offset } = app.canvas.ds;
    return [
        (node.pos[0] + node.size[0] / 2 + offset[0]) * scale + canvas.left,
        (node.pos[1] + button.y + 10 + offset[1]) * scale + canvas.top,
    ];
}"""


def test_a_newcomer_checks_a_clip_of_their_own(editor: Editor, client: ComfyClient, tmp_path: Path):
    video = tmp_path / "my walk.mp4"
    write_video(video, seam_jump=4)
    open_template(editor, "check_your_clip")
    assert editor.page.evaluate("() => app.graph.nodes.some(node => node.has_errors)") is False
    _upload(editor, video)
    shot = f"my clip {time.time_ns()}"  # other tests check clips too
    editor.page.evaluate(NAME_THE_SHOT, shot)
    prompt = editor.run()
    _each_score_says_its_verdict_in_words(editor)
    nodes = NODES_2 if _is_nodes_2(editor) else NODES
    assert overlapping(settled(editor, nodes)) == []
    _the_panel_has_the_check(editor, client, prompt, shot)


def _upload(editor: Editor, video: Path) -> None:
    """Choose a file in the first node, as a user does."""
    if _is_nodes_2(editor):
        node = editor.page.locator(f'[data-node-id="{LOADER}"]')
        node.locator("input[type=file]").set_input_files(video)
    else:
        editor.page.wait_for_timeout(500)  # the template's view is final
        with editor.page.expect_file_chooser() as chooser:
            editor.page.mouse.click(*editor.page.evaluate(BUTTON))
        chooser.value.set_files(video)
    editor.await_condition(lambda: str(editor.page.evaluate(VALUE)).startswith("my walk"))


def _each_score_says_its_verdict_in_words(editor: Editor) -> None:
    for node, verdict in SCORES.items():
        shown: Any = editor.results(node).locator(".anime-verdict")
        expect(shown).to_contain_text(verdict)
        expect(shown).to_be_visible()
    expect(editor.results(6)).to_contain_text("seam")


def _the_panel_has_the_check(editor: Editor, client: ComfyClient, prompt: str, shot: str) -> None:
    detail = open_job(editor, client, prompt)
    expect(detail.locator(".anime-title")).to_contain_text(shot)
    expect(detail.get_by_role("article")).to_have_count(3)
    expect(detail.locator(".anime-status")).to_contain_text("FAIL")


def _is_nodes_2(editor: Editor) -> bool:
    return bool(editor.page.evaluate("() => LiteGraph.vueNodesMode"))
