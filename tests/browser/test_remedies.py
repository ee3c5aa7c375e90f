"""Each remedy for a FAIL changes the graph with one click, and one undo takes it back.

Close Loop has a journey of its own: `test_journey_mended_loop.py`.
"""

import re
from typing import Any

from .editor import Editor
from .panel import expect
from .test_journey_mended_loop import (
    BEFORE,
    CLOSED,
    LINKS,
    SCORE,
    WORKFLOW,
    await_links,
    names,
    open_menu,
    verdict,
)

CLIP, SAVE, QUALITY = 1, 4, 6
VALUE = (
    """([id, name]) => app.graph.getNodeById(id).widgets.find((each) => each.name === name).value"""
)
# The sound of the clip goes to its score and into its file.
ADD_SOUND = """([score, save]) => {
    const sound = LiteGraph.createNode("EmptyAudio");
    sound.pos = [0, 900];
    app.graph.add(sound);
    for (const id of [score, save]) sound.connect(0, app.graph.getNodeById(id), "audio");
}"""
WITH_SOUND = sorted(
    [
        *CLOSED,
        "AnimeLoopClose.audio -> AnimeJobSave.audio",
        "AnimeLoopClose.audio -> AnimeLoopScore.audio",
        "EmptyAudio.AUDIO -> AnimeLoopClose.audio",
    ]
)
RETRIED = [
    "AnimeJob.job -> AnimeJobSave.job",
    "AnimeLoopScore.report -> AnimeRetryEnd.report",
    "AnimeRetryEnd.report -> AnimeJobSave.report",
    "AnimeRetryEnd.slot_1 -> AnimeJobSave.images",
    "AnimeRetryEnd.slot_1 -> PreviewImage.images",
    "AnimeRetryEnd.slot_2 -> AnimeJobSave.fps",
    "AnimeRetryStart.seed -> AnimeSampleClip.seed",
    "AnimeSampleClip.fps -> AnimeLoopScore.fps",
    "AnimeSampleClip.fps -> AnimeRetryEnd.slot_2",
    "AnimeSampleClip.frames -> AnimeLoopScore.images",
    "AnimeSampleClip.frames -> AnimeRetryEnd.slot_1",
]
# ComfyUI has these two nodes from 0.46 on. Their inputs and outputs are registered in the editor as
# ComfyUI would, because only the editor changes the graph.
DEFLICKER_NODES = """async () => {
    const node = (name, required, output) => app.registerNodeDef(name, {
        name, display_name: name, category: "video", description: "", python_module: "nodes",
        input: { required }, input_order: { required: Object.keys(required) }, output: [output],
        output_is_list: [false], output_name: [output], output_node: false,
    });
    const strength = ["FLOAT", { default: 1, min: 0, max: 1 }];
    const deflicker = { optical_flow: ["OPTICAL_FLOW", {}], images: ["IMAGE", {}], strength };
    await node("OpticalFlowLoader", { model_name: [["raft.safetensors"], {}] }, "OPTICAL_FLOW");
    await node("VideoDeflicker", deflicker, "IMAGE");
}"""
FLICKERING = """(clip) => {
    const node = app.graph.getNodeById(clip);
    const set = (name, value) => {
        node.widgets.find((each) => each.name === name).value = value;
    };
    set("seam_jump", 0);
    set("flicker", 12);
    const quality = LiteGraph.createNode("AnimeClipQuality");
    quality.pos = [0, 900];
    app.graph.add(quality);
    node.connect(0, quality, "images");
    node.connect(1, quality, "fps");
    return quality.id;
}"""


def failed(editor: Editor) -> None:
    """Open the clip whose seam jumps, and run it."""
    editor.page.evaluate(WORKFLOW)
    editor.show(scale=0.7, left=320, top=200)
    editor.run()
    verdict(editor, SCORE, "FAIL")


def choose(editor: Editor, node: int, remedy: str) -> Any:
    """Choose a remedy for a failed node, and return its message."""
    menu = open_menu(editor, node)
    assert remedy in names(menu)
    menu.locator(f'[data-remedy="{remedy}"]').click()
    menu.wait_for(state="hidden")
    message = editor.page.get_by_text(re.compile(r"Ctrl\+Z takes (it|the seed) back"))
    message.first.wait_for()
    return message


def undo(editor: Editor, message: Any) -> None:
    """Press Ctrl+Z, after which the message about it is gone."""
    editor.page.locator("body").press("Control+z")
    expect(message).to_have_count(0, timeout=5000)


def is_seen_whole(editor: Editor, node_type: str) -> bool:
    seen: bool = editor.page.evaluate(
        """(type) => {
            const { pos, size } = app.graph.nodes.find((node) => node.type === type);
            const { scale, offset } = app.canvas.ds;
            const [left, top] = [0, 1].map((axis) => (pos[axis] + offset[axis]) * scale);
            const canvas = app.canvas.canvas;
            return left > 0 && top > 0 && left + size[0] * scale < canvas.clientWidth
                && top + size[1] * scale < canvas.clientHeight;
        }""",
        node_type,
    )
    return seen


def test_close_loop_takes_the_sound_with_it_and_is_brought_into_view(editor: Editor):
    editor.page.evaluate(WORKFLOW)
    editor.page.evaluate(ADD_SOUND, [SCORE, SAVE])
    editor.show(scale=0.7, left=320, top=200)
    before = editor.page.evaluate(LINKS)
    editor.run()
    verdict(editor, SCORE, "FAIL")
    editor.show(scale=1, left=-380, top=640)  # the place of the new node is below the canvas
    message = choose(editor, SCORE, "close_loop")
    await_links(editor, WITH_SOUND)
    assert is_seen_whole(editor, "AnimeLoopClose")
    editor.picture("brought-into-view")
    undo(editor, message)
    await_links(editor, before)


def test_a_retry_is_put_around_the_sampler_and_tries_seeds(editor: Editor):
    failed(editor)
    message = choose(editor, SCORE, "retry")
    await_links(editor, RETRIED)
    editor.picture("retry")
    undo(editor, message)
    await_links(editor, BEFORE)
    editor.page.keyboard.press("Control+y")
    await_links(editor, RETRIED)
    editor.run()
    end = editor.node_of("AnimeRetryEnd")
    editor.look_at(end, 0.7)
    # Each seed has the same seam, so none passes.
    expect(editor.results(end).locator(".anime-ranking li")).to_have_count(3)
    editor.picture("retried")


def test_the_next_seed_runs_at_once(editor: Editor):
    failed(editor)
    assert editor.page.evaluate(VALUE, [CLIP, "seed"]) == 21
    with editor.page.expect_response("**/prompt") as answer:
        message = choose(editor, SCORE, "next_seed")
    editor.await_end(str(answer.value.json()["prompt_id"]))
    assert editor.page.evaluate(VALUE, [CLIP, "seed"]) == 22
    assert editor.prompts[-1]["prompt"][str(CLIP)]["inputs"]["seed"] == 22
    verdict(editor, SCORE, "FAIL")
    undo(editor, message)
    editor.await_condition(lambda: editor.page.evaluate(VALUE, [CLIP, "seed"]) == 21)


def test_the_draft_profile_judges_by_wider_limits(editor: Editor):
    failed(editor)
    message = choose(editor, SCORE, "draft")
    assert editor.page.evaluate(VALUE, [SCORE, "profile"]) == "draft"
    undo(editor, message)
    editor.await_condition(lambda: editor.page.evaluate(VALUE, [SCORE, "profile"]) != "draft")
    editor.page.keyboard.press("Control+y")
    editor.await_condition(lambda: editor.page.evaluate(VALUE, [SCORE, "profile"]) == "draft")
    editor.run()
    assert editor.prompts[-1]["prompt"][str(SCORE)]["inputs"]["profile"] == "draft"


def test_a_flickering_clip_gets_a_video_deflicker_where_comfyui_has_it(editor: Editor):
    editor.page.evaluate(DEFLICKER_NODES)
    editor.page.evaluate(WORKFLOW)
    quality = editor.page.evaluate(FLICKERING, CLIP)
    assert int(quality) == QUALITY
    editor.show(scale=0.7, left=320, top=200)
    before = editor.page.evaluate(LINKS)
    editor.run()
    editor.look_at(QUALITY, 0.7)
    verdict(editor, QUALITY, "FAIL")
    message = choose(editor, QUALITY, "deflicker")
    taken = {
        "AnimeSampleClip.frames -> VideoDeflicker.images",
        "OpticalFlowLoader.OPTICAL_FLOW -> VideoDeflicker.optical_flow",
    }
    frames = "AnimeSampleClip.frames"
    moved = {each.replace(frames, "VideoDeflicker.IMAGE") for each in before}
    await_links(editor, sorted(taken | moved))
    editor.picture("deflicker")
    undo(editor, message)
    await_links(editor, before)
