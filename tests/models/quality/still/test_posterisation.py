import pytest
import torch
from PIL import ImageOps
from torch.nn.functional import avg_pool2d
from torchvision.transforms.functional import pil_to_tensor, to_pil_image

from anime_production.models.quality.still.posterisation import posterisation
from anime_production.models.quality.still.still_quality import score_still_quality
from anime_production.models.report import Verdict
from anime_production.models.sample.sample_clip import draw_clip


@pytest.fixture(scope="module")
def drawing():
    return draw_clip(1, 416, 320, 24, 0, 0)[0]


def in_bits(frame, bits):
    """As an image editor posterises: the lower bits of each channel cut off."""
    image = ImageOps.posterize(to_pil_image(frame.movedim(-1, 0)), bits)
    return pil_to_tensor(image).movedim(0, -1) / 255


def in_levels(frame, levels):
    """So many even levels a channel, black and white among them."""
    return (frame * (levels - 1)).round() / (levels - 1)


def aliased(colours, side=96):
    """Patches of flat colours without smoothed edges, as in pixel art."""
    generator = torch.Generator().manual_seed(colours)
    palette = torch.randint(0, 256, (colours, 3), generator=generator) / 255
    places = torch.randint(0, colours, (side // 8, side // 8), generator=generator)
    return palette[places].repeat_interleave(8, 0).repeat_interleave(8, 1)


@pytest.mark.parametrize(("bits", "step"), [(5, 8), (4, 16), (3, 32), (2, 64)])
def test_bits_cut_off_are_told_as_the_step_that_they_leave(drawing, bits, step):
    assert posterisation(in_bits(drawing, bits)) == pytest.approx(step, rel=0.02)


@pytest.mark.parametrize("levels", [33, 24, 16, 9, 6, 5])
def test_so_are_even_levels_and_levels_whose_brightness_was_changed(drawing, levels):
    step = 255 / (levels - 1)
    reduced = in_levels(drawing, levels)
    assert posterisation(reduced) == pytest.approx(step, rel=0.02)
    if levels >= 9:  # of fewer, too few are left inside the range
        assert posterisation(reduced * 0.7 + 0.1) == pytest.approx(0.7 * step, rel=0.02)
        assert posterisation((reduced * 1.2 - 0.1).clamp(0, 1)) == pytest.approx(
            1.2 * step, rel=0.02
        )


def test_a_posterised_picture_fails_the_measure_and_the_reason_names_the_step(drawing):
    report = score_still_quality(in_bits(drawing, 4)[None])
    (found,) = (each for each in report.measurements if each.name == "posterisation")
    assert (found.verdict, found.required) == (Verdict.FAIL, False)
    assert found.reason.startswith("The picture is posterised: its tones are 16")


def test_bands_have_no_steps_that_wide(drawing):
    """What CAMBI sees is left to it."""
    assert posterisation(in_bits(drawing, 7)) < 3
    assert posterisation(in_bits(drawing, 6)) == pytest.approx(4, rel=0.02)


@pytest.mark.parametrize("colours", [6, 12, 24, 48])
def test_flat_colours_without_smoothed_edges_are_no_steps(colours):
    assert posterisation(aliased(colours)) == 1


@pytest.mark.parametrize("factor", [2, 3, 4, 5])
@pytest.mark.parametrize("tones", [(0, 255), (0, 200), (20, 245), (30, 220)])
def test_the_smoothed_edges_of_two_tone_line_art_are_no_steps(factor, tones):
    page = torch.full((320, 320), tones[1] / 255)
    y, x = torch.meshgrid(torch.arange(320), torch.arange(320), indexing="ij")
    for radius in range(40, 160, 24):
        page[((x - 160.0).hypot(y - 150.0) - radius).abs() < 1.5 * factor] = tones[0] / 255
    small = avg_pool2d(page[None, None], factor)[0, 0]
    assert posterisation(small[..., None].expand(-1, -1, 3)) in (None, 1)


@pytest.mark.parametrize("gain", [1.2, 1.3, 0.75])
@pytest.mark.parametrize("levels", [32, 24, 16, 8])
def test_a_change_of_brightness_after_rounding_hides_nothing(drawing, levels, gain):
    reduced = (in_levels(drawing, levels) * 255).round() / 255
    changed = ((reduced * gain).clamp(0, 1) * 255).round() / 255
    assert posterisation(changed) == pytest.approx(gain * 255 / (levels - 1), rel=0.03)


def test_clean_real_pictures_have_no_steps(shared_picture, shared_pictures):
    for name in shared_pictures:
        assert posterisation(shared_picture(name)[0]) == 1, name


@pytest.mark.parametrize("frame", [torch.full((32, 32, 3), 0.4), aliased(2)])
def test_of_a_few_tones_nothing_is_said_and_the_verdict_does_not_wait_for_it(frame):
    assert posterisation(frame) is None
    (found,) = (
        each
        for each in score_still_quality(frame[None]).measurements
        if each.name == "posterisation"
    )
    assert (found.value, found.required, found.reason_code) == (None, False, "few_tones")
