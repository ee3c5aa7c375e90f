import pytest
import torch

from anime_production.models.loop.hold import SEAM_HOLD, rhythm_of, seam_hold
from anime_production.models.report import Verdict


def steps_of(lengths, seam=1.0):
    """Steps of a clip whose drawings are held for so many frames."""
    inside = [step for length in lengths for step in [0.0] * (length - 1) + [1.0]]
    return torch.tensor([*inside[:-1], seam])


def measured_of(steps):
    return SEAM_HOLD.measurement(seam_hold(rhythm_of(steps)))


@pytest.mark.parametrize(
    ("lengths", "seam", "off"),
    [
        ([1, 1, 1, 1, 1], 1.0, 0),
        ([2, 2, 2, 2, 2], 1.0, 0),
        ([1, 2, 2, 2, 1], 0.0, 0),  # on twos, started inside a drawing
        ([1, 3, 3, 3, 2], 0.0, 0),
        ([2, 2, 2, 2, 1], 1.0, 1),  # a single frame on twos
        ([2, 2, 2, 2, 3], 1.0, 1),  # a triple one
        ([2, 2, 2, 2, 1], 0.0, 1),  # the first frame again: three in all
        ([1, 1, 1, 1, 1], 0.0, 1),
        ([1, 1, 1, 1, 4], 1.0, 3),
        ([2, 3, 2, 3, 2], 1.0, 0),  # its own irregular pattern
        ([1, 2, 3, 1, 3], 1.0, 0),
    ],
)
def test_the_seam_is_held_against_the_clips_own_lengths(lengths, seam, off):
    measured = measured_of(steps_of(lengths, seam))
    assert measured.value == off
    assert measured.verdict is (Verdict.FAIL if off else Verdict.PASS)


def test_a_drawing_that_the_seam_cuts_in_two_is_one_drawing():
    rhythm = rhythm_of(steps_of([1, 2, 2, 2, 1], seam=0.0))
    assert rhythm.split
    assert rhythm.drawings == [1, 3, 5, 7]


def test_slow_motion_at_the_seam_is_no_hold():
    """A swing at its turning point moves by less than a tenth of its largest step."""
    angle = torch.arange(48) / 48 * 2 * torch.pi
    position = torch.cos(angle) + 0.4 * torch.sin(angle).clamp(min=0)
    steps = 20 * (position.roll(-1) - position).abs()
    for turn in range(48):
        assert measured_of(steps.roll(turn)).value == 0, turn


def test_motion_that_eases_into_the_seam_and_out_of_it_is_no_hold():
    """Smaller than a tenth of the clip's steps, and still as large as those beside them."""
    steps = torch.tensor([0.8, 2.0, *[10.0] * 8, 2.0, 0.8, 0.8])
    for eased in (steps, steps.flip(0).roll(-1)):
        rhythm = rhythm_of(eased)
        assert rhythm.frames_off == 0
        assert not rhythm.split


def test_what_is_held_too_long_or_short_is_told_in_frames():
    too_long = measured_of(steps_of([2, 2, 3, 2, 5]))
    assert too_long.reason_values == {"frames": 5, "shortest": 2, "longest": 3}
    too_short = measured_of(steps_of([1, 3, 3, 3, 3]))
    assert too_short.reason_values == {"frames": 1, "shortest": 3, "longest": 3}
