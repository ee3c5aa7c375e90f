import math

import pytest
import torch

from anime_production.models.character.detection import IdentityModel
from anime_production.models.character.detectors.whole_image import WholeImageDetector
from anime_production.models.character.embedders.palette import PaletteEmbedder, Region
from anime_production.models.character.sheet import make_character
from anime_production.models.frames import (
    InputError,
    as_fps,
    as_frames,
    unmeasurable,
    value_range,
)
from anime_production.models.loop.find import find_loops
from anime_production.models.loop.seam import score_loop
from anime_production.models.quality.clip_quality import score_clip_quality
from anime_production.models.quality.compare.comparison import compare_pictures
from anime_production.models.quality.compare.pairs import paired
from anime_production.models.quality.still.still_quality import score_still_quality
from anime_production.models.rgb_frames import BEHIND_ALPHA, part_of
from anime_production.models.sample.sample_clip import draw_clip

from .memory import peak_above

CPU = torch.device("cpu")
PALETTE = IdentityModel(WholeImageDetector(CPU), PaletteEmbedder(Region.FIGURE, CPU))
MEASURED = {
    "loop": lambda frames: score_loop(frames, 12.0),
    "search": lambda frames: find_loops(frames, 12.0).report,
    "clip": lambda frames: score_clip_quality(frames, 12.0),
    "still": score_still_quality,
    "sheet": lambda frames: make_character("Rin", frames, PALETTE)[1],
    "comparison": lambda frames: compare_pictures(paired(frames, frames[[0]])),
}


def test_frames_come_back_as_they_are():
    images = torch.rand(3, 20, 30, 3)
    assert torch.equal(as_frames(images)[:], images)


def test_half_precision_becomes_single():
    assert as_frames(torch.rand(1, 4, 4, 3).half())[0].dtype is torch.float32


def test_transparent_pixels_show_grey_and_not_what_lies_under_them():
    images = torch.zeros(1, 1, 2, 4)
    images[0, 0, 0] = torch.tensor([1.0, 0.0, 0.0, 1.0])
    images[0, 0, 1] = torch.tensor([1.0, 0.0, 0.0, 0.0])
    frames = as_frames(images)[:]
    assert frames[0, 0, 0].tolist() == [1.0, 0.0, 0.0]
    assert frames[0, 0, 1].tolist() == [BEHIND_ALPHA] * 3


def test_one_channel_becomes_grey():
    assert as_frames(torch.full((1, 2, 2, 1), 0.3))[:].shape == (1, 2, 2, 3)


def test_a_small_overshoot_is_clipped_as_image_writers_do():
    images = torch.tensor([-0.1, 0.5, 1.2]).view(1, 1, 1, 3)
    assert as_frames(images)[0].flatten().tolist() == [0.0, 0.5, 1.0]


@pytest.mark.parametrize(
    ("images", "came"),
    [
        ("a string", "str"),
        (None, "NoneType"),
        (torch.zeros(1, 4, 4, 3, dtype=torch.uint8), "uint8"),
        (torch.zeros(4, 4, 3), r"shape \(4, 4, 3\)"),
        (torch.zeros(1, 3, 8, 8), r"shape \(1, 3, 8, 8\)"),
        (torch.full((1, 4, 4, 3), 255.0), "to 255"),
        (torch.full((1, 4, 4, 3), -1.0), "from -1"),
    ],
)
def test_what_is_no_batch_of_frames_is_refused_by_name(images, came):
    with pytest.raises(InputError, match=rf"^references: expected a float tensor.*got .*{came}"):
        as_frames(images, "references")


def test_a_wrong_scale_is_seen_behind_a_nan():
    images = torch.full((1, 4, 4, 3), 255.0)
    images[0, 0, 0, 0] = math.nan
    with pytest.raises(InputError, match="255"):
        as_frames(images)


@pytest.mark.parametrize("fps", [0, -1, math.nan, math.inf, "12", None, True])
def test_a_frame_rate_that_is_none_is_refused(fps):
    with pytest.raises(InputError, match=r"^fps: expected a number of frames per second above 0"):
        as_fps(fps)


def test_a_frame_rate_may_be_whole_or_broken():
    assert as_fps(24) == 24.0
    assert as_fps(23.976) == 23.976


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (torch.zeros(0, 32, 32, 3), "no_frames"),
        (torch.zeros(3, 32, 32, 3), "too_few_frames"),
        (torch.zeros(4, 1, 1, 3), "too_small"),
        (torch.full((4, 32, 32, 3), math.nan), "not_finite"),
    ],
)
def test_frames_that_cannot_be_measured_say_why(frames, code):
    absence = unmeasurable(frames, least_frames=4)
    assert absence.code == code


def test_the_first_broken_frame_is_named():
    frames = torch.zeros(5, 32, 32, 3)
    frames[2, 4, 4, 1] = math.inf
    frames[4] = math.nan
    absence = unmeasurable(as_frames(frames))
    assert dict(absence.values) == {"frame": 2, "frames": 2}


def test_infinity_is_not_clipped_away():
    frames = torch.zeros(2, 32, 32, 3)
    frames[1, 0, 0, 0] = math.inf
    assert unmeasurable(as_frames(frames)).code == "not_finite"


def planar(frames):
    """The same frames with their colours in planes, as ComfyUI's VAE Decode gives them."""
    return frames.permute(3, 0, 1, 2).contiguous().permute(1, 2, 3, 0)


@pytest.mark.parametrize("arranged", [lambda each: each, planar, lambda each: each.transpose(1, 2)])
def test_the_range_is_that_of_all_values_however_they_lie_in_memory(arranged):
    frames = torch.rand(3, 20, 30, 3)
    frames[1, 4, 5, 2], frames[2, 19, 29, 0] = -0.25, 1.25
    assert [each.item() for each in value_range(arranged(frames))] == [-0.25, 1.25]
    frames[0, 0, 0, 1] = math.nan
    assert all(each.isnan() for each in value_range(arranged(frames)))


@pytest.mark.parametrize("images", [torch.rand(4, 20, 30, 4).half(), torch.rand(4, 20, 30, 1)])
def test_a_part_is_read_as_in_the_whole(images):
    images[2] = images[2] * 1.2  # a small overshoot
    frames = as_frames(images)
    whole = frames[:]
    assert frames.shape == whole.shape
    assert torch.equal(torch.stack(list(frames)), whole)
    assert torch.equal(frames[[3, 1]], whole[[3, 1]])
    assert torch.equal(frames[1:3, ::4, 5:9], whole[1:3, ::4, 5:9])
    part = part_of(frames, 1, 3)
    assert torch.equal(part[:], whole[1:3])
    assert len(part) == part.shape[0] == 2


def test_planar_frames_are_checked_without_a_copy_of_the_clip():
    before = f"""
from {as_frames.__module__} import as_frames, unmeasurable
clip = torch.rand(3, 40, 480, 832).movedim(0, -1)
as_frames(clip[:1])
"""
    megabytes_of_clip = 40 * 480 * 832 * 3 * 4 / 2**20
    grown = peak_above(before, "unmeasurable(as_frames(clip))")
    assert grown < 0.2 * megabytes_of_clip


@pytest.mark.parametrize(
    "clip",
    [
        "torch.rand(120, 480, 832, 3).half()",
        "torch.rand(120, 480, 832, 4)",
        "torch.rand(120, 480, 832, 3) * 1.1",
        "torch.rand(120, 480, 832, 1)",
        "torch.rand(3, 120, 480, 832).half().movedim(0, -1)",
    ],
    ids=["half", "alpha", "overshoot", "grey", "planar half"],
)
def test_a_clip_of_any_kind_is_searched_without_a_copy_of_it(clip):
    before = f"""
from {as_frames.__module__} import as_frames
from anime_production.models.loop.find import find_loops
clip = {clip}
find_loops(as_frames(clip[:9]), 24.0)
"""
    megabytes_as_float = 120 * 480 * 832 * 3 * 4 / 2**20
    # What is read at a time takes 50 to 200 MB, however long the clip is.
    assert peak_above(before, "find_loops(as_frames(clip), 24.0)") < 0.5 * megabytes_as_float


def _as_half(frames):
    return frames.half()


def _with_alpha(frames):
    return torch.cat([frames, torch.rand(*frames.shape[:3], 1)], dim=-1)


def _overshooting(frames):
    return frames * 1.2 - 0.1


@pytest.mark.parametrize("kind", [planar, _as_half, _with_alpha, _overshooting])
@pytest.mark.parametrize("name", sorted(MEASURED))
def test_frames_of_any_kind_have_the_report_of_the_same_frames_converted(name, kind):
    images = kind(draw_clip(12, 96, 80, period=12, character=0, seed=1))
    report, converted = (MEASURED[name](frames) for frames in (as_frames(images), _rgb(images)))
    assert len(report.measurements) == len(converted.measurements) > 0
    for one, other in zip(report.measurements, converted.measurements, strict=True):
        assert one.name == other.name
        if other.value is not None:
            assert one.value == pytest.approx(other.value, rel=1e-4, abs=1e-5), one.name
        assert one.reason_code == other.reason_code


def _rgb(images):
    """The conversion of a whole batch, written as simply as it can be."""
    images = images.float().clamp(0, 1)
    colours, alpha = images[..., :3], images[..., 3:] if images.shape[-1] == 4 else 1.0
    return (colours * alpha + BEHIND_ALPHA * (1 - alpha)).contiguous()
