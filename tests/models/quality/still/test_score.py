import threading
import time

import pytest
import torch

from anime_production.benchmarks.distortions import (
    add_noise,
    band,
    blur,
    compress,
    enlarge,
    overexpose,
)
from anime_production.models import workers
from anime_production.models.profile import load_profile
from anime_production.models.quality.still import still_quality
from anime_production.models.quality.still.learned import COMPLETENESS, Learned, LearnedMeasure
from anime_production.models.quality.still.still_measures import MEASURES
from anime_production.models.quality.still.still_quality import (
    SUBJECT,
    measure_picture,
    score_still_quality,
)
from anime_production.models.report import Verdict
from anime_production.models.sample.sample_clip import draw_clip

from .test_learned import write_network


@pytest.fixture(scope="module")
def drawing():
    return draw_clip(1, 416, 320, 24, 0, 0)


def measurement(report, name):
    return next(each for each in report.measurements if each.name == name)


@pytest.mark.parametrize("character", range(4))
def test_a_clean_drawing_passes_the_strictest_profile(character):
    measures = load_profile("hero").applied(SUBJECT, *MEASURES)
    report = score_still_quality(draw_clip(1, 416, 320, 24, character, 0), measures)
    assert report.verdict is Verdict.PASS
    assert report.score > 75


def test_a_profile_decides_what_fails_and_what_is_said(drawing):
    soft = blur(drawing, 1.3)
    for profile, code in (("hero", "soft_lines"), ("draft", "sharp_lines")):
        measures = load_profile(profile).applied(SUBJECT, *MEASURES)
        assert measurement(score_still_quality(soft, measures), "edge_width").reason_code == code


def test_real_drawings_and_backgrounds_pass(shared_picture, shared_pictures):
    for name in shared_pictures:
        report = score_still_quality(shared_picture(name))
        assert report.verdict is Verdict.PASS, (name, report.reasons)


@pytest.mark.parametrize(
    ("spoil", "name", "code"),
    [
        (lambda frames: blur(frames, 3), "edge_width", "soft_lines"),
        (lambda frames: enlarge(frames, 2.5), "resolution", "enlarged"),
        (lambda frames: add_noise(frames, 15), "noise", "noisy"),
        (lambda frames: band(frames, 0.6), "banding", "banded"),
        (lambda frames: overexpose(frames, 6), "clipped", "light_clipped"),
        (lambda frames: frames * 0.004, "crushed", "dark_crushed"),
        (lambda frames: 0.5 + 0.01 * frames, "content", "nearly_blank"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_broken_picture_fails_by_the_measure_made_for_it(drawing, spoil, name, code):
    report = score_still_quality(spoil(drawing))
    assert report.verdict is Verdict.FAIL
    failed = measurement(report, name)
    assert failed.verdict is Verdict.FAIL
    assert failed.reason_code == code


def test_strong_jpeg_fails_by_its_blocks(shared_picture):
    picture = compress(shared_picture("characters/eileen_happy.png"), 8)
    assert measurement(score_still_quality(picture), "blockiness").reason_code == "blocky"


def test_motion_is_told_from_a_soft_picture(drawing):
    moved = torch.stack([drawing.roll(shift, dims=2) for shift in range(9)]).mean(dim=0)
    report = score_still_quality(moved)
    assert measurement(report, "blur_direction").reason_code == "motion_blurred"
    assert measurement(report, "blur_direction").details["angle"] == 0
    soft = score_still_quality(blur(drawing, 2.5))
    assert measurement(soft, "blur_direction").reason_code == "blur_all_round"


def test_the_worst_picture_of_a_batch_decides_and_is_shown(drawing):
    batch = torch.cat([drawing, blur(drawing, 3), drawing])
    report = score_still_quality(batch)
    assert report.verdict is Verdict.FAIL
    assert report.worst.frame == 1
    edges = measurement(report, "edge_width")
    assert edges.value == edges.per_frame[1] == max(edges.per_frame)
    resolution = measurement(report, "resolution")
    assert resolution.value == resolution.per_frame[1] == min(resolution.per_frame)
    assert edges.details["mean"] == pytest.approx(sum(edges.per_frame) / 3)


def test_neither_order_nor_number_of_the_others_changes_a_picture(drawing):
    small = drawing[:, 60:260, 100:340]
    batch = torch.cat([small, add_noise(small, 5), blur(small, 1), enlarge(small, 2)])
    whole = score_still_quality(batch)
    turned = score_still_quality(batch.flip(0))
    for each, other in zip(whole.measurements, turned.measurements, strict=True):
        assert each.per_frame == other.per_frame[::-1]
        assert each.value == other.value
    for number, frame in enumerate(batch):
        alone = score_still_quality(frame[None])
        for each, other in zip(whole.measurements, alone.measurements, strict=True):
            if each.per_frame:
                assert each.per_frame[number] == other.per_frame[0]


def test_a_resize_of_one_changes_nothing(drawing):
    pictures = drawing.movedim(-1, 1)
    same = torch.nn.functional.interpolate(pictures, pictures.shape[-2:], mode="bilinear")
    report = score_still_quality(same.movedim(1, -1))
    for each, other in zip(
        report.measurements, score_still_quality(drawing).measurements, strict=True
    ):
        if each.value is None:
            assert other.value is None
        else:
            assert each.value == pytest.approx(other.value, rel=1e-4, abs=1e-4)


def test_every_picture_is_told_of_and_the_user_can_stop(drawing):
    told = []
    score_still_quality(drawing.repeat(3, 1, 1, 1), report_progress=lambda *at: told.append(at))
    # It may be told of the last picture again, and of none, while the next one takes long.
    assert [at for at in dict.fromkeys(told) if at[0]] == [(1, 3), (2, 3), (3, 3)]

    class Stopped(BaseException):
        pass

    def stop(done, total):
        raise Stopped

    with pytest.raises(Stopped):
        score_still_quality(drawing, report_progress=stop)


def test_the_user_can_stop_while_one_picture_takes_long(drawing, monkeypatch):
    class Stopped(BaseException):
        pass

    def stop(done, total):
        raise Stopped

    go_on = threading.Event()
    monkeypatch.setattr(workers, "WORKERS", workers.Workers(2))
    monkeypatch.setattr(still_quality, "measure_picture", lambda *_: go_on.wait(timeout=10))
    start = time.monotonic()
    with pytest.raises(Stopped):
        score_still_quality(drawing, report_progress=stop)
    assert time.monotonic() - start < 5
    go_on.set()


def test_large_pictures_are_measured_one_at_a_time(drawing, monkeypatch):
    at_work, most = [], []

    def measure(frame, measures):
        at_work.append(frame)
        most.append(len(at_work))
        time.sleep(0.05)
        at_work.pop()
        return measure_picture(frame, measures)

    monkeypatch.setattr(workers, "WORKERS", workers.Workers(4))
    monkeypatch.setattr(still_quality, "measure_picture", measure)
    for pixels, expected in ((drawing[0, ..., 0].numel(), 1), (still_quality.PIXELS, 4)):
        monkeypatch.setattr(still_quality, "PIXELS", pixels)
        most.clear()
        score_still_quality(drawing.expand(6, -1, -1, -1))
        assert max(most) == expected


def test_learned_measures_are_absent_with_a_reason_or_measured(drawing, tmp_path):
    report = score_still_quality(drawing)
    missing = measurement(report, "anime_completeness")
    assert (missing.verdict, missing.required) == (Verdict.NOT_MEASURED, False)
    assert "models/anime_completeness" in missing.reason
    network = LearnedMeasure(COMPLETENESS, write_network(tmp_path, COMPLETENESS, 384))
    found = measurement(
        score_still_quality(drawing, learned=Learned((network,))), "anime_completeness"
    )
    assert found.value == pytest.approx(network.value(drawing[0]))


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (torch.zeros(0, 64, 64, 3), "no_frames"),
        (torch.zeros(1, 8, 64, 3), "too_small"),
        (torch.full((2, 64, 64, 3), float("nan")), "not_finite"),
    ],
)
def test_what_cannot_be_measured_says_why(frames, code):
    report = score_still_quality(frames)
    assert report.verdict is Verdict.NOT_MEASURED
    assert report.score is None
    assert {each.reason_code for each in report.measurements} == {code}


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("side", [16, 64, 200])
def test_a_blank_picture_fails_as_blank_and_claims_nothing_else(level, side):
    report = score_still_quality(torch.full((1, side, side, 3), level))
    assert report.verdict is Verdict.FAIL
    assert report.score is None
    assert measurement(report, "content").reason_code == "nearly_blank"
    assert measurement(report, "edge_width").value is None


@pytest.mark.parametrize(("height", "width"), [(16, 16), (17, 300), (301, 19), (65, 66)])
def test_pictures_of_random_values_fail_as_noisy_whatever_their_size(height, width):
    random = torch.rand(2, height, width, 3, generator=torch.Generator().manual_seed(0))
    report = score_still_quality(random)
    assert report.verdict is Verdict.FAIL
    noise = measurement(report, "noise")
    assert noise.reason_code == "noisy"
    assert 50 < noise.value < 75  # levels; their standard deviation is 74


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
def test_a_gpu_measures_what_the_cpu_measures(drawing):
    there = score_still_quality(drawing, device="cuda")
    for each, other in zip(
        there.measurements, score_still_quality(drawing).measurements, strict=True
    ):
        assert (each.value is None) == (other.value is None)
        if each.value is not None:
            assert each.value == pytest.approx(other.value, rel=1e-2, abs=1e-3), each.name
