import pytest
import torch

from anime_production.models.quality.still.borders import border_share, content_share
from anime_production.models.sample.sample_clip import draw_clip


@pytest.fixture(scope="module")
def drawing():
    return draw_clip(1, 240, 160, 24, 0, 0)[0]


@pytest.mark.parametrize("colour", [0.0, 1.0])
def test_bars_are_found_on_any_side(drawing, colour):
    assert border_share(drawing) == 0
    letterboxed = drawing.clone()
    letterboxed[:20] = letterboxed[-20:] = colour
    assert border_share(letterboxed) == pytest.approx(40 / 160)
    windowed = letterboxed.clone()
    windowed[:, :24] = colour
    assert border_share(windowed) == pytest.approx(1 - 120 / 160 * 216 / 240)


def test_plain_ground_around_a_real_figure_is_no_bar(shared_picture):
    assert border_share(shared_picture("characters/sylvie_blue_smile.png")[0]) == 0


def test_a_spot_on_plain_ground_has_no_bars_around_it():
    ground = torch.ones(100, 100, 3)
    ground[40:60, 40:60] = 0
    assert border_share(ground) == 0
    assert border_share(torch.ones(50, 50, 3)) == 0


def test_content_is_what_differs_from_the_ground(drawing):
    blank = torch.full((100, 100, 3), 0.9)
    assert content_share(blank) == 0
    assert content_share(blank + 2 / 255) == 0
    grain = torch.rand(blank.shape, generator=torch.Generator().manual_seed(1)) - 0.5
    assert content_share(blank + grain * 6 / 255) == 0
    blank[10:20, 10:20] = 0.1
    assert content_share(blank) == pytest.approx(0.01)
    assert content_share(drawing) > 0.5
