"""Clip quality on clips that others generated, drew or filmed."""

import pytest

from anime_production.models.quality.clip_quality import score_clip_quality
from anime_production.models.report import Verdict

from .test_clip_quality import measurement


@pytest.mark.slow
def test_every_real_clip_is_measured_whole(shared_clip, shared_clips):
    for name in shared_clips:
        report = score_clip_quality(*shared_clip(name))
        assert report.verdict in (Verdict.PASS, Verdict.FAIL), name


# One of each kind: generated on threes and on ones, an animated film, a loop of few colours.
STEADY = (
    "clips/animatediff_model_01_01.gif",
    "clips/animatediff_compare_new_0.gif",
    "clips/moviepy_big_buck_bunny_432_433.webm",
    "loops/mobius_vc2_case_3.gif",
    "loops/vscodepets_crab_red_walk_8fps.gif",
)


@pytest.mark.parametrize("name", STEADY)
def test_the_steady_light_of_a_real_clip_is_no_flicker(name, shared_clip):
    report = score_clip_quality(*shared_clip(name))
    assert report.verdict in (Verdict.PASS, Verdict.FAIL)
    assert measurement(report, "flicker").verdict is Verdict.PASS


def test_a_real_clip_on_threes_is_known_as_one(shared_clip):
    held = score_clip_quality(*shared_clip("clips/animatediff_model_01_01.gif"))
    assert measurement(held, "drawing_rate").details["hold"] == 3
