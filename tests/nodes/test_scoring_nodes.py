import json

import pytest
import torch
from comfy_execution.graph_utils import ExecutionBlocker

from anime_production.models.frames import InputError
from anime_production.models.report import Report, Verdict
from anime_production.models.sample.sample_clip import Faults, draw_clip
from anime_production.nodes.loop import AnimeLoopScore
from anime_production.nodes.quality import AnimeClipQuality
from anime_production.nodes.sample import AnimeSampleClip

SCORING = [AnimeLoopScore, AnimeClipQuality]


@pytest.fixture(scope="module")
def clip():
    return draw_clip(24, 96, 96, 24, 0, 1)


@pytest.mark.parametrize("node", SCORING)
def test_a_scoring_node_answers_report_score_and_pass_and_publishes_the_report(
    run_node, node, clip
):
    answer = run_node(node, images=clip, fps=12.0)
    report, score, passed = answer.args[:3]
    assert report.verdict is Verdict.PASS
    assert score == report.score >= 50
    assert passed is True
    published = json.loads(json.dumps(answer.ui["anime_report"][0][0], allow_nan=False))
    assert Report.from_dict(published) == report


@pytest.mark.parametrize("node", SCORING)
def test_a_score_that_does_not_exist_is_a_silent_blocker_and_no_pass(run_node, node, clip):
    answer = run_node(node, images=clip[:1])
    assert isinstance(answer.args[1], ExecutionBlocker)
    assert answer.args[1].message is None
    assert answer.args[2] is False


def test_a_failing_loop_has_a_score_and_no_pass(run_node):
    clip = draw_clip(24, 96, 96, 24, 0, 1, Faults(seam_jump=8.0))
    answer = run_node(AnimeLoopScore, images=clip)
    assert 0 <= answer.args[1] < 50
    assert answer.args[2] is False
    assert answer.args[3].shape == (8, 96, 2 * 96, 3)


def test_a_sample_clip_is_the_domains_with_the_faults_in_their_places(run_node):
    faults = {"seam_jump": 3.0, "flicker": 2.0, "hold": 2, "blur": 1.0, "drift": 0.5}
    answer = run_node(
        AnimeSampleClip, frames=6, width=80, height=72, fps=8.0, period=6, seed=5, **faults
    )
    assert torch.equal(answer.args[0], draw_clip(6, 80, 72, 6, 0, 5, Faults(**faults)))
    assert answer.args[1] == 8.0


def test_a_choice_that_comes_over_a_link_and_does_not_exist_is_no_silent_success(run_node, clip):
    """ComfyUI checks no value that comes over a link: the node has to."""
    with pytest.raises(InputError, match="got 'no such backend'"):
        run_node(AnimeLoopScore, images=clip, backend="no such backend")
