import pytest
import torch

from anime_production.models.loop.seam import score_loop
from anime_production.models.perceptual.backend import choose_backend
from anime_production.models.perceptual.structural import STRUCTURAL_BACKEND
from anime_production.models.report import Verdict
from anime_production.models.sample.sample_clip import Faults, draw_clip

from ...thorough import first_of
from .painted import disc_clip, swing, texture

FPS = 12.0


def clip(frames=24, seed=1, character=0, **faults):
    return draw_clip(frames, 160, 160, 24, character, seed, Faults(**faults))


def measurement(report, name):
    return next(each for each in report.measurements if each.name == name)


@pytest.fixture(scope="module")
def clean():
    return clip()


@pytest.mark.parametrize("seed", first_of(*range(4)))
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


@pytest.mark.parametrize("seed", first_of(*range(4)))
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


def test_the_curve_is_in_the_clips_own_steps_and_ends_with_the_seam(clean):
    measured = measurement(score_loop(clean[:-3], FPS), "seam_position")
    curve = measured.per_frame
    assert len(curve) == 21
    assert curve[-1] == measured.value  # one number for one fact
    assert sorted(curve[:-1])[10] == pytest.approx(1, abs=0.1)
    assert curve[-1] > 1.75 > max(curve[:-1])


def test_the_first_frame_repeated_at_the_end_stutters(clean):
    report = score_loop(torch.cat([clean, clean[:1]]), FPS)
    assert report.verdict is Verdict.FAIL
    assert measurement(report, "seam_position").reason_code == "seam_stutter"


def test_light_that_drifts_over_the_clip_is_named(clean):
    ramp = torch.linspace(1.0, 0.8, len(clean)).view(-1, 1, 1, 1)
    report = score_loop(clean * ramp, FPS)
    assert report.verdict is Verdict.FAIL
    assert measurement(report, "seam_colour").reason_code == "seam_darker"
    percent = measurement(report, "seam_colour").reason_values["percent"]
    assert (
        f"the picture is {percent:g} % darker at the end than at the start" in report.worst.reason
    )
    assert report.worst.reason.endswith("Try Close Loop, which takes such a drift out.")


@pytest.mark.parametrize("end", [0.97, 1.03])
def test_a_small_drift_of_light_fails_a_dark_picture_and_is_the_cause(clean, end):
    ramp = torch.linspace(1.0, end, len(clean)).view(-1, 1, 1, 1)
    report = score_loop(0.25 * clean * ramp, FPS)
    assert report.verdict is Verdict.FAIL
    assert report.worst.reason_code == ("seam_darker" if end < 1 else "seam_brighter")
    assert score_loop(0.25 * clean, FPS).verdict is Verdict.PASS


def test_light_that_swings_and_comes_back_is_no_drift(clean):
    swing = 0.9 + 0.1 * torch.sin(torch.arange(24) / 24 * 2 * torch.pi).view(-1, 1, 1, 1)
    report = score_loop(clean * swing, FPS)
    assert report.verdict is Verdict.PASS


def test_half_of_a_loop_played_back_and_forth_is_named(clean):
    report = score_loop(torch.cat([clean[:13], clean[1:12].flip(0)]), FPS)
    assert report.verdict is Verdict.FAIL
    assert report.worst.reason_code == "plays_back_and_forth"
    assert measurement(report, "seam_position").verdict is Verdict.PASS


@pytest.mark.parametrize("turn", range(1, 24, 3))
def test_back_and_forth_is_named_wherever_the_clip_starts(clean, turn):
    there_and_back = torch.cat([clean[:13], clean[1:12].flip(0)])
    report = score_loop(there_and_back.roll(turn, dims=0), FPS)
    assert report.verdict is Verdict.FAIL
    assert report.worst.reason_code == "plays_back_and_forth"
    turns = measurement(report, "seam_velocity").details["turning_frames"]
    assert sorted(turns) == sorted({turn % 24, (turn + 12) % 24})


@pytest.mark.parametrize("turn", range(0, 24, 3))
def test_a_pendulum_is_its_own_way_back_and_a_loop(turn):
    frames = disc_clip(swing(24, 24), texture(64, 96)).roll(turn, dims=0)
    assert score_loop(frames, FPS).verdict is Verdict.PASS


@pytest.mark.parametrize("turn", range(2, 24, 5))
def test_a_ball_that_bounces_and_rests_at_its_top_is_a_loop(turn):
    time = (torch.arange(24) - 12) / 12  # up and down between two bounces
    places = [(64, 30 + 70 * t**2) for t in time.tolist()]
    frames = disc_clip(places, torch.full((128, 128, 3), 0.6), radius=24)
    assert score_loop(frames.roll(turn, dims=0), FPS).verdict is Verdict.PASS


@pytest.mark.parametrize("hold", [2, 3])
@pytest.mark.parametrize("strength", [0.03, 0.1])
def test_light_that_swings_with_every_frame_does_not_break_the_holds(hold, strength):
    frames = clip(hold=hold)
    swing = strength * torch.sin(torch.arange(24) / 24 * 2 * torch.pi).view(-1, 1, 1, 1)
    report = score_loop(frames * (0.9 + swing), FPS)
    assert report.verdict is Verdict.PASS
    lengths = measurement(report, "seam_hold").details["lengths"]
    assert set(lengths) == {hold}


@pytest.mark.parametrize("hold", [2, 3])
def test_light_that_drifts_with_every_frame_under_holds_is_named(hold):
    ramp = torch.linspace(1.0, 0.85, 24).view(-1, 1, 1, 1)
    report = score_loop(clip(hold=hold) * ramp, FPS)
    assert report.verdict is Verdict.FAIL
    assert measurement(report, "seam_colour").reason_code == "seam_darker"


def test_a_loop_that_runs_on_for_two_drawings_turns_back_at_its_seam(clean):
    """The step back is as long as any other: only its direction is wrong."""
    report = score_loop(torch.cat([clean, clean[:2]]), FPS)
    assert report.verdict is Verdict.FAIL
    assert report.worst.reason_code == "seam_turns_back"


@pytest.mark.parametrize("hold", [2, 3])
@pytest.mark.parametrize("turn", [1, 2, 7])
def test_a_loop_on_twos_or_threes_may_start_inside_a_drawing(hold, turn):
    assert score_loop(clip(hold=hold).roll(turn, dims=0), FPS).verdict is Verdict.PASS


@pytest.mark.parametrize("change", ["one frame fewer", "one frame more", "the first frame again"])
def test_a_hold_pattern_that_breaks_at_the_seam_is_named(change):
    on_twos = clip(hold=2)
    ends = {
        "one frame fewer": on_twos[:-1],
        "one frame more": torch.cat([on_twos, on_twos[-1:]]),
        "the first frame again": torch.cat([on_twos, on_twos[:1]]),
    }
    report = score_loop(ends[change], FPS)
    assert report.verdict is Verdict.FAIL
    assert report.worst.reason_code == "seam_hold_broken"


def test_nothing_but_grain_is_no_loop_and_says_so(clean):
    noise = torch.randn(clean.shape, generator=torch.Generator().manual_seed(1))
    report = score_loop((clean[:1] + 0.05 * noise).clamp(0, 1), FPS)
    assert report.verdict is Verdict.FAIL
    assert report.worst.reason_code == "only_grain"
    assert score_loop((clean + 0.02 * noise).clamp(0, 1), FPS).verdict is Verdict.PASS


@pytest.mark.parametrize("held", [1, 6])
def test_a_show_of_unrelated_pictures_is_no_loop_and_says_so(held):
    pictures = torch.cat([draw_clip(1, 96, 96, 8, who % 4, 50 + who) for who in range(9)])
    report = score_loop(pictures.repeat_interleave(held, dim=0), FPS)
    assert report.verdict is Verdict.FAIL
    assert report.worst.reason.startswith("Every step is a cut")


def test_progress_runs_once_from_start_to_end(clean):
    done = []
    score_loop(clean, FPS, report_progress=lambda part, total: done.append(part / total))
    assert done == sorted(done)
    assert done[-1] == 1


def test_a_frozen_clip_is_no_loop_and_says_so(clean):
    report = score_loop(clean[:1].repeat(12, 1, 1, 1), FPS)
    assert report.verdict is Verdict.FAIL
    assert report.reasons[-1].startswith("Nothing moves: this is a frozen picture, not a clip.")
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


@pytest.fixture(scope="module")
def squeeze(shared_assets):
    file = shared_assets / "weights" / "squeezenet1_1_features.pth"
    return choose_backend("lpips-squeeze", {file.name: file})[0]


def verdicts(shared_clip, names, backend):
    """Prints each clip's cause, as the table that a person would look at."""
    found = {}
    for name in names:
        report = score_loop(*shared_clip(name), backend)
        cause = "" if report.worst is None else report.worst.reason
        score = "–" if report.score is None else f"{report.score:.0f}"
        print(f"{name:48} {report.verdict.value:12} {score:>3}  {cause}")
        found[name] = report.verdict
    return found


@pytest.mark.parametrize(
    "backend",
    ["structural", pytest.param("squeeze", marks=[pytest.mark.slow, pytest.mark.timeout(1200)])],
)
def test_generated_loops_pass_and_generated_clips_that_do_not_loop_fail(
    backend, request, shared_clip, shared_clips
):
    distance = STRUCTURAL_BACKEND if backend == "structural" else request.getfixturevalue(backend)
    found = verdicts(shared_clip, shared_clips, distance)
    wanted = {
        **{name: Verdict.PASS for name in shared_clips if "mobius" in name},
        **{name: Verdict.FAIL for name in shared_clips if "animatediff" in name},
    }
    assert {name: found[name] for name in wanted} == wanted
    assert Verdict.NOT_MEASURED not in found.values()


SPRITES = {
    # Its first drawing differs from the last by a third of a step: nearly the same one twice.
    "loops/vscodepets_clippy_black_walk_8fps.gif": "seam_stutter",
    # Four frames of rest, then a walk that ends in another place.
    "loops/vscodepets_panda_black_idle_8fps.gif": "seam_jump",
    "loops/vscodepets_crab_red_walk_8fps.gif": "seam",
}


@pytest.mark.parametrize("name", SPRITES)
def test_each_sprite_is_reported_with_its_cause(shared_clip, name):
    report = score_loop(*shared_clip(name))
    assert report.worst.reason_code == SPRITES[name]
    assert (report.verdict is Verdict.PASS) == (SPRITES[name] == "seam")


def test_generated_clips_that_do_not_loop_score_far_below_a_pass(shared_clip, shared_clips):
    for name in (each for each in shared_clips if "animatediff" in each):
        report = score_loop(*shared_clip(name))
        assert measurement(report, "seam_position").score < 35, name
        assert report.score < 35, name


def test_a_film_whose_poses_meet_and_whose_texture_pops_says_so(shared_clip):
    """Its first frame is a sharp keyframe, its last one soft: a learned distance sees that."""
    report = score_loop(*shared_clip("clips/moviepy_big_buck_bunny_432_433.webm"))
    assert report.verdict is Verdict.PASS
    assert measurement(report, "seam_sharpness").reason_code == "seam_sharper"


def test_a_real_loop_stays_one_wherever_it_starts(shared_clip):
    frames, fps = shared_clip("loops/mobius_vc2_case_1.gif")
    turned = [score_loop(frames.roll(turn, dims=0), fps) for turn in range(0, 16, 3)]
    assert [report.verdict for report in turned] == [Verdict.PASS] * len(turned)


def test_one_set_of_thresholds_serves_every_backend(clean, squeeze):
    for name, frames in (("loop", clean), ("cut", clean[:-6])):
        structural, learned = score_loop(frames, FPS), score_loop(frames, FPS, squeeze)
        assert structural.verdict is learned.verdict, name
        assert measurement(learned, "seam_position").backend == "lpips-squeeze"
        for one, other in zip(structural.measurements, learned.measurements, strict=True):
            assert (one.name, one.threshold) == (other.name, other.threshold)


def test_frames_too_small_for_a_backend_are_not_measured_by_it(clean, squeeze):
    small = torch.nn.functional.interpolate(clean.movedim(-1, 1), (16, 24)).movedim(1, -1)
    report = score_loop(small, FPS, squeeze)
    assert report.verdict is Verdict.NOT_MEASURED
    assert score_loop(small, FPS).score is not None
