"""A job's verdict by what its Save Jobs save, clause by clause."""

from typing import Any

import pytest

from anime_production.models.jobs.job import JobState
from anime_production.models.jobs.provenance.judgement import JobVerdict, judge

from ..graphs import graph_of
from ..judging import CLIP, KEPT, LAST, deciding, example, gate, save, scored, summary

# --- What the examples come to


def test_a_loop_that_was_closed_is_judged_as_it_was_saved():
    shown = {"2": "F39", "3": "P86", "4": "P86"}
    assert deciding(example("close_a_loop"), shown) == ("P86", {"3"}, KEPT)


def test_the_best_of_a_batch_are_judged_without_the_others():
    shown = {"5": "F37", "6": "P81"}
    assert deciding(example("best_of_8"), shown, **{"6": "character"}) == ("P81", {"6"}, KEPT)


def test_the_accepted_frames_of_a_batch_are_judged_without_the_rejected_ones():
    shown = {"5": "F37", "6": "P81"}
    assert deciding(example("gate_a_batch"), shown, **{"6": "character"}) == ("P81", {"6"}, KEPT)


@pytest.mark.parametrize(
    ("shown", "outcome"),
    [
        ({"4": "P90", "5": "P80", "6": "P70"}, ("P80", {"5"}, KEPT)),
        ({"4": "F20", "5": "P80", "6": "P70"}, ("F20", {"4", "5"}, KEPT)),
        ({"4": "P90", "5": "P80", "6": "F30"}, ("F30", {"5", "6"}, KEPT)),
        ({"4": "N", "5": "P80", "6": "P70"}, ("N", {"4", "5"}, KEPT)),
    ],
)
def test_a_gate_that_blocked_counts_beside_the_report_that_is_wired(shown, outcome):
    assert deciding(example("check_a_clip"), shown) == outcome


def test_a_retry_is_judged_by_its_end():
    shown = {"5": "P70"}
    graph = example("retry_until_it_loops")
    assert deciding(graph, shown, **{"5": "loop"}) == ("P70", {"5"}, KEPT)


def test_a_merge_that_is_wired_speaks_for_what_went_into_it():
    shown = {"9": "F10", "12": "P80", "13": "P60", "14": "P60"}
    assert deciding(example("make_a_phase"), shown) == ("P60", {"14"}, KEPT)


# --- Which jobs have a verdict


@pytest.mark.parametrize("state", [each for each in JobState if each is not JobState.COMPLETED])
def test_a_job_that_did_not_complete_has_no_verdict(state):
    reports = [summary("3", "loop", "P86")]
    assert judge(state, example("close_a_loop"), reports) == JobVerdict(None, None, (), None)


def test_a_job_without_reports_has_no_verdict():
    assert judge(JobState.COMPLETED, example("close_a_loop"), []) == JobVerdict()


def test_fail_is_worse_than_not_measured_and_that_is_worse_than_pass():
    graph = graph_of(a=CLIP, b=("AnimeSampleClip", {}), c=CLIP)
    kinds = {"x": "loop", "y": "character", "z": "clip_quality"}
    assert deciding(graph, {"x": "P90", "y": "N", "z": "F10"}, **kinds)[0] == "F"
    assert deciding(graph, {"x": "P90", "y": "N"}, **kinds)[0] == "N"
    assert deciding(graph, {"x": "P90", "z": "P60"}, **kinds)[0] == "P60"


# --- Reports that are wired into Save Job


def test_a_report_is_found_behind_reroutes_switches_and_slots_of_a_retry():
    graph = graph_of(
        clip=CLIP,
        score=scored("clip"),
        before=scored("clip"),
        reroute=("Reroute", {"": ["score", 0]}),
        switch=("ComfySwitchNode", {"switch": True, "on_true": ["reroute", 0],
                                    "on_false": ["before", 0]}),
        start=("AnimeRetryStart", {"slot_2": ["switch", 0]}),
        save=save(["clip", 0], ["start", 5]),
    )  # fmt: skip
    assert deciding(graph, {"before": "F10", "score": "P70"}) == ("P70", {"score"}, KEPT)


def test_a_report_through_a_slot_of_a_retry_end_is_that_of_the_end():
    graph = example("retry_until_it_loops")
    graph["5"]["inputs"]["slot_2"] = ["4", 0]
    graph["7"]["inputs"].update(report=["5", 1], images=["3", 0])
    graph |= graph_of(clean=scored("3", "AnimeClipQuality"), gate=gate("clean", ["3", 0]))
    graph["7"]["inputs"]["images"] = ["gate", 0]
    shown = {"5": "P70", "clean": "P60"}
    assert deciding(graph, shown, **{"5": "loop"}) == ("P70", {"5"}, KEPT), "a gate that passed"


def test_the_kept_report_nearest_to_the_save_job_takes_the_place_of_the_wired_one():
    graph = graph_of(
        clip=CLIP,
        score=scored("clip", "AnimeStillQuality"),
        gate=gate("score", ["clip", 0], level="frame"),
        best=("AnimeBestOf", {"images": ["gate", 0], "report": ["score", 0]}),
        save=save(["best", 0], ["score", 0]),
    )
    shown = {"score": "F10", "gate": "P60", "best": "P90"}
    kinds = dict.fromkeys(("gate", "best"), "still_quality")
    assert deciding(graph, shown, **kinds) == ("P90", {"best"}, KEPT)


def test_a_best_of_that_read_another_report_leaves_the_wired_one():
    graph = example("best_of_8")
    graph["12"] = {"class_type": "AnimeStillQuality", "inputs": {"images": ["4", 0]}}
    graph["8"]["inputs"]["report"] = ["12", 0]
    shown = {"5": "P80", "6": "P81", "12": "F40"}
    assert deciding(graph, shown, **{"6": "character"}) == ("F40", {"12"}, KEPT)


def two_takes(save_job: tuple[str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Two clips, each scored, of which the better one is saved."""
    takes = {"takes.take0": ["first", 0], "takes.take1": ["second", 0]}
    reports = {"reports.report0": ["one", 0], "reports.report1": ["two", 0]}
    return graph_of(
        first=CLIP,
        second=CLIP,
        one=scored("first"),
        two=scored("second"),
        best=("AnimeBestTake", {**takes, **reports}),
        save=save_job,
        **more,
    )


def test_the_report_of_the_best_take_decides_and_not_those_of_all_takes():
    shown = {"one": "F10", "two": "P90", "best": "P90"}
    for wired in (None, ["best", 1]):
        graph = two_takes(save(["best", 0], wired))
        assert deciding(graph, shown, best="loop") == ("P90", {"best"}, KEPT)
    del graph["save"]
    assert deciding(graph, shown, best="loop") == ("P90", {"best"}, LAST)


def test_a_gate_behind_the_best_take_decides_by_its_report():
    graph = two_takes(
        save(["gate", 0], ["best", 1]),
        gate=("AnimeGate", {"report": ["best", 1], "images": ["best", 0], "thresholds": "a = 1"}),
    )
    shown = {"one": "F10", "two": "P90", "best": "P90", "gate": "P80"}
    kinds = dict.fromkeys(("gate", "best"), "loop")
    assert deciding(graph, shown, **kinds) == ("P80", {"gate"}, KEPT)


# --- Save Job without a report


def three_gates() -> dict[str, Any]:
    graph = example("check_a_clip")
    del graph["11"]["inputs"]["report"]
    return graph


def test_without_a_wired_report_all_gates_on_the_way_decide():
    shown = {"4": "P90", "5": "P80", "6": "P70"}
    assert deciding(three_gates(), shown) == ("P70", {"4", "5", "6"}, KEPT)


def test_gates_are_found_through_any_nodes_and_videos():
    graph = three_gates()
    graph["20"] = {"class_type": "ImageUpscale", "inputs": {"image": ["9", 0]}}
    graph["21"] = {"class_type": "CreateVideo", "inputs": {"images": ["20", 0]}}
    graph["11"]["inputs"] = {"job": ["10", 0], "video": ["21", 0]}
    shown = {"4": "P90", "5": "P80", "6": "P70"}
    assert deciding(graph, shown) == ("P70", {"4", "5", "6"}, KEPT)


def test_a_report_of_a_loaded_job_leaves_the_gates_to_decide():
    graph = three_gates()
    graph["20"] = {"class_type": "AnimeJobLoad", "inputs": {}}
    graph["11"]["inputs"]["report"] = ["20", 1]
    shown = {"4": "P90", "5": "P80", "6": "P70"}
    assert deciding(graph, shown) == ("P70", {"4", "5", "6"}, KEPT)


def test_before_a_node_that_was_not_reached_the_gate_that_blocked_it_decides():
    graph = graph_of(
        clip=CLIP,
        first=scored("clip", "AnimeCharacterScore"),
        gate=gate("first", ["clip", 0]),
        second=scored("gate"),
        save=save(["clip", 0], ["second", 0]),
    )
    assert deciding(graph, {"first": "F20"}) == ("F20", {"first"}, KEPT)
    graph["last"] = {"class_type": "AnimeGate", "inputs": {"report": ["second", 0]}}
    graph["save"]["inputs"] = {"images": ["last", 0]}
    assert deciding(graph, {"first": "F20"}) == ("F20", {"first"}, KEPT)


def test_what_is_before_a_measurement_that_was_reached_does_not_decide():
    graph = graph_of(
        clip=CLIP,
        first=scored("clip", "AnimeStillQuality"),
        gate=gate("first", ["clip", 0], on_fail="pass_through"),
        second=scored("gate", "AnimeCharacterScore"),
        last=gate("second", ["clip", 0]),
        save=save(["last", 0]),
    )
    shown = {"first": "F20", "second": "P80"}
    assert deciding(graph, shown) == ("P80", {"second"}, KEPT)


def closed_after_a_gate(**inputs) -> dict[str, Any]:
    return graph_of(
        clip=CLIP,
        first=scored("clip"),
        gate=gate("first", ["clip", 0], on_fail="pass_through"),
        close=("AnimeLoopClose", {"images": ["gate", 0]}),
        second=scored("close"),
        last=gate("second", ["close", 0]),
        save=save(["last", 0], **inputs),
    )


@pytest.mark.parametrize("report", [None, ["close", 1], ["second", 0]])
def test_a_gate_before_a_loop_is_closed_does_not_count_against_it(report):
    graph = closed_after_a_gate(report=report)
    verdict, nodes, rule = deciding(graph, {"first": "F39", "close": "P86", "second": "P86"})
    assert (verdict, rule) == ("P86", KEPT)
    assert "first" not in nodes


def test_a_gate_before_counts_where_nothing_of_its_kind_was_measured_later():
    shown = {"first": "F39", "close": "P86", "second": "P86"}
    other = {"first": "character", "close": "loop", "second": "loop"}
    assert deciding(closed_after_a_gate(), shown, **other) == ("F39", {"first", "second"}, KEPT)


def test_a_later_merge_that_holds_the_subject_outdates_a_gate():
    graph = closed_after_a_gate()
    graph |= graph_of(
        clean=scored("close", "AnimeClipQuality"),
        merge=("AnimeReportMerge", {"reports.report0": ["second", 0],
                                    "reports.report1": ["clean", 0]}),
        last=gate("merge", ["close", 0]),
    )  # fmt: skip
    shown = {"first": "F39", "close": "P86", "second": "P86", "clean": "P70", "merge": "P70"}
    assert deciding(graph, shown) == ("P70", {"merge"}, KEPT)
    graph["merge"]["inputs"] = {"reports.report0": ["clean", 0]}
    assert deciding(graph, shown)[0] == "F39", "no loop went into the merge"


# --- Sides of a gate


def two_saves() -> dict[str, Any]:
    graph = example("gate_a_batch")
    graph["20"] = {"class_type": "ImageScale", "inputs": {"image": ["6", 1]}}
    graph["21"] = {
        "class_type": "AnimeJobSave",
        "inputs": {"images": ["20", 0], "report": ["5", 0]},
    }
    return graph


def test_saving_what_was_rejected_does_not_count_beside_what_was_accepted():
    shown = {"5": "F37", "6": "P81"}
    assert deciding(two_saves(), shown, **{"6": "character"}) == ("P81", {"6"}, KEPT)


def test_a_job_that_saves_the_rejected_alone_is_judged_by_the_whole_batch():
    graph = two_saves()
    del graph["8"]
    shown = {"5": "F37", "6": "P81"}
    assert deciding(graph, shown, **{"6": "character"}) == ("F37", {"5"}, KEPT)
    del graph["21"]["inputs"]["report"]
    assert deciding(graph, shown, **{"6": "character"}) == ("F37", {"5"}, KEPT)


def test_all_save_jobs_decide():
    graph = example("close_a_loop")
    graph["20"] = {"class_type": "AnimeJobSave", "inputs": {"images": ["1", 0], "report": ["2", 0]}}
    shown = {"2": "F39", "3": "P86", "4": "P86"}
    assert deciding(graph, shown) == ("F39", {"2", "3"}, KEPT)


# --- Loops of ComfyUI


def test_the_reports_of_a_loop_are_those_of_its_nodes():
    graph = graph_of(
        clip=CLIP,
        score=scored("clip"),
        job=("AnimeJob", {}),
        last=("EndLoop", {"output_value": ["clip", 0]}),
        save=save(["last", 0]),
    )
    shown = {"20.0.0.0_score": "P80", "20.0.0.1_score": "F20"}
    kinds = dict.fromkeys(shown, "loop")
    assert deciding(graph, shown, **kinds) == ("F20", set(shown), LAST)


def test_a_report_that_comes_out_of_a_loop_into_a_save_job_decides():
    graph = graph_of(
        clip=CLIP,
        score=scored("clip"),
        job=("AnimeJob", {}),
        last=("EndLoop", {"output_value": ["score", 0]}),
        save=save(["clip", 0], ["last", 0]),
    )
    shown = {"20.0.0.0_score": "P80", "20.0.0.1_score": "P90"}
    kinds = dict.fromkeys(shown, "loop")
    assert deciding(graph, shown, **kinds) == ("P80", set(shown), KEPT)
