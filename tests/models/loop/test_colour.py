import cv2
import pytest
import torch

from anime_production.models.image_ops.colour import mean_colours
from anime_production.models.loop.colour import (
    SEAM_COLOUR,
    common_part,
    seam_colour,
    shared_changes,
)
from anime_production.models.report import Verdict
from anime_production.models.sample.sample_clip import draw_clip

from .painted import circle, disc_clip, texture


@pytest.fixture
def still():
    return torch.rand(1, 32, 32, 3, generator=torch.Generator().manual_seed(2)) * 0.5 + 0.2


def measured_of(frames):
    value = seam_colour(frames, list(range(len(frames))), mean_colours(frames))
    return SEAM_COLOUR.measurement(value)


def ramp(still, end):
    gain = torch.lerp(torch.ones(3), torch.tensor(end), torch.linspace(0, 1, 12)[:, None])
    return still * gain.view(-1, 1, 1, 3)


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ([0.8, 0.8, 0.8], "seam_darker"),
        ([1.2, 1.2, 1.2], "seam_brighter"),
        ([1.15, 0.94, 1.0], "seam_colour_jump"),
        ([1.0, 1.0, 1.0], "seam_colour"),
    ],
)
def test_what_has_drifted_is_told_in_words(still, end, code):
    measured = measured_of(ramp(still, end))
    assert measured.reason_code == code


def test_the_percentage_is_that_of_the_picture(still):
    measured = measured_of(ramp(still, [0.94] * 3))
    assert measured.reason_values["percent"] == pytest.approx(6.0, abs=0.1)
    assert "6 % darker" in measured.reason


def lightness_ramp(still, delta, frames=40):
    """A still picture whose L* falls evenly by `delta` from the first frame to the last."""
    lab = cv2.cvtColor(still[0].numpy(), cv2.COLOR_RGB2LAB)
    ramped = []
    for step in range(frames):
        darker = lab.copy()
        darker[..., 0] -= delta * step / (frames - 1)
        ramped.append(torch.from_numpy(cv2.cvtColor(darker, cv2.COLOR_LAB2RGB)))
    return torch.stack(ramped).clamp(0, 1)


@pytest.mark.parametrize("delta", [1.5, 3.0, 6.0])
def test_a_drift_of_the_whole_picture_measures_its_delta_e(delta):
    bright = texture(64, 96) * 0.4 + 0.5
    frames = lightness_ramp(bright[None], delta)
    step = delta / (len(frames) - 1)  # the change of each step inside is no excess
    assert measured_of(frames).value == pytest.approx(delta - step, rel=0.03)


def test_half_of_a_change_counts_that_only_a_part_of_the_picture_shows():
    bright = texture(64, 96) * 0.4 + 0.5
    frames = bright[None].repeat(40, 1, 1, 1)
    frames[:, :, :48] = lightness_ramp(bright[None], 6.0)[:, :, :48]
    mean_step = 6.0 / 2
    assert measured_of(frames).value == pytest.approx(mean_step / 2, rel=0.05)


def test_the_further_the_light_drifts_the_worse(still):
    values = [measured_of(ramp(still, [end] * 3)).value for end in (1.0, 0.97, 0.94, 0.9, 0.8, 0.6)]
    assert values == sorted(values)
    assert len(set(values)) == len(values)


@pytest.mark.parametrize("light", [0.3, 0.5, 1.0])
def test_in_the_dark_a_change_of_light_is_seen_as_well(still, light):
    assert measured_of(ramp(still * light, [1.04] * 3)).verdict is Verdict.FAIL
    assert measured_of(ramp(still * light, [1.01] * 3)).verdict is Verdict.PASS


def moving(light):
    """A small thing that goes around over a picture, and changes its mean colour by that."""
    return light * disc_clip(circle(12, 12), texture(64, 96))


@pytest.mark.parametrize("light", [0.15, 0.4, 1.0])
@pytest.mark.parametrize(("end", "code"), [(0.97, "seam_darker"), (1.03, "seam_brighter")])
def test_a_small_drift_of_light_is_told_in_dark_pictures_that_move(light, end, code):
    measured = measured_of(ramp(moving(light), [end] * 3).clamp(max=1))
    assert measured.verdict is Verdict.FAIL
    assert measured.reason_code == code
    assert measured.reason_values["percent"] == pytest.approx(3.0, abs=0.2)


@pytest.mark.parametrize("light", [0.15, 0.4, 1.0])
def test_what_moves_is_no_drift_wherever_the_loop_starts(light):
    for seed in range(3):
        clip = light * draw_clip(12, 96, 96, 12, seed, seed)
        values = [measured_of(clip.roll(turn, dims=0)).value for turn in range(12)]
        assert max(values) < 0.2


def test_light_that_flickers_inside_as_much_as_at_the_seam_is_no_drift():
    clip = moving(0.4)
    clip[1::2] *= 0.97
    assert measured_of(clip).verdict is Verdict.PASS


def test_in_the_dark_a_light_in_half_of_the_picture_is_seen_as_well(still):
    clip = ramp(still * 0.25, [1.0] * 3)
    clip[:, :, 16:] = ramp(still * 0.25, [1.15] * 3)[:, :, 16:]
    assert measured_of(clip).reason_code == "seam_brighter"


def test_what_three_quarters_of_the_pixels_share_is_a_change_of_light():
    before = texture(64, 96) * 0.5 + 0.3
    half, nearly_all = before.clone(), before.clone()
    half[:, :48] *= 0.8
    nearly_all[:, :86] *= 0.8
    changes = shared_changes(torch.stack([before, half, before, nearly_all]), [0, 1, 2, 3])
    assert changes.shape == (3, 3)
    assert changes[:, 0].norm() == changes[:, 1].norm() == 0
    assert changes[0, 2] < -5


def test_black_bars_do_not_hide_a_change_of_light():
    barred = moving(0.4)
    barred[:, :26] = barred[:, -26:] = 0
    assert measured_of(ramp(barred, [0.97] * 3)).reason_code == "seam_darker"
    assert shared_changes(torch.zeros(2, 16, 16, 3), [0, 1]).norm() == 0


def test_all_pixels_have_a_change_of_light_in_common_and_not_a_motion(still):
    assert common_part(still[0], still[0] * 0.9) > 0.7
    assert common_part(still[0], still[0].roll(3, dims=1)) < 0.05
    assert common_part(still[0], still[0]) == 0
