"""A loop fails, is mended with two clicks, passes; one undo takes the mending back.

The verdict stands on a closed subgraph and near the Run button, and leads to the failed node.
"""

from typing import Any

from .accessibility import serious_faults
from .editor import Editor

CLIP, SCORE, JOB, SAVE, PREVIEW = 1, 2, 3, 4, 5
# A clip whose seam jumps: its score, its preview, and the file that a job saves.
WORKFLOW = """async () => {
    await app.loadGraphData({
        id: crypto.randomUUID(), last_node_id: 0, last_link_id: 0, nodes: [], links: [],
        groups: [], config: {}, extra: {}, version: 0.4,
    });
    const add = (type, x, y, values = {}) => {
        const node = LiteGraph.createNode(type);
        node.pos = [x, y];
        app.graph.add(node);
        for (const widget of node.widgets ?? []) {
            widget.value = values[widget.name] ?? widget.value;
        }
        return node;
    };
    const small = {
        width: 160, height: 160, seam_jump: 3, seed: 21, control_after_generate: "fixed",
    };
    const clip = add("AnimeSampleClip", 0, 0, small);
    const score = add("AnimeLoopScore", 500, 0);
    const job = add("AnimeJob", 0, 560, { project: "mended", shot: "1" });
    const save = add("AnimeJobSave", 1000, 0, { filename: "mended/clip" });
    const preview = add("PreviewImage", 500, 560);
    clip.connect(0, score, "images");
    clip.connect(1, score, "fps");
    clip.connect(0, preview, "images");
    job.connect(0, save, "job");
    clip.connect(0, save, "images");
    clip.connect(1, save, "fps");
    score.connect(0, save, "report");
}"""
# The links of the open graph as "type.output -> type.input".
LINKS = """() => [...app.graph.links.values()].map(link => {
    const from = app.graph.getNodeById(link.origin_id);
    const to = app.graph.getNodeById(link.target_id);
    const [output, input] = [from.outputs[link.origin_slot], to.inputs[link.target_slot]];
    return `${from.type}.${output.name} -> ${to.type}.${input.name}`;
}).sort()"""
BEFORE = [
    "AnimeJob.job -> AnimeJobSave.job",
    "AnimeLoopScore.report -> AnimeJobSave.report",
    "AnimeSampleClip.fps -> AnimeJobSave.fps",
    "AnimeSampleClip.fps -> AnimeLoopScore.fps",
    "AnimeSampleClip.frames -> AnimeJobSave.images",
    "AnimeSampleClip.frames -> AnimeLoopScore.images",
    "AnimeSampleClip.frames -> PreviewImage.images",
]
CLOSED = [
    "AnimeJob.job -> AnimeJobSave.job",
    "AnimeLoopClose.images -> AnimeJobSave.images",
    "AnimeLoopClose.images -> AnimeLoopScore.images",
    "AnimeLoopClose.images -> PreviewImage.images",
    "AnimeLoopScore.report -> AnimeJobSave.report",
    "AnimeSampleClip.fps -> AnimeJobSave.fps",
    "AnimeSampleClip.fps -> AnimeLoopClose.fps",
    "AnimeSampleClip.fps -> AnimeLoopScore.fps",
    "AnimeSampleClip.frames -> AnimeLoopClose.images",
]


def test_a_loop_fails_is_mended_with_two_clicks_and_passes(editor: Editor):
    editor.page.evaluate(WORKFLOW)
    editor.show(scale=0.7, left=320, top=200)
    assert editor.page.evaluate(LINKS) == BEFORE
    assert editor.page.locator(".anime-badge").count() == 0
    editor.run()
    verdict(editor, SCORE, "FAIL")
    badge = editor.page.locator(".anime-badge-workflow")
    assert badge.text_content() == "✘ FAIL 1 / 1"

    menu = open_menu(editor, SCORE)
    assert names(menu)[:1] == ["close_loop"]
    assert serious_faults(editor, ".anime-popup") == []
    editor.picture("menu")
    menu.locator('[data-remedy="close_loop"]').dblclick()  # as some people click everything
    menu.wait_for(state="hidden")
    await_links(editor, CLOSED)
    assert editor.page.evaluate("() => document.activeElement.tagName") != "TEXTAREA"
    editor.settle()
    editor.picture("inserted")

    editor.run()
    verdict(editor, SCORE, "PASS")
    assert editor.results(SCORE).locator(".anime-remedies-open").count() == 0
    assert badge.text_content() == "✔ PASS 2"
    editor.picture("passed")

    editor.page.keyboard.press("Control+z")
    await_links(editor, BEFORE)
    editor.page.keyboard.press("Control+y")
    await_links(editor, CLOSED)


ENCLOSE = """() => {
    const isScore = ({ type }) => type === "AnimeLoopScore";
    app.graph.convertToSubgraph(new Set([app.graph.nodes.find(isScore)]));
}"""
OPEN_TYPES = "() => app.canvas.graph.nodes.map(({ type }) => type)"
OUTER_LINKS = """() => [...app.rootGraph.links.values()].map((link) => [
    link.origin_id, link.target_id].map(id => app.rootGraph.getNodeById(id).title).join(" -> "))"""


def test_a_closed_subgraph_and_the_workflow_show_the_verdict_and_lead_to_the_first_fail(
    editor: Editor,
):
    editor.page.evaluate(WORKFLOW)
    editor.show(scale=0.7, left=320, top=200)
    editor.page.evaluate(ENCLOSE)
    editor.settle()
    badges = editor.page.locator(".anime-badge")
    assert badges.count() == 0
    editor.run()
    of_workflow = editor.page.locator(".anime-badge-workflow")
    of_workflow.wait_for()
    assert editor.page.locator(".anime-badge-inside").count() == 1
    for badge in badges.all():
        assert badge.text_content() == "✘ FAIL 1 / 1"
        assert "FAIL, 1 of 1 verdicts. Go to the first." in badge.get_attribute("aria-label")
    editor.picture("closed")

    of_workflow.press("Enter")
    editor.await_condition(lambda: editor.page.evaluate(OPEN_TYPES) == ["AnimeLoopScore"])
    editor.page.locator(".anime-remedies-open:focus").wait_for()
    assert editor.page.locator(".anime-badge-inside").count() == 0
    editor.page.keyboard.press("Enter")
    menu = editor.page.locator(".anime-popup")
    menu.wait_for()
    assert names(menu) == ["close_loop", "next_seed", "draft"]  # the sampler is outside
    assert "border of a subgraph" in menu.locator('[data-remedy="retry"]').text_content()
    editor.page.keyboard.press("Enter")
    closing = "Close Loop (Anime) -> New Subgraph"
    editor.await_condition(lambda: closing in editor.page.evaluate(OUTER_LINKS))


def verdict(editor: Editor, node: int, expected: str) -> None:
    editor.results(node).locator(f'.anime-verdict[data-verdict="{expected}"]').wait_for()


def open_menu(editor: Editor, node: int) -> Any:
    editor.results(node).locator(".anime-remedies-open").click()
    menu = editor.page.locator(".anime-popup")
    menu.wait_for()
    return menu


def names(menu: Any) -> list[str]:
    """Return the names of the remedies that can be applied, in their order."""
    buttons = menu.locator('.anime-remedy:not([aria-disabled="true"])').all()
    return [each.get_attribute("data-remedy") for each in buttons]


def await_links(editor: Editor, expected: list[str]) -> None:
    def links() -> list[str]:
        shown: list[str] = editor.page.evaluate(LINKS)
        return shown

    editor.await_condition(lambda: links() == expected or None, seconds=10)
