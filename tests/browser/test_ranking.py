"""The ranked pictures on Best Of and Best Take, in the real editor."""

import pytest

from .accessibility import serious_faults
from .editor import Editor, example, with_new_id
from .test_on_the_nodes import nodes_with_cut_off_results

BEST_OF, BEST_TAKE = 6, 9
LOADED = "images => images.every(image => image.complete && image.naturalWidth > 0)"


def texts_of(editor: Editor, node: int, part: str) -> list[str]:
    """The texts of parts of the places on a node, the best first."""
    texts: list[str] = editor.results(node).locator(f".anime-place {part}").all_text_contents()
    return texts


def the_pictures_are_loaded(editor: Editor, node: int) -> list[str]:
    """Wait for the pictures on a node, and return their texts."""
    images = editor.results(node).locator(".anime-ranking img")
    images.first.wait_for()
    editor.await_condition(lambda: images.evaluate_all(LOADED))
    texts: list[str] = images.evaluate_all("images => images.map(image => image.alt)")
    return texts


def test_the_takes_are_shown_the_best_first(editor: Editor):
    editor.load(with_new_id(example("best_of_four_takes")))
    editor.run()
    alts = the_pictures_are_loaded(editor, BEST_TAKE)
    assert alts[0] == "Rank 1, kept: Take 2, PASS, 98 / 100"
    assert [each.split(": ")[1].split(",")[0] for each in alts] == [
        *("Take 2", "Take 3", "Take 0", "Take 1"),
    ]
    assert texts_of(editor, BEST_TAKE, ".anime-place-score")[2] == "3. ✘ 12"
    assert texts_of(editor, BEST_TAKE, ".anime-kept-mark") == ["★ kept"]
    text = editor.results(BEST_TAKE).text_content()
    assert "Why Take 3 was not kept: Its score is" in text
    assert text.endswith("Take 2 has 98.1 of 100.")
    assert nodes_with_cut_off_results(editor) == []
    editor.show(scale=1.0, left=-1200, top=60)
    editor.picture("best-take")
    assert serious_faults(editor, ".anime-results") == []
    assert "anime_ranking" not in str(editor.page.evaluate("() => app.graph.serialize()"))


@pytest.mark.parametrize("language", ["ja"])
def test_the_frames_are_shown_the_best_first_in_the_editors_language(editor: Editor):
    editor.load(with_new_id(example("best_of_8")))
    editor.run()
    alts = the_pictures_are_loaded(editor, BEST_OF)
    assert len(alts) == 8
    assert sum("採用" in each for each in alts) == 3
    assert texts_of(editor, BEST_OF, ".anime-kept-mark") == ["★ 採用"] * 3
    text = editor.results(BEST_OF).text_content()
    assert "を採用しなかった理由：スコアは100点中" in text
    assert "score" not in text
    editor.show(scale=1.0, left=-2450, top=60)
    editor.picture("best-of")
