import pytest
import torch

from anime_production.benchmarks.sounds import noise, tone
from anime_production.models.sound.fade import correlation, mixed


def test_alike_parts_keep_their_waveform_and_unrelated_ones_their_level():
    sound = torch.from_numpy(tone(48_000)).float()[:, :4800]
    assert torch.allclose(mixed(sound, sound), sound, atol=1e-5)
    one, other = torch.from_numpy(noise(48_000)).float()[:, :96_000].split(48_000, dim=-1)
    middle = mixed(one, other)[:, 16_000:32_000].square().mean().sqrt()
    assert middle / one.square().mean().sqrt() == pytest.approx(1.0, abs=0.02)


def test_a_mix_is_no_louder_than_full_scale_and_keeps_type():
    one, other = torch.full((2, 100), 0.9).half(), torch.full((2, 100), 0.9).half()
    other[:, ::2] *= -1
    mix = mixed(one, other)
    assert mix.dtype == torch.float16
    assert mix.abs().max() <= 1


def test_silence_is_like_nothing():
    assert correlation(torch.zeros(1, 8), torch.ones(1, 8)) == 0
    assert not mixed(torch.zeros(1, 8), torch.zeros(1, 8)).any()
