"""Faults at six strengths: the measure that is made for one follows it on every kind of picture."""

import pytest
import torch
from scipy.stats import spearmanr

from anime_production.benchmarks.distortions import SPATIAL
from anime_production.models.frames import Absence
from anime_production.models.image_ops.luma import luma
from anime_production.models.quality.sharpness import edge_width
from anime_production.models.quality.still.banding import banding
from anime_production.models.quality.still.blocks import blockiness
from anime_production.models.quality.still.exposure import clipped_share
from anime_production.models.quality.still.noise import noise
from anime_production.models.quality.still.posterisation import posterisation
from anime_production.models.quality.still.resolution import resolution
from anime_production.models.quality.still.ringing import ringing
from anime_production.models.quality.still.still_quality import measure_picture
from anime_production.models.sample.sample_clip import draw_clip

# What follows a fault at least as closely as this is monotone but for two neighbours that swap.
MONOTONE = 0.95
MEASURES = {
    "edge_width": lambda frame: edge_width(frame[None])[0],
    "noise": lambda frame: noise(luma(frame)),
    "banding": lambda frame: banding(luma(frame)),
    "blockiness": lambda frame: blockiness(luma(frame)),
    "clipped": clipped_share,
    "resolution": lambda frame: resolution(luma(frame)),
    "ringing": lambda frame: ringing(luma(frame)),
    "posterisation": posterisation,
}
FALLING = {"resolution"}
CLIPS = (
    "clips/moviepy_big_buck_bunny_432_433.webm",
    "loops/mobius_case_3.mp4",
    "loops/mobius_vc2_case_1.gif",
    "clips/animatediff_model_01_01.gif",
)


def correlation(fault, frame):
    """Spearman's, of seven strengths, none first."""
    distortion = SPATIAL[fault]
    strengths = (distortion.none, *distortion.strengths)
    measure = MEASURES[distortion.own]
    values = [measure(distortion.plant(frame[None], strength)[0]) for strength in strengths]
    assert None not in values
    order = range(len(values)) if distortion.own not in FALLING else range(len(values), 0, -1)
    return spearmanr(list(order), values).statistic


def test_each_fault_has_six_strengths_and_none_of_it_changes_nothing():
    frame = draw_clip(1, 128, 96, 24, 0, 0)
    for fault, distortion in SPATIAL.items():
        assert len(set(distortion.strengths)) == 6, fault
        assert torch.allclose(distortion.plant(frame, distortion.none), frame, atol=1e-6), fault
        for strength in distortion.strengths:
            planted = distortion.plant(frame, strength)
            assert planted.shape == frame.shape
            assert 0 <= planted.min() <= planted.max() <= 1


@pytest.mark.parametrize("fault", SPATIAL)
@pytest.mark.parametrize("character", [0, 2])
def test_a_fault_of_the_sample_character_is_followed(fault, character):
    assert correlation(fault, draw_clip(1, 480, 320, 24, character, 1)[0]) >= MONOTONE


@pytest.mark.parametrize("fault", SPATIAL)
@pytest.mark.parametrize("name", ["sylvie_blue_smile", "eileen_happy"])
def test_a_fault_of_a_real_drawing_is_followed(fault, name, shared_picture):
    assert correlation(fault, shared_picture(f"characters/{name}.png")[0]) >= MONOTONE


@pytest.mark.parametrize("fault", SPATIAL)
@pytest.mark.parametrize("name", CLIPS)
def test_a_fault_of_a_real_clips_frame_is_followed(fault, name, shared_clip):
    frame = shared_clip(name)[0][5]
    if isinstance(measure_picture(frame)[SPATIAL[fault].own], Absence):
        pytest.skip(f"the clip's dither hides its {SPATIAL[fault].own}: it isn't measured")
    # A part shows as much and takes less time.
    assert correlation(fault, frame[:360, :480].contiguous()) >= MONOTONE
