"""A job's verdict by the last report of each kind, of old jobs, and with graphs that are none."""

from random import Random
from typing import Any

import pytest

from anime_production.models.jobs.job import JobState
from anime_production.models.jobs.provenance.judgement import (
    JobVerdict,
    JudgedBy,
    judge,
    judge_by_worst,
)
from anime_production.models.report import Verdict

from ..graphs import graph_of
from ..judging import CLIP, LAST, SUBJECTS, deciding, example, gate, scored, summary


def test_without_a_save_job_the_last_of_each_kind_decides():
    graph = example("close_a_loop")
    del graph["8"]
    shown = {"4": "P86", "3": "P85", "2": "F39"}
    assert deciding(graph, shown) == ("P85", {"3", "4"}, LAST), "whatever the order of the history"


def test_a_save_job_that_nothing_judges_leaves_the_last_of_each_kind():
    graph = example("close_a_loop")
    graph["8"]["inputs"] = {"images": ["1", 0]}
    assert deciding(graph, {"2": "F39", "4": "P86"}) == ("P86", {"4"}, LAST)


def test_a_report_that_a_merge_took_in_does_not_count_beside_it():
    graph = example("make_a_phase")
    del graph["17"]
    shown = {"12": "P80", "13": "F40", "14": "P60"}
    assert deciding(graph, shown) == ("P60", {"14"}, LAST)


def test_a_report_that_a_best_of_took_in_does_not_count_beside_it():
    graph = example("best_of_8")
    del graph["8"]
    shown = {"5": "F37", "6": "P81"}
    assert deciding(graph, shown, **{"6": "character"}) == ("P81", {"6"}, LAST)
    assert deciding(graph, {"5": "F37"}) == ("F37", {"5"}, LAST), "the Best Of has no report"


def test_where_the_graph_sets_no_order_all_count():
    graph = graph_of(a=CLIP, b=CLIP, first=scored("a"), second=scored("b"), third=scored("a"))
    shown = {"first": "F39", "second": "P86", "third": "P50"}
    assert deciding(graph, shown) == ("F39", {"first", "second", "third"}, LAST)
    reports = [summary(node, "loop", text) for node, text in shown.items()]
    assert judge(JobState.COMPLETED, None, reports).deciding == (0, 1, 2)


def test_what_is_scored_behind_a_retry_is_no_earlier_than_its_end():
    graph = example("retry_until_it_loops")
    del graph["7"]
    graph["20"] = {"class_type": "AnimeLoopScore", "inputs": {"images": ["5", 0]}}
    shown = {"5": "P70", "20": "P60"}
    assert deciding(graph, shown, **{"5": "loop"}) == ("P60", {"5", "20"}, LAST)


# --- What other packs measure


def of_values(first_name, second_name):
    """A clip with a number of another pack before and after it was upscaled."""
    pick = {"class_type": "PickScore", "inputs": {"image": ["1", 0]}}
    value = {"class_type": "AnimeReportFromValue", "inputs": {"value": ["2", 0]}}
    graph: dict[str, Any] = {
        "1": {"class_type": "AnimeSampleClip", "inputs": {}},
        "2": pick,
        "3": {**value, "inputs": {"value": ["2", 0], "name": first_name}},
        "4": {"class_type": "ImageScale", "inputs": {"image": ["1", 0]}},
        "5": {**pick, "inputs": {"images.image_1": ["4", 0]}},
        "6": {"class_type": "ComfyNumberConvert", "inputs": {"value": ["5", 0]}},
        "7": {**value, "inputs": {"value": ["6", 0], "name": second_name}},
    }
    return graph


def test_a_number_measured_again_under_its_name_replaces_the_earlier_one():
    graph = of_values("PickScore", "PickScore")
    assert deciding(graph, {"3": "F20", "7": "P80"}) == ("P80", {"7"}, LAST)


def test_a_number_of_another_name_replaces_nothing():
    graph = of_values("PickScore", "fingers")
    assert deciding(graph, {"3": "F20", "7": "P80"}) == ("F20", {"3", "7"}, LAST)


def test_a_number_of_no_pictures_comes_neither_before_nor_after_another_one():
    graph = of_values("length", "length")
    graph["2"] = {"class_type": "PrimitiveString", "inputs": {"value": "0.3"}}
    assert deciding(graph, {"3": "F20", "7": "P80"}) == ("F20", {"3", "7"}, LAST)


# --- Jobs from before, and graphs that are none


def test_by_the_worst_all_reports_decide():
    reports = [summary("1", "loop", "P90"), summary("2", "loop", "F20")]
    assert judge_by_worst(reports) == JobVerdict(Verdict.FAIL, 20.0, (0, 1), JudgedBy.WORST)
    assert judge_by_worst([]) == JobVerdict()


def test_whatever_a_graph_holds_a_verdict_comes_out():
    chance = Random(7)
    kinds = [*SUBJECTS, "AnimeJobSave", "AnimeGate", "AnimeBestOf", "AnimeBestTake",
             "AnimeRetryEnd", "AnimeRetryStart", "Reroute", "ComfySwitchNode"]  # fmt: skip
    names = ["report", "images", "video", "", "reports.report0", "slot_1", "on_true", "switch",
             "value", "answer", "name"]  # fmt: skip
    odd = [None, 7, [], ["1"], ["1", float("nan")], ["1", 10**400], [1, 0], {"a": 1}, "text", True]
    for _ in range(400):
        graph: dict[str, Any] = {
            str(number): {
                "class_type": chance.choice(kinds),
                "inputs": {
                    name: chance.choice(odd) if chance.random() < 0.2
                    else [str(chance.randrange(12)), chance.randrange(10)]
                    for name in chance.sample(names, 4)
                },
            }
            for number in range(10)
        }  # fmt: skip
        for number in chance.sample(range(10), 2):
            graph[str(number)] = chance.choice([None, {}, {"class_type": 3}, [], "node"])
        reports = [
            summary(
                str(number),
                chance.choice(["loop", "merged", "value"]),
                chance.choice(["P9", "F1", "N"]),
            )
            for number in chance.sample(range(12), 5)
        ]
        verdict = judge(JobState.COMPLETED, graph, reports)
        deciding = {reports[each].verdict for each in verdict.deciding}
        assert verdict.verdict in (deciding or {None})
    for broken in (7, [], "graph", {1: 2}):
        assert judge(JobState.COMPLETED, broken, reports).deciding


@pytest.mark.timeout(30)  # one whose paths are all followed would take years
def test_a_graph_of_thousands_of_nodes_is_judged():
    graph: dict[str, Any] = {"0": {"class_type": "AnimeSampleClip", "inputs": {}}}
    for number in range(1, 6000, 3):
        before = str(max(number - 1, 0))
        graph |= graph_of(**{
            f"{number}": scored(before),
            f"{number + 1}": gate(str(number), [before, 0], on_fail="pass_through"),
            f"{number + 2}": ("ImageScale", {"image": [str(number + 1), 0]}),
        })  # fmt: skip
    graph["save"] = {"class_type": "AnimeJobSave", "inputs": {"images": ["6000", 0]}}
    reports = [summary(str(number), "loop", "P60") for number in range(1, 6000, 3)][-40:]
    assert judge(JobState.COMPLETED, graph, reports).deciding == (39,)
