import pytest
import torch

from anime_production.models.loop.seam import around_seam, score_loop
from anime_production.models.report import Verdict
from anime_production.models.sample.clip import Faults, draw_clip

FPS = 12.0


def clip(frames=24, seed=1, character=0, **faults):
    return draw_clip(frames, 160, 160, 24, character, seed, Faults(**faults))


def measurement(report, name):
    return next(each for each in report.measurements if each.name == name)


@pytest.fixture(scope="module")
def clean():
    return clip()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("character", range(4))
def test_a_clip_of_exactly_one_period_is_a_loop(seed, character):
    report = score_loop(clip(seed=seed, character=character), FPS)
    assert report.verdict is Verdict.PASS
    assert report.score > 75


@pytest.mark.parametrize("turn", [1, 5, 12, 23])
def test_a_loop_stays_one_wherever_it_starts(clean, turn):
    report = score_loop(clean.roll(turn, dims=0), FPS)
    assert report.verdict is Verdict.PASS


@pytest.mark.parametrize("hold", [2, 3])
def test_holding_every_drawing_does_not_break_a_loop(hold):
    assert score_loop(clip(hold=hold), FPS).verdict is Verdict.PASS


@pytest.mark.parametrize("seed", range(4))
def test_steps_missing_at_the_seam_fail_the_more_the_worse(seed):
    reports = [score_loop(clip(seed=seed, seam_jump=jump), FPS) for jump in (0.0, 2.0, 4.0, 6.0)]
    assert [report.verdict for report in reports] == [Verdict.PASS, *[Verdict.FAIL] * 3]
    scores = [report.score for report in reports]
    assert scores == sorted(scores, reverse=True)
    assert measurement(reports[3], "seam_position").reason_code == "seam_jump"


@pytest.mark.parametrize("cut", [3, 6, 12])
def test_a_loop_with_its_end_cut_off_jumps(clean, cut):
    report = score_loop(clean[:-cut], FPS)
    assert report.verdict is Verdict.FAIL
    assert measurement(report, "seam_position").reason_code == "seam_jump"


def test_the_first_frame_repeated_at_the_end_stutters(clean):
    report = score_loop(torch.cat([clean, clean[:1]]), FPS)
    assert report.verdict is Verdict.FAIL
    assert measurement(report, "seam_position").reason_code == "seam_stutter"


def test_light_that_drifts_over_the_clip_is_named(clean):
    ramp = torch.linspace(1.0, 0.8, len(clean)).view(-1, 1, 1, 1)
    report = score_loop(clean * ramp, FPS)
    assert report.verdict is Verdict.FAIL
    assert measurement(report, "seam_colour").reason_code == "seam_colour_jump"


def test_light_that_swings_and_comes_back_is_no_drift(clean):
    swing = 0.9 + 0.1 * torch.sin(torch.arange(24) / 24 * 2 * torch.pi).view(-1, 1, 1, 1)
    report = score_loop(clean * swing, FPS)
    assert report.verdict is Verdict.PASS


def test_a_frozen_clip_is_no_loop_and_says_so(clean):
    report = score_loop(clean[:1].repeat(12, 1, 1, 1), FPS)
    assert report.verdict is Verdict.FAIL
    assert report.reasons[-1] == "Nothing moves: a frozen picture, not a clip."
    assert measurement(report, "seam_position").value is None


@pytest.mark.parametrize("frames", range(4))
def test_too_few_frames_are_not_measured(clean, frames):
    report = score_loop(clean[:frames], FPS)
    assert report.verdict is Verdict.NOT_MEASURED
    assert report.score is None
    assert all(each.value is None and each.reason for each in report.measurements)


def test_two_drawings_have_no_seam(clean):
    report = score_loop(clean[[0, 0, 0, 6, 6, 6]], FPS)
    assert report.verdict is Verdict.NOT_MEASURED
    assert measurement(report, "seam_position").reason_code == "too_few_drawings"


def test_generated_loops_pass_and_generated_clips_that_do_not_loop_fail(shared_clip, shared_clips):
    verdicts = {name: score_loop(*shared_clip(name)).verdict for name in shared_clips}
    assert {name: verdict for name, verdict in verdicts.items() if "mobius" in name} == {
        name: Verdict.PASS for name in verdicts if "mobius" in name
    }
    assert {name: verdict for name, verdict in verdicts.items() if "animatediff" in name} == {
        name: Verdict.FAIL for name in verdicts if "animatediff" in name
    }


def test_the_preview_plays_across_the_seam():
    frames = torch.arange(10.0).view(-1, 1, 1, 1)
    assert around_seam(frames).flatten().tolist() == [6, 7, 8, 9, 0, 1, 2, 3]
    assert around_seam(frames[:3]).flatten().tolist() == [2, 0]
    assert len(around_seam(frames[:0])) == 0
