import pytest
import torch

from anime_production.models.loop.colour import common_part, seam_colour
from anime_production.models.pixels.colour import mean_colours
from anime_production.models.report import Verdict


@pytest.fixture
def still():
    return torch.rand(1, 32, 32, 3, generator=torch.Generator().manual_seed(2)) * 0.5 + 0.2


def measured_of(frames):
    return seam_colour(frames, list(range(len(frames))), mean_colours(frames))


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
    assert "6.0 % darker" in measured.reason


def test_the_further_the_light_drifts_the_worse(still):
    values = [measured_of(ramp(still, [end] * 3)).value for end in (1.0, 0.97, 0.94, 0.9, 0.8, 0.6)]
    assert values == sorted(values)
    assert len(set(values)) == len(values)


@pytest.mark.parametrize("light", [0.3, 0.5, 1.0])
def test_in_the_dark_a_change_of_light_is_seen_as_well(still, light):
    assert measured_of(ramp(still * light, [1.04] * 3)).verdict is Verdict.FAIL
    assert measured_of(ramp(still * light, [1.01] * 3)).verdict is Verdict.PASS


def test_all_pixels_have_a_change_of_light_in_common_and_not_a_motion(still):
    assert common_part(still[0], still[0] * 0.9) > 0.7
    assert common_part(still[0], still[0].roll(3, dims=1)) < 0.05
    assert common_part(still[0], still[0]) == 0
