import numpy as np
import pytest
import torch

from anime_production.models.quality.temporal.clip_steps import measure_steps
from anime_production.models.quality.temporal.steadiness import shaking, usual_shaking
from anime_production.models.quality.temporal.working_picture import reduced

from .painted import moving_figure, pan, texture


def walked(frames, cuts=()):
    return measure_steps(frames, range(len(frames)), cuts)


def middle(values):
    return float(np.median([each for each in values if each is not None]))


def test_light_is_followed_along_the_motion():
    frames = pan(8, speed=3)
    frames[4:] += 5 / 255
    changes = [step.light[3].item() * 255 for step in walked(frames).steps]
    assert changes == pytest.approx([0, 0, 0, 5, 0, 0, 0], abs=0.3)


def test_a_pan_of_a_clean_picture_has_neither_flicker_nor_error():
    found = walked(pan(10, speed=3))
    assert max(abs(step.light[3].item()) for step in found.steps) * 255 < 0.3
    assert middle(each and each.local_flicker for each in found.triplets) * 255 < 1.5
    assert middle(step.speed for step in found.steps) == pytest.approx(3 / 128, rel=0.15)


def test_light_that_changes_in_a_part_is_local():
    frames = texture(128, 160).repeat(12, 1, 1, 1)
    frames[1::2, 30:90, 40:110] += 10 / 255
    found = walked(frames)
    assert max(abs(step.light[3].item()) for step in found.steps) * 255 < 0.5
    assert middle(each and each.local_flicker for each in found.triplets) * 255 > 2


def test_light_that_changes_everywhere_is_not_local():
    frames = texture(128, 160).repeat(12, 1, 1, 1)
    frames[1::2] += 10 / 255
    found = walked(frames)
    assert max(abs(step.light[3].item()) for step in found.steps) * 255 > 9
    assert middle(each and each.local_flicker for each in found.triplets) * 255 < 0.5


def test_the_warping_error_is_that_of_what_does_not_fit_the_motion():
    clean = pan(6, speed=2)
    noise = torch.randn(clean.shape, generator=torch.Generator().manual_seed(1)) * 0.05
    plain = middle(step.warping_error for step in walked(clean).steps)
    noisy = middle(step.warping_error for step in walked(clean + noise).steps)
    # Two independent errors of three channels each; bilinear weights take a part of one.
    assert noisy - plain == pytest.approx(2 * 3 * 0.05**2, rel=0.35)


def test_even_motion_goes_on_and_turned_motion_does_not():
    even, turned = pan(3, speed=3), pan(3, speed=3)[[0, 1, 0]]
    assert walked(turned).triplets[1].pace is None
    assert 2 ** walked(even).triplets[1].pace.octaves == pytest.approx(1, rel=0.1)


def test_a_shake_comes_back_at_its_strength_and_a_pan_is_none():
    random = torch.Generator().manual_seed(2)
    far = torch.randn(60, 2, generator=random) * 2
    far = far.round().int().tolist()
    still = texture(160, 200)
    frames = torch.stack([still[16 + y : 144 + y, 20 + x : 180 + x] for x, y in far])
    rms = float(np.sqrt(np.mean(np.square(far).sum(axis=1)))) / 128
    assert usual_shaking(shaking(walked(frames).triplets)) == pytest.approx(rms, rel=0.25)
    assert usual_shaking(shaking(walked(pan(20, speed=3)).triplets)) < 0.1 * rms


@pytest.mark.parametrize("period", [16, 24])
def test_a_camera_that_swings_does_not_shake(period):
    """By 9 % of the shorter side to either side; its speed changes with every drawing."""
    wide = texture(128, 186)
    places = 12 + 12 * torch.sin(torch.arange(32) * 2 * torch.pi / period)
    whole, part = places.int().tolist(), (places % 1).tolist()
    between = [wide[:, :-1].lerp(wide[:, 1:], each) for each in part]
    frames = torch.stack([each[:, at : at + 160] for each, at in zip(between, whole, strict=True)])
    assert usual_shaking(shaking(walked(frames).triplets)) < 0.1 / 100


def test_in_too_few_drawings_a_shake_cannot_be_told():
    assert usual_shaking([0.1] * 5) is None
    assert usual_shaking([None, *[0.1] * 5]) is None
    assert usual_shaking([0.1] * 6) == pytest.approx(0.1, rel=0.25)


def test_a_figure_that_moves_does_not_shake_the_picture():
    assert usual_shaking(shaking(walked(moving_figure(16)).triplets)) < 1e-3


def boiling(levels, size=4):
    """A still picture with a box that moves; the picture's texture changes with every drawing."""
    frames = moving_figure(12)
    random = torch.Generator().manual_seed(3)
    grain = torch.randn(12, 1, 128 // size, 160 // size, generator=random) * levels / 255
    fine = torch.nn.functional.interpolate(grain, size=(128, 160), mode="bilinear")
    triplets = walked((frames + fine.movedim(1, -1)).clamp(0, 1)).triplets
    return middle(each and each.boiling for each in triplets) * 255


def test_what_is_still_and_changes_boils_the_more_the_worse():
    found = [boiling(levels) for levels in (0.0, 0.5, 1.0, 2.0, 3.0)]
    assert found == sorted(found)
    assert found[0] < 0.3
    assert found[-1] > 1.0


def test_light_that_changes_over_what_is_still_does_not_boil():
    frames = moving_figure(12)
    frames[1::2] += 8 / 255
    triplets = walked(frames.clamp(0, 1)).triplets
    assert middle(each and each.boiling for each in triplets) * 255 < 0.5


def test_the_speed_is_that_of_what_is_fastest_though_most_stands_still():
    speeds = [step.speed for step in walked(moving_figure(8, speed=3)).steps]
    assert middle(speeds) == pytest.approx(3 / 128, rel=0.2)


def test_nothing_is_measured_across_a_cut():
    frames = torch.cat([pan(5, seed=1), pan(5, seed=2)])
    found = walked(frames, cuts=(5,))
    assert [step is None for step in found.steps] == [i == 4 for i in range(9)]
    assert [each is None for each in found.triplets] == [i in (0, 4, 5, 9) for i in range(10)]


def test_the_working_picture_is_the_mean_of_whole_squares():
    frame = torch.rand(400, 610, 3, generator=torch.Generator().manual_seed(4))
    picture = reduced(frame)
    assert picture.shape == (4, 200, 305)
    assert torch.allclose(picture[:3, 3, 7], frame[6:8, 14:16].mean(dim=(0, 1)), atol=1e-6)


def test_progress_is_told_at_every_drawing():
    told = []
    measure_steps(pan(6), range(6), (), lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert set(told) == {(i, 6) for i in range(1, 7)}
