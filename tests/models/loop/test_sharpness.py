import torch

from anime_production.models.loop.sharpness import (
    SEAM_SHARPNESS,
    seam_sharpness,
    second_differences,
)

from .painted import circle, disc_clip, texture


def softened(frames, most):
    """Every frame mixed with its blurred self, up to `most` at the end."""
    planes = frames.movedim(-1, 1)
    blurred = torch.nn.functional.avg_pool2d(planes, 5, 1, 2, count_include_pad=False)
    shares = torch.linspace(0, most, len(frames)).view(-1, 1, 1, 1)
    return torch.lerp(planes, blurred, shares).movedim(1, -1)


def measured_of(frames):
    return SEAM_SHARPNESS.measurement(
        seam_sharpness(second_differences(frames), list(range(len(frames))))
    )


def clip():
    still = torch.rand(64, 96, 3, generator=torch.Generator().manual_seed(1))
    return disc_clip(circle(24, 24), 0.5 * texture(64, 96) + 0.5 * still)


def test_texture_that_softens_over_the_clip_pops_at_the_seam_and_judges_nothing():
    values = [measured_of(softened(clip(), most)) for most in (0.0, 0.3, 0.6)]
    assert [each.reason_code for each in values] == ["seam_sharpness", *["seam_sharper"] * 2]
    assert values[0].value < values[1].value < values[2].value
    assert not any(each.required for each in values)
    assert "% sharper" in values[2].reason


def test_played_backwards_it_is_softer_after_the_seam():
    assert measured_of(softened(clip(), 0.6).flip(0)).reason_code == "seam_softer"


def test_a_focus_that_changes_inside_as_much_as_at_the_seam_is_no_pop():
    frames = clip()
    frames[1::2] = softened(clip(), 0.6)[-1]
    assert measured_of(frames).reason_code == "seam_sharpness"
