import pytest

from anime_production.models.gating.copies import original_of
from anime_production.models.gating.superseded import superseded

from .test_retry_body import node, retry


def replaced(graph, *shown):
    """What is superseded of the nodes that showed a result."""
    return superseded(graph, {each: original_of(each, graph) for each in shown})


def test_reports_of_the_attempts_are_taken_over_by_the_end():
    graph = retry(other=node("AnimeClipQuality", images=["end", 0]))
    shown = ["score", "end.attempt_2.score", "end.attempt_2.end", "end", "other"]
    assert replaced(graph, *shown) == {"score", "end.attempt_2.score", "end.attempt_2.end"}
    assert replaced(graph, "score", "other") == set(), "the End has not spoken"
    assert replaced({"a": node("AnimeLoopScore")}, "a") == set()


def merges(rule, **more):
    """Three scores, two of them merged by a rule."""
    return {
        "start": node("AnimeLoopScore"),
        "closed": node("AnimeLoopScore"),
        "clean": node("AnimeClipQuality"),
        "merge": node(
            "AnimeReportMerge",
            rule=rule,
            **{"reports.report0": ["start", 0], "reports.report1": ["closed", 0]},
        ),
        **more,
    }


def test_where_any_report_is_enough_the_merge_speaks_for_them():
    graph = merges("any")
    assert replaced(graph, *graph) == {"start", "closed"}
    assert replaced(graph, "start", "closed", "clean") == set(), "the merge has not spoken"


@pytest.mark.parametrize("rule", ["all", ["elsewhere", 0]])
def test_where_all_have_to_pass_each_report_counts(rule):
    graph = merges(rule, elsewhere=node("Text"))
    assert replaced(graph, *graph) == set()
    del graph["merge"]["inputs"]["rule"]
    assert replaced(graph, *graph) == set()


def test_what_went_into_a_merge_by_all_counts_no_more_where_that_is_one_of_any():
    graph = merges(
        "all",
        either=node(
            "AnimeReportMerge",
            rule="any",
            **{"reports.report0": ["merge", 0], "reports.report1": ["clean", 0]},
        ),
    )
    assert replaced(graph, *graph) == {"start", "closed", "merge", "clean"}


def test_a_merge_takes_over_the_end_of_a_retry_and_not_what_only_feeds_it():
    graph = retry(other=node("AnimeClipQuality", images=["loader", 0]))
    graph["merge"] = node(
        "AnimeReportMerge",
        rule="any",
        **{"reports.report0": ["end", 6], "reports.report1": ["other", 0]},
    )
    shown = ["score", "end.attempt_2.score", "end", "other", "merge"]
    assert replaced(graph, *shown) == {"score", "end.attempt_2.score", "end", "other"}


def test_a_report_that_comes_through_a_slot_is_its_makers_and_the_end_still_counts():
    graph = retry(other=node("AnimeClipQuality", images=["loader", 0]))
    graph["end"]["inputs"]["slot_2"] = ["other", 0]
    graph["merge"] = node(
        "AnimeReportMerge",
        rule="any",
        **{"reports.report0": ["end", 1], "reports.report1": ["start", 5]},
    )
    graph["start"]["inputs"]["slot_2"] = ["other", 0]
    assert replaced(graph, "end", "other", "merge") == {"other"}


def test_a_gate_and_a_best_of_take_over_nothing():
    graph = {
        "score": node("AnimeStillQuality"),
        "best": node("AnimeBestOf", report=["score", 0]),
        "gate": node("AnimeGate", report=["score", 0], on_fail="best"),
    }
    assert replaced(graph, *graph) == set()


def in_iteration(number, *nodes):
    """The ids of nodes in an iteration of ComfyUI's loop that begins at node 20."""
    return [f"20.0.0.{number}_{each}" for each in nodes]


def test_each_iteration_of_a_loop_has_attempts_of_its_own():
    graph = retry()
    first, second = in_iteration(0, "score", "end"), in_iteration(1, "score", "end")
    copies = [f"{first[1]}.attempt_2.{each}" for each in first]
    assert replaced(graph, *first, *copies, *second) == {first[0], *copies, second[0]}
    assert replaced(graph, *first, second[0]) == {first[0]}, "the second End has not spoken"


def test_attempts_within_a_loop_within_a_loop():
    graph = retry()
    end, score = "20.0.0.1_30.0.0.0_end", "20.0.0.1_30.0.0.0_score"
    copy = f"{end}.attempt_2.{score}"
    other = "20.0.0.0_30.0.0.0_score"
    assert replaced(graph, end, score, copy, other) == {score, copy}


def test_attempts_of_a_retry_around_a_loop():
    graph = retry(other=node("AnimeClipQuality", images=["end", 0]))
    scores = [*in_iteration(0, "score"), *in_iteration(1, "score")]
    copies = [f"end.attempt_2.20.0.0.0_end.attempt_2.{each}" for each in scores]
    assert replaced(graph, "end", *scores, *copies, "other") == {*scores, *copies}


def test_the_loop_of_another_pack_makes_shorter_ids():
    graph = retry()
    assert replaced(graph, "12.0.0.end", "12.0.0.score", "score") == {"12.0.0.score"}


def test_a_merge_in_an_iteration_speaks_for_that_iteration():
    graph = merges("any")
    first, second = in_iteration(0, *graph), in_iteration(1, "start")
    assert replaced(graph, *first, *second) == set(in_iteration(0, "start", "closed"))
