import json

import pytest
import torch

from anime_production.models.report import Report, Verdict
from anime_production.models.sample.sample_clip import draw_clip
from anime_production.nodes.loop_find import AnimeLoopFind


@pytest.fixture(scope="module")
def clip():
    return draw_clip(50, 96, 96, 20, 0, 1)


def find(run_node, images, **inputs):
    return run_node(AnimeLoopFind, images=images, backend="structural", **inputs)


def test_the_best_loop_comes_out_with_its_place(run_node, clip):
    answer = find(run_node, clip)
    loop, report, start, length, _ = answer.args
    assert length == 40
    assert torch.equal(loop, clip[start : start + length])
    assert report.verdict is Verdict.PASS
    published = json.loads(json.dumps(answer.ui["anime_report"][0][0], allow_nan=False))
    assert Report.from_dict(published) == report
    assert published["measurements"][-1]["details"]["period"] == 20


def test_alpha_stays_with_the_loop(run_node, clip):
    with_alpha = torch.cat([clip, torch.ones_like(clip[..., :1])], dim=-1)
    assert find(run_node, with_alpha).args[0].shape == (40, 96, 96, 4)


def test_lengths_that_exclude_each_other_are_refused_by_name(run_node, clip):
    with pytest.raises(ValueError, match="max_frames") as refusal:
        find(run_node, clip, min_frames=24, max_frames=12)
    assert str(refusal.value) == (
        "AnimeLoopFind: max_frames (12) is smaller than min_frames (24); "
        "give a larger max_frames or a smaller min_frames."
    )


def test_too_few_frames_come_out_as_they_are_and_not_measured(run_node, clip):
    loop, report, start, length, _ = find(run_node, clip[:5]).args
    assert torch.equal(loop, clip[:5])
    assert report.verdict is Verdict.NOT_MEASURED
    assert (start, length) == (0, 5)
