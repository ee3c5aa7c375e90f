import pytest
import torch

from anime_production.models.loop.close import close_loop
from anime_production.models.loop.seam import score_loop
from anime_production.models.report import Verdict
from anime_production.models.sample.sample_clip import Faults, draw_clip

from .painted import as_video, disc_clip, swing, texture

FPS = 12.0


def loop(seed, hold=1):
    return draw_clip(16 * hold, 128, 128, 16 * hold, seed % 4, seed, Faults(hold=hold))


def value(report, name):
    return next(each.value for each in report.measurements if each.name == name)


@pytest.mark.parametrize("crf", [12, 18, 23, 28])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_first_frame_shown_twice_stutters_under_compression_too(seed, crf):
    clean = loop(seed)
    report = score_loop(as_video(torch.cat([clean, clean[:1]]), crf), FPS)
    assert report.verdict is Verdict.FAIL
    assert report.worst.reason_code == "seam_stutter"
    assert value(report, "seam_hold") == 1
    assert score_loop(as_video(clean, crf), FPS).verdict is Verdict.PASS


@pytest.mark.parametrize("crf", [18, 28])
@pytest.mark.parametrize("hold", [1, 2])
def test_a_first_drawing_shown_twice_is_dropped_from_a_compressed_clip(hold, crf):
    clean = loop(1, hold)
    images = as_video(torch.cat([clean, clean[:hold]]), crf)
    closed = close_loop(images, FPS)
    assert torch.equal(closed.images, images[:-hold])
    assert closed.report.verdict is Verdict.PASS


@pytest.mark.parametrize("crf", [18, 23])
@pytest.mark.parametrize("turn", [1, 3])
def test_a_compressed_loop_on_twos_may_start_inside_a_drawing(turn, crf):
    frames = as_video(loop(2, hold=2).roll(turn, dims=0), crf)
    assert score_loop(frames, FPS).verdict is Verdict.PASS


@pytest.mark.parametrize("crf", [18, 28])
@pytest.mark.parametrize("turn", range(0, 24, 6))
def test_a_compressed_pendulum_that_turns_at_its_seam_is_a_loop(turn, crf):
    frames = disc_clip(swing(24, 24), texture(64, 96)).roll(turn, dims=0)
    assert score_loop(as_video(frames, crf), FPS).verdict is Verdict.PASS


@pytest.mark.parametrize("crf", [18, 28])
def test_a_real_loop_whose_first_frame_comes_twice_stutters_and_is_closed(shared_clip, crf):
    frames, fps = shared_clip("loops/mobius_vc2_case_3.gif")
    images = as_video(torch.cat([frames, frames[:1]]), crf)
    report = score_loop(images, fps)
    assert report.verdict is Verdict.FAIL
    assert report.worst.reason_code == "seam_stutter"
    closed = close_loop(images, fps)
    assert torch.equal(closed.images, images[:-1])
    assert closed.report.verdict is Verdict.PASS
