import pytest
import torch

from anime_production.models.image_ops.grey_clip import GreyPictures
from anime_production.models.loop.motion import CONTINUITY, MOTION, continuity, motion
from anime_production.models.report import Verdict
from anime_production.models.sample.sample_clip import draw_clip

from .painted import circle, disc_clip, texture


def measured_of(frames):
    return CONTINUITY.measurement(continuity(GreyPictures(frames, range(len(frames)))))


def noise(frames, side=64):
    return torch.rand(frames, side, side, 3, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("strength", [0.02, 0.1, 1.0])
def test_grain_has_no_motion_to_follow(strength):
    grain = 0.5 + strength * (noise(16) - 0.5)
    assert measured_of(grain).verdict is Verdict.FAIL


@pytest.mark.parametrize("period", [3, 4, 8, 24])
def test_a_cycle_however_short_is_motion(period):
    clip = draw_clip(24, 80, 80, period, 1, 3)
    assert measured_of(clip).verdict is Verdict.PASS


def test_among_few_drawings_grain_is_told_by_pixels_that_change_by_themselves():
    assert measured_of(noise(5)).verdict is Verdict.FAIL
    assert measured_of(draw_clip(5, 80, 80, 5, 1, 3)).verdict is Verdict.PASS


def test_unrelated_pictures_are_no_motion():
    pictures = torch.stack([texture(80, 80, seed) for seed in range(12)])
    assert measured_of(pictures).verdict is Verdict.FAIL


def portraits(count):
    """Someone else each time, sitting as the others do, on a background of their own."""
    return torch.cat([draw_clip(1, 128, 128, 8, who % 4, 100 + who) for who in range(count)])


@pytest.mark.parametrize("count", [6, 12])
def test_people_in_the_same_place_on_unlike_backgrounds_are_no_motion_and_it_is_said(count):
    measured = measured_of(portraits(count))
    assert measured.verdict is Verdict.FAIL
    assert measured.reason_code == "unrelated_pictures"
    assert measured.details["likeness"] > 0.4  # a head in the middle of every picture


def test_a_ramp_of_light_over_grain_makes_no_motion():
    ramp = torch.linspace(1, 0.7, 16).view(-1, 1, 1, 1)
    assert measured_of((0.5 + 0.1 * (noise(16) - 0.5)) * ramp).verdict is Verdict.FAIL


@pytest.mark.parametrize("speed", [12, 20])
def test_a_camera_that_pans_fast_over_a_texture_is_motion_though_no_place_comes_twice(speed):
    scene = texture(144, 256 + 16 * speed, 1)
    pan = torch.stack([scene[:, frame * speed :][:, :256] for frame in range(16)])
    measured = measured_of(pan)
    assert measured.details["likeness"] < 0.4
    assert measured.verdict is Verdict.PASS


def test_grain_over_a_still_picture_makes_no_motion_though_the_picture_can_be_followed():
    grain = 0.3 * (noise(16, 128) - 0.5)
    measured = measured_of((draw_clip(1, 128, 128, 8, 0, 1) + grain).clamp(0, 1))
    assert measured.details["followed"] > 0.4
    assert (measured.verdict, measured.reason_code) == (Verdict.FAIL, "only_grain")


@pytest.mark.parametrize("drawings", [4, 7])
def test_a_few_drawings_that_are_all_unlike_one_another_may_be_motion(drawings):
    walk = disc_clip(circle(drawings, drawings), texture(64, 96), radius=6.0)
    assert measured_of(walk).verdict is Verdict.PASS


def still_with_grain(frames):
    return draw_clip(1, 128, 128, 8, 0, 1) + 0.2 * (noise(frames, 128) - 0.5)


def test_two_frames_of_grain_that_are_alike_make_no_motion():
    frames = still_with_grain(16)
    frames[9] = frames[8]
    measured = measured_of(frames)
    assert (measured.verdict, measured.reason_code) == (Verdict.FAIL, "only_grain")


def test_light_that_flickers_over_a_few_frames_of_grain_makes_no_motion():
    flicker = torch.tensor([1.0, 0.8, 1.0, 0.8, 1.0]).view(-1, 1, 1, 1)
    measured = measured_of(still_with_grain(5).clamp(0, 1) * flicker)
    assert (measured.verdict, measured.reason_code) == (Verdict.FAIL, "only_grain")


def test_the_usual_step_tells_whether_anything_moves():
    still = MOTION.measurement(motion(torch.tensor([0.01, 0.01, 8.0])))
    assert still.verdict is Verdict.FAIL
    lively = MOTION.measurement(motion(torch.tensor([2.0, 2.0, 8.0])))
    assert (lively.value, lively.verdict) == (2.0, Verdict.PASS)
    assert lively.score > 99
    assert motion(torch.empty(0)).reason == "nothing_moves"
