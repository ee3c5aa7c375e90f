import pytest
import torch

from anime_production.models.loop.closing.drawn_clip import DrawnClip
from anime_production.models.loop.closing.flow_morph import (
    Morph,
    drawings_missing,
    flow_morphed,
    flow_morphed_to_fit,
)
from anime_production.models.sample.sample_clip import Faults, draw_clip


def clip(hold=1, seed=1):
    return draw_clip(24, 192, 192, 24, 0, seed, Faults(hold=hold))


@pytest.mark.parametrize("seed", range(3))
def test_it_comes_nearer_to_the_missing_drawings_than_a_fade(seed):
    images = clip(seed=seed)
    (change,) = flow_morphed(DrawnClip.from_images(images[:-3]), 3)
    assert torch.equal(change.recipe.render()[:21], images[:-3])
    fade = torch.stack([torch.lerp(images[20], images[0], share) for share in (0.25, 0.5, 0.75)])
    morph_error = (change.recipe.render()[21:] - images[21:]).abs().mean()
    fade_error = (fade - images[21:]).abs().mean()
    assert morph_error < 0.8 * fade_error


def test_on_twos_what_is_added_is_on_twos():
    images = clip(hold=2)[:-4]
    (change,) = flow_morphed(DrawnClip.from_images(images), 4)
    assert len(change.recipe) == 24
    assert torch.equal(change.recipe.render()[:20], images)
    assert set(DrawnClip.from_images(change.recipe.render()).pattern.lengths) == {2}
    assert torch.equal(change.recipe.render()[20], change.recipe.render()[21])


@pytest.mark.parametrize("seed", range(3))
def test_the_number_of_missing_drawings_is_told_from_the_way_back(seed):
    images = clip(seed=seed)
    assert drawings_missing(DrawnClip.from_images(images)) == 0
    assert 1 <= drawings_missing(DrawnClip.from_images(images[:-2])) <= 3
    assert 2 <= drawings_missing(DrawnClip.from_images(images[:-4])) <= 6
    assert list(flow_morphed_to_fit(DrawnClip.from_images(images), 4)) == []
    (change,) = flow_morphed_to_fit(DrawnClip.from_images(images[:-8]), 4)
    assert len(change.recipe) in (16 + 3, 16 + 4)


def test_what_moves_over_a_still_picture_moves_and_does_not_double():
    """A dark square, 12 px from one end of the clip to the other: half way it is 6 px along."""
    torch.manual_seed(0)
    background = 0.5 + 0.2 * torch.rand(12, 12, 3).repeat_interleave(8, 0).repeat_interleave(8, 1)
    images = background.repeat(5, 1, 1, 1)
    for frame, left in enumerate((30, 33, 36, 39, 42)):
        images[frame, 30:60, left : left + 24] = 0.05
    (change,) = flow_morphed(DrawnClip.from_images(images), 1)
    made = change.recipe.render()[5]
    dark = (made < 0.3).all(dim=-1)
    truth = torch.zeros(96, 96, dtype=torch.bool)
    truth[30:60, 36:60] = True
    assert (dark & truth).sum() / (dark | truth).sum() > 0.9
    far = torch.ones(96, 96, dtype=torch.bool)
    far[22:68, 22:74] = False
    assert (made - background)[far].abs().mean() < 0.01


def test_alpha_is_morphed_along():
    images = torch.zeros(6, 64, 64, 4)
    images[..., 0] = 1.0
    for frame in range(6):
        images[frame, 20:44, 10 + 3 * frame : 34 + 3 * frame] = torch.tensor([0.2, 0.6, 0.3, 1.0])
    (change,) = flow_morphed(DrawnClip.from_images(images), 2)
    assert torch.equal(change.recipe.render()[:6], images)
    made = change.recipe.render()[6:]
    assert made.shape == (2, 64, 64, 4)
    solid = made[..., 3] > 0.5
    middles = [torch.nonzero(each)[:, 1].float().mean().item() for each in solid]
    assert 21.5 < middles[1] < middles[0] < 36.5
    # No red of the transparent ground bleeds into what is seen.
    assert (made[solid][:, 0] < 0.35).all()


@pytest.mark.parametrize("step", [6, 12, 20])
def test_what_is_covered_or_laid_bare_is_taken_from_the_picture_that_shows_it(step):
    """A dark square over a patterned ground, with its true flow: half way it is half as far."""
    torch.manual_seed(0)
    ground = 0.5 + 0.2 * torch.rand(12, 12, 3).repeat_interleave(8, 0).repeat_interleave(8, 1)
    first, half, second = ground.clone(), ground.clone(), ground.clone()
    for picture, left in ((first, 30), (half, 30 + step // 2), (second, 30 + step)):
        picture[30:60, left : left + 24] = 0.05
    forward, backward = torch.zeros(96, 96, 2), torch.zeros(96, 96, 2)
    forward[30:60, 30:54, 0] = step
    backward[30:60, 30 + step : 54 + step, 0] = -step
    wrong = (Morph(first, second, forward, backward).picture_at(0.5) - half).abs().amax(
        dim=-1
    ) > 0.1
    assert wrong.sum() <= 2 * 30  # a column where two pixels meet, at either side
