import itertools
import random

import pytest
import torch

from anime_production.models.frames import InputError
from anime_production.models.loop.find import find_loops
from anime_production.models.report import Verdict
from anime_production.models.sample.sample_clip import Faults, draw_clip

from .painted import as_jpeg, brighter, circle, disc_clip, noisy, swing, texture

FPS = 12.0
STILL_PICTURE = texture(64, 96)
NORMAL, MANY = 8, 240


def found(search):
    return next(each for each in search.report.measurements if each.name == "loop_distance")


def planted(seed):
    """A clean sample clip at random, and its period; it starts in the midst of a hold or not."""
    chance = random.Random(seed)
    hold = chance.choice([1, 1, 2, 3])
    period = chance.randint(max(8, 5 * hold), 30)
    period += -period % hold
    frames = chance.randint(period + hold, int(3.2 * period))
    size = chance.randint(64, 96), chance.randint(64, 96)
    clip = draw_clip(frames + hold, *size, period, seed % 4, seed, Faults(hold=hold))
    late = chance.randrange(hold)
    return clip[late : late + frames], period


def planted_loops_found(seeds):
    missed = []
    for seed in seeds:
        clip, period = planted(seed)
        search = find_loops(clip, FPS, top_k=1)
        if search.length % period or search.period != period:
            missed.append((seed, period, len(clip), search.start, search.length, search.period))
    return missed


def test_the_planted_loop_is_found_wherever_the_clip_starts():
    assert planted_loops_found(range(NORMAL)) == []


@pytest.mark.slow
def test_at_least_99_of_100_planted_loops_are_found():
    missed = planted_loops_found(range(100, 100 + MANY))
    assert len(missed) <= MANY // 100, missed


def test_a_loop_that_fills_the_clip_is_found_whole():
    search = find_loops(draw_clip(24, 96, 96, 24, 0, 3), FPS)
    assert (search.start, search.length, search.period) == (0, 24, 24)
    assert search.report.verdict is Verdict.PASS


def test_the_longest_of_equally_good_loops_wins_and_its_period_is_told():
    search = find_loops(draw_clip(65, 96, 96, 20, 1, 5), FPS)
    assert (search.length, search.period) == (60, 20)
    assert found(search).details["period"] == 20
    assert "a period of 20 frames 3 times" in found(search).reason


def test_the_lengths_asked_for_are_kept():
    search = find_loops(draw_clip(65, 96, 96, 20, 1, 5), FPS, shortest=30, longest=45)
    assert search.length == 40
    assert all(30 <= each.length <= 45 for each in search.candidates)


def test_the_candidates_are_different_loops():
    search = find_loops(draw_clip(65, 96, 96, 20, 1, 5), FPS, top_k=3)
    assert sorted(each.length for each in search.candidates) == [20, 40, 60]


def test_no_two_of_ten_candidates_are_neighbours_of_one():
    search = find_loops(draw_clip(65, 96, 96, 20, 1, 5), FPS, top_k=10)
    assert len(search.candidates) > 3
    for one, other in itertools.combinations(search.candidates, 2):
        first, second = sorted([one, other], key=lambda each: each.start)
        apart = first.start + first.length <= second.start
        assert apart or abs(one.length - other.length) > max(1, min(one.length, other.length) / 8)


def test_a_swing_on_its_way_back_is_no_loop():
    search = find_loops(disc_clip(swing(60, 24), STILL_PICTURE), FPS)
    assert search.length in (24, 48)
    assert search.report.verdict is Verdict.PASS


@pytest.mark.parametrize("wear", [noisy, brighter, as_jpeg])
def test_a_worn_loop_beats_an_exact_repeat_that_runs_backwards(wear):
    forth = disc_clip(circle(56, 24), STILL_PICTURE)
    worn = wear(forth)
    clip = torch.cat([worn, worn[-14:-1].flip(0)])  # the last frames again, to the bit, backwards
    search = find_loops(clip, FPS)
    assert search.length % 24 == 0
    assert search.start + search.length <= 57
    assert search.report.verdict is Verdict.PASS


def test_a_small_moving_part_on_a_still_background_is_enough():
    background = texture(120, 200)
    places = circle(50, 20, middle=(150, 40), radius=9.0)
    search = find_loops(disc_clip(places, background, radius=3.0), FPS)
    assert (search.length, search.period) == (40, 20)
    assert search.report.verdict is Verdict.PASS


@pytest.mark.parametrize("hold", [2, 3])
@pytest.mark.parametrize("late", [0, 1])
def test_seams_of_held_frames_fall_between_drawings(hold, late):
    clip = draw_clip(62, 96, 96, 24, 2, 8, Faults(hold=hold))[late:]
    search = find_loops(clip, FPS)
    assert search.length in (24, 48)
    assert (search.start + late) % hold == 0
    assert search.report.verdict is Verdict.PASS


def test_a_camera_that_pans_over_a_scene_finds_no_loop():
    scene = texture(64, 96 + 3 * 50)
    clip = torch.stack([scene[:, 3 * i : 3 * i + 96] for i in range(50)])
    search = find_loops(clip, FPS)
    assert search.report.verdict is Verdict.FAIL
    assert search.period is None
    assert found(search).details["missing"] > 0
    assert "No part of the clip loops" in found(search).reason
    best = search.candidates[0]
    assert (search.start, search.length) == (best.start, best.length)
    assert best.score == max(each.score for each in search.candidates) < 50


def test_a_camera_that_pans_over_a_pattern_loops_when_the_pattern_does():
    scene = texture(64, 60).repeat(1, 6, 1)
    clip = torch.stack([scene[:, 3 * i : 3 * i + 96] for i in range(50)])
    search = find_loops(clip, FPS)
    assert (search.length, search.period) == (40, 20)


def test_a_loop_lies_between_cuts_not_across_them():
    before = draw_clip(25, 96, 96, 60, 0, 1)  # not half a cycle
    inside = draw_clip(40, 96, 96, 16, 1, 2)
    after = draw_clip(30, 96, 96, 70, 2, 3)
    search = find_loops(torch.cat([before, inside, after]), FPS)
    assert search.length in (16, 32)
    assert search.start >= 25
    assert search.start + search.length <= 65
    assert search.report.verdict is Verdict.PASS


def test_the_loop_is_found_in_two_thousand_frames():
    spiral = zip(
        (9 + 0.02 * torch.arange(2000)).tolist(), circle(2000, 50, (0, 0), 1.0), strict=True
    )
    places = [(24 + r * x, 16 + r * y / 2) for r, (x, y) in spiral]  # no place comes twice
    places[900:1060] = circle(160, 64, (24, 16), 9.0)
    clip = disc_clip(places, texture(32, 48), radius=5.0)
    search = find_loops(clip, FPS, shortest=24, longest=400)
    assert search.period == 64
    assert search.length == 128
    assert 900 <= search.start <= 1060 - 128


def test_nothing_that_moves_is_no_loop_and_says_so():
    search = find_loops(STILL_PICTURE.expand(20, -1, -1, -1), FPS)
    assert search.report.verdict is Verdict.FAIL
    assert found(search).value is None
    assert (search.start, search.length, search.period) == (0, 20, None)


@pytest.mark.parametrize(("frames", "shortest"), [(0, 8), (3, 2), (7, 8)])
def test_a_clip_shorter_than_the_shortest_loop_is_not_measured(frames, shortest):
    search = find_loops(draw_clip(8, 64, 64, 8, 0, 0)[:frames], FPS, shortest)
    assert search.report.verdict is Verdict.NOT_MEASURED
    assert search.candidates == ()
    assert (search.start, search.length) == (0, frames)


def test_a_clip_with_a_frame_that_is_not_finite_is_not_measured_and_names_it():
    clip = draw_clip(20, 64, 64, 8, 0, 0)
    clip[13, 5, 5, 1] = torch.nan
    search = find_loops(clip, FPS)
    assert search.report.verdict is Verdict.NOT_MEASURED
    assert found(search).reason_code == "not_finite"
    assert found(search).reason_values["frame"] == 13


def test_a_longest_below_the_shortest_is_refused():
    with pytest.raises(InputError, match=r"longest: .* got 12"):
        find_loops(torch.zeros(30, 16, 16, 3), FPS, shortest=24, longest=12)


def test_progress_runs_once_from_start_to_end_and_may_stop_the_search():
    clip = draw_clip(30, 64, 64, 12, 0, 0)
    done = []
    find_loops(clip, FPS, report_progress=lambda part, total: done.append(part / total))
    assert done == sorted(done)
    assert done[-1] == 1

    def stop(part, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find_loops(clip, FPS, report_progress=stop)


def test_generated_loops_are_found_whole(shared_clip, shared_clips):
    for name in (each for each in shared_clips if "mobius" in each):
        frames, fps = shared_clip(name)
        search = find_loops(frames, fps)
        assert search.report.verdict is Verdict.PASS, name
        assert search.length >= 0.9 * len(frames), name


def test_generated_clips_that_do_not_loop_are_not_passed_whole(shared_clip, shared_clips):
    for name in (each for each in shared_clips if "animatediff" in each):
        frames, fps = shared_clip(name)
        search = find_loops(frames, fps)
        assert search.report.verdict is Verdict.FAIL or search.length < len(frames), name
