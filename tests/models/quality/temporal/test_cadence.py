import math

import pytest
import torch

from anime_production.benchmarks.temporal_distortions import shake
from anime_production.models.holds import HoldPattern
from anime_production.models.quality.temporal.cadence import repeated_frames, usual_lengths
from anime_production.models.quality.temporal.clip_steps import measure_steps
from anime_production.models.quality.temporal.dropped import dropped_drawings
from anime_production.models.quality.temporal.findings import Findings

from .painted import moving_figure, pan, texture


def pattern(*lengths):
    starts = [sum(lengths[:place]) for place in range(len(lengths))]
    return HoldPattern(tuple(starts), sum(lengths))


def missing(frames):
    """The drawings before which another is missing, and how many steps could be judged."""
    count = len(frames)
    steps = measure_steps(frames, range(count), ())
    found = dropped_drawings(Findings(steps, pattern(*[1] * count), [range(count)], [], 12.0))
    if found is None:
        return [], 0
    known = sum(each is not None for each in found)
    return [place for place, each in enumerate(found) if each and each > 0.5], known


@pytest.mark.parametrize(
    "lengths", [(1,) * 12, (2,) * 9 + (1,), (2, 3) * 6, (1, 2, 2, 3) * 4, (1, 2) * 6]
)
def test_a_regular_pattern_repeats_nothing(lengths):
    assert sum(repeated_frames(pattern(*lengths))) == 0


@pytest.mark.parametrize("hold", [1, 2, 3])
def test_a_drawing_that_stays_too_long_is_counted_by_the_frames_it_stays(hold):
    lengths = [hold] * 12
    lengths[5] += 2 * hold
    assert repeated_frames(pattern(*lengths)) == [0] * 5 + [2 * hold] + [0] * 6


def test_a_mixed_pattern_has_each_of_its_lengths():
    assert usual_lengths(pattern(*(2, 3) * 6)) == (2, 3)


@pytest.mark.parametrize("clip", [pan(30), moving_figure(30)])
@pytest.mark.parametrize("gone", [6, 15, 22])
def test_a_missing_drawing_is_found_in_its_place(clip, gone):
    left = clip[[frame for frame in range(len(clip)) if frame != gone]]
    found, judged = missing(left)
    assert found == [gone]
    assert judged > 20


@pytest.mark.parametrize("clip", [pan(40), moving_figure(40)])
@pytest.mark.parametrize("nth", [3, 4, 5, 6])
def test_every_nth_drawing_that_is_missing_is_found_and_is_no_shake(clip, nth):
    """Every fifth is missing where 30 frames a second became 24."""
    kept = [frame for frame in range(len(clip)) if frame % nth != nth - 1]
    found, judged = missing(clip[kept])
    gaps = [place for place in range(1, len(kept)) if kept[place] - kept[place - 1] == 2]
    # The last step has too few around it.
    assert [place for place in found if place < len(kept) - 1] == [
        place for place in gaps if place < len(kept) - 1
    ]
    assert judged > 20


@pytest.mark.parametrize("clip", [pan(24), moving_figure(24)])
def test_nothing_is_missing_in_even_motion(clip):
    assert missing(clip)[0] == []


def camera(places, width=160):
    """Over a still picture, at so many px in each frame."""
    wide = pan(1, 0, width=int(max(places)) + width + 1)[0]
    between = [wide[:, :-1].lerp(wide[:, 1:], place % 1) for place in places]
    return torch.stack(
        [each[:, int(at) : int(at) + width] for each, at in zip(between, places, strict=True)]
    )


def geometric(growth, frames=14, first=2.0):
    """A camera whose every step is so many times as long as the one before."""
    return camera([first * (growth**frame - 1) / (growth - 1) for frame in range(frames)])


@pytest.mark.parametrize("growth", [1.1, 1.15])
def test_a_missing_drawing_is_found_in_motion_that_gains_speed(growth):
    clip = geometric(growth)
    assert missing(clip)[0] == []
    assert missing(torch.cat([clip[:6], clip[7:]]))[0] == [6]


def test_a_missing_drawing_is_found_in_motion_that_loses_speed():
    clip = geometric(1.15).flip(0)
    assert missing(clip)[0] == []
    assert missing(torch.cat([clip[:6], clip[7:]]))[0] == [6]


def test_motion_that_speeds_up_and_slows_down_misses_nothing():
    places = (60 + 50 * torch.sin(torch.linspace(-1.5, 1.5, 30))).tolist()
    assert missing(camera(places))[0] == []


def swinging(frames=36, period=24):
    """A camera that swings to and fro."""
    return camera((30 + 20 * torch.sin(torch.arange(frames) * 2 * torch.pi / period)).tolist())


def test_motion_that_turns_back_misses_nothing_and_can_be_judged():
    found, judged = missing(swinging())
    assert found == []
    assert judged > 30


@pytest.mark.parametrize("gone", [9, 12, 15, 22])
def test_a_missing_drawing_is_found_three_drawings_from_a_turn(gone):
    clip = swinging()
    assert missing(torch.cat([clip[:gone], clip[gone + 1 :]]))[0] == [gone]


def test_a_drawing_that_is_missing_where_motion_turns_shows_nowhere():
    """At the turn a step has no length of which another could be twice."""
    clip = swinging()
    assert missing(torch.cat([clip[:6], clip[7:]]))[0] == []


@pytest.mark.parametrize("percent", [0.2, 0.4])
def test_of_a_picture_that_shakes_nothing_is_claimed(percent):
    assert missing(shake(moving_figure(30), percent)) == ([], 0)


def test_none_missing_is_not_claimed_where_hardly_any_motion_is_even():
    """A camera that shoots back and forth within three drawings."""
    places = (100 + 60 * torch.sin(torch.arange(30) * 1.1)).tolist()
    assert missing(camera(places)) == ([], 0)


def test_without_motion_nothing_can_be_judged():
    assert missing(pan(1).repeat(8, 1, 1, 1)) == ([], 0)


@pytest.mark.parametrize("period", [12, 16, 24])
def test_a_figure_that_sways_misses_nothing(period):
    """Its speed is that of a sine, as most ease in and out."""
    clip = moving_figure(1).repeat(30, 1, 1, 1)
    still = texture(128, 160)
    figure = texture(80, 70, seed=9)
    for frame in range(30):
        left = 45 + round(20 * math.sin(2 * math.pi * frame / period))
        clip[frame] = still
        clip[frame, 30:110, left : left + 70] = figure
    assert sum(missing_amount(clip)) < 0.9


def missing_amount(frames):
    count = len(frames)
    steps = measure_steps(frames, range(count), ())
    found = dropped_drawings(Findings(steps, pattern(*[1] * count), [range(count)], [], 12.0))
    return [each or 0.0 for each in found or []]


def test_a_pause_in_the_acting_repeats_nothing():
    assert sum(repeated_frames(pattern(*[2] * 6, 8, *[2] * 6))) == 0
    assert sum(repeated_frames(pattern(*[1] * 9, 8, *[1] * 9))) == 0
