import math

import pytest
import torch

from anime_production.models.frames import InputError
from anime_production.models.loop.close import METHODS, close_loop
from anime_production.models.report import Report, Verdict
from anime_production.models.sample.sample_clip import Faults, draw_clip

from ...thorough import first_of
from .painted import as_video, texture

FPS = 12.0


def clip(frames=24, seed=1, **faults):
    return draw_clip(frames, 160, 160, 24, 0, seed, Faults(**faults))


def darker(images, end=0.8):
    return images * torch.linspace(1.0, end, len(images)).view(-1, 1, 1, 1)


def again(images, frames):
    return torch.cat([images, images[:frames]])


def closing(report):
    return next(each for each in report.measurements if each.name == "closing")


FAULTY = {
    "a jump of 2 steps": (lambda: clip(seam_jump=2.0), ["flow_morph"]),
    "a jump of 4 steps": (lambda: clip(seam_jump=4.0, seed=2), ["flow_morph"]),
    "its end cut off": (lambda: clip()[:-4], ["flow_morph"]),
    "its first frame repeated": (lambda: again(clip(), 1), ["repeat"]),
    "its first drawing repeated, on twos": (lambda: again(clip(hold=2), 2), ["repeat"]),
    "light that fades": (lambda: darker(clip()), ["colour"]),
    "light that fades a little in the dark": (lambda: darker(0.25 * clip(), 0.97), ["colour"]),
    "a quarter too much": (lambda: clip(30), ["trim"]),
    "too much, and light that fades": (lambda: darker(clip(30)), ["colour", "trim"]),
    "a frame repeated, and light that fades": (
        lambda: darker(again(clip(), 1)),
        ["colour", "repeat"],
    ),
    "a frame repeated, and light that fades a little": (
        lambda: darker(again(clip(), 1), 0.93),
        ["colour", "repeat"],
    ),
    "a frame repeated, and light that fades, compressed": (
        lambda: as_video(darker(again(clip(), 1), 0.9)),
        ["colour", "repeat"],
    ),
    "a jump, and light that fades": (
        lambda: darker(clip(seam_jump=3.0), 0.9),
        ["colour", "flow_morph"],
    ),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_auto_closes_a_clip_with(fault):
    make, methods = FAULTY[fault]
    images = make()
    closed = close_loop(images, FPS)
    done = closing(closed.report)
    assert done.details["verdict_before"] == "FAIL"
    assert closed.report.verdict is Verdict.PASS
    assert done.value == closed.report.score - done.details["score_before"] > 10
    assert list(done.details["methods"]) == methods
    assert done.details["frames_before"] == len(images)
    assert done.details["frames_after"] == len(closed.images) == closed.report.frames
    assert done.reason.startswith(f"The clip was closed by {' + '.join(methods)}. It loops")


def test_a_clip_that_loops_is_left_as_it_is():
    images = clip()
    closed = close_loop(images, FPS)
    assert closed.images is images
    assert closing(closed.report).reason == "The clip loops already, so nothing was changed."
    assert closing(closed.report).value == 0


def test_of_too_long_a_clip_whole_periods_are_kept_to_the_bit():
    images = clip(53)
    closed = close_loop(images, FPS)
    assert len(closed.images) == 48
    start = next(i for i in range(6) if torch.equal(images[i], closed.images[0]))
    assert torch.equal(closed.images, images[start : start + 48])


@pytest.mark.parametrize(
    ("method", "reason"), [("auto", "closing_in_vain"), ("trim", "closing_nothing_to_do")]
)
def test_where_nothing_helps_the_clip_comes_back_with_its_failing_report(method, reason):
    """It stutters, has nothing to drop, and is too short to cut or to fade."""
    first, *others = clip()[[0, 4, 8]]
    images = torch.stack([first, *others, torch.lerp(first, others[0], 0.2)])
    closed = close_loop(images, FPS, method)
    assert closed.images is images
    assert closed.report.verdict is Verdict.FAIL
    assert closing(closed.report).reason_code == reason
    assert closing(closed.report).value == 0


def test_a_cut_does_not_win_by_leaving_too_little_to_be_measured():
    torch.manual_seed(0)
    grain = torch.rand(12, 64, 64, 3)  # any two frames fit as well, and none leads to another
    report = close_loop(grain, FPS, "trim").report
    assert report.verdict is Verdict.FAIL
    assert any(each.name == "continuity" and each.required for each in report.measurements)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda images: images[:3], "too_few_frames"),
        (lambda images: images[:0], "no_frames"),
        (lambda images: images.index_fill(0, torch.tensor([2]), math.nan), "not_finite"),
        (lambda images: images[:1].repeat(8, 1, 1, 1), "nothing_moves"),
    ],
)
def test_what_cannot_be_scored_is_not_changed(method, spoil, reason):
    images = spoil(clip(8))
    closed = close_loop(images, FPS, method)
    assert closed.images is images
    assert closed.report.score is None
    assert closed.report.verdict is not Verdict.PASS
    assert closing(closed.report).value is None
    assert closing(closed.report).reason_code == reason


@pytest.mark.parametrize(("method", "frames"), [("crossfade", 16 - 8), ("flow_morph", 16 + 8)])
def test_more_to_blend_than_half_of_the_clip_is_one_clear_error(method, frames):
    expected = r"^blend_frames: expected at most 8, half of this clip's drawings, got 9\. "
    with pytest.raises(InputError, match=expected):
        close_loop(clip(16), FPS, method, blend_frames=9)
    assert len(close_loop(clip(16), FPS, method, blend_frames=8).images) == frames


def test_auto_takes_a_large_blend_as_the_most_it_may():
    closed = close_loop(clip(seam_jump=4.0), FPS, blend_frames=1000)
    assert closed.report.verdict is Verdict.PASS
    assert len(closed.images) < 24 + 12


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"method": "magic"}, "^method: expected one of auto, trim"),
        ({"blend_frames": 0}, "^blend_frames: expected a whole number from 1, got 0"),
    ],
)
def test_a_wrong_input_is_named(wrong, message):
    with pytest.raises(InputError, match=message):
        close_loop(clip(8), FPS, **wrong)


def test_ping_pong_is_never_chosen_by_auto():
    for images in (clip()[:12], clip()[:6]):
        assert "ping_pong" not in closing(close_loop(images, FPS).report).details["methods"]


def test_trim_that_finds_nothing_better_cuts_nothing():
    images = clip()
    closed = close_loop(images, FPS, "trim")
    assert closed.images is images
    assert closing(closed.report).reason_code == "closing_nothing_to_do"


def test_the_report_is_strict_json_and_judged_by_the_loop_alone():
    report = close_loop(darker(clip(30)), FPS).report
    assert Report.from_json(report.to_json()) == report
    assert not any(each.required for each in report.measurements if "closing" in each.name)


def test_progress_only_goes_forward_and_may_stop_the_work():
    seen = []
    close_loop(clip(seam_jump=4.0), FPS, report_progress=lambda *each: seen.append(each))
    shares = [done / total for done, total in seen]
    assert shares == sorted(shares)
    assert 0 < shares[-1] <= 1

    class Stop(BaseException):
        pass

    def stop(done, total):
        raise Stop

    with pytest.raises(Stop):
        close_loop(clip(8), FPS, report_progress=stop)


UNRELATED = {
    "grain": lambda: torch.rand(12, 64, 64, 3, generator=torch.Generator().manual_seed(3)),
    "few frames of grain": lambda: torch.rand(
        6, 64, 64, 3, generator=torch.Generator().manual_seed(4)
    ),
    "unrelated pictures": lambda: torch.stack([texture(64, 64, seed) for seed in range(12)]),
}


@pytest.mark.parametrize("pictures", UNRELATED)
@pytest.mark.parametrize(
    ("method", "frames"),
    [("auto", 4), ("trim", 4), ("crossfade", 2), ("crossfade", 3), ("flow_morph", 3)],
)
def test_what_has_no_motion_does_not_pass_once_it_is_closed(pictures, method, frames):
    images = UNRELATED[pictures]()
    closed = close_loop(images, FPS, method, frames)
    assert closed.report.verdict is not Verdict.PASS
    if method == "auto":
        assert closed.images is images


REAL = (
    "loops/vscodepets_clippy_black_walk_8fps.gif",
    "loops/vscodepets_crab_red_walk_8fps.gif",
    "loops/vscodepets_panda_black_idle_8fps.gif",
    "clips/moviepy_big_buck_bunny_432_433.webm",
)


@pytest.mark.parametrize("name", REAL)
def test_sprites_and_a_film_are_no_worse_afterwards_and_better_where_they_failed(shared_clip, name):
    images, fps = shared_clip(name)
    closed = close_loop(images, fps)
    done = closing(closed.report)
    if done.details["verdict_before"] == "PASS":
        assert closed.images is images
    else:
        assert closed.report.score > done.details["score_before"]


def loops_better(name, shared_clip):
    """A generated clip, closed; it must loop better than before."""
    images, fps = shared_clip(name)
    closed = close_loop(images, fps)
    done = closing(closed.report)
    assert done.value > 5
    assert closed.report.score > done.details["score_before"]
    return closed


@pytest.mark.parametrize("name", ["model_01_01", "model_03_01"])
def test_a_generated_clip_on_threes_loops_better_afterwards_and_is_still_on_threes(
    name, shared_clip
):
    # No drawing on ones was slipped in. Of four others on threes (05_04, 06_01, 06_02, 06_03) the
    # cut falls into a hold: not mended yet.
    closed = loops_better(f"clips/animatediff_{name}.gif", shared_clip)
    assert len(closed.images) % 3 == 0


@pytest.mark.parametrize(
    "name",
    first_of(
        *(f"compare_new_{number}" for number in range(4)),
        *("model_01_02", "model_05_02", "model_05_03", "model_05_04"),
        *(f"model_06_0{number}" for number in range(1, 5)),
    ),
)
def test_a_generated_clip_that_does_not_loop_does_so_better_afterwards(name, shared_clip):
    loops_better(f"clips/animatediff_{name}.gif", shared_clip)
