from itertools import pairwise

import pytest
import torch

from anime_production.benchmarks.clip_faults import CLIP_FAULTS, drop, repeat
from anime_production.benchmarks.clip_ladders import Ladder, Rung, encoded, summary
from anime_production.benchmarks.clip_list import CLIPS, Part
from anime_production.models.quality.clip_measures import MEASURES
from anime_production.models.sample.sample_clip import draw_clip

CLIP = draw_clip(16, 240, 240, 16, character=0, seed=1)


def ladder(scores, failing=(), fault="ghost", change=5.0):
    rungs = [Rung(score, ()) for score in scores[:-1]]
    return Ladder("clip", fault, change, (*rungs, Rung(scores[-1], tuple(failing))))


@pytest.mark.parametrize("name", [name for name in CLIP_FAULTS if name not in ("drop", "JPEG")])
def test_a_planted_fault_changes_the_clip_the_more_the_stronger(name):
    fault = CLIP_FAULTS[name]
    changes = [
        (fault.plant(CLIP, strength) - CLIP).abs().mean().item() for strength in fault.strengths
    ]
    assert changes == sorted(changes)
    assert changes[0] > 0


def test_dropped_drawings_are_gone_and_repeated_ones_stand_twice():
    assert len(drop(CLIP, 3)) == 13
    twice = repeat(CLIP, 3)
    assert len(twice) == 16
    assert sum(torch.equal(*pair) for pair in pairwise(twice)) == 3


def test_each_fault_is_named_by_measures_that_decide():
    required = {measure.name for measure in MEASURES if measure.required}
    assert all(set(fault.own) <= required for fault in CLIP_FAULTS.values())


def test_no_source_is_in_two_parts():
    """Clips of the same model are in one part, so that limits are reported on unseen material."""
    parts = {}
    for clip in CLIPS:
        model = clip.name.rsplit("_", 1)[0] if "animatediff" in clip.name else clip.name
        parts.setdefault(model, set()).add(clip.part)
    assert all(len(each) == 1 for each in parts.values())
    assert {clip.part for clip in CLIPS} == set(Part)


def test_a_ladder_falls_is_seen_and_fails_only_by_its_own_measure():
    good = ladder([95, 94, 90, 70, 40, 10], ["ghosting", "melting"])
    assert (good.falls, good.is_seen, good.fails) == (True, True, True)
    assert good.right_pairs == [True, True, True]
    assert not ladder([95, 94, 90, 70, 40, 10], ["melting"]).fails
    assert not ladder([95, 94, 94.5, 70, 40, 10]).is_seen
    assert not ladder([10, 40, 70, 90, 94, 95]).falls


def test_a_planting_that_hardly_changes_the_clip_is_counted_apart():
    rows = summary([ladder([9, 8, 7, 6, 5, 4], ["ghosting"]), ladder([9] * 6, change=0.5)])
    assert rows[0] == ("ghost", "1", "100 %", "100 %", "100 %", "100 %")
    assert rows[-1][:2] == ("all", "1")


def test_h264_keeps_the_frames_and_nearly_the_picture():
    decoded = encoded(CLIP, 18)
    assert decoded.shape == CLIP.shape
    assert 0 < (decoded - CLIP).abs().mean() * 255 < 4
