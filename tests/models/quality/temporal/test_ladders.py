from functools import cache

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from anime_production.benchmarks.moving_character import moving_character
from anime_production.benchmarks.temporal_distortions import TEMPORAL
from anime_production.models.holds import hold_pattern
from anime_production.models.perceptual.structural import STRUCTURAL_BACKEND
from anime_production.models.quality.clip_quality import score_clip_quality
from anime_production.models.report import Verdict
from anime_production.models.sample.sample_clip import draw_clip

FPS = 24.0
MONOTONE = 0.95
OWN = {distortion.own for distortion in TEMPORAL.values()}


def climb(clip, fault):
    """What is measured from none of a fault to the strongest of it."""
    distortion = TEMPORAL[fault]
    strengths = (distortion.none, *distortion.strengths)
    reports = [score_clip_quality(distortion.plant(clip, each), FPS) for each in strengths]
    return [{each.name: each for each in report.measurements} for report in reports]


@cache
def sample_rungs(fault):
    return climb(draw_clip(48, 160, 160, 24, 0, 1), fault)


def monotone(values):
    return spearmanr(np.arange(len(values)), values).statistic >= MONOTONE


@pytest.mark.parametrize("fault", TEMPORAL)
def test_a_fault_in_time_raises_its_own_measure_step_by_step(fault):
    rungs = [rung[TEMPORAL[fault].own] for rung in sample_rungs(fault)]
    assert monotone([each.value for each in rungs])
    assert rungs[0].verdict is Verdict.PASS
    assert rungs[-1].verdict is Verdict.FAIL


@pytest.mark.parametrize("fault", TEMPORAL)
def test_a_fault_in_time_fails_none_of_the_measures_of_others(fault):
    for rung in sample_rungs(fault)[:4]:
        failed = {name for name, each in rung.items() if each.verdict is Verdict.FAIL}
        assert failed & OWN <= {TEMPORAL[fault].own}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("fault", TEMPORAL)
@pytest.mark.parametrize("name", ["eileen_happy", "sylvie_blue_smile"])
def test_a_real_character_in_motion_climbs_too(shared_assets, name, fault):
    figure = shared_assets / "characters" / f"{name}.png"
    background = shared_assets / "backgrounds" / "bg_uni.jpg"
    rungs = climb(moving_character(figure, background, 48, 160), fault)
    own = [rung[TEMPORAL[fault].own] for rung in rungs]
    assert monotone([each.value for each in own]), own
    assert own[0].verdict is Verdict.PASS
    assert own[-1].verdict is Verdict.FAIL


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("fault", TEMPORAL)
@pytest.mark.parametrize(
    "name", ["clips/animatediff_model_01_02.gif", "loops/mobius_vc2_case_3.gif"]
)
def test_real_clips_climb_too(shared_clip, name, fault):
    frames, _ = shared_clip(name)
    drawings = hold_pattern(STRUCTURAL_BACKEND.steps(frames)[:-1]).drawings
    drawn = frames[list(drawings)]
    there_and_back = torch.cat([drawn, drawn[1:-1].flip(0), drawn])
    values = [rung[TEMPORAL[fault].own].value for rung in climb(there_and_back, fault)]
    if fault == "drop" and (None in values or "mobius" in name):
        pytest.skip(f"too little of its motion is even to find what is missing: {values}")
    assert None not in values
    assert monotone(values), values
