"""Reasons of a failed loop or clip: each names its limit, and ends with what to do."""

import re

import pytest

from anime_production.models.measures import MEASURES
from anime_production.models.reasons import OWN
from anime_production.tools.locale_files import languages, read

# Reasons that a required measure gives for a value that passes.
OF_A_PASS = {"seam_turns_a_little", "seam_sound_anew", "one_scene"}
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
