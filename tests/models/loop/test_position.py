import numpy as np
import pytest
import torch

from anime_production.models.loop.seam import score_loop
from anime_production.models.report import Verdict
from anime_production.models.sample.sample_clip import draw_clip

from .painted import as_video

FPS = 12.0


def waves(frames, speed, seed, period=None):
    """Waves of many lengths and directions seen from above; those of a period come back in it."""
    random = np.random.default_rng(seed)
    down, across = np.mgrid[:96, :144]
    number = 2 * np.pi / np.exp(random.uniform(np.log(10), np.log(100), 24))  # radians per px
    direction, phase = random.normal(1.3, 0.5, 24), random.uniform(0, 2 * np.pi, 24)
    frequency = np.sqrt(number) * speed  # radians per frame; longer waves are slower
    if period is not None:
        frequency = np.round(frequency * period / (2 * np.pi)) * 2 * np.pi / period
    slopes = np.zeros((frames, 96, 144))
    for k, angle, start, turn in zip(number, direction, phase, frequency, strict=True):
        along = k * (np.cos(angle) * across + np.sin(angle) * down) + start
        height = k**0.1
        slopes += height * np.cos(along - turn * np.arange(frames)[:, None, None])
    light = 0.45 + 0.1 * slopes / slopes.std()
    return torch.from_numpy(np.stack([light * each for each in (0.5, 0.8, 1.1)], -1)).float()


def position(report):
    return next(each for each in report.measurements if each.name == "seam_position")


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("speed", [0.8, 1.5, 2.5])
def test_waves_that_do_not_come_back_jump_though_any_two_pictures_differ_as_much(speed, seed):
    report = score_loop(waves(24, speed, seed), FPS)
    assert report.verdict is Verdict.FAIL
    assert position(report).reason_code == "seam_jump"
    loop = waves(24, speed, seed, period=24)
    assert score_loop(loop, FPS).verdict is Verdict.PASS
    assert score_loop(as_video(loop), FPS).verdict is Verdict.PASS


@pytest.mark.parametrize("turn", range(0, 24, 4))
def test_a_blink_at_the_seam_is_no_jump(turn):
    for seed in range(3):
        report = score_loop(draw_clip(24, 96, 96, 24, seed, seed).roll(turn, dims=0), FPS)
        assert position(report).verdict is Verdict.PASS


def test_the_change_that_motion_does_not_explain_is_that_of_any_step_in_real_loops(shared_clip):
    for number in range(1, 4):
        frames, fps = shared_clip(f"loops/mobius_vc2_case_{number}.gif")
        for turn in range(0, len(frames), 5):
            details = position(score_loop(frames.roll(turn, dims=0), fps)).details
            assert details["unfollowed_change"] < 1.45
