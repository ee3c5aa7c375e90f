import torch

from anime_production.models.perceptual.structural import step_distances, structural_features
from anime_production.models.quality.temporal.scenes import scene_cuts, scenes
from anime_production.models.sample.sample_clip import Faults, draw_clip

from .painted import pan


def cuts(frames):
    features = structural_features(frames)
    return scene_cuts(features, step_distances(features)[:-1])


def test_a_cut_to_another_picture_is_found_where_it_is():
    first, second = draw_clip(12, 128, 128, 24, 0, 1), draw_clip(12, 128, 128, 24, 1, 2)
    assert cuts(torch.cat([first, second, first])) == (12, 24)


def test_motion_is_no_cut():
    assert cuts(draw_clip(24, 128, 128, 24, 2, 1)) == ()
    assert cuts(pan(24, speed=12)) == ()


def test_a_pose_that_changes_at_once_is_no_cut():
    drawn = draw_clip(24, 128, 128, 24, 0, 1)
    assert cuts(torch.cat([drawn[:1].repeat(8, 1, 1, 1), drawn[3:4].repeat(8, 1, 1, 1)])) == ()


def test_a_flash_is_no_cut():
    frames = draw_clip(24, 128, 128, 24, 0, 1)
    frames[9:11] = 1.0
    frames[17] = 0.0
    assert cuts(frames) == ()


def test_drift_from_one_character_to_another_is_no_cut():
    assert cuts(draw_clip(24, 128, 128, 24, 0, 1, Faults(drift=1.0))) == ()


def test_scenes_share_out_the_drawings():
    assert scenes((3, 5), 9) == [range(0, 3), range(3, 5), range(5, 9)]
    assert scenes((), 4) == [range(0, 4)]
