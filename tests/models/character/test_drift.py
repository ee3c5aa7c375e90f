"""A sample character that turns into another one at a planted frame."""

import math
from functools import lru_cache

import numpy as np
import pytest
import torch

from anime_production.models.character.appearance import Presence
from anime_production.models.character.character_score import score_characters
from anime_production.models.character.drift import slope, start_of_fall
from anime_production.models.character.sheet import make_character
from anime_production.models.sample.canvas import SUPERSAMPLING, Canvas
from anime_production.models.sample.characters import CHARACTERS, blend_characters
from anime_production.models.sample.drawing import draw_character
from anime_production.models.sample.pose import pose_at
from anime_production.models.sample.sample_clip import draw_clip
from anime_production.models.sample.scenery import draw_scenery, random_scenery

FRAMES, SIDE, PERIOD = 18, 128, 9


@lru_cache(maxsize=256)
def picture(character, share, moment):
    """A character, a share of the way to the next one, at a moment of the motion."""
    side = SIDE * SUPERSAMPLING
    canvas = Canvas(draw_scenery(random_scenery(np.random.default_rng(2)), side, side))
    other = CHARACTERS[(character + 1) % len(CHARACTERS)]
    draw_character(
        canvas, blend_characters(CHARACTERS[character], other, share), pose_at(moment / PERIOD)
    )
    return torch.from_numpy(canvas.finished().copy()).float() / 255


def clip(character, shares):
    return torch.stack([picture(character, s, i % PERIOD) for i, s in enumerate(shares)])


@pytest.fixture(scope="module")
def sheet(palette_model):
    @lru_cache(maxsize=4)
    def make(character):
        references = draw_clip(4, SIDE, SIDE, 4, character, 1)
        return make_character("Aoi", references, palette_model)[0]

    return make


def measurement(result, name):
    return next(each for each in result.report.measurements if each.name == name)


@pytest.mark.parametrize("character", range(4))
@pytest.mark.parametrize("at", [5, 11])
def test_another_character_swapped_in_is_found_at_its_frame(sheet, palette_model, character, at):
    frames = clip(character, [float(frame >= at) for frame in range(FRAMES)])
    result = score_characters(frames, [sheet(character)], palette_model)
    same, different = Presence.SAME, Presence.DIFFERENT
    assert result.appearances[0].presences == (same,) * at + (different,) * (FRAMES - at)
    assert measurement(result, "similarity").details["lost_from"] == at
    assert measurement(result, "drift").details["from"] == at
    assert result.report.worst.frame >= at


@pytest.mark.parametrize(("character", "at"), [(0, 4), (1, 8), (2, 12), (3, 5), (0, 10)])
def test_a_slow_drift_is_found_within_two_frames_of_where_it_begins(
    sheet, palette_model, character, at
):
    shares = [max(frame - at + 1, 0) / (FRAMES - at) for frame in range(FRAMES)]
    result = score_characters(clip(character, shares), [sheet(character)], palette_model)
    drift = measurement(result, "drift")
    assert abs(drift.details["from"] - at) <= 2
    assert drift.value < -0.1
    assert f"begins to fall at frame {drift.details['from']}" in drift.reason
    assert measurement(result, "drift_slope").value < -0.5
    assert result.report.worst.frame >= FRAMES - 3


def test_a_clip_without_drift_begins_to_fall_nowhere(sheet, palette_model):
    steady = score_characters(clip(0, [0.0] * FRAMES), [sheet(0)], palette_model)
    assert measurement(steady, "drift").details["from"] is None
    assert abs(measurement(steady, "drift_slope").value) < 0.1
    drifted = score_characters(clip(0, [0.0] * 9 + [1.0] * 9), [sheet(0)], palette_model)
    consistency = [measurement(each, "subject_consistency").value for each in (steady, drifted)]
    assert consistency[0] > 0.97 > 0.9 > consistency[1]


def test_one_frame_is_scored_as_it_is_among_many(sheet, palette_model):
    frames = clip(1, [frame / 10 for frame in range(11)])
    together = score_characters(frames, [sheet(1)], palette_model).appearances[0]
    for index in (0, 7, 10):
        alone = score_characters(frames[index : index + 1], [sheet(1)], palette_model)
        assert alone.appearances[0].similarities[0] == pytest.approx(
            together.similarities[index], abs=1e-6
        )


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_frames_on_another_device_than_the_models_are_scored_the_same(sheet, palette_model):
    frames = clip(0, [0.0, 0.5, 1.0])
    here, there = (
        score_characters(each, [sheet(0)], palette_model).appearances[0].similarities
        for each in (frames, frames.cuda())
    )
    assert here == pytest.approx(there, abs=1e-4)


def test_the_slope_counts_the_frames_that_were_not_seen():
    assert slope([0, 1, 4], [0.9, 0.8, 0.5]) == pytest.approx(-0.1)


@pytest.mark.parametrize("at", [3, 10, 25])
@pytest.mark.parametrize("seed", range(3))
def test_a_fall_is_found_where_it_begins(at, seed):
    noise = np.random.default_rng(seed).normal(0, 0.005, 30)
    frames = range(30)
    step = [0.95 if i < at else 0.6 for i in frames] + noise
    assert start_of_fall(frames, step) == at
    ramp = [0.95 - 0.03 * max(i - at + 1, 0) for i in frames] + noise
    assert abs(start_of_fall(frames, ramp) - at) <= 2


@pytest.mark.parametrize(
    "values",
    [
        [0.9] * 20,
        [0.9 + 0.03 * math.sin(i) for i in range(20)],
        [0.6] * 10 + [0.95] * 10,
        [0.9] * 3,
        [],
    ],
    ids=["level", "to and fro", "rising", "short", "none"],
)
def test_nothing_falls_where_nothing_falls(values):
    assert start_of_fall(range(len(values)), values) is None


def test_the_frame_is_the_clips_own_where_some_were_not_seen():
    frames = [0, 2, 4, 6, 8, 10, 12, 14]
    assert start_of_fall(frames, [0.9] * 4 + [0.5] * 4) == 8
