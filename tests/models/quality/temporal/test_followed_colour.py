import pytest
import torch

from anime_production.benchmarks.clip_faults import drift_hue, flicker
from anime_production.models.image_ops.colour import lab_from_rgb
from anime_production.models.quality.clip_quality import score_clip_quality

from .measured import fails, measured, passes
from .painted import moving_figure, pan


@pytest.mark.parametrize("clip", [pan(24, speed=2), moving_figure(24)])
def test_a_hue_that_drifts_fails_the_more_the_further(clip):
    values = [measured(drift_hue(clip, degrees), "drift").value for degrees in (0, 12, 30)]
    assert values == sorted(values)
    assert fails(drift_hue(clip, 30), "drift")


def test_lightness_that_drifts_is_seen_at_its_strength():
    clip = pan(24, speed=1)
    darker = clip * torch.linspace(1, 0.85, 24).view(-1, 1, 1, 1)
    change = lab_from_rgb(clip[0] * 0.85) - lab_from_rgb(clip[0])
    expected = change.norm(dim=-1).mean().item()
    assert measured(darker, "drift").value == pytest.approx(expected, rel=0.2)


def test_a_pan_over_a_picture_of_many_colours_is_no_drift():
    """From red to blue, so that the mean colour of the picture changes from start to end."""
    wide = pan(1, 0, width=400)[0]
    ramp = torch.linspace(0, 1, 400)[None, :, None]
    coloured = wide * torch.cat([1 - ramp, 0.5 + 0 * ramp, ramp], dim=-1)
    clip = torch.stack([coloured[:, 6 * i : 6 * i + 160] for i in range(40)])
    assert passes(clip, "drift")


def test_a_drift_is_seen_along_a_pan_in_which_nothing_stays():
    clip = drift_hue(pan(60, speed=5), 60)
    assert fails(clip, "drift")


@pytest.mark.parametrize("percent", [1.2, 2.4, 3.6, 4.8])
def test_light_that_flickers_is_no_drift(percent):
    assert passes(flicker(pan(24), percent), "drift")


@pytest.mark.parametrize("clip", [pan(24), moving_figure(24)])
def test_light_that_flickers_so_much_that_its_ends_differ_is_called_flicker_first(clip):
    """The colour at either end is the mean of three drawings, which are not equally bright."""
    report = score_clip_quality(flicker(clip, 6), 12.0)
    assert report.worst.reason_code == "flickers"
    scores = {each.name: each.score for each in report.measurements}
    assert scores["flicker"] < 10 < 40 < scores["drift"]


def test_a_picture_that_shows_too_few_colours_to_the_end_has_no_drift():
    """Six columns of the first drawing are still there in the last, and none is measured well."""
    assert measured(pan(10, speed=1, height=16, width=16), "drift").reason_code == "colours_lost"
