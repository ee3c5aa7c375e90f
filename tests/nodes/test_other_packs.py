"""Numbers and answers of other packs go through the nodes that act on reports."""

import json
from typing import Any

import pytest
import torch
from comfy_execution.graph_utils import ExecutionBlocker

from anime_production.models.frames import InputError
from anime_production.nodes.best_of import AnimeBestOf
from anime_production.nodes.drawing import AnimeReportPlot
from anime_production.nodes.gate import AnimeGate
from anime_production.nodes.other_packs import AnimeReportFromAnswer, AnimeReportFromValue
from anime_production.nodes.report_merge import AnimeReportMerge

from ..integration.client import Prompt
from .test_wrong_links import output_of

IMAGES = torch.arange(4.0).reshape(4, 1, 1, 1).expand(4, 16, 16, 3) / 4


@pytest.fixture
def from_value(run_node):
    """Run the node as ComfyUI does: every input is a list."""

    def run(*value: Any, **settings: Any) -> Any:
        lists = {name: [each] for name, each in settings.items()}
        return run_node(AnimeReportFromValue, value=list(value), **lists)

    return run


@pytest.fixture
def from_answer(run_node):
    def run(*answer: str, **settings: Any) -> Any:
        lists = {name: [each] for name, each in settings.items()}
        return run_node(AnimeReportFromAnswer, answer=list(answer), **lists)

    return run


def test_a_number_has_a_report_a_score_and_a_pass(from_value):
    report, score, passed = from_value(0.7, name="PickScore").args
    assert report.measurements[0].name == "PickScore"
    assert 50 < score < 100
    assert passed is True


def test_what_is_no_number_blocks_the_score_and_is_no_error(from_value, from_answer):
    for output in (from_value("a cat"), from_value(), from_value(None), from_answer("perhaps")):
        report, score, passed = output.args
        assert report.verdict == "NOT_MEASURED"
        assert isinstance(score, ExecutionBlocker)
        assert passed is False
        json.dumps(output.ui, allow_nan=False)


def test_an_answer_is_not_required_at_first_and_a_number_is(from_value, from_answer):
    assert from_answer("yes").args[2] is False
    assert from_answer("yes", role="required").args[2] is True
    assert from_value(1).args[2] is True


@pytest.mark.parametrize("value", [["0.9, 0.1, 0.8, 0.2"], [0.9, 0.1, 0.8, 0.2]])
def test_a_list_of_numbers_gates_and_ranks_the_images_of_a_batch(run_node, from_value, value):
    report = from_value(*value).args[0]
    gate = run_node(AnimeGate, report=report, images=IMAGES, level="frame")
    assert gate.ui["anime_gate"][0][0]["indices"] == [0, 2]
    best = run_node(AnimeBestOf, report=report, images=IMAGES, k=2)
    assert best.ui["anime_ranking"][0][0]["kept"] == [0, 2]
    assert torch.equal(best.args[0], IMAGES[[0, 2]])


def test_one_number_gates_a_batch_as_a_whole(run_node, from_value):
    report = from_value(0.7).args[0]
    assert run_node(AnimeGate, report=report, images=IMAGES).args[2] is True
    with pytest.raises(InputError, match="connect a list with a value for every image"):
        run_node(AnimeGate, report=report, images=IMAGES, level="frame")
    with pytest.raises(InputError, match="connect a list with a value for every image"):
        run_node(AnimeBestOf, report=report, images=IMAGES)


def test_one_number_is_enough_for_a_batch_of_one_image(run_node, from_value):
    report = from_value(0.7).args[0]
    gate = run_node(AnimeGate, report=report, images=IMAGES[:1], level="frame")
    assert gate.ui["anime_gate"][0][0]["indices"] == [0]
    best = run_node(AnimeBestOf, report=report, images=IMAGES[:1])
    assert best.ui["anime_ranking"][0][0]["kept"] == [0]


def test_an_unread_answer_rejects_every_image_and_raises_nothing(run_node, from_answer):
    report = from_answer("perhaps", role="required").args[0]
    gate = run_node(AnimeGate, report=report, images=IMAGES, level="frame")
    assert (gate.ui["anime_gate"][0][0]["rejected"], gate.args[2]) == (4, False)
    ranking = run_node(AnimeBestOf, report=report, images=IMAGES).args[3]
    assert "kept without a score" in ranking.splitlines()[1]


def test_a_gate_says_that_nothing_is_required(run_node, from_answer):
    report = from_answer("yes").args[0]
    gate = run_node(AnimeGate, report=report, images=IMAGES)
    assert gate.args[2] is False
    assert "No measurement in the report counts for its verdict." in gate.args[3]


def test_the_thresholds_of_a_gate_name_the_number(run_node, from_value):
    report = from_value(0.7, name="PickScore v2", role="shown").args[0]
    assert run_node(AnimeGate, report=report, thresholds="PickScore v2 = 0.6").args[2] is True


def test_a_number_and_an_answer_merge_and_are_drawn(run_node, from_value, from_answer):
    number = from_value("0.9, 0.8", name="$core").args[0]
    answer = from_answer("no", role="required").args[0]
    merged = run_node(AnimeReportMerge, reports={"a": number, "b": answer}).args[0]
    assert [each.name for each in merged.measurements] == ["value.$core", "answer.answer"]
    assert merged.verdict == "FAIL"
    for report in (number, answer, merged):
        assert run_node(AnimeReportPlot, report=report).args[0].ndim == 4


@pytest.mark.parametrize(
    ("node", "inputs", "message"),
    [
        ("AnimeReportFromValue", {"name": "a=b"}, "name: expected a name"),
        ("AnimeReportFromValue", {"better": "band", "limit": 5.0, "limit_to": 3.0}, "limit_to"),
        ("AnimeReportFromValue", {"scale_low": 2.0, "scale_high": 1.0}, "the lower number first"),
        ("AnimeReportFromValue", {"better": "up"}, "one of higher, lower, band"),
        ("AnimeReportFromValue", {"role": "must"}, "one of required, optional, shown"),
        ("AnimeReportFromValue", {"limit": float("nan")}, "limit: expected a number"),
        ("AnimeReportFromAnswer", {"kind": "tags"}, "at least one tag"),
        ("AnimeReportFromAnswer", {"kind": "tags", "must": "a", "must_not": "A"}, "must_not"),
        ("AnimeReportFromAnswer", {"kind": "number", "scale_high": 5.0}, "a limit on the scale"),
        ("AnimeReportFromAnswer", {"kind": "poem"}, "one of yes or no, number, tags"),
        ("AnimeReportFromAnswer", {"name": ""}, "name: expected a name"),
    ],
)
def test_contradictions_are_refused_before_anything_runs(refusals, node, inputs, message):
    prompt = Prompt()
    value = {"value": 1.0} if node == "AnimeReportFromValue" else {"answer": "yes"}
    prompt.add(node, **value, **inputs)
    errors = refusals(prompt)["1"]
    assert all(message in each["details"] for each in errors), errors


def test_settings_that_have_no_effect_contradict_nothing(refusals):
    prompt = Prompt()
    prompt.add("AnimeReportFromAnswer", answer="yes", limit=99.0, scale_high=5.0)
    prompt.add("AnimeReportFromValue", value=1.0, limit_to=-3.0)
    assert refusals(prompt) == {}


def test_a_linked_setting_is_checked_when_the_node_runs(refusals, run_node):
    prompt = Prompt()
    name = prompt.add("AnimeParameterString", name="name", value="a=b").out()
    node = prompt.add("AnimeReportFromValue", value=1.0, name=name)
    assert refusals(prompt) == {}
    prompt[node]["inputs"]["name"] = "a=b"
    assert refusals(prompt) != {}
    with pytest.raises(InputError, match="name: expected a name"):
        run_node(AnimeReportFromValue, value=[1.0], name=["a=b"])


@pytest.mark.parametrize("kind", ["IMAGE", "LATENT"])
def test_pictures_are_no_number(refusals, kind):
    prompt = Prompt()
    link = output_of(prompt, kind)
    node = prompt.add("AnimeReportFromValue", value=link)
    assert refusals(prompt)[node][0]["type"] == "return_type_mismatch"
