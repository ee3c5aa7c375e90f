"""Which pairs of a ladder count, and which of them are in the right order."""

import pytest
import torch

from anime_production.benchmarks.character_distortions import character_faults
from anime_production.benchmarks.loop_distortions import SEAM
from anime_production.benchmarks.ranking import Ladder
from anime_production.models.frames import Absence
from anime_production.models.measure import Measure
from anime_production.models.report import Better, Report
from anime_production.models.sample.sample_clip import draw_clip

SHARP = Measure("sharp", "", Better.HIGHER, 0, 1, "b", threshold=0.5, required=True)


def ladder(*values, sizes=()):
    parts = [
        SHARP.absent(Absence("no_frames"))
        if value is None
        else SHARP.measured(value, "no_lines")
        for value in values
    ]  # fmt: skip
    return Ladder(tuple(Report("still_quality", (each,), 1) for each in parts), sizes)


def right(each):
    return [each.is_right(index) for index in each.pairs]


def test_pairs_begin_at_the_second_strength():
    assert right(ladder(0.9, 0.8, 0.7, 0.6, 0.4)) == [True, True]
    assert right(ladder(0.9, 0.1, 0.7, 0.6, 0.4)) == [True, True]


def test_equal_scores_and_missing_ones_are_wrong():
    assert right(ladder(0.9, 0.8, 0.7, 0.7, 0.75, 0.2, None)) == [False, False, True, False]


def test_a_pair_whose_fault_hardly_grows_is_counted_apart():
    each = ladder(0.9, 0.8, 0.7, 0.6, 0.4, sizes=(0.0, 4.0, 8.0, 8.5, 9.6))
    assert (each.pairs, each.apart) == ([2], [1])


@pytest.mark.parametrize("name", SEAM)
def test_a_fault_of_a_seam_changes_nothing_at_its_weakest(name):
    clip = draw_clip(12, 64, 64, 12, 0, seed=1)
    planted = SEAM[name].plant(clip, SEAM[name].none)
    assert torch.allclose(planted, clip, atol=1e-4)


@pytest.mark.parametrize("name", ["another character", "hue", "covered"])
def test_a_changed_character_differs_ever_more(name):
    own, other = (draw_clip(1, 96, 96, 2, number, seed=1) for number in (0, 1))
    fault = character_faults(other)[name]
    planted = [fault.plant(own, strength) for strength in (fault.none, *fault.strengths)]
    changes = [(each - own).abs().mean().item() for each in planted]
    assert changes[0] == pytest.approx(0, abs=1e-4)
    assert changes == sorted(changes)
