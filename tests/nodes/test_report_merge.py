import pytest
from comfy_execution.graph_utils import ExecutionBlocker

from anime_production.models.loop.seam import score_loop
from anime_production.models.report import Verdict
from anime_production.models.sample.sample_clip import Faults, draw_clip
from anime_production.nodes.report_merge import AnimeReportMerge

from ..integration.client import Prompt


@pytest.fixture(scope="module")
def good():
    return score_loop(draw_clip(24, 96, 96, 24, 0, 1), 12.0)


@pytest.fixture(scope="module")
def bad():
    return score_loop(draw_clip(24, 96, 96, 24, 0, 1, Faults(seam_jump=8.0)), 12.0)


def merged(run_node, *reports, **inputs):
    given = {f"report{number}": each for number, each in enumerate(reports)}
    return run_node(AnimeReportMerge, reports=given, **inputs)


def test_it_passes_where_all_pass_and_keeps_the_same_measurement_of_two_apart(run_node, good, bad):
    report, score, passes = merged(run_node, good, bad).args
    names = [each.name for each in report.measurements]
    assert {"loop.seam_position", "loop_2.seam_position"} <= set(names)
    assert report.verdict is Verdict.FAIL
    assert 0 < score < bad.score, "the other report lowers it"
    assert passes is False
    assert merged(run_node, good, good).args[2] is True


def test_it_passes_where_one_does_when_told(run_node, good, bad):
    report, score, passes = merged(run_node, bad, good, rule="any").args
    assert report.verdict is Verdict.PASS
    assert score == good.score
    assert passes is True


def test_an_input_that_is_left_open_is_left_out(run_node, good):
    assert merged(run_node, None, good).args[0] is good


def test_the_report_can_be_seen_from_outside(run_node, good, bad):
    answer = merged(run_node, good, bad)
    assert answer.ui == {"anime_report": [[answer.args[0].to_dict()]]}


def test_a_score_that_does_not_exist_blocks_silently(run_node, good):
    unmeasured = score_loop(draw_clip(2, 96, 96, 24, 0, 1), 12.0)
    _, score, passes = merged(run_node, good, unmeasured).args
    assert isinstance(score, ExecutionBlocker)
    assert score.message is None
    assert passes is False


def test_comfyui_refuses_a_merge_of_nothing_before_anything_runs(refusals):
    prompt = Prompt()
    merge = prompt.add("AnimeReportMerge", rule="all")
    (error,) = refusals(prompt)[merge]
    assert error["type"] == "required_input_missing"
    assert error["extra_info"]["input_name"] == "reports.report0"
