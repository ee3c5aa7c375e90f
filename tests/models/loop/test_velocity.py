import pytest
import torch

from anime_production.models.image_ops.grey_clip import GreyPictures
from anime_production.models.loop.velocity import SEAM_VELOCITY, seam_velocity
from anime_production.models.report import Verdict

from .painted import texture


def sprite(places):
    """A soft patterned patch at each of the given places, px across, on a flat ground."""
    y, x = torch.meshgrid(torch.arange(96.0), torch.arange(96.0), indexing="ij")
    frames = []
    for place in places:
        across, down = (x - place) / 12, (y - 48) / 12
        patch = torch.exp(-(across**2 + down**2)) * (0.6 + 0.4 * torch.cos(5 * across + 3 * down))
        frames.append((0.9 - 0.8 * patch)[..., None].expand(-1, -1, 3))
    return torch.stack(frames)


def velocity(frames):
    return SEAM_VELOCITY.measurement(seam_velocity(GreyPictures(frames, range(len(frames)))))


def swing(count, phase=0.0):
    return 48 + 14 * torch.cos((torch.arange(count) + phase) / count * 2 * torch.pi)


@pytest.mark.parametrize("phase", [0.0, 0.5, 3.0])
@pytest.mark.parametrize("count", [12, 16, 24, 48])
def test_a_swing_that_eases_into_its_turn_goes_on(count, phase):
    measured = velocity(sprite(swing(count, phase)))
    assert measured.verdict is Verdict.PASS
    assert measured.reason_code == "seam_flow"


@pytest.mark.parametrize("count", [8, 16, 32])
def test_motion_that_runs_into_a_wall_turns_back(count):
    there = torch.linspace(24, 72, count // 2 + 1)
    measured = velocity(sprite(torch.cat([there, there[1:-1].flip(0)])))
    assert measured.verdict is Verdict.FAIL
    assert measured.reason_code == "plays_back_and_forth"


def test_motion_that_turns_back_at_the_seam_alone_is_told_apart_from_back_and_forth():
    angle = torch.arange(26) / 24 * 2 * torch.pi  # a whole cycle, and two drawings more
    measured = velocity(sprite(48 + 12 * torch.sin(angle) + 6 * torch.sin(2 * angle)))
    assert measured.verdict is Verdict.FAIL
    assert measured.reason_code == "seam_turns_back"


@pytest.mark.parametrize("missing", [1, 2, 3, 6])
def test_a_jump_in_the_direction_of_motion_does_not_turn_back(missing):
    places = torch.arange(24.0) * 2 % 48 + 24  # across the picture and again from the left
    assert velocity(sprite(places)[: 24 - missing]).verdict is Verdict.PASS


def test_a_trembling_clip_turns_back_at_its_seam_as_everywhere():
    places = 48 + torch.tensor([3.0, -3.0] * 8)
    assert velocity(sprite(places)).verdict is Verdict.PASS


@pytest.mark.parametrize("turn", range(2, 16))
def test_gusts_that_turn_leaves_back_at_full_speed_may_turn_them_at_the_seam_too(turn):
    gusts = torch.tensor([8.0, 8, -7, -7, 9, 9, -8, -8, -8, 7, 7, -9, -9, 8, 8, -8])
    assert gusts.sum() == 0  # a loop
    measured = velocity(sprite(40 + gusts.cumsum(0)).roll(turn, dims=0))
    assert measured.verdict is Verdict.PASS


def test_long_clips_are_measured_at_a_bounded_number_of_drawings():
    measured = velocity(sprite(swing(200)))
    assert sum(value is not None for value in measured.per_frame) <= 68
    assert measured.per_frame[0] is not None
    assert measured.per_frame[-1] is not None
    assert max(measured.per_frame[0], measured.per_frame[-1]) == measured.value


def test_motion_that_turns_back_on_one_side_of_the_seam_alone_turns_back():
    """Into the last drawing at full speed, from it a little back, and a rest in the first one."""
    after_rest = [30.0, 30.1, 33, 37, 41, 44, 44.5, 42, 38, 33, 29, 26, 25.5, 27, 30, 33]
    measured = velocity(sprite(after_rest))
    assert measured.verdict is Verdict.FAIL
    before_rest = [30.0 + 44.5 - each for each in after_rest][::-1]
    assert velocity(sprite(before_rest)).verdict is Verdict.FAIL


def test_unrelated_pictures_do_not_turn_back():
    """Their flows point anywhere, and by chance a little more back than on."""
    pictures = torch.stack([texture(96, 96, seed) for seed in range(8)])
    for turn in range(8):
        assert velocity(pictures.roll(turn, dims=0)).value < 0.2
