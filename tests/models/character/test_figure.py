import numpy as np
import pytest
import torch

from anime_production.models.character.figure import CHUNK, chunks
from anime_production.models.character.whole_figure import find_figures
from anime_production.models.sample.scenery import draw_scenery, random_scenery


def ellipse(height, width, x=0.5, y=0.55, across=0.2, down=0.4):
    """A mask with an ellipse in it."""
    rows = (torch.arange(height) + 0.5)[:, None] / height
    columns = (torch.arange(width) + 0.5)[None] / width
    return ((columns - x) / across) ** 2 + ((rows - y) / down) ** 2 < 1


def painted(mask, colour, ground):
    return torch.where(mask[..., None], torch.tensor(colour), ground)[None]


def overlap(figures, mask):
    """Intersection over union of the found figure with the true one."""
    small = figures.weight[0] > 0.5
    true = torch.nn.functional.interpolate(mask[None, None].float(), size=small.shape, mode="area")
    true = true[0, 0] > 0.5
    return ((small & true).sum() / (small | true).sum()).item()


@pytest.mark.parametrize("size", [(240, 240), (360, 200), (180, 320), (720, 1280), (48, 40)])
def test_a_figure_on_a_plain_ground_is_found_where_it_is(size):
    mask = ellipse(*size)
    figures = find_figures(painted(mask, (0.8, 0.3, 0.3), torch.full((*size, 3), 0.7)))
    assert figures.visible.item()
    assert overlap(figures, mask) > 0.8
    torch.testing.assert_close(
        figures.boxes[0], torch.tensor([0.3, 0.15, 0.7, 0.95]), atol=0.06, rtol=0
    )


def test_a_soft_gradient_is_background():
    down = torch.linspace(0.35, 0.95, 240)[:, None, None]
    ground = down * torch.tensor([0.8, 0.9, 1.0]).expand(240, 240, 3)
    mask = ellipse(240, 240)
    figures = find_figures(painted(mask, (0.8, 0.3, 0.3), ground))
    assert figures.visible.item()
    assert overlap(figures, mask) > 0.8


def test_a_figure_beside_the_middle_is_found_on_a_plain_ground():
    mask = ellipse(240, 240, x=0.28, across=0.15)
    figures = find_figures(painted(mask, (0.2, 0.3, 0.7), torch.full((240, 240, 3), 0.9)))
    assert figures.visible.item()
    assert overlap(figures, mask) > 0.7


@pytest.mark.parametrize("grey", [0.0, 0.5, 1.0])
def test_a_blank_frame_shows_nobody(grey):
    assert not find_figures(torch.full((1, 128, 200, 3), grey)).visible.any()


def test_noise_and_gradients_show_nobody():
    noise = torch.rand(1, 200, 200, 3, generator=torch.Generator().manual_seed(3))
    gradient = torch.linspace(0, 1, 200)[None, :, None, None].expand(1, 200, 200, 3)
    assert not find_figures(torch.cat([noise, gradient])).visible.any()


@pytest.mark.parametrize("seed", range(6))
def test_the_samples_scenery_alone_shows_nobody(seed):
    scenery = draw_scenery(random_scenery(np.random.default_rng(seed)), 192, 192)
    assert not find_figures(torch.from_numpy(scenery).float()[None] / 255).visible.any()


@pytest.mark.parametrize("character", range(4))
def test_a_sample_character_is_visible_in_every_frame(sample, character):
    assert find_figures(sample(character, 4)).visible.all()


def test_a_tiny_figure_is_not_visible():
    mask = ellipse(240, 240, across=0.03, down=0.06)
    frames = painted(mask, (0.8, 0.3, 0.3), torch.full((240, 240, 3), 0.7))
    assert not find_figures(frames).visible.any()


@pytest.mark.parametrize("name", ["bg_club", "bg_uni"])
@pytest.mark.parametrize("width", [480, 720, 1280])
def test_a_painted_background_shows_nobody(ground, name, width):
    left = (1280 - width) // 2
    assert not find_figures(ground(name)[:, :, left : left + width]).visible.any()


@pytest.mark.parametrize("on", ["bg_club", "bg_uni", "grey"])
def test_a_drawn_character_is_visible_on_every_ground(placed, drawings, on):
    assert all(find_figures(placed(drawing, on)).visible.item() for drawing in drawings)


def test_one_frame_gives_what_it_gives_among_many(sample):
    frames = torch.cat([sample(0, 4)[:3], sample(1, 5)[:2]])
    together, alone = find_figures(frames), find_figures(frames[3:4])
    torch.testing.assert_close(together.weight[3:4], alone.weight, atol=1e-6, rtol=0)


def test_frames_are_worked_on_a_few_at_a_time():
    frames = torch.rand(3 * CHUNK + 1, 4, 4, 3)
    pieces = list(chunks(frames))
    assert max(len(piece) for piece in pieces) == CHUNK
    assert torch.equal(torch.cat(pieces), frames)


@pytest.mark.parametrize("size", [(16, 20000), (20000, 16)])
def test_a_strip_is_searched_though_it_is_narrower_than_the_border(size):
    height, width = size
    frames = torch.full((1, height, width, 3), 0.9)
    frames[:, height // 4 :, width // 3 : 2 * width // 3] = torch.tensor([0.7, 0.1, 0.2])
    assert find_figures(frames).clearness.isfinite().all()
