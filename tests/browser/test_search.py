"""Words that makers type into the editor's search of nodes, and the nodes that they look for."""

from typing import Any

import pytest

from .conftest import in_the_classic_canvas
from .editor import Editor
from .settings import execute, texts

pytestmark = in_the_classic_canvas
FIRST, FIRST_PAGE = 3, 8  # rows; those of the first page are seen without scrolling
# Nodes by the words that must find them: the first one among the first rows, the others on the
# first page.
WORDS = {
    "loop": "AnimeLoopScore AnimeLoopFind AnimeLoopClose",
    "seamless": "AnimeLoopScore AnimeLoopClose",
    "same character": "AnimeCharacterScore AnimeCharacterSheet",
    "flicker": "AnimeClipQuality",
    "best of": "AnimeBestOf AnimeBestTake",
    "retry": "AnimeRetryStart AnimeRetryEnd",
    "job": "AnimeJob AnimeJobLoad AnimeJobSave",
    "history": "AnimeJobLoad AnimeJob",
    "quality": "AnimeStillQuality AnimeClipQuality",
    "reroll": "AnimeRetryStart AnimeRetryEnd",
    "accept reject": "AnimeGate AnimeReview",
    "clip check": "AnimeClipQuality",
    "sharpness": "AnimeStillQuality AnimeClipQuality",
    "consistent character": "AnimeCharacterScore AnimeCharacterSheet",
    "character consistency": "AnimeCharacterScore AnimeCharacterSheet",
    "identity drift": "AnimeCharacterScore",
    "likeness": "AnimeCharacterScore",
    "anime face": "AnimeIdentityModel",
    "similarity score": "AnimeCharacterScore AnimeCompareImages",
    "face similarity": "AnimeCharacterScore AnimeIdentityModel",
    "model sheet": "AnimeCharacterSheet",
    "reference sheet": "AnimeCharacterSheet",
    "looping video": "AnimeLoopFind AnimeLoopClose AnimationLoopGenerator",
    "seamless loop": "AnimeLoopScore AnimeLoopClose",
    "first and last frame": "AnimeLoopScore",
    "loop point": "AnimeLoopFind AnimeLoopScore",
    "boomerang": "AnimeLoopClose",
    "pingpong": "AnimeLoopClose",
    "ping-pong": "AnimeLoopClose",
    "crossfade": "AnimeLoopClose",
    "image selector": "AnimeBestOf",
    "best of batch": "AnimeBestOf",
    "cherry pick": "AnimeBestOf",
    "generate until good": "AnimeRetryStart",
    "retry until": "AnimeRetryStart",
    "blur detection": "AnimeStillQuality",
    "blurry": "AnimeStillQuality AnimeClipQuality",
    "aesthetic score": "AnimeStillQuality",
    "image quality gate": "AnimeGate",
    "stop workflow": "AnimeGate",
    "flickering": "AnimeClipQuality",
    "jitter": "AnimeClipQuality",
    "color shift": "AnimeClipQuality",
    "generation history": "AnimeJobLoad",
    "ループ": "AnimeLoopScore AnimeLoopClose",
    "ちらつき": "AnimeClipQuality",
    "同じキャラ": "AnimeCharacterScore AnimeCharacterSheet",
    "一貫性": "AnimeCharacterScore",
    "循环": "AnimeLoopScore AnimeLoopClose",
    "无缝循环": "AnimeLoopScore AnimeLoopClose",
    "闪烁": "AnimeClipQuality",
    "角色一致性": "AnimeCharacterScore AnimeCharacterSheet",
}
# Words in the names of many nodes of ComfyUI. The editor lists these first, and nodes that have the
# word among their search words behind them.
WORDS_OF_OTHERS = {"face": "AnimeIdentityModel AnimeCharacterSheet AnimeCharacterScore"}
ROWS_BEHIND_OTHERS = 16


@pytest.mark.parametrize("language", ["en", "ja", "zh"])
def test_the_words_that_makers_type_find_their_nodes(editor: Editor, language: str):
    names = {node: text["display_name"] for node, text in texts(language, "nodeDefs.json").items()}
    search = open_search(editor)
    missed = {}
    for word, ids in WORDS.items():
        first, *others = [names[node] for node in ids.split()]
        found = names_found(editor, search, word)
        if first not in found[:FIRST] or not set(others) <= set(found[:FIRST_PAGE]):
            missed[word] = found
    for word, ids in WORDS_OF_OTHERS.items():
        found = names_found(editor, search, word)
        if not {names[node] for node in ids.split()} <= set(found[:ROWS_BEHIND_OTHERS]):
            missed[word] = found
    assert missed == {}


def open_search(editor: Editor) -> Any:
    """Open the search of nodes, and return its input."""
    execute(editor, "Workspace.SearchBox.Toggle")
    search = editor.page.get_by_role("dialog").get_by_role("combobox").first
    search.wait_for()
    return search


def names_found(editor: Editor, search: Any, word: str) -> list[str]:
    """Return the names of the nodes that a word finds, in the order of the list."""
    search.fill(word)
    editor.page.wait_for_timeout(300)  # the editor searches when the keys rest
    names: list[str] = editor.page.get_by_test_id("result-item").evaluate_all(
        "(rows) => rows.map((row) => row.querySelector('span.truncate').textContent.trim())"
    )
    return names
