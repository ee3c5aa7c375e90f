import pytest
import torch

from anime_production.benchmarks.distortions import add_noise, blur, compress
from anime_production.models.profile import load_profile
from anime_production.models.quality.clip_measures import TEMPORAL_MEASURES
from anime_production.models.quality.clip_quality import MEASURES, SUBJECT, score_clip_quality
from anime_production.models.report import Better, Report, Verdict
from anime_production.models.sample.sample_clip import Faults, draw_clip

from ...thorough import first_of
from .temporal.painted import pan

FPS = 24.0
TEMPORAL = {measure.name for measure in TEMPORAL_MEASURES}


def score(frames=24, seed=1, character=0, fps=FPS, **faults):
    return score_clip_quality(
        draw_clip(frames, 160, 160, 24, character, seed, Faults(**faults)), fps
    )


def values_of(report):
    """Those that could be measured."""
    return {each.name: each.value for each in report.measurements if each.value is not None}


def measurement(report, name):
    return next(each for each in report.measurements if each.name == name)


@pytest.mark.parametrize("seed", first_of(1, 0, 2))
@pytest.mark.parametrize("character", range(4))
def test_a_clean_clip_passes(seed, character):
    report = score(seed=seed, character=character)
    assert report.verdict is Verdict.PASS
    assert report.score > 80


@pytest.mark.parametrize(
    ("fault", "strengths", "name", "code"),
    [
        ("flicker", (0.0, 3.0, 6.0, 12.0), "flicker", "flickers"),
        ("blur", (0.0, 2.5, 3.5, 5.0), "edge_width", "soft_lines"),
        ("hold", (1, 5, 6, 8), "drawing_rate", "few_drawings"),
    ],
)
def test_a_planted_fault_fails_by_its_own_measure_the_more_the_worse(fault, strengths, name, code):
    clean, *faulty = [score(**{fault: strength}) for strength in strengths]
    assert clean.verdict is Verdict.PASS
    for report in faulty:
        failed = [each.name for each in report.measurements if each.verdict is Verdict.FAIL]
        assert name in failed
        assert measurement(report, name).reason_code == code
    scores = [report.score for report in (clean, *faulty)]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("hold", [2, 3])
def test_drawing_on_twos_or_threes_is_reported_and_not_punished(hold):
    report = score(hold=hold)
    assert report.verdict is Verdict.PASS
    assert measurement(report, "drawing_rate").details["hold"] == hold


def test_flicker_between_held_drawings_is_as_strong_as_between_single_ones():
    single, held = score(frames=96, flicker=4.0), score(frames=96, flicker=4.0, hold=2)
    values = [measurement(report, "flicker").value for report in (single, held)]
    assert values == pytest.approx([4.0, 4.0], rel=0.3)


def test_a_flash_is_found_at_its_frame():
    frames = draw_clip(24, 160, 160, 24, 0, 1)
    frames[9] = (frames[9] + 0.15).clamp(0, 1)
    report = score_clip_quality(frames, FPS)
    assert report.verdict is Verdict.FAIL
    assert report.worst.frame == 9


def test_a_frozen_clip_is_not_praised():
    frozen = draw_clip(1, 160, 160, 24, 0, 1).repeat(24, 1, 1, 1)
    report = score_clip_quality(frozen, FPS)
    assert report.verdict is Verdict.NOT_MEASURED
    assert report.score is None
    assert measurement(report, "drawing_rate").reason_code == "nothing_moves"
    assert measurement(report, "motion").value == 0
    assert measurement(report, "smoothness").value is None


def test_a_nearly_frozen_clip_shows_how_little_it_moves():
    still = draw_clip(1, 160, 160, 24, 0, 1).repeat(24, 1, 1, 1)
    for i in range(24):
        still[i, 70:74, 40 + i : 44 + i] = 0.0
    lively = score()
    report = score_clip_quality(still, FPS)
    for name in ("motion", "speed"):
        assert measurement(report, name).value < measurement(lively, name).value


def hold(frames, times):
    return frames.repeat_interleave(times, dim=0)


def assert_only_the_pattern_tells_them_apart(frames, times):
    plain, held = (score_clip_quality(each, FPS) for each in (frames, hold(frames, times)))
    values, held_values = values_of(plain), values_of(held)
    rate = values.pop("drawing_rate"), held_values.pop("drawing_rate")
    assert rate[1] == pytest.approx(rate[0] / times)
    assert held_values == pytest.approx(values, rel=1e-4, abs=1e-6)
    lengths = measurement(plain, "drawing_rate").details["lengths"]
    held_lengths = measurement(held, "drawing_rate").details["lengths"]
    assert held_lengths == tuple(times * length for length in lengths)


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize("faults", [Faults(), Faults(flicker=4.0)])
def test_holding_every_frame_changes_nothing_but_the_pattern(faults, times):
    assert_only_the_pattern_tells_them_apart(draw_clip(24, 128, 128, 24, 1, 2, faults), times)


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize(
    "name", ["clips/animatediff_model_01_02.gif", "loops/mobius_vc2_case_3.gif"]
)
def test_holding_every_frame_of_a_real_clip_changes_nothing_but_the_pattern(
    shared_clip, name, times
):
    frames = shared_clip(name)[0]
    drawn = frames[::3] if name.startswith("clips/") else frames  # on threes as it comes
    assert_only_the_pattern_tells_them_apart(drawn, times)


def test_a_pan_of_a_clean_picture_passes():
    report = score_clip_quality(pan(24, speed=3), FPS)
    assert report.verdict is Verdict.PASS
    assert measurement(report, "flicker").value < 0.3
    assert measurement(report, "jitter").value < 0.1
    assert measurement(report, "dropped").value == 0
    assert measurement(report, "smoothness").value > 0.8


def test_a_cut_is_told_and_nothing_is_measured_across_it():
    first, second = draw_clip(16, 240, 240, 24, 0, 1), draw_clip(16, 240, 240, 24, 1, 2)
    both = score_clip_quality(torch.cat([first, second]), FPS)
    assert measurement(both, "scenes").details["starts"] == (0, 16)
    assert both.verdict is Verdict.PASS
    for name in ("warping_error", "flicker", "local_flicker"):
        alone = [measurement(score_clip_quality(each, FPS), name).value for each in (first, second)]
        assert measurement(both, name).value <= max(alone) * 1.05
    assert measurement(both, "warping_error").per_frame[16] is None


@pytest.mark.parametrize(("colour", "way"), [(1.0, "white"), (0.0, "black")])
def test_a_white_or_black_frame_is_a_flash_and_spoils_nothing_else(colour, way):
    frames = draw_clip(24, 160, 160, 24, 0, 1)
    frames[9] = colour
    report = score_clip_quality(frames, FPS)
    failed = [each.name for each in report.measurements if each.verdict is Verdict.FAIL]
    assert failed == ["flash"]
    assert (report.worst.frame, report.worst.reason_code) == (9, "flashes")


def test_what_a_profile_wants_counts():
    profile = load_profile("draft")
    frames = draw_clip(24, 160, 160, 24, 0, 1, Faults(flicker=3.0))
    report = score_clip_quality(frames, FPS, profile.applied(SUBJECT, *MEASURES))
    assert score_clip_quality(frames, FPS).verdict is Verdict.FAIL
    assert report.verdict is Verdict.PASS
    assert measurement(report, "flicker").reason_code == "steady_light"


def test_the_supporting_profile_says_the_measures_own_thresholds():
    limits = load_profile("supporting").limits[SUBJECT]
    assert {name: limit["threshold"] for name, limit in limits.items()} == {
        measure.name: measure.threshold for measure in MEASURES if measure.threshold is not None
    }
    assert load_profile("supporting").applied(SUBJECT, *MEASURES) == MEASURES


def test_every_shipped_profile_fits_the_measures():
    for name in ("hero", "background", "draft"):
        profile = load_profile(name)
        given = {key: limit["threshold"] for key, limit in profile.limits[SUBJECT].items()}
        applied = {each.name: each.threshold for each in profile.applied(SUBJECT, *MEASURES)}
        assert given
        assert {key: applied[key] for key in given} == given


def test_a_frame_that_is_not_finite_is_no_measurement():
    frames = draw_clip(8, 96, 96, 24, 0, 1)
    frames[3, 5, 5, 0] = float("nan")
    report = score_clip_quality(frames, FPS)
    assert report.verdict is Verdict.NOT_MEASURED
    assert {each.reason_code for each in report.measurements} == {"not_finite"}


@pytest.mark.parametrize("size", [(16, 16), (17, 300), (31, 65)])
def test_small_and_odd_sizes_are_measured(size):
    frames = pan(10, speed=1, height=size[0], width=size[1])
    report = score_clip_quality(frames, FPS)
    assert Report.from_json(report.to_json()) == report
    assert report.verdict is Verdict.PASS, report.reasons


def test_noise_and_flat_colour_break_nothing_and_pass_nowhere():
    noise = torch.rand(12, 64, 64, 3, generator=torch.Generator().manual_seed(0))
    flat = torch.linspace(0.2, 0.8, 12).view(-1, 1, 1, 1).expand(12, 64, 64, 3)
    for frames, verdict in (
        (noise, Verdict.FAIL),
        (flat, Verdict.FAIL),
        (noise.round(), Verdict.FAIL),
    ):
        report = score_clip_quality(frames, FPS)
        assert Report.from_json(report.to_json()) == report
        assert report.verdict is verdict


@pytest.mark.parametrize("size", [(24, 256, 256), (4, 10000, 16), (4, 16, 10000)])
def test_pure_noise_fails_in_every_shape(size):
    noise = torch.rand(*size, 3, generator=torch.Generator().manual_seed(0))
    report = score_clip_quality(noise, FPS)
    assert (report.verdict, measurement(report, "noise").verdict) == (Verdict.FAIL, Verdict.FAIL)
    assert report.score == pytest.approx(0, abs=1)


def test_a_longer_clip_does_not_change_what_is_measured_of_its_drawings():
    frames = draw_clip(24, 128, 128, 24, 0, 1)
    whole, part = score_clip_quality(frames, FPS), score_clip_quality(frames[:12], FPS)
    for name in ("warping_error", "speed", "local_flicker", "edge_width", "noise"):
        assert measurement(whole, name).per_frame[1:11] == measurement(part, name).per_frame[1:11]


def test_progress_never_goes_back_and_whatever_it_raises_stops_the_work():
    told = []
    frames = draw_clip(12, 96, 96, 24, 0, 1)
    score_clip_quality(frames, FPS, report_progress=lambda done, total: told.append(done / total))
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) > 20

    def stop(done, total):
        if done > 14:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_clip_quality(frames, FPS, report_progress=stop)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_gives_the_same_values():
    frames = draw_clip(24, 160, 160, 24, 0, 1, Faults(flicker=2.0))
    here, there = (
        values_of(score_clip_quality(frames, FPS)),
        values_of(score_clip_quality(frames.cuda(), FPS)),
    )
    assert there == pytest.approx(here, rel=0.02, abs=0.01)


def test_two_drawings_held_long_have_lines_but_no_time():
    report = score_clip_quality(hold(draw_clip(2, 160, 160, 12, 0, 1), 10), FPS)
    assert (report.verdict, report.score) == (Verdict.NOT_MEASURED, None)
    assert measurement(report, "edge_width").verdict is Verdict.PASS
    temporal = [each for each in report.measurements if each.name in TEMPORAL]
    assert {each.reason_code for each in temporal} == {"too_few_drawings"}
    assert {each.value for each in temporal} == {None}


def test_a_mixed_pattern_is_reported_with_each_of_its_holds():
    drawn = draw_clip(15, 128, 128, 15, 0, 1)
    lengths = torch.tensor([1, 2, 2] * 5)
    rate = measurement(
        score_clip_quality(drawn.repeat_interleave(lengths, dim=0), FPS), "drawing_rate"
    )
    assert rate.details["usual_holds"] == (1, 2)
    assert rate.details["lengths"] == tuple(lengths.tolist())


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("edge_width", lambda frame: blur(frame, 3)),
        ("noise", lambda frame: add_noise(frame, 12)),
        ("clipped", lambda frame: (frame + 0.5).clamp(0, 1)),
        ("contrast", lambda frame: 0.4 + frame * 0.2),
        ("blockiness", lambda frame: compress(frame, 5)),
    ],
)
def test_a_still_measure_along_time_says_where_it_is_worst_and_is_the_usual_drawings(name, spoil):
    frames = draw_clip(6, 160, 160, 12, 0, 1)
    clean = measurement(score_clip_quality(frames, FPS), name)
    frames[4:5] = spoil(frames[4:5])
    spoiled = measurement(score_clip_quality(hold(frames, 2), FPS), name)
    assert spoiled.details["worst_frame"] == 8
    assert spoiled.details["worst"] == spoiled.per_frame[8] == spoiled.per_frame[9]
    worse = max if spoiled.better is Better.LOWER else min
    assert spoiled.details["worst"] == worse(spoiled.per_frame)
    assert abs(spoiled.details["worst"] - spoiled.value) > 0.2 * abs(spoiled.value)
    assert spoiled.value == pytest.approx(clean.value, rel=0.05, abs=1e-6)


def test_colour_that_drifts_over_the_clip_is_told():
    frames = draw_clip(24, 128, 128, 24, 0, 1)
    cast = torch.linspace(0, 0.08, 24).view(-1, 1, 1, 1) * torch.tensor([1.0, 0.0, -1.0])
    drifted = score_clip_quality((frames + cast).clamp(0, 1), FPS)
    assert measurement(drifted, "drift").reason_code == "drifts"
    assert measurement(drifted, "drift").value > 3 * measurement(score(), "drift").value
    assert measurement(drifted, "flicker").verdict is Verdict.PASS


def test_a_resize_of_one_changes_nothing():
    frames = draw_clip(12, 128, 128, 12, 0, 1)
    same = torch.nn.functional.interpolate(frames.movedim(-1, 1), (128, 128), mode="bilinear")
    values = values_of(score_clip_quality(frames, FPS))
    resized = values_of(score_clip_quality(same.movedim(1, -1), FPS))
    assert resized == pytest.approx(values, rel=1e-4, abs=1e-6)


def test_where_less_than_half_of_the_drawings_tell_nothing_is_called_usual():
    """A large figure that moves leaves hardly anything still in most drawings."""
    boiling = measurement(score(frames=24, character=1), "boiling")
    assert (boiling.value, boiling.reason_code, boiling.required) == (None, "nothing_still", False)


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_frames_have_lines_but_no_time(count):
    report = score_clip_quality(draw_clip(count, 160, 160, 24, 0, 1), FPS)
    assert report.verdict is Verdict.NOT_MEASURED
    assert measurement(report, "edge_width").verdict is Verdict.PASS
    assert measurement(report, "flicker").reason_code == "too_few_frames"


def test_no_frame_is_no_measurement():
    report = score_clip_quality(torch.zeros(0, 64, 64, 3), FPS)
    assert all(each.value is None for each in report.measurements)
