import pytest
import torch

from anime_production.models.loop.closing.colour import colour_drift, without_drift
from anime_production.models.loop.closing.drawn_clip import DrawnClip
from anime_production.models.sample.sample_clip import draw_clip

FRAMES = 24


@pytest.fixture(scope="module")
def clean():
    return draw_clip(FRAMES, 128, 128, FRAMES, 0, 1)


def over_time(start, end):
    return torch.linspace(0, 1, FRAMES).view(-1, 1, 1, 1) * (end - start) + start


def test_a_clip_without_drift_is_left_alone(clean):
    assert list(without_drift(DrawnClip.from_images(clean))) == []


@pytest.mark.parametrize(
    "drift",
    [
        lambda images: images * over_time(1.0, 0.8),
        lambda images: images * over_time(0.75, 1.0),
        lambda images: images * over_time(torch.ones(3), torch.tensor([1.0, 0.9, 0.75])),
        lambda images: images * over_time(1.0, 0.85) + over_time(0.0, 0.08),
    ],
    ids=["darker", "brighter", "warmer", "hazier"],
)
def test_a_drift_is_taken_out_to_what_the_first_frame_shows(clean, drift):
    drifted = drift(clean)
    (change,) = without_drift(DrawnClip.from_images(drifted))
    wanted = clean * (drifted[0].mean(dim=(0, 1)) / clean[0].mean(dim=(0, 1)))
    left = (change.recipe.render() - wanted).mean(dim=(1, 2)).abs().max()
    came = (drifted - wanted).mean(dim=(1, 2)).abs().max()
    assert left < 0.2 * came
    assert torch.equal(change.recipe.render()[0], drifted[0])
    assert change.notes[0].value > 3


@pytest.mark.parametrize("light", [0.15, 0.4])
def test_a_small_drift_in_dark_pictures_is_taken_out_whole(clean, light):
    drifted = clean * light * over_time(1.0, 0.97)
    (change,) = without_drift(DrawnClip.from_images(drifted))
    left = (change.recipe.render() - clean * light).mean(dim=(1, 2)).abs().max()
    assert left < 0.25 * (drifted - clean * light).mean(dim=(1, 2)).abs().max()


def test_a_real_change_of_light_inside_is_kept(clean):
    """A lamp that swings dark and bright once, on top of light that fades."""
    turn = torch.arange(FRAMES) / FRAMES * 2 * torch.pi
    swing = clean * (0.8 + 0.15 * torch.sin(turn)).view(-1, 1, 1, 1)
    assert list(without_drift(DrawnClip.from_images(swing))) == []
    (change,) = without_drift(DrawnClip.from_images(swing * over_time(1.0, 0.8)))
    brightness, wanted = change.recipe.render().mean(dim=(1, 2, 3)), swing.mean(dim=(1, 2, 3))
    assert (brightness / wanted - 1).abs().max() < 0.03


def test_a_flash_inside_is_kept(clean):
    flash = clean.clone()
    flash[10:13] = (flash[10:13] * 1.4).clamp(max=1.0)
    (change,) = without_drift(DrawnClip.from_images(flash * over_time(1.0, 0.8)))
    brightness = change.recipe.render().mean(dim=(1, 2, 3))
    assert brightness[10:13].min() > 1.2 * brightness[[8, 9, 13, 14]].max()


def test_held_frames_stay_the_same_frames(clean):
    held = (clean * over_time(1.0, 0.8))[::2].repeat_interleave(2, dim=0)
    (change,) = without_drift(DrawnClip.from_images(held))
    assert torch.equal(change.recipe.render()[::2], change.recipe.render()[1::2])


def test_alpha_is_passed_along_and_what_it_hides_is_not_looked_at(clean):
    alpha = torch.zeros(FRAMES, 128, 128, 1)
    alpha[:, 16:112, 16:112] = 1.0
    ramp = over_time(1.0, 0.8)
    images = torch.cat([clean * ramp, alpha], dim=-1)
    images[:, :16, :, :3] = torch.rand(FRAMES, 16, 128, 3)
    (change,) = without_drift(DrawnClip.from_images(images))
    assert torch.equal(change.recipe.render()[..., 3:], alpha)
    seen = change.recipe.render()[:, 16:112, 16:112, :3]
    assert ((seen - clean[:, 16:112, 16:112]).mean(dim=(1, 2, 3)).abs() < 0.01).all()


def test_what_has_no_visible_pixel_has_no_drift(clean):
    images = torch.cat([clean, torch.zeros(FRAMES, 128, 128, 1)], dim=-1)
    assert colour_drift(DrawnClip.from_images(images)) is None
