import numpy as np
import pytest
import torch
from PIL import Image

from anime_production.benchmarks.distortions import add_noise
from anime_production.models.image_ops.luma import luma
from anime_production.models.measure import Value
from anime_production.models.quality.clip_quality import score_clip_quality
from anime_production.models.quality.still.dither import DITHERED as DITHERED_REASON
from anime_production.models.quality.still.dither import is_dithered
from anime_production.models.quality.still.noise import noise
from anime_production.models.quality.still.still_measures import MEASURES
from anime_production.models.quality.still.still_quality import measure_picture, score_still_quality
from anime_production.models.report import Verdict
from anime_production.models.sample.sample_clip import draw_clip

HIDDEN = {each.name for each in MEASURES if DITHERED_REASON in each.absences}
DIFFUSED, FLAT = Image.Dither.FLOYDSTEINBERG, Image.Dither.NONE
# Bayer's matrix of 4 × 4, around 0.
BAYER = torch.tensor([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) / 16 - 0.47


@pytest.fixture(scope="module")
def drawing():
    return draw_clip(1, 320, 240, 24, 0, 0)[0]


def indexed(frame, colours, dither):
    """As a GIF of a palette of its own has it."""
    image = Image.fromarray((frame.numpy() * 255).round().astype(np.uint8))
    palette = image.quantize(colours, dither=FLAT)
    return pixels(image.quantize(palette=palette, dither=dither))


def in_web_colours(frame):
    """As simple tools write a GIF: 216 fixed colours, errors diffused."""
    image = Image.fromarray((frame.numpy() * 255).round().astype(np.uint8))
    return pixels(image.convert("P"))


def ordered(frame, levels):
    height, width = frame.shape[:2]
    pattern = BAYER.repeat(height // 4 + 1, width // 4 + 1)[:height, :width, None]
    return ((frame * (levels - 1) + pattern).round() / (levels - 1)).clamp(0, 1)


def pixels(image):
    return torch.from_numpy(np.asarray(image.convert("RGB")).copy()).float() / 255


def dithered(frame):
    return is_dithered(frame, noise(luma(frame), with_dither=True))


def assert_only_told_where_it_can_be(frame):
    report = score_still_quality(frame[None])
    for measurement in report.measurements:
        if measurement.name in HIDDEN:
            assert (measurement.value, measurement.reason_code) == (None, "dithered")
    assert report.verdict is Verdict.NOT_MEASURED
    assert isinstance(measure_picture(frame)["edge_width"], Value)


@pytest.mark.parametrize("dither", [in_web_colours, lambda frame: ordered(frame, 6)])
def test_a_dither_is_found_and_what_it_hides_is_not_made_up(drawing, dither):
    assert_only_told_where_it_can_be(dither(drawing))


def test_so_is_black_and_white(drawing):
    grey = drawing.mean(dim=-1, keepdim=True).expand(-1, -1, 3)
    assert_only_told_where_it_can_be(ordered(grey, 2))


def test_real_painted_pictures_that_are_dithered_are_found(shared_picture):
    for name in ("backgrounds/bg_uni.jpg", "characters/eileen_happy.png"):
        picture = shared_picture(name)[0]
        assert dithered(in_web_colours(picture)), name
        assert not dithered(picture), name


# Of other clips nobody has said whether they are dithered.
DITHERED, SMOOTH = "clips/animatediff_model", ("loops/", "clips/moviepy")


def test_the_real_dithered_clips_are_found_and_the_others_are_measured(shared_clip, shared_clips):
    judged = [name for name in shared_clips if name.startswith((DITHERED, *SMOOTH))]
    assert len(judged) >= 11
    for name in judged:
        frame = shared_clip(name)[0][0]
        assert dithered(frame) is name.startswith(DITHERED), name


def test_a_clip_of_dithered_drawings_says_so(shared_clip):
    report = score_clip_quality(*shared_clip("clips/animatediff_model_01_01.gif"))
    codes = {each.name: each.reason_code for each in report.measurements}
    assert codes["noise"] == codes["blockiness"] == "dithered"


@pytest.mark.parametrize("colours", [8, 32, 256])
def test_few_colours_without_dither_are_measured(drawing, colours):
    flat = indexed(drawing, colours, FLAT)
    assert not dithered(flat)
    assert measure_picture(flat)["noise"].number < 0.5


def test_a_dither_too_faint_to_mislead_is_measured(drawing):
    faint = indexed(drawing, 256, DIFFUSED)
    assert not dithered(faint)
    assert measure_picture(faint)["noise"].number < 2


def test_two_neighbouring_levels_are_faint_noise_and_no_dither():
    chosen = torch.randint(0, 2, (160, 160, 1), generator=torch.Generator().manual_seed(1))
    picture = ((127 + 2 * chosen) / 255).expand(-1, -1, 3)
    assert not dithered(picture)
    assert measure_picture(picture)["noise"].number == pytest.approx(1, rel=0.15)


@pytest.mark.parametrize("levels", [4, 8, 16, 30])
@pytest.mark.parametrize("grey", [False, True])
def test_noise_is_no_dither(drawing, levels, grey):
    picture = drawing.mean(dim=-1, keepdim=True).expand(-1, -1, 3) if grey else drawing
    noisy = (add_noise(picture[None], levels)[0] * 255).round() / 255
    assert not dithered(noisy)
    assert measure_picture(noisy)["noise"].number == pytest.approx(levels, rel=0.15)


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_a_blank_picture_is_no_pattern(level):
    assert not dithered(torch.full((64, 64, 3), level))


def test_a_line_drawing_on_white_is_no_pattern():
    paper = torch.ones(160, 160, 3)
    paper[20:140:24, 20:140] = 0.0
    paper[20:140, 60] = 0.0
    assert not dithered(paper)


def test_one_dithered_picture_of_a_batch_leaves_the_others_measured(drawing):
    batch = torch.stack([drawing, in_web_colours(drawing)])
    report = score_still_quality(batch)
    measured = next(each for each in report.measurements if each.name == "noise")
    assert measured.value == measured.per_frame[0]
    assert measured.per_frame[1] is None
