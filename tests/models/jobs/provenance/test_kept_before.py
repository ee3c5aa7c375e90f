"""Reports of what was kept, computed from what older packs recorded."""

from typing import Any

import pytest

from anime_production.models.gating.retry import Attempt, OnExhausted, Trial
from anime_production.models.jobs.job import NodeReport
from anime_production.models.jobs.provenance.kept_before import (
    NotRecomputable,
    compute_kept_reports,
    has_kept_reports,
)
from anime_production.models.report import Measure, Report, Verdict

from ...gating.test_ranking import SHARP
from ..graphs import graph_of
from ..judging import example, gate, scored
from ..queries.test_verdict_rows import SEAM

SHARPNESS = [0.9, 0.1, 0.6, 0.7, 0.2, 0.3, 0.4, 0.8]
PICTURES = Report("still_quality", (SHARP.measured(0.1, "no_lines", per_frame=SHARPNESS),), 8)


def loop(value: float, measure: Measure = SEAM) -> Report:
    return Report("loop", (measure.measured(value, "no_lines"),), 8)


def kept(graph: dict[str, Any], **reports: Report) -> dict[str, tuple]:
    """The nodes that kept something, with the verdict and the number of frames."""
    shown = [NodeReport(node, report) for node, report in reports.items()]
    return {
        each.node_id: (each.report.verdict, each.report.frames)
        for each in compute_kept_reports(graph, shown)
    }


def test_only_what_shows_a_report_of_its_own_today_has_one():
    assert has_kept_reports(example("best_of_8"))
    assert has_kept_reports(example("gate_a_batch"))
    assert not has_kept_reports(example("check_a_clip"))
    graph = example("check_a_clip")
    graph["7"]["inputs"]["thresholds"] = "similarity = 0.5"
    assert has_kept_reports(graph)
    graph["7"]["inputs"].update(thresholds="", level=["10", 0])
    assert has_kept_reports(graph), "it may be frame"
    assert not has_kept_reports(None)


def test_the_best_and_the_accepted_frames_are_those_that_the_nodes_kept():
    assert kept(example("best_of_8"), **{"5": PICTURES}) == {"6": (Verdict.PASS, 3)}
    assert kept(example("gate_a_batch"), **{"5": PICTURES}) == {"6": (Verdict.PASS, 4)}


def test_what_is_not_written_in_the_graph_has_the_nodes_default():
    graph = example("best_of_8")
    del graph["6"]["inputs"]["k"]
    assert kept(graph, **{"5": PICTURES}) == {"6": (Verdict.PASS, 1)}
    graph = example("gate_a_batch")
    graph["6"]["inputs"] = {"report": ["5", 0], "images": ["4", 0], "level": "frame"}
    assert kept(graph, **{"5": PICTURES}) == {"6": (Verdict.PASS, 4)}


def test_a_setting_that_another_node_holds_is_followed():
    graph = example("best_of_8")
    graph["6"]["inputs"]["k"] = ["20", 0]
    graph["20"] = {"class_type": "PrimitiveInt", "inputs": {"value": 5}}
    assert kept(graph, **{"5": PICTURES}) == {"6": (Verdict.FAIL, 5)}


@pytest.mark.parametrize(
    "inputs",
    [
        {"k": ["1", 1]}, {"k": "three"}, {"k": 0},
    ],
)  # fmt: skip
def test_a_setting_that_is_not_known_says_so(inputs):
    graph = example("best_of_8")
    graph["6"]["inputs"].update(inputs)
    with pytest.raises(NotRecomputable, match="node 6"):
        kept(graph, **{"5": PICTURES})


@pytest.mark.parametrize(
    "inputs",
    [
        {"level": ["1", 1]}, {"level": "both"}, {"on_fail": "error"}, {"thresholds": "nothing = 1"},
        {"thresholds": ["1", 1]},
    ],
)  # fmt: skip
def test_a_gate_that_cannot_have_decided_so_says_so(inputs):
    graph = example("gate_a_batch")
    graph["6"]["inputs"].update(inputs)
    with pytest.raises(NotRecomputable, match="node 6"):
        kept(graph, **{"5": PICTURES})


def test_a_report_that_does_not_judge_frames_says_so():
    with pytest.raises(NotRecomputable, match="node 6"):
        kept(example("best_of_8"), **{"5": loop(9.0)})


def test_a_node_that_showed_several_reports_says_so():
    shown = [NodeReport("5", PICTURES), NodeReport("5", PICTURES)]
    with pytest.raises(NotRecomputable, match="several times"):
        compute_kept_reports(example("best_of_8"), shown)


def test_a_graph_that_runs_in_a_circle_says_so():
    graph = example("best_of_8")
    graph["4"]["inputs"]["seed"] = ["6", 0]
    with pytest.raises(NotRecomputable, match="cycle"):
        kept(graph, **{"5": PICTURES})


def three_gates(first: Report, **inputs) -> dict[str, tuple]:
    """A plain gate, and behind what it accepts a gate with a threshold of its own."""
    graph = graph_of(
        clip=("AnimeSampleClip", {}),
        first=scored("clip"),
        second=scored("clip"),
        gate=gate("first", ["clip", 0], **inputs),
        scale=("ImageScale", {"image": ["gate", 0]}),
        last=gate("second", ["scale", 0], thresholds="seam = 1.0"),
        other=gate("second", ["gate", 1], thresholds="seam = 9.5"),
    )
    return kept(graph, first=first, second=loop(9.0))


def test_a_gate_behind_one_that_blocked_was_not_reached():
    assert three_gates(loop(9.0)) == {"last": (Verdict.PASS, 8)}
    assert three_gates(loop(1.0)) == {"other": (Verdict.FAIL, 8)}
    assert three_gates(loop(1.0), on_fail="pass_through") == {"last": (Verdict.PASS, 8)}


def test_a_gate_behind_a_retry_that_blocked_was_not_reached():
    graph = example("retry_until_it_loops")
    graph["5"]["inputs"]["on_exhausted"] = "block"
    graph["20"] = {"class_type": "AnimeLoopScore", "inputs": {"images": ["1", 0]}}
    graph["21"] = {"class_type": "AnimeGate", "inputs": {
        "report": ["20", 0], "images": ["5", 0], "thresholds": "seam = 1.0"}}  # fmt: skip
    passed, failed = (
        Trial(1, OnExhausted.BLOCK).after(Attempt(0, loop(value))).report for value in (9.0, 1.0)
    )
    assert kept(graph, **{"5": passed, "20": loop(9.0)}) == {"21": (Verdict.PASS, 8)}
    assert kept(graph, **{"5": failed, "20": loop(9.0)}) == {}
