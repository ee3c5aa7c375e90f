import pytest
import torch

from anime_production.benchmarks.clip_faults import soften_middle
from anime_production.benchmarks.distortions import blur

from .measured import fails, measured, passes
from .painted import moving_figure, pan


@pytest.mark.parametrize("clip", [pan(18), moving_figure(18)])
def test_a_soft_middle_fails_the_more_the_softer(clip):
    found = [measured(soften_middle(clip, strength), "softening") for strength in (0, 2, 4, 6)]
    values = [each.value for each in found]
    assert values == sorted(values)
    assert found[-1].verdict.value == "FAIL"
    assert 6 <= found[-1].worst_frame < 12


def test_every_second_drawing_soft_fails():
    clip = pan(18)
    clip[1::2] = blur(clip[1::2], 2.0)
    assert fails(clip, "softening")


def test_a_clip_that_is_soft_throughout_has_no_soft_stretch():
    assert passes(blur(pan(18), 2.0), "softening")


def test_scenes_may_differ_in_sharpness():
    clip = torch.cat([pan(12, speed=1), blur(pan(12, speed=1, seed=3), 1.5)])
    assert measured(clip, "scenes").value == 2
    assert passes(clip, "softening")
