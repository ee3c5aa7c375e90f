import pytest

from anime_production.models.gating.retry_body import (
    RetryRefused,
    check_body,
    copy_body,
    find_body,
)
from anime_production.models.node_types import BEST_OF, BEST_TAKE, GATE, LOOP_SCORE


def node(kind, **inputs):
    return {"class_type": kind, "inputs": inputs}


def retry(**more):
    """loader and start -> sampler -> score -> end, with a preview of the sampler beside."""
    return {
        "loader": node("Loader", name="a model"),
        "start": node("AnimeRetryStart", seed=7),
        "sampler": node("Sampler", model=["loader", 0], seed=["start", 0]),
        "score": node("AnimeLoopScore", images=["sampler", 0]),
        "preview": node("Preview", images=["sampler", 0]),
        "end": node("AnimeRetryEnd", report=["score", 0], slot_1=["sampler", 0], attempts=3),
        **more,
    }


def nested():
    """start -> (inner_start -> sampler -> score -> inner_end) -> end."""
    graph = retry()
    graph["inner_start"] = node("AnimeRetryStart", seed=["start", 0])
    graph["sampler"]["inputs"]["seed"] = ["inner_start", 0]
    graph["inner_end"] = node("AnimeRetryEnd", report=["score", 0], slot_1=["sampler", 0])
    graph["end"] = node("AnimeRetryEnd", report=["inner_end", 6], slot_1=["inner_end", 0])
    return graph


def checked(graph, end="end"):
    check_body(graph, find_body(graph, end))


def test_only_what_depends_on_the_attempt_and_leads_to_the_end_is_run_again():
    body = find_body(retry(), "end")
    assert body.start == "start"
    assert set(body.nodes) == {"sampler", "score"}


def test_what_goes_through_a_slot_is_the_same_each_time():
    graph = retry(resized=node("Resize", image=["start", 4]))
    graph["start"]["inputs"]["slot_1"] = ["loader", 0]
    graph["sampler"]["inputs"]["image"] = ["resized", 0]
    body = find_body(graph, "end")
    assert set(body.nodes) == {"sampler", "score"}
    copies, _ = copy_body(graph, body, "x.", {})
    assert copies["x.sampler"]["inputs"]["image"] == ["resized", 0]


def test_each_end_has_the_start_that_no_end_between_has():
    graph = nested()
    assert find_body(graph, "inner_end").start == "inner_start"
    outer = find_body(graph, "end")
    assert outer.start == "start"
    assert set(outer.nodes) == {"inner_start", "sampler", "score", "inner_end"}


def test_one_retry_after_another_does_not_run_the_first_again():
    graph = retry()
    graph["second_start"] = node("AnimeRetryStart", seed=1, slot_1=["end", 0])
    graph["second"] = node("Sampler", image=["second_start", 4], seed=["second_start", 0])
    graph["second_score"] = node("AnimeLoopScore", images=["second", 0])
    graph["second_end"] = node("AnimeRetryEnd", report=["second_score", 0])
    body = find_body(graph, "second_end")
    assert body.start == "second_start"
    assert set(body.nodes) == {"second", "second_score"}


def test_copies_are_linked_to_each_other_and_to_what_is_not_copied():
    graph = retry()
    copies, end = copy_body(graph, find_body(graph, "end"), "end.attempt_2.", {"attempt": 2})
    assert copies == {
        "end.attempt_2.start": {
            **node("AnimeRetryStart", seed=7, attempt=2),
            "override_display_id": "start",
        },
        "end.attempt_2.sampler": {
            **node("Sampler", model=["loader", 0], seed=["end.attempt_2.start", 0]),
            "override_display_id": "sampler",
        },
        "end.attempt_2.score": {
            **node("AnimeLoopScore", images=["end.attempt_2.sampler", 0]),
            "override_display_id": "score",
        },
    }
    assert end == {"report": ["end.attempt_2.score", 0], "slot_1": ["end.attempt_2.sampler", 0]}
    assert graph == retry(), "the prompt itself stays as it came"


def test_an_end_without_a_start_is_refused():
    graph = retry()
    graph["sampler"]["inputs"]["seed"] = 3
    with pytest.raises(RetryRefused, match="no AnimeRetryStart of its own"):
        find_body(graph, "end")


def test_two_starts_equally_near_are_refused():
    graph = retry(other=node("AnimeRetryStart"))
    graph["sampler"]["inputs"]["noise"] = ["other", 0]
    with pytest.raises(RetryRefused, match="nodes other, start"):
        find_body(graph, "end")


def test_a_report_that_stays_the_same_is_refused():
    graph = retry(still=node("Still"))
    graph["score"]["inputs"]["images"] = ["still", 0]
    with pytest.raises(RetryRefused, match="judged the same"):
        find_body(graph, "end")


@pytest.mark.parametrize(
    ("output", "inputs"),
    [
        (0, {"images": ["sampler", 0]}),  # block is the default
        (0, {"images": ["sampler", 0], "on_fail": "block"}),
        (0, {"images": ["sampler", 0], "on_fail": ["policy", 0]}),
        (1, {"images": ["sampler", 0], "on_fail": "pass_through"}),  # nothing is rejected
    ],
)
def test_a_gate_that_may_block_the_end_is_refused(output, inputs):
    graph = retry(gate=node("AnimeGate", report=["score", 0], **inputs), policy=node("Policy"))
    graph["end"]["inputs"]["slot_1"] = ["gate", output]
    with pytest.raises(RetryRefused, match=r"AnimeGate \(node gate\)"):
        checked(graph)


def test_what_comes_out_though_nothing_goes_in_is_refused_with_the_input():
    inputs = {"images": ["sampler", 0], "on_fail": "pass_through"}
    for kind in (GATE, BEST_OF):
        graph = retry(keeper=node(kind.id, report=["score", 0], **inputs))
        name = "accepted_latents" if kind is GATE else "best_latents"
        graph["end"]["inputs"]["slot_1"] = ["keeper", kind.number(name)]
        with pytest.raises(RetryRefused, match=r"may block slot_1.* Connect its input latents"):
            checked(graph)
        graph["keeper"]["inputs"]["latents"] = ["sampler", 1]
        checked(graph)


@pytest.mark.parametrize("on_fail", ["pass_through", "best", "error"])
def test_a_gate_that_always_lets_go_is_taken(on_fail):
    gate = node("AnimeGate", report=["score", 0], images=["sampler", 0], on_fail=on_fail)
    graph = retry(gate=gate)
    graph["end"]["inputs"]["slot_1"] = ["gate", 0]
    checked(graph)


def test_a_gates_pass_and_reasons_never_block():
    gate = node("AnimeGate", report=["score", 0], images=["sampler", 0])
    for output in map(GATE.number, ("pass", "reasons")):
        graph = retry(gate=gate)
        graph["end"]["inputs"]["slot_1"] = ["gate", output]
        checked(graph)


def best_take(**inputs):
    """A retry whose End receives the best of two takes, at slot 1."""
    takes = {"takes.take0": ["sampler", 0], "takes.take1": ["loader", 0]}
    reports = {"reports.report0": ["score", 0], "reports.report1": ["score", 0]}
    graph = retry(best=node("AnimeBestTake", **takes, **reports, **inputs))
    graph["end"]["inputs"]["slot_1"] = ["best", BEST_TAKE.number("images")]
    return graph


def test_a_best_take_blocks_the_end_only_if_none_may_go_on():
    checked(best_take())
    checked(best_take(on_none="error"))
    with pytest.raises(RetryRefused, match=r"may block slot_1.* Set its on_none to best"):
        checked(best_take(on_none="block"))


def test_the_sound_of_a_best_take_may_be_absent_unless_each_take_has_one():
    audio = BEST_TAKE.number("audio")
    for sounds in ({}, {"audios.audio0": ["loader", 1]}):
        graph = best_take(**sounds)
        graph["end"]["inputs"]["slot_1"] = ["best", audio]
        with pytest.raises(RetryRefused, match="may block slot_1"):
            checked(graph)
    graph = best_take(**{"audios.audio0": ["loader", 1], "audios.audio1": ["loader", 1]})
    graph["end"]["inputs"]["slot_1"] = ["best", audio]
    checked(graph)


def test_a_gate_beside_the_way_or_before_the_start_may_block():
    gate = node("AnimeGate", report=["score", 0], images=["sampler", 0])
    checked(retry(gate=gate, saved=node("Save", images=["gate", 0])))
    before = retry(gate=node("AnimeGate", report=["loader", 0], images=["loader", 0]))
    before["sampler"]["inputs"]["model"] = ["gate", 0]
    checked(before)


def test_a_score_that_may_not_exist_is_refused():
    graph = retry()
    graph["end"]["inputs"]["slot_1"] = ["score", LOOP_SCORE.number("score")]
    with pytest.raises(RetryRefused, match="may block slot_1"):
        checked(graph)


def test_an_inner_retry_that_may_block_is_refused():
    graph = nested()
    checked(graph)
    graph["inner_end"]["inputs"]["on_exhausted"] = "block"
    with pytest.raises(RetryRefused, match=r"on_exhausted to best or pass_through"):
        checked(graph)


@pytest.mark.parametrize(("slots", "output"), [("start", 5), ("end", 1)])
def test_a_slot_that_nothing_goes_into_is_refused(slots, output):
    graph = retry(consumer=node("Consumer", value=[slots, output]))
    with pytest.raises(RetryRefused, match="Connect its input slot_2 too"):
        checked(graph)


def looped():
    """start -> loop (sampler -> score) -> end; the loop's own nodes are first, step and last."""
    graph = retry()
    graph["first"] = {
        **node("StartLoop", mode="simple"),
        "_loop_body": ["step", "sampler"],
        "_loop_end": "last",
    }
    graph["step"] = node("Step", index=["first", 0])
    graph["sampler"]["inputs"]["step"] = ["step", 0]
    graph["last"] = node("EndLoop", output_value=["sampler", 0])
    graph["score"]["inputs"]["images"] = ["last", 0]
    graph["end"]["inputs"]["slot_1"] = ["last", 0]
    return graph


def test_a_loop_within_a_retry_is_run_again_as_a_whole():
    graph = looped()
    body = find_body(graph, "end")
    assert set(body.nodes) == {"first", "step", "sampler", "last", "score"}
    copies, end = copy_body(graph, body, "x.", {})
    assert set(copies["x.first"].pop("_loop_body")) == {"x.step", "x.sampler"}
    assert copies["x.first"].pop("_loop_end") == "x.last"
    assert not [key for each in copies.values() for key in each if key.startswith("_loop")]
    assert end["slot_1"] == ["x.last", 0]
    assert graph == looped(), "the prompt itself stays as it came"


def test_a_loop_that_does_not_depend_on_the_attempt_is_not_run_again():
    graph = looped()
    graph["sampler"]["inputs"]["seed"] = 3
    graph["again"] = node("Sampler", image=["last", 0], seed=["start", 0])
    graph["score"]["inputs"]["images"] = ["again", 0]
    assert set(find_body(graph, "end").nodes) == {"again", "score"}
