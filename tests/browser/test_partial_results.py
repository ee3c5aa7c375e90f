"""What nodes show while they measure for long, in the real editor."""

import re

from .editor import Editor, example, set_values

CLIP, STILL = "AnimeSampleClip", "AnimeStillQuality"
FRAMES, SIDE = 100, 512


def node_id(workflow: dict, node_type: str) -> int:
    return next(each["id"] for each in workflow["nodes"] if each["type"] == node_type)


def test_results_grow_on_a_node_that_measures_and_its_verdict_comes_last(editor: Editor):
    workflow = example("grade_a_clip")
    still = node_id(workflow, STILL)
    set_values(workflow, node_id(workflow, CLIP), {0: FRAMES, 1: SIDE, 2: SIDE})
    editor.load(workflow)
    prompt = editor.press_run()
    results = editor.results(still)
    line = results.locator(".anime-partial")
    line.wait_for(timeout=60_000)
    texts = {line.text_content()}
    assert re.match(r"Measuring: \d+ frames? so far", next(iter(texts)))
    assert not re.search("PASS|FAIL", results.text_content())
    editor.picture("measuring")
    editor.await_condition(lambda: line.count() and len(texts | {line.text_content()}) > 1, 60)
    editor.await_end(prompt)
    editor.await_condition(lambda: re.match("[✔✘]", results.text_content() or ""))
    assert line.count() == 0
