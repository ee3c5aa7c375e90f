"""The pack's values in core's Preview as Text, where people read them."""

from typing import Any

from .editor import Editor

BUILD = """async () => {
    await app.loadGraphData({
        id: crypto.randomUUID(), last_node_id: 0, last_link_id: 0, nodes: [], links: [],
        groups: [], config: {}, extra: {}, version: 0.4,
    });
    const add = (type, values = {}) => {
        const node = LiteGraph.createNode(type);
        app.graph.add(node);
        for (const widget of node.widgets ?? []) {
            widget.value = values[widget.name] ?? widget.value;
        }
        return node;
    };
    const connect = (from, output, to, input) => from.connect(
        from.outputs.findIndex((each) => each.name === output), to,
        to.inputs.findIndex((each) => each.name === input));
    const clip = add("AnimeSampleClip", { width: 128, height: 128, seam_jump: 3 });
    const model = add("AnimeIdentityModel");
    const sheet = add("AnimeCharacterSheet", { name: "Aoi" });
    const score = add("AnimeLoopScore");
    const job = add("AnimeJob", { shot: "12a", tags: "draft, night" });
    connect(clip, "frames", sheet, "references");
    connect(clip, "frames", score, "images");
    connect(model, "model", sheet, "model");
    const shown = [[score, "report"], [model, "model"], [sheet, "character"], [job, "job"]];
    const texts = shown.map(([node, output], row) => {
        const text = add("PreviewAny");
        connect(node, output, text, "source");
        [node, text].forEach((each, side) => { each.pos = [side * 520 + 420, row * 700]; });
        text.size = [560, 260];
        return String(text.id);
    });
    clip.pos = [0, 0];
    return texts;
}"""
TEXTS = "ids => ids.map((id) => app.nodeOutputs[id]?.text?.[0])"
ON_THE_PAGE = "() => [...document.querySelectorAll('textarea')].map((each) => each.value)"


def test_a_value_of_the_pack_is_read_as_text(editor: Editor):
    nodes: list[str] = editor.page.evaluate(BUILD)
    editor.show(scale=0.42, left=40, top=160)
    editor.run()
    texts: list[Any] = editor.page.evaluate(TEXTS, nodes)
    report, model, character, job = texts
    headline, reason = report.splitlines()[:2]
    assert headline.startswith("loop: FAIL, ")
    assert headline.endswith(" of 100")
    assert reason.startswith("- seam_position: The seam jumps")
    assert model.startswith("Backend: ")
    assert character.startswith("Aoi: ")
    assert job.splitlines()[0].startswith("job: ")
    assert job.splitlines()[1:] == ["shot: 12a", "tags: draft, night"]
    editor.picture("texts")
    assert set(texts) <= set(editor.page.evaluate(ON_THE_PAGE))
