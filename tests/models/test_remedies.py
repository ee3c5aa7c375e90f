"""Reasons of a failed loop or clip: each names its limit, and ends with what to do."""

import json
import re

import pytest

from anime_production.models.measures import MEASURES
from anime_production.models.reasons import OWN, sentences
from anime_production.tools.comfyui import PACK
from anime_production.tools.locale_files import languages, read

# Reasons that a required measure gives for a value that passes.
OF_A_PASS = {"seam_turns_a_little", "seam_sound_anew", "one_scene"}
# Of pairs of pictures that are near enough to each other.
PASSING_PAIRS = {"compared_pair", "compared_pairs", "identical_pairs"}
# Their limit is no number, or is not in the unit of the sentence: nothing moves at all, and a hold
# pattern must be that of the rest of the clip, which is named.
WITHOUT_A_LIMIT = {"nothing_moves", "seam_hold_broken"}
LIMIT = re.compile(r"\{(?:limit|limit_percent|high|low|least)\}")
END = re.compile(r"(?<=[.。])(?:\s|(?<=。))")
FAILING = sorted(
    {
        code
        for subject in ("loop", "clip_quality")
        for measure in MEASURES[subject]
        if measure.required
        for code in (measure.fails, *measure.reasons)
        if code is not None and code not in OF_A_PASS
    }
)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("code", FAILING)
def test_a_failed_loop_or_clip_names_its_limit_and_says_what_to_do(code: str, language: str):
    text = read(language, "main.json")[OWN]["reasons"][code]
    *facts, remedy = [part for part in END.split(text) if part]
    assert facts, f"{text}: it has one sentence"
    assert not re.search(r"\{", remedy), f"{remedy}: it has a number, so it is no remedy"
    assert code in WITHOUT_A_LIMIT or LIMIT.search(text), f"{text}: it names no limit"


TABLE = (PACK / "web" / "client" / "remedies" / "table.js").read_text("utf-8")
# Words of the English sentences that name a remedy.
NAMED = {"close_loop": "Close Loop", "deflicker": "deflicker", "next_seed": "another seed"}


def offered(remedy: str) -> set[str]:
    """Return the codes of the reasons that the editor offers a remedy for."""
    match = re.search(rf"\b{remedy}: (\w+|\[[^]]*\])", TABLE)
    assert match, remedy
    codes = match[1]
    if not codes.startswith("["):
        match = re.search(rf"const {codes} = (\[[^]]*\])", TABLE)
        assert match, codes
        codes = match[1]
    return set(re.findall(r'"(\w+)"', codes))


@pytest.mark.parametrize("remedy", ["close_loop", "deflicker", "retry", "next_seed", "draft"])
def test_each_offered_remedy_is_for_reasons_that_exist(remedy: str):
    assert offered(remedy) <= sentences().keys()


@pytest.mark.parametrize(("remedy", "words"), NAMED.items())
def test_a_remedy_that_a_reason_names_is_offered(remedy: str, words: str):
    named = {code for code in FAILING if words in sentences()[code].split(". ")[-1]}
    assert named
    assert named <= offered(remedy)


def test_the_draft_profile_is_offered_for_what_it_moves():
    draft = json.loads((PACK / "models" / "profiles" / "draft.json").read_text("utf-8"))
    moved = {
        code
        for subject, limits in draft.items()
        if isinstance(limits, dict)
        for measure in MEASURES[subject]
        if measure.name in limits
        for code in (measure.fails, *measure.reasons)
        if code is not None and code not in OF_A_PASS
    }
    assert offered("draft") == moved - PASSING_PAIRS
