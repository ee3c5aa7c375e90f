import pytest

from anime_production.models.gating.loop_faults import loop_faults
from anime_production.models.gating.loops import (
    copied_marks,
    endless_loop,
    loops_of,
    without_loop_marks,
)
from anime_production.models.node_types import GATE, JOB_LOAD, LOOP_SCORE

from .test_retry_body import node, retry

SCORE = LOOP_SCORE.number("score")


def marked(graph, start, end, *body):
    """Mark a loop as ComfyUI does when a prompt is queued."""
    graph[start] = {**graph[start], "_loop_body": list(body), "_loop_end": end}
    return graph


def loop(*body, **more):
    """first -> sampler -> score -> last, with the report of each iteration as a termination."""
    graph = {
        "loader": node("Loader"),
        "first": node("StartLoop", mode="simple"),
        "sampler": node("Sampler", model=["loader", 0], seed=["first", 0]),
        "score": node("AnimeLoopScore", images=["sampler", 0]),
        "last": node(
            "EndLoop",
            output_value=["sampler", 0],
            **{"terminations.termination0": ["score", 0]},
        ),
        "save": node("SaveImage", images=["last", 0]),
        **more,
    }
    return marked(graph, "first", "last", "sampler", "score", *body)


def gated(output="accepted", **settings):
    """A loop with a gate between the sampler and the End."""
    gate = node("AnimeGate", report=["score", 0], images=["sampler", 0], **settings)
    graph = loop("gate", gate=gate)
    graph["last"]["inputs"]["output_value"] = ["gate", GATE.number(output)]
    return graph


def messages(graph):
    return [each.message for each in loop_faults(graph)]


def test_a_prompt_without_marks_has_no_loops_and_no_faults():
    graph = without_loop_marks(gated())
    assert loops_of(graph) == ()
    assert loop_faults(graph) == ()


def test_marks_are_left_out_and_nothing_else():
    graph = loop()
    clean = without_loop_marks(graph)
    assert clean["first"] == node("StartLoop", mode="simple")
    assert clean["sampler"] is graph["sampler"]
    assert list(clean) == list(graph)
    assert without_loop_marks(clean) is clean
    assert "_loop_end" in graph["first"], "the prompt itself stays as it came"
    assert without_loop_marks({"a": 7, "b": None}) == {"a": 7, "b": None}


def test_marks_of_a_copy_name_the_copies():
    assert copied_marks(loop()["first"], "x.".__add__) == {
        "_loop_body": ["x.sampler", "x.score"],
        "_loop_end": "x.last",
    }
    assert copied_marks(loop()["sampler"], "x.".__add__) == {}


def test_a_report_wired_to_a_termination_is_no_fault():
    assert loop_faults(loop()) == ()


def test_a_gate_that_may_block_the_end_is_a_fault_that_says_what_to_do():
    (fault,) = loop_faults(gated())
    assert fault.node == "gate"
    assert "AnimeGate (node gate): its output accepted may have no value" in fault.message
    assert "the loop of nodes first to last would wait" in fault.message
    assert "Set its on_fail to pass_through" in fault.message
    assert "Start Loop too" not in fault.message, "inside of the loop that is no way out"


@pytest.mark.parametrize("on_fail", ["pass_through", "best", "error"])
def test_a_gate_that_never_blocks_is_no_fault(on_fail):
    assert loop_faults(gated(on_fail=on_fail)) == ()
    assert loop_faults(gated("rejected", on_fail=on_fail)) != ()


def test_a_score_that_may_be_absent_is_a_fault_also_behind_other_nodes():
    graph = loop("text", text=node("FloatToText", value=["score", SCORE]))
    graph["last"]["inputs"]["terminations.termination1"] = ["text", 0]
    (message,) = messages(graph)
    assert "its output score may have no value" in message
    assert "such as pass" in message


def test_what_is_not_connected_blocks_nothing():
    graph = gated(on_fail="pass_through")
    graph["preview"] = node("PreviewImage", images=["gate", GATE.number("rejected")])
    assert loop_faults(graph) == (), "ComfyUI refuses such an output itself"


def test_a_retry_that_blocks_in_a_loop_is_a_fault():
    graph = loop("start", "end")
    graph["start"] = node("AnimeRetryStart", seed=["first", 0])
    graph["sampler"]["inputs"]["seed"] = ["start", 0]
    graph["end"] = node(
        "AnimeRetryEnd", report=["score", 0], slot_1=["sampler", 0], on_exhausted="block"
    )
    graph["last"] = node("EndLoop", output_value=["end", 0])
    assert ["on_exhausted to best" in each for each in messages(graph)] == [True]
    graph["end"]["inputs"]["on_exhausted"] = "best"
    assert loop_faults(graph) == ()


def test_what_may_be_absent_before_a_loop_can_be_connected_to_its_start_too():
    graph = loop(job=node("AnimeJobLoad", which="latest"))
    graph["sampler"]["inputs"]["seed"] = ["job", JOB_LOAD.number("seed")]
    (message,) = messages(graph)
    assert "connect seed to the Start Loop too" in message
    graph["first"]["inputs"]["initial_iteration_value"] = ["job", JOB_LOAD.number("seed")]
    assert loop_faults(graph) == ()


def test_the_output_decides_which_loop_would_never_end():
    graph = gated()
    assert endless_loop(graph, "gate", GATE.number("accepted")).end == "last"
    assert endless_loop(graph, "gate", GATE.number("rejected")) is None
    assert endless_loop(graph, "elsewhere", 0) is None


def test_a_loop_within_a_loop_that_never_begins_still_blocks_the_outer_one():
    graph = gated()
    graph["inner"] = node("StartLoop", initial_iteration_value=["gate", 0])
    graph["more"] = node("Sampler", latent=["inner", 4])
    graph["inner_last"] = node("EndLoop", output_value=["more", 0])
    marked(graph, "inner", "inner_last", "more")
    graph["last"]["inputs"]["output_value"] = ["inner_last", 0]
    marked(graph, "first", "last", "sampler", "score", "gate", "inner", "more", "inner_last")
    assert endless_loop(graph, "gate", 0).start == "first"


@pytest.mark.parametrize(("inside", "outside"), [("end", "start"), ("start", "end")])
def test_a_retry_of_which_one_end_is_in_a_loop_is_a_fault(inside, outside):
    graph = retry()
    graph["first"] = node("StartLoop")
    graph["sampler"]["inputs"]["step"] = ["first", 0]
    graph["last"] = node("EndLoop", output_value=["end", 0])
    body = ["sampler", "score", inside]
    if inside == "start":
        graph["start"]["inputs"]["seed"] = ["first", 0]
        graph["last"] = node("EndLoop", output_value=["score", 0])
        graph["end"]["inputs"] = {"report": ["last", 0]}
    (fault,) = loop_faults(marked(graph, "first", "last", *body))
    assert fault.node == "end"
    assert f"(node {outside}) inside" in fault.message
