import math
from itertools import pairwise

import numpy as np
import pytest
import torch

from anime_production.models.frames import InputError
from anime_production.models.sample import sample_clip
from anime_production.models.sample.sample_clip import Faults, cycle_of, draw_clip

SIDE = 128


def draw(frames=8, period=8, character=0, seed=3, side=SIDE, **faults):
    return draw_clip(frames, side, side, period, character, seed, Faults(**faults))


def steps(clip):
    """Mean absolute change from each frame to the next, the last one to the first."""
    return (clip - clip.roll(-1, 0)).abs().mean(dim=(1, 2, 3))


def test_a_clip_is_float32_rgb_between_0_and_1_of_the_size_asked_for():
    clip = draw_clip(2, 151, 97, 8, 1, 0)
    assert clip.shape == (2, 97, 151, 3)
    assert clip.dtype == torch.float32
    assert clip.min() >= 0
    assert clip.max() <= 1


@pytest.mark.parametrize("period", [5, 7, 12])
def test_the_frame_after_a_period_is_the_first_one_to_the_bit(period):
    clip = draw(frames=period + 2, period=period)
    assert torch.equal(clip[period], clip[0])
    assert torch.equal(clip[period + 1], clip[1])
    assert steps(clip[:period]).min() > 1 / 255, "nothing moves"


def test_the_same_seed_gives_the_same_pixels_and_another_one_others():
    faults = {"flicker": 4.0, "blur": 0.7, "drift": 0.5, "seam_jump": 1.0, "hold": 2}
    assert torch.equal(draw(seed=11, **faults), draw(seed=11, **faults))
    other = (draw(seed=11) - draw(seed=12)).abs().mean(dim=(1, 2, 3))
    assert other.min() > 4 / 255, "seeds look alike"


def test_the_largest_seed_of_comfyui_is_accepted():
    assert draw(frames=1, seed=2**64 - 1).isfinite().all()


@pytest.mark.parametrize("character", range(4))
def test_the_picture_changes_at_an_even_pace_all_through_the_cycle(character):
    change = steps(draw(frames=24, period=24, character=character))
    assert change.min() > 1 / 255
    assert change.max() / change.min() < 3


@pytest.mark.parametrize("character", range(4))
def test_no_picture_comes_twice_in_a_cycle(character):
    frames = 16
    clip = draw(frames=frames, period=frames, character=character)
    nearest = min(
        float((clip[i] - clip[j]).abs().mean())
        for i in range(frames)
        for j in range(i + 2, frames)
        if (i, j) != (0, frames - 1)
    )
    assert nearest > float(steps(clip).min())


@pytest.mark.parametrize("character", range(4))
def test_the_background_stays_still(character):
    corner = draw(character=character)[:, :8, :8]
    assert torch.equal(corner, corner[:1].expand_as(corner))


@pytest.mark.parametrize(("frames", "period"), [(12, 12), (24, 8)])
@pytest.mark.parametrize("jump", [0.0, 0.5, 3.0])
def test_the_seam_covers_one_step_and_the_jump(frames, period, jump):
    cycle = [cycle_of(i, frames, period, jump) for i in range(frames)]
    step = [(after - before) % 1 for before, after in pairwise(cycle)]
    assert max(step) - min(step) < 1e-9
    assert (cycle[0] - cycle[-1]) % 1 / step[0] == pytest.approx(1 + jump)


def test_a_larger_seam_jump_shows_as_a_larger_change_at_the_seam():
    seams = []
    for jump in (0.0, 1.0, 2.0, 4.0):
        change = steps(draw(frames=24, period=24, seam_jump=jump))
        seams.append(float(change[-1] / change[:-1].mean()))
    assert seams == sorted(seams)
    assert seams[0] < 1.6
    assert seams[1] > 1.3 * seams[0]
    assert seams[3] > 2 * seams[0]


@pytest.mark.parametrize("hold", [1, 2])
@pytest.mark.parametrize("strength", [0.5, 3.0])
def test_the_flicker_has_the_strength_asked_for(strength, hold):
    clean, flickering = draw(frames=9, hold=hold), draw(frames=9, hold=hold, flicker=strength)
    offsets = ((flickering - clean) * 255).flatten(1).median(dim=1).values
    assert offsets.square().mean().sqrt() == pytest.approx(strength, rel=1e-3)
    assert offsets.mean() == pytest.approx(0, abs=1e-3)
    assert offsets.unique().numel() >= 9 // hold


def test_a_strong_flicker_stays_between_black_and_white():
    clip = draw(flicker=120.0)
    assert clip.min() == 0
    assert clip.max() == 1


def test_a_single_drawing_cannot_flicker():
    assert torch.equal(draw(frames=1, flicker=5.0), draw(frames=1))
    assert torch.equal(draw(frames=3, hold=4, flicker=5.0), draw(frames=3, hold=4))


def test_each_drawing_is_held_for_as_many_frames_as_asked():
    every, held = draw(frames=8), draw(frames=8, hold=3)
    assert all(torch.equal(held[i], every[i - i % 3]) for i in range(8))


def test_a_held_drawing_is_drawn_once(monkeypatch):
    drawn = []
    original = sample_clip.draw_character
    monkeypatch.setattr(
        sample_clip, "draw_character", lambda *given: (drawn.append(1), original(*given))
    )
    draw(frames=8, hold=3)
    assert len(drawn) == 3


def test_more_blur_leaves_softer_edges():
    def sharpness(blur):
        picture = draw(frames=1, blur=blur)[0]
        return float((picture[1:] - picture[:-1]).square().mean())

    sharp = [sharpness(blur) for blur in (0.0, 0.5, 1.0, 2.0, 4.0)]
    assert sharp == sorted(sharp, reverse=True)
    assert sharp[-1] < 0.2 * sharp[0]


@pytest.mark.parametrize("character", range(4))
def test_full_drift_ends_at_the_next_character(character):
    drifting = draw(character=character, drift=1.0)
    assert torch.equal(drifting[0], draw(character=character)[0])
    assert torch.equal(drifting[-1], draw(character=(character + 1) % 4)[-1])


def test_drift_grows_along_the_clip_and_with_its_strength():
    def distance(drift):
        return (draw(drift=drift) - draw()).abs().mean(dim=(1, 2, 3))

    slight, strong = distance(0.2), distance(0.8)
    assert slight[0] == strong[0] == 0
    assert (strong[1:] > slight[1:]).all()
    assert strong[-1] > strong[4] > strong[1]


def test_the_defaults_plant_no_fault():
    clean = draw()
    assert torch.equal(clean, draw_clip(8, SIDE, SIDE, 8, 0, 3))
    assert torch.equal(clean, draw(seam_jump=0, flicker=0, hold=1, blur=0, drift=0))


@pytest.mark.parametrize(
    ("width", "height"), [(64, 64), (65, 97), (640, 64), (64, 640), (333, 201)]
)
def test_the_character_is_in_the_picture_at_any_size_and_shape(width, height):
    clip = draw_clip(1, width, height, 8, 2, 0)
    ink = (clip[0].amax(dim=-1) < 0.35).float()
    across, down = ink.mean(dim=0), ink.mean(dim=1)
    middle = float((across * torch.arange(width)).sum() / across.sum())
    assert abs(middle - width / 2) < 0.1 * min(width, height)
    assert down[-1] > 0  # the body reaches the lower edge


def test_progress_is_reported_for_every_frame():
    reports = []
    draw_clip(4, 64, 64, 4, 0, 0, Faults(hold=2), lambda done, total: reports.append((done, total)))
    assert reports == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_an_interruption_ends_the_drawing():
    class Interrupted(BaseException):
        pass

    def interrupt(done, total):
        if done == 2:
            raise Interrupted

    with pytest.raises(Interrupted):
        draw_clip(100, 64, 64, 4, 0, 0, report_progress=interrupt)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("frames", 0),
        ("width", 63),
        ("height", 0),
        ("period", 1),
        ("character", 4),
        ("character", -1),
        ("seed", -1),
    ],
)
def test_an_argument_outside_its_range_is_named(name, value):
    arguments = {
        "frames": 1, "width": 64, "height": 64, "period": 4, "character": 0, "seed": 0
    }  # fmt: skip
    with pytest.raises(InputError, match=f"^{name}: .* got {value}"):
        draw_clip(**{**arguments, name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seam_jump", -0.1),
        ("flicker", -1.0),
        ("flicker", math.inf),
        ("hold", 0),
        ("blur", math.nan),
        ("drift", 1.1),
    ],
)
def test_a_fault_outside_its_range_is_named(name, value):
    with pytest.raises(InputError, match=f"^{name}: .* got {value}"):
        draw_clip(1, 64, 64, 4, 0, 0, Faults(**{name: value}))


def test_the_anime_face_cascade_finds_every_face(shared_assets):
    feature = pytest.importorskip("skimage.feature")
    cascade = feature.Cascade(str(shared_assets / "weights" / "lbpcascade_animeface.xml"))
    for character in range(4):
        for frame in draw(frames=4, period=4, character=character, side=256):
            picture = np.rint(frame.numpy() * 255).astype(np.uint8)
            assert cascade.detect_multi_scale(picture, 1.1, 1, (60, 60), (200, 200))
