import math

import pytest
import torch

from anime_production.models.frames import as_frames
from anime_production.models.loop.closing.drift import Correction, Drift
from anime_production.models.loop.closing.recipe import (
    Drawing,
    Recipe,
    RecipeFrames,
    RecipePictures,
)


def images(frames=12, channels=3):
    return torch.rand(frames, 20, 24, channels, generator=torch.Generator().manual_seed(1))


def mix(first, second, _poll):
    return lambda share: torch.lerp(first, second, share)


def drift(gain=(1.2, 0.9, 1.1), offset=(0.01, 0.0, -0.02)):
    return Drift(torch.tensor(gain), torch.tensor(offset), 5.0)


def corrected_by_hand(image, removed, share):
    """The sRGB curve both ways, in double precision."""
    values = image.double().clamp(0, 1)
    light = torch.where(values > 0.04045, ((values + 0.055) / 1.055) ** 2.4, values / 12.92)
    light = ((light - removed.offset * share) / removed.gain**share).clamp(0, 1)
    return torch.where(light > 0.0031308, 1.055 * light ** (1 / 2.4) - 0.055, 12.92 * light)


def test_a_recipe_of_the_input_renders_the_input_in_memory_of_its_own():
    clip = images()
    rendered = Recipe.of_input(clip).render()
    assert torch.equal(rendered, clip)
    assert rendered.untyped_storage().data_ptr() != clip.untyped_storage().data_ptr()


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_colours_in_planes_stay_in_planes(channels):
    clip = images(channels=channels).movedim(-1, 0).contiguous().movedim(0, -1)
    rendered = Recipe.of_input(clip).of_frames(range(2, 11)).render()
    assert torch.equal(rendered, clip[2:11])
    assert [rendered.stride(axis) > rendered.stride(3) for axis in (1, 2)] == [False, False] or (
        channels == 1
    )


def test_steps_that_follow_each_other_make_one_recipe():
    clip = images()
    correction = Correction(drift(), {frame: frame / 12 for frame in range(3, 12)})
    recipe = Recipe.of_input(clip).of_frames(range(1, 12)).corrected(correction)
    recipe = recipe.of_frames(range(10)).with_drawings(
        [Drawing(mix, 10, 1, 0.25), Drawing(mix, 10, 1, 0.75)], [*range(10), -1, -1, -2]
    )
    rendered = recipe.render()
    assert len(rendered) == len(recipe) == 13
    assert torch.equal(rendered[:2], clip[1:3])  # not in the correction
    for place in range(2, 10):
        expected = corrected_by_hand(clip[place + 1], drift(), (place + 1) / 12)
        torch.testing.assert_close(rendered[place].double(), expected, rtol=0, atol=1e-6)
    ends = corrected_by_hand(clip[10], drift(), 10 / 12), clip[1].double()
    for place, share in ((10, 0.25), (11, 0.25), (12, 0.75)):
        expected = torch.lerp(*ends, share)
        torch.testing.assert_close(rendered[place].double(), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize("planar", [False, True])
def test_colours_are_corrected_alike_in_every_form_of_images(channels, dtype, planar):
    clip = images(4, channels).to(dtype)
    if planar:
        clip = clip.movedim(-1, 0).contiguous().movedim(0, -1)
    recipe = Recipe.of_input(clip).corrected(Correction(drift(), {2: 0.5}))
    rendered = recipe.render()
    assert rendered.dtype is dtype
    assert torch.equal(rendered[[0, 1, 3]], clip[[0, 1, 3]])
    colours = clip[2, ..., :3].expand(-1, -1, 3)
    expected = corrected_by_hand(colours, drift(), 0.5)[..., : min(channels, 3)]
    atol = 1e-6 if dtype is torch.float32 else 1e-3
    torch.testing.assert_close(
        rendered[2, ..., :3].double()[..., : expected.shape[-1]], expected, rtol=0, atol=atol
    )
    if channels == 4:
        assert torch.equal(rendered[2, ..., 3], clip[2, ..., 3])


def test_colours_are_not_corrected_after_something_was_drawn():
    recipe = Recipe.of_input(images()).with_drawings([Drawing(mix, 11, 0, 0.5)], [*range(12), -1])
    with pytest.raises(ValueError, match="before anything is drawn"):
        recipe.corrected(Correction(drift(), {}))


@pytest.mark.parametrize(
    "index",
    [3, -1, slice(2, 5), slice(None), [9, 0, 4], (slice(1, 6), slice(None, None, 3), slice(4, 9))],
)
@pytest.mark.parametrize("is_corrected", [False, True])
def test_frames_are_read_as_the_rendered_clip_would_be(index, is_corrected):
    clip = images(channels=4)
    recipe = Recipe.of_input(clip)
    if is_corrected:
        recipe = recipe.corrected(Correction(drift(), {frame: frame / 12 for frame in range(12)}))
    recipe = recipe.with_drawings([Drawing(mix, 7, 2, 0.3)], [4, 5, 6, 7, -1, 2, 3, 11, 10, -1])
    frames = RecipeFrames(RecipePictures(recipe), as_frames(clip))
    whole = as_frames(recipe.render())
    torch.testing.assert_close(frames[index], whole[index], rtol=0, atol=1e-6)
    assert frames.shape == whole.shape
    assert len(list(frames)) == len(recipe)


def test_a_new_drawing_is_drawn_once_and_its_ends_are_read_once():
    drawn = []

    def counting(first, second, _poll):
        drawn.append("ends")
        return lambda share: drawn.append(share) or torch.lerp(first, second, share)

    drawings = [Drawing(counting, 11, 0, share) for share in (0.25, 0.5)]
    recipe = Recipe.of_input(images()).with_drawings(drawings, [*range(12), -1, -1, -2])
    pictures = RecipePictures(recipe)
    frames = RecipeFrames(pictures, as_frames(recipe.images))
    assert torch.equal(frames[12], frames[13])
    assert math.isfinite(frames[14].mean())
    assert torch.equal(pictures.render()[12:], frames[12:])
    assert drawn == ["ends", 0.25, 0.5]
