import cv2
import numpy as np
import pytest
import torch

from anime_production.models.image_ops.grey_clip import GreyPictures
from anime_production.models.loop.close import close_loop
from anime_production.models.loop.in_betweens import missing_in_betweens
from anime_production.models.loop.seam import score_loop
from anime_production.models.report import Verdict
from anime_production.models.sample.sample_clip import draw_clip

from .painted import as_video

FPS = 24.0


def blended(first, second, share):
    return torch.lerp(first, second, share)


def moved(first, second, share):
    """In-between by optical flow, from both drawings."""
    pictures = [(each.numpy() * 255).round().astype(np.uint8) for each in (first, second)]
    greys = [cv2.cvtColor(each, cv2.COLOR_RGB2GRAY) for each in pictures]
    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    forward, backward = search.calc(*greys, None), search.calc(*greys[::-1], None)
    rows, columns = np.indices(greys[0].shape).astype(np.float32)
    sides = [
        cv2.remap(
            picture.numpy(),
            columns - part * flow[..., 0],
            rows - part * flow[..., 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        for picture, flow, part in ((first, forward, share), (second, backward, 1 - share))
    ]
    return torch.lerp(*map(torch.from_numpy, sides), share)


def interpolated(frames, multiple, between, at_seam=False):
    """The clip with in-betweens after each drawing, and after the last one if `at_seam`."""
    result = []
    for place, frame in enumerate(frames):
        result.append(frame)
        if place < len(frames) - 1 or at_seam:
            following = frames[(place + 1) % len(frames)]
            result += [between(frame, following, part / multiple) for part in range(1, multiple)]
    return torch.stack(result)


@pytest.fixture(scope="module", params=[1, 2, 3])
def loop(request):
    return draw_clip(14, 96, 96, 14, request.param, request.param)


@pytest.mark.parametrize("between", [blended, moved])
@pytest.mark.parametrize("multiple", [2, 3, 4])
def test_in_betweens_that_are_missing_at_the_seam_alone_make_it_jump(loop, multiple, between):
    report = score_loop(interpolated(loop, multiple, between), FPS)
    assert report.verdict is Verdict.FAIL
    assert report.worst.reason_code == "seam_without_in_betweens"
    position = next(each for each in report.measurements if each.name == "seam_position")
    assert position.value >= multiple
    assert position.details["missing_in_betweens"] == multiple - 1
    whole = interpolated(loop, multiple, between, at_seam=True)
    assert score_loop(whole, FPS).verdict is Verdict.PASS


def test_a_seam_that_is_far_wider_than_its_missing_in_betweens_is_said_to_jump():
    half_of_a_period = draw_clip(14, 96, 96, 28, 1, 1)
    report = score_loop(interpolated(half_of_a_period, 2, moved), FPS)
    assert report.verdict is Verdict.FAIL
    assert report.worst.reason_code == "seam_jump"


@pytest.mark.parametrize("between", [blended, moved])
def test_the_missing_in_betweens_are_added(loop, between):
    closed = close_loop(interpolated(loop, 2, between), FPS)
    assert closed.report.verdict is Verdict.PASS
    assert len(closed.images) == 2 * len(loop)


def missing(frames):
    return missing_in_betweens(GreyPictures(frames, range(len(frames))))


def test_in_betweens_are_found_wherever_the_clip_starts_and_under_compression(loop):
    whole = interpolated(loop, 3, moved, at_seam=True)
    for turn in range(3):
        turned = whole.roll(turn, dims=0)
        assert [missing(turned[: len(whole) - cut]) for cut in range(3)] == [0, 1, 2]
    assert missing(as_video(interpolated(loop, 2, moved))) == 1


def test_drawings_without_in_betweens_miss_none(loop):
    for cut in range(7):
        assert missing(loop[: len(loop) - cut]) == 0
    trembling = loop[[0, 1] * 8]
    assert missing(trembling) == 0
    assert missing(loop[:3]) == 0


def test_a_loop_of_half_a_drawing_more_is_even_although_an_in_between_is_missing():
    every_second = draw_clip(62, 96, 96, 31, 1, 2)[::2]  # one period is 15.5 drawings
    frames = interpolated(every_second, 2, moved)[:31]
    assert missing(frames) == 1
    assert score_loop(frames, FPS).verdict is Verdict.PASS


def test_real_loops_of_uneven_steps_miss_none_and_do_once_they_are_interpolated(shared_clip):
    for number in range(1, 4):
        frames, fps = shared_clip(f"loops/mobius_vc2_case_{number}.gif")
        assert missing(frames) == 0
        report = score_loop(interpolated(frames, 2, moved), 2 * fps)
        assert report.verdict is Verdict.FAIL
        assert report.worst.reason_code == "seam_without_in_betweens"
        whole = interpolated(frames, 2, moved, at_seam=True)
        assert score_loop(whole, 2 * fps).verdict is Verdict.PASS
