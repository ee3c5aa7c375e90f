import torch

from anime_production.models.quality.compare.pairs import paired
from anime_production.models.quality.compare.picture import (
    RAMP,
    draw_differences,
    heat,
)


def test_the_stops_have_their_documented_colours_and_all_beyond_is_the_last():
    stops = torch.tensor([stop for stop, _ in RAMP] + [99.0])
    expected = torch.tensor([colour for _, colour in RAMP] + [RAMP[-1][1]])
    torch.testing.assert_close(heat(stops), expected)


def test_a_larger_difference_is_lighter():
    light = heat(torch.linspace(0, 20, 400)).mul(torch.tensor([0.2126, 0.7152, 0.0722])).sum(-1)
    assert (light.diff() > 0).all()


def test_it_is_black_but_where_something_changed(drawings):
    changed = drawings[:2].clone()
    changed[1, 50:60, 70:90] = 1 - changed[1, 50:60, 70:90]
    pairs = paired(changed, drawings[:2])
    drawn = draw_differences(pairs)
    assert drawn.shape == (2, 192, 224, 3)
    assert drawn[0].max() == 0
    inside = torch.zeros(192, 224, dtype=torch.bool)
    inside[50:60, 70:90] = True
    assert drawn[1][~inside].max() == 0
    assert drawn[1][inside].amax(dim=-1).min() > 0.2


def test_nan_is_black_and_no_pictures_are_none(drawings):
    spoiled = drawings[:1].clone()
    spoiled[0, 3, 4, 1] = float("nan")
    assert draw_differences(paired(spoiled, drawings[:1])).max() == 0
    assert len(draw_differences(paired(drawings, drawings[:0]))) == 0
    assert len(draw_differences(paired(drawings[:0], drawings))) == 0
