from fractions import Fraction

import pytest
import torch

from anime_production.benchmarks.sounds import RATES, sound_of, tone
from anime_production.models.frame_rate import exact_rate
from anime_production.models.sound.edits import (
    Crossfade,
    Cut,
    Extension,
    ThereAndBack,
    edited,
    fitted,
    frames_of,
    joined,
)
from anime_production.models.sound.sound import Sound
from anime_production.models.sound.times import first_sample

NTSC = Fraction(24_000, 1001)


def ramp(samples, rate=48_000, dtype=torch.float64):
    """Samples that say where they come from."""
    return Sound(torch.arange(samples, dtype=dtype)[None] / samples, rate)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("fps", [Fraction(12), NTSC])
def test_frames_far_into_a_clip_have_their_own_samples(rate, fps):
    sound = ramp(first_sample(5000, fps, rate), rate)
    for start, end in ((0, 1), (4321, 4322), (1234, 4999)):
        part = frames_of(sound, start, end, fps)
        first = first_sample(start, fps, rate)
        assert part.samples == first_sample(end, fps, rate) - first
        assert torch.equal(part.waveform, sound.waveform[:, first : first + part.samples])


def test_the_parts_of_all_frames_are_the_whole_sound():
    sound = ramp(first_sample(2000, NTSC, 44_100), 44_100)
    parts = [frames_of(sound, frame, frame + 1, NTSC).waveform for frame in range(2000)]
    assert torch.equal(torch.cat(parts, dim=-1), sound.waveform)


def test_a_sound_of_another_length_is_fitted_to_the_clip():
    fps = Fraction(12)
    exact, longer = ramp(48_000), ramp(60_000)
    assert fitted(exact, 12, fps) is exact
    assert torch.equal(fitted(longer, 12, fps).waveform, longer.waveform[:, :48_000])
    half = fitted(sound_of(tone(48_000, seconds=0.5), 48_000), 12, fps)
    assert half.samples == 48_000
    assert half.waveform[:, 24_000:].abs().max() == 0
    nearly = fitted(sound_of(tone(48_000, seconds=0.98), 48_000), 12, fps)
    assert nearly.samples == 48_000
    assert nearly.waveform[:, 47_500:].abs().max() > 0.3, "a small lack is no silence"


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("fps", [12.0, 24_000 / 1001])
@pytest.mark.parametrize(
    ("edits", "frames"),
    [
        ((Cut(3, 41),), 38),
        ((Cut(0, 46), Cut(3, 40)), 37),
        ((Crossfade(43, 5),), 43),
        ((Cut(1, 47), Crossfade(42, 3)), 42),
        ((Extension(4),), 52),
        ((Cut(9, 41), Extension(4)), 36),
        ((ThereAndBack(2, 1),), 93),
        ((ThereAndBack(1, 1),), 94),
    ],
)
@pytest.mark.parametrize("excess", [-0.9, -0.02, 0.0, 0.7])
def test_the_sound_lasts_as_long_as_the_frames_to_the_sample(rate, fps, edits, frames, excess):
    exact = exact_rate(fps)
    seconds = 48 / float(exact) + excess
    sound = sound_of(tone(rate, seconds=seconds), rate)
    before = sound.waveform.clone()
    after = edited(sound, 48, exact, edits).sound
    assert after.samples == first_sample(frames, exact, rate)
    assert after.waveform.shape[0] == 2
    assert after.waveform.isfinite().all()
    assert torch.equal(sound.waveform, before), "the sound was changed in place"


def test_a_cut_keeps_the_samples_of_its_frames():
    sound = sound_of(tone(48_000), 48_000)
    after = edited(sound, 24, Fraction(12), (Cut(3, 20),)).sound
    assert torch.equal(after.waveform[:, :60_000], sound.waveform[:, 12_000:72_000])


def test_a_crossfade_begins_with_the_end_and_leads_to_the_start():
    sound = ramp(96_000)
    after = edited(sound, 24, Fraction(12), (Crossfade(20, 4),)).sound.waveform
    assert after[0, 0] == pytest.approx(80_000 / 96_000, abs=1e-3)
    assert torch.equal(after[:, 16_000:], sound.waveform[:, 16_000:80_000])


def test_added_frames_are_filled_from_what_is_there():
    fps, longer = Fraction(12), sound_of(tone(48_000, seconds=3.0), 48_000)
    exact = Sound(longer.waveform[:, :96_000], 48_000)
    after = edited(longer, 24, fps, (Extension(3),))
    assert after.filled_from == "after"
    assert torch.equal(after.sound.waveform[:, 48_000:107_000], longer.waveform[:, 48_000:107_000])
    assert edited(exact, 24, fps, (Cut(6, 24), Extension(3))).filled_from == "before"
    assert edited(exact, 24, fps, (Extension(3),)).filled_from == "again"


def test_there_and_back_mirrors_the_sound_of_each_frame():
    sound = ramp(96_000)
    after = edited(sound, 24, Fraction(12), (ThereAndBack(1, 1),)).sound.waveform[0]
    assert after.shape == (46 * 4000,)
    # Frame 25 shows frame 21 again, and its sound is that of frame 21 backwards.
    assert torch.allclose(after[25 * 4000 : 26 * 4000].flip(0), sound.waveform[0, 84_000:88_000])


def test_an_edit_behind_one_that_adds_sound_is_refused():
    with pytest.raises(ValueError, match="last one"):
        edited(ramp(48_000), 12, Fraction(12), (Extension(2), Cut(0, 3)))


def test_a_whole_clip_is_joined_at_its_ends_alone():
    sound = sound_of(tone(48_000), 48_000)
    after = joined(sound, 24, Fraction(12))
    assert after.samples == sound.samples
    assert torch.equal(after.waveform[:, :95_000], sound.waveform[:, :95_000])


def test_half_precision_stays():
    sound = Sound(torch.from_numpy(tone(48_000)).half(), 48_000)
    for edits in ((Cut(2, 20),), (Crossfade(20, 4),), (Extension(3),), (ThereAndBack(1, 1),)):
        assert edited(sound, 24, Fraction(12), edits).sound.waveform.dtype == torch.float16


@pytest.mark.parametrize(
    ("rate", "fps"), [(22_050, Fraction(12)), (22_050, Fraction(24_000, 1001))]
)
@pytest.mark.parametrize("frames", range(14, 19))
def test_there_and_back_has_no_step_at_the_seam_whatever_the_number_of_samples(rate, fps, frames):
    sound = ramp(first_sample(frames, fps, rate), rate)
    after = edited(sound, frames, fps, (ThereAndBack(1, 1),)).sound
    assert after.samples == first_sample(2 * frames - 2, fps, rate)
    slope = 1 / sound.samples
    steps = after.waveform[0].diff(append=after.waveform[0, :1]).abs()
    assert steps[-3:].numpy() == pytest.approx(slope, rel=0.1), "no sample is there twice"
