import pytest
import torch

from anime_production.models.gating.kept import kept_report
from anime_production.models.loop.seam import score_loop
from anime_production.models.measure import Measure
from anime_production.models.quality.clip_quality import score_clip_quality
from anime_production.models.quality.still.still_quality import score_still_quality
from anime_production.models.report import Better, Report, WorstFrame
from anime_production.models.sample.sample_clip import Faults, draw_clip
from anime_production.models.snapshots.frame_choice import chosen_frames
from anime_production.models.snapshots.store import SnapshotStore


def numbers(report, count):
    return [each.frame for each in chosen_frames(report, count)]


def clip(**faults):
    return draw_clip(24, 96, 96, 24, 0, 1, Faults(**faults))


def measurement(name, per_frame, worst=None, required=True):
    measure = Measure(name, "points", Better.LOWER, 0.0, 1.0, "test", 0.5, required)
    details = {} if worst is None else {"worst_frame": worst}
    return measure.measured(max(per_frame), "no_frames", {}, per_frame, details)


def test_a_loop_shows_its_seam_and_its_worst_frame_first():
    report = score_loop(clip(seam_jump=6.0), fps=12.0)
    assert report.worst.frame == 23
    chosen = chosen_frames(report, 24)
    assert [each.frame for each in chosen] == [23, 21, 22, 0, 1, 2]
    assert all(each.at_seam for each in chosen)
    assert [each.frame for each in chosen if each.is_large] == [23, 0]


def test_the_first_frame_of_a_loop_follows_its_last():
    report = Report("loop", (), 12, 12.0, WorstFrame(0, "no_frames", ""))
    assert {11, 1} <= set(numbers(report, 12))


@pytest.mark.parametrize(
    ("count", "seam"), [(4, [2, 3, 0, 1]), (5, [3, 4, 0, 1]), (1, []), (2, [1, 0])]
)
def test_a_short_loop_shows_each_frame_once(count, seam):
    chosen = chosen_frames(Report("loop", (), count, 12.0), count)
    frames = [each.frame for each in chosen]
    assert len(set(frames)) == len(frames)
    assert sorted(each.frame for each in chosen if each.at_seam) == sorted(seam)


def test_the_worst_picture_has_its_neighbours_and_no_seam():
    frames = torch.cat([clip()[:3], draw_clip(1, 96, 96, 24, 0, 1, Faults(blur=3.0)), clip()[3:6]])
    report = score_still_quality(frames)
    assert report.worst.frame == 3
    assert numbers(report, 7)[:3] == [3, 2, 4]
    assert not any(each.at_seam for each in chosen_frames(report, 7))
    assert [each.frame for each in chosen_frames(report, 7) if each.is_large] == [3]


def test_two_further_measurements_that_fail_show_their_worst_frames():
    flat = [0.0] * 20
    parts = [
        measurement("a", [*flat[:5], 1.0, *flat[6:]]),
        measurement("b", flat, worst=9),
        measurement("c", [*flat[:12], 0.9, *flat[13:]]),
        measurement("d", [*flat[:15], 0.8, *flat[16:]], required=False),
        measurement("e", [*flat[:18], 0.7, *flat[19:]], required=False),
    ]
    report = Report("clip_quality", tuple(parts), 20, 12.0, WorstFrame(5, "no_frames", ""))
    assert numbers(report, 20) == [5, 4, 6, 12, 15]


def test_without_a_worst_frame_the_weakest_measurement_has_one():
    parts = (measurement("a", [0.1, 0.2, 0.3, 0.1]),)
    assert numbers(Report("still_quality", parts, 4), 4) == [2, 1, 3]
    assert numbers(Report("still_quality", (), 4), 4) == [0, 1]
    good = score_clip_quality(clip(), 12.0)
    assert numbers(good, 24)


def test_a_report_on_other_frames_shows_none():
    report = score_loop(clip(), fps=12.0)
    assert numbers(report, 23) == numbers(report, 0) == []


def test_frames_that_are_numbered_anew_lose_the_pictures_of_the_batch():
    frames = clip()[:4]
    report = score_still_quality(frames)
    taken = SnapshotStore().take(report, frames)
    assert kept_report(taken, [2, 0]).snapshots == ()
    assert kept_report(taken, range(4)).snapshots == taken.snapshots != ()
