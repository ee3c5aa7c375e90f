from dataclasses import astuple, fields

import numpy as np
import pytest

from anime_production.models.sample.pose import Pose, pose_at

CYCLE = [i / 240 for i in range(240)]


def test_poses_repeat_after_a_whole_cycle():
    assert astuple(pose_at(1.25)) == astuple(pose_at(0.25))


def test_no_two_moments_of_a_cycle_share_a_pose():
    poses = np.array([(p.x, p.y, p.turn * 100, p.breath) for p in map(pose_at, CYCLE)])
    distance = np.abs(poses[:, None] - poses[None]).max(axis=2)
    apart = np.abs(np.subtract.outer(np.arange(240), np.arange(240)))
    far = (apart > 24) & (apart < 216)
    assert distance[far].min() > 1.0


def test_the_eyes_are_closed_once_in_a_cycle_and_open_most_of_it():
    lids = np.array([pose_at(cycle, blink_at=0.5).lids for cycle in CYCLE])
    assert lids[120] == 0
    assert 0.7 < (lids == 1).mean() < 0.9
    assert np.abs(np.diff(lids)).max() < 0.1


@pytest.mark.parametrize("part", [f.name for f in fields(Pose) if f.name not in ("angle", "sway")])
def test_every_part_moves_without_a_leap(part):
    values = np.array([getattr(pose_at(cycle), part) for cycle in CYCLE])
    leaps = np.abs(values - np.roll(values, 1))
    assert np.ptp(values) > 0
    assert leaps.max() < 0.1 * np.ptp(values)


def test_loose_hair_swings_wider_and_later_than_stiff_hair():
    hanging = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    loose = np.array([0.0, 0.5, 1.0])
    swing = np.array(
        [
            pose.on_hair(hanging, looseness=loose)[:, 0] - pose.on_head(hanging)[:, 0]
            for pose in map(pose_at, CYCLE)
        ]
    )
    widest = swing.max(axis=0)
    assert widest[0] == 0
    assert widest[2] > 2 * widest[1] > 0
    assert 0 < (swing[:, 2].argmax() - swing[:, 1].argmax()) % 240 < 120
