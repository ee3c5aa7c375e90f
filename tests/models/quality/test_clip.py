import pytest
import torch

from anime_production.models.quality.clip import score_clip_quality
from anime_production.models.report import Verdict
from anime_production.models.sample.clip import Faults, draw_clip

FPS = 24.0


def score(frames=24, seed=1, character=0, fps=FPS, **faults):
    return score_clip_quality(
        draw_clip(frames, 160, 160, 24, character, seed, Faults(**faults)), fps
    )


def measurement(report, name):
    return next(each for each in report.measurements if each.name == name)


@pytest.mark.parametrize("seed", range(3))
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
        assert failed == [name]
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


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_frames_have_lines_but_no_time(count):
    report = score_clip_quality(draw_clip(count, 160, 160, 24, 0, 1), FPS)
    assert report.verdict is Verdict.NOT_MEASURED
    assert measurement(report, "edge_width").verdict is Verdict.PASS
    assert measurement(report, "flicker").reason_code == "too_few_frames"


def test_no_frame_is_no_measurement():
    report = score_clip_quality(torch.zeros(0, 64, 64, 3), FPS)
    assert all(each.value is None for each in report.measurements)


def test_real_clips_are_measured_whole(shared_clip, shared_clips):
    for name in shared_clips:
        report = score_clip_quality(*shared_clip(name))
        assert report.verdict in (Verdict.PASS, Verdict.FAIL), name
        assert measurement(report, "flicker").verdict is Verdict.PASS, name
    held = score_clip_quality(*shared_clip("clips/animatediff_model_01_01.gif"))
    assert measurement(held, "drawing_rate").details["hold"] == 3
