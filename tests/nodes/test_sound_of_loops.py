"""Sound through Loop Score, Find Loop and Close Loop."""

import numpy as np
import pytest
import torch
from comfy_execution.graph_utils import ExecutionBlocker

from anime_production.benchmarks.sounds import tone
from anime_production.models.frame_rate import exact_rate
from anime_production.models.frames import InputError
from anime_production.models.report import Verdict
from anime_production.models.sample.sample_clip import Faults, draw_clip
from anime_production.models.sound.times import first_sample
from anime_production.nodes.loop import AnimeLoopScore
from anime_production.nodes.loop_close import AnimeLoopClose
from anime_production.nodes.loop_find import AnimeLoopFind

OF_SOUND = {"seam_click", "seam_sound", "sound_length", "sound_edit"}


@pytest.fixture(scope="module")
def loop():
    return draw_clip(24, 96, 96, 24, 0, 1)


@pytest.fixture(scope="module")
def clip():
    """A clip that is three frames longer than its motion."""
    return draw_clip(23, 96, 96, 20, 0, 1)


def audio_of(samples, rate=48_000):
    return {"waveform": torch.from_numpy(samples).float()[None], "sample_rate": rate}


def parts(report):
    return {each.name: each for each in report.measurements}


def test_a_planted_click_is_found_by_loop_score_and_mended_by_close_loop(run_node, loop):
    periodic = tone(48_000, frequency=330.0)  # whole periods in two seconds: it loops
    clicking = periodic.copy()
    clicking[:, -900:] *= -1  # the end is cut from elsewhere
    clicking[:, -900:] += np.linspace(2 * clicking[:, -901:-900], 0, 900, axis=1)[..., 0]
    good = run_node(AnimeLoopScore, images=loop, audio=audio_of(periodic)).args[0]
    assert good.verdict is Verdict.PASS
    bad = run_node(AnimeLoopScore, images=loop, audio=audio_of(clicking)).args[0]
    assert bad.verdict is Verdict.FAIL
    assert [each.reason_code for each in bad.not_passing] == ["seam_clicks"]
    assert bad.worst.reason_code == "seam_clicks"
    images, report, mended = run_node(AnimeLoopClose, images=loop, audio=audio_of(clicking)).args
    assert images is loop, "the pictures loop already"
    assert parts(report)["sound_edit"].reason_code == "sound_mended"
    again = run_node(AnimeLoopScore, images=images, audio=mended).args[0]
    assert again.verdict is report.verdict is Verdict.PASS
    assert torch.equal(
        mended["waveform"][0, :, :95_000], torch.from_numpy(clicking).float()[:, :95_000]
    )


def test_a_sound_that_grows_louder_fails_with_a_cause_of_its_own(run_node, loop):
    grown = tone(48_000, frequency=330.0) * 10 ** (np.linspace(-9, 9, 96_000) / 20)
    report = run_node(AnimeLoopScore, images=loop, audio=audio_of(grown)).args[0]
    assert "seam_sound_quieter" in {each.reason_code for each in report.not_passing}


def test_without_a_sound_the_report_is_that_of_the_pictures(run_node, loop):
    report = run_node(AnimeLoopScore, images=loop).args[0]
    assert OF_SOUND.isdisjoint(parts(report))
    with_sound = run_node(AnimeLoopScore, images=loop, audio=audio_of(tone(48_000, 330.0))).args[0]
    assert with_sound.measurements[: len(report.measurements)] == report.measurements
    for node in (AnimeLoopFind, AnimeLoopClose):
        answer = run_node(node, images=loop)
        assert isinstance(answer.args[-1], ExecutionBlocker)
        assert answer.args[-1].message is None
        assert OF_SOUND.isdisjoint(parts(answer.args[1]))


def test_silence_decides_nothing(run_node, loop):
    report = run_node(AnimeLoopScore, images=loop, audio=audio_of(np.zeros((1, 96_000)))).args[0]
    assert report.verdict is Verdict.PASS
    assert {parts(report)[name].reason_code for name in ("seam_click", "seam_sound")} == {
        "sound_silent"
    }


def test_a_profile_sets_the_limits_of_sound_too(run_node, loop):
    cut = tone(48_000, frequency=330.3)
    reports = [
        run_node(AnimeLoopScore, images=loop, audio=audio_of(cut), profile=profile).args[0]
        for profile in ("hero", "draft")
    ]
    assert all(each.verdict is Verdict.FAIL for each in reports)


@pytest.mark.parametrize(
    ("rate", "fps"),
    [(22_050, 12.0), (44_100, 12.0), (48_000, 12.0), (48_000, 24_000 / 1001)],
)
@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("auto", "sound_cut"),
        ("trim", "sound_cut"),
        ("crossfade", "sound_faded"),
        ("flow_morph", "sound_again"),
        ("colour", "sound_mended"),
        ("ping_pong", "sound_back"),
    ],
)
def test_the_sound_follows_each_method_to_the_sample(run_node, clip, method, code, rate, fps):
    sound = audio_of(tone(rate, seconds=23 / fps), rate)
    sound["waveform"] = sound["waveform"].half()
    images, report, closed = run_node(
        AnimeLoopClose, images=clip, method=method, blend_frames=3, fps=fps, audio=sound
    ).args
    assert parts(report)["sound_edit"].reason_code == code
    assert closed["sample_rate"] == rate
    assert closed["waveform"].dtype == torch.float16
    assert closed["waveform"].shape == (1, 2, first_sample(len(images), exact_rate(fps), rate))
    assert parts(report)["seam_click"].verdict is Verdict.PASS


def test_added_frames_sound_as_what_follows_the_clip(run_node, clip):
    longer = audio_of(tone(48_000, seconds=3.0))
    images, report, closed = run_node(
        AnimeLoopClose, images=clip, method="flow_morph", blend_frames=3, audio=longer
    ).args
    assert parts(report)["sound_edit"].reason_code == "sound_goes_on"
    assert parts(report)["sound_length"].reason_code == "sound_longer"
    assert torch.equal(
        closed["waveform"][..., 48_000:100_000], longer["waveform"][..., 48_000:100_000]
    )
    assert len(images) == 26


def test_an_unchanged_clip_leaves_its_sound_alone(run_node, loop):
    audio = audio_of(tone(48_000, frequency=330.0))
    images, report, closed = run_node(AnimeLoopClose, images=loop, audio=audio).args
    assert images is loop
    assert closed is audio
    assert parts(report)["sound_edit"].reason_code == "sound_kept"
    longer = audio_of(tone(48_000, frequency=330.0, seconds=2.4))
    _, report, closed = run_node(AnimeLoopClose, images=loop, audio=longer).args
    assert parts(report)["sound_edit"].reason_code == "sound_fitted"
    assert torch.equal(closed["waveform"], longer["waveform"][..., :96_000])


def test_find_loop_cuts_the_sound_to_the_loop(run_node):
    images = draw_clip(50, 96, 96, 20, 0, 1)
    audio = audio_of(tone(44_100, seconds=50 / 12), 44_100)
    loop, report, start, length, sound = run_node(
        AnimeLoopFind, images=images, max_frames=30, audio=audio
    ).args
    assert length == len(loop) < 50
    first, samples = round(start * 44_100 / 12), round(length * 44_100 / 12)
    assert sound["waveform"].shape == (1, 2, samples)
    kept = audio["waveform"][..., first + 500 : first + samples - 500]
    assert torch.equal(sound["waveform"][..., 500 : samples - 500], kept)
    assert parts(report)["sound_edit"].reason_code == "sound_cut"
    assert report.verdict is Verdict.PASS
    score = run_node(AnimeLoopScore, images=loop, audio=sound).args[0]
    assert score.verdict is Verdict.PASS


@pytest.mark.parametrize("node", [AnimeLoopScore, AnimeLoopFind, AnimeLoopClose])
def test_a_sound_that_can_not_be_cut_is_refused_before_any_work(run_node, loop, node):
    batch = {"waveform": torch.zeros(3, 2, 8), "sample_rate": 8}
    with pytest.raises(InputError, match="audio: expected one sound, that of the clip"):
        run_node(node, images=loop, audio=batch)


def test_too_short_a_sound_is_not_measured(run_node):
    clip = draw_clip(4, 96, 96, 4, 0, 1, Faults())
    audio = audio_of(tone(48_000, seconds=4 / 60))
    report = run_node(AnimeLoopScore, images=clip, fps=60.0, audio=audio).args[0]
    assert parts(report)["seam_click"].reason_code == "sound_too_short"
    assert parts(report)["seam_click"].verdict is Verdict.NOT_MEASURED


def test_a_sound_that_breaks_off_before_the_end_clicks_there(run_node, loop):
    audio = audio_of(tone(48_000, seconds=1.4137))
    report = run_node(AnimeLoopScore, images=loop, audio=audio).args[0]
    assert parts(report)["seam_click"].verdict is Verdict.FAIL
    assert parts(report)["sound_length"].reason_code == "sound_shorter"
    _, report, closed = run_node(AnimeLoopClose, images=loop, audio=audio).args
    assert closed["waveform"].shape[-1] == 96_000
    assert parts(report)["seam_click"].verdict is Verdict.PASS
