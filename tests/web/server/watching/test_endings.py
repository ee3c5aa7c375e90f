# mypy: disable-error-code="union-attr"
from types import SimpleNamespace
from typing import Any

import pytest

from anime_production.models.jobs.job import JobState, new_job
from anime_production.models.jobs.provenance.judgement import judge, summaries
from anime_production.models.report import Verdict
from anime_production.web.server.watching import endings, validation

from .conftest import FAILED, GRAPH, INTERRUPTED, STARTED, SUCCESS


def test_a_prompt_that_ends_well_is_recorded_with_its_reports(bench, report):
    shown = {
        "5": {"anime_report": [[report.to_dict()]], "images": [{"filename": "a.png"}]},
        "6": {"text": ["not a report"], "anime_report": [{"schema": 1}]},
    }
    bench.run(GRAPH, STARTED, SUCCESS, outputs=shown)
    finished = bench.events[-1]
    assert finished.state is JobState.COMPLETED
    assert finished.started_at.timestamp() == 1_700_000_000.25
    assert finished.finished_at.timestamp() == 1_700_000_009.5
    assert finished.error is None
    assert [(each.node_id, each.read().report) for each in finished.reports] == [("5", report)]


def test_what_a_gate_or_a_best_of_kept_is_a_report_of_that_node(bench, report):
    shown = {
        "5": {"anime_report": [report.to_dict()]},
        "6": {"anime_kept": [[report.to_dict()]], "anime_blocked": [1, 2]},
    }
    bench.run(GRAPH, STARTED, SUCCESS, outputs=shown)
    reports = bench.events[-1].reports
    assert [(each.node_id, each.read().report) for each in reports] == [
        ("5", report),
        ("6", report),
    ]


WITHIN_A_RETRY = {
    "1": {"class_type": "AnimeRetryStart", "inputs": {"seed": 1}},
    "2": {"class_type": "AnimeSampleClip", "inputs": {"seed": ["1", 0]}},
    "3": {"class_type": "AnimeLoopScore", "inputs": {"images": ["2", 0]}},
    "4": {"class_type": "AnimeRetryEnd", "inputs": {"report": ["3", 0], "slot_1": ["2", 0]}},
    "5": {"class_type": "AnimeJob", "inputs": {}},
}


@pytest.mark.parametrize(
    ("inputs", "nodes"),
    [
        ({"images": ["4", 0], "report": ["4", 6]}, ["4"]),
        ({"images": ["2", 0], "report": ["3", 0]}, ["3", "4"]),
    ],
    ids=["behind the retry", "from within it"],
)
def test_the_first_attempt_of_a_retry_counts_where_it_is_saved(bench, report, inputs, nodes):
    save = {"class_type": "AnimeJobSave", "inputs": {"job": ["5", 0], **inputs}}
    shown: dict[str, Any] = {each: {"anime_report": [report.to_dict()]} for each in ("3", "4")}
    shown["6"] = {"images": [{"filename": "a.png"}]}
    bench.run({**WITHIN_A_RETRY, "6": save}, STARTED, SUCCESS, outputs=shown)
    finished = bench.events[-1]
    assert [each.node_id for each in finished.reports] == nodes
    assert finished.saved_by == ("6",)


# ComfyUI shows a copy that a loop or a retry makes at its node, and the ids of loops differ.
COPIES = {
    "core": ("20.0.0.0_", "20.0.0.1_"),
    "another pack's": ("12.0.0.", "12.0.0.Recurse.0.0."),
    "a loop in a loop": ("20.0.0.0_30.0.0.0_", "20.0.0.0_30.0.0.1_"),
}


@pytest.mark.parametrize("has_meta", [True, False])
@pytest.mark.parametrize("copies", COPIES.values(), ids=COPIES)
def test_attempts_within_a_loop_do_not_count(bench, report, copies, has_meta):
    failed = {"anime_report": [{**report.to_dict(), "verdict": "FAIL", "score": 10.0}]}
    passed = {"anime_report": [{**report.to_dict(), "verdict": "PASS", "score": 90.0}]}
    first, second = copies
    shown = {
        f"{first}3": failed,
        f"{first}4": passed,
        f"{first}4.attempt_2.{first}3": passed,
        f"{first}4.attempt_2.{first}4": passed,
        f"{second}3": passed,
        f"{second}4": passed,
    }
    meta = {node: {"display_node": node[-1]} for node in shown if has_meta}
    history = {"outputs": shown, "meta": meta}
    status = SimpleNamespace(status_str="success", messages=[STARTED, SUCCESS])
    event = endings.finished_event(new_job("p"), WITHIN_A_RETRY, history, status)
    assert [each.node_id for each in event.reports] == [f"{first}4", f"{second}4"]
    verdict = judge(event.state, WITHIN_A_RETRY, summaries(event.reports), event.saved_by)
    assert verdict.verdict is Verdict.PASS


def test_what_a_node_expands_to_is_recorded_at_that_node(bench, report):
    shown: dict[str, Any] = {
        each: {"anime_report": [report.to_dict()]} for each in ("2.0.0.1", "3")
    }
    meta = {"2.0.0.1": {"display_node": "2"}, "3": {"display_node": "3"}}
    status = SimpleNamespace(status_str="success", messages=[STARTED, SUCCESS])
    history = {"outputs": shown, "meta": meta}
    event = endings.finished_event(new_job("p"), WITHIN_A_RETRY, history, status)
    assert [each.node_id for each in event.reports] == ["2", "3"]


def test_a_save_job_within_a_loop_saved_something(bench):
    save = {"class_type": "AnimeJobSave", "inputs": {"job": ["5", 0], "images": ["2", 0]}}
    shown = {"20.0.0.0_6": {"images": [{"filename": "a.png"}]}}
    bench.run({**WITHIN_A_RETRY, "6": save}, STARTED, SUCCESS, outputs=shown)
    assert bench.events[-1].saved_by == ("6",)


@pytest.mark.parametrize("shown", [{"images": []}, {}, None])
def test_a_save_job_that_wrote_nothing_saved_nothing(bench, shown: Any):
    save = {"class_type": "AnimeJobSave", "inputs": {"job": ["5", 0], "images": ["2", 0]}}
    bench.run({**WITHIN_A_RETRY, "6": save}, STARTED, SUCCESS, outputs={"6": shown})
    assert bench.events[-1].saved_by == ()


def test_an_error_is_recorded_with_its_node_and_what_it_said(bench):
    bench.run(GRAPH, STARTED, FAILED, success=False)
    finished = bench.events[-1]
    assert finished.state is JobState.FAILED
    assert (finished.error.node_id, finished.error.node_type) == ("3", "KSampler")
    assert (finished.error.exception, finished.error.message) == ("RuntimeError", "out of memory")
    assert finished.error.traceback == "File …\nline\n"


def test_an_error_that_comfyui_calls_a_success_is_a_failure(bench):
    bench.run(GRAPH, STARTED, FAILED, success=True)
    assert bench.events[-1].state is JobState.FAILED


def test_an_interrupted_prompt_is_cancelled(bench):
    bench.run(GRAPH, STARTED, INTERRUPTED, success=False)
    assert bench.events[-1].state is JobState.CANCELLED
    assert bench.events[-1].error is None


@pytest.mark.parametrize("shown", [{"5": {"anime_report": 7}}, {"5": None}, {"5": {"a": 1}}])
def test_whatever_a_node_shows_the_job_has_ended(bench, shown: Any):
    bench.run(GRAPH, STARTED, SUCCESS, outputs=shown)
    assert bench.events[-1].state is JobState.COMPLETED
    assert bench.events[-1].reports == ()


def test_a_refusal_names_the_first_node_and_says_every_sentence():
    error = {"type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed",
             "details": "", "extra_info": {}}  # fmt: skip
    fault = {"type": "x", "message": "Required input is missing", "details": "images"}
    nodes = {
        "7": {"errors": [fault], "class_type": "PreviewImage", "dependent_outputs": ["7"]},
        "9": {"errors": [fault], "class_type": "SaveImage", "dependent_outputs": ["9"]},
    }
    refusal = validation.validation_error(error, nodes)
    assert (refusal.node_id, refusal.node_type) == ("7", "PreviewImage")
    assert refusal.exception == "prompt_outputs_failed_validation"
    assert refusal.message == (
        "PreviewImage (7): Required input is missing: images\n"
        "SaveImage (9): Required input is missing: images"
    )


def test_a_refusal_of_the_whole_prompt_is_said_too():
    about = {"node_id": "4", "class_type": "Gone"}
    error = {"type": "missing_node_type", "message": "Node 'Gone' not found.", "details": "#4",
             "extra_info": about}  # fmt: skip
    refusal = validation.validation_error(error, {})
    assert (refusal.node_id, refusal.node_type) == ("4", "Gone")
    assert refusal.message == "Node 'Gone' not found.\n#4"
