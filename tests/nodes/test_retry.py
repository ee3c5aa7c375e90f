from typing import Any

import pytest
import torch
from comfy_api.latest import io
from comfy_execution.graph import DynamicPrompt
from comfy_execution.graph_utils import ExecutionBlocker
from comfy_execution.utils import CurrentNodeContext

from anime_production.models.frames import InputError
from anime_production.models.gating.retry import MOST_ATTEMPTS, Exhausted
from anime_production.models.gating.retry_body import END, START, RetryRefused
from anime_production.models.loop.seam import score_loop
from anime_production.models.node_types import LOOP_SCORE, RETRY_END
from anime_production.models.report import Verdict
from anime_production.models.sample.sample_clip import Faults, draw_clip
from anime_production.nodes.lists import ListRefused
from anime_production.nodes.retry import END_INPUTS, AnimeRetryEnd, AnimeRetryStart

from ..integration.client import Prompt

GRAPH = {
    "start": {"class_type": START, "inputs": {"seed": 7}},
    "clip": {"class_type": "AnimeSampleClip", "inputs": {"seed": ["start", 0]}},
    "score": {"class_type": "AnimeLoopScore", "inputs": {"images": ["clip", 0]}},
    "end": {
        "class_type": END,
        "inputs": {"report": ["score", 0], "slot_1": ["clip", 0], "attempts": 2},
    },
}
REPORT, SEED = map(RETRY_END.number, ("report", "seed"))
NO_PICTURES: dict[str, Any] = {"anime_attempts": [[{}]]}  # of a Retry whose slots hold no images


@pytest.fixture(scope="module")
def good():
    return score_loop(draw_clip(24, 96, 96, 24, 0, 1), 12.0)


@pytest.fixture(scope="module")
def bad():
    return score_loop(draw_clip(24, 96, 96, 24, 0, 1, Faults(seam_jump=8.0)), 12.0)


def call(node: Any, method: str, graph: Any = None, index: int = 0, **inputs: Any) -> Any:
    """Call a node's method as ComfyUI does, in a graph and at a place in a list."""
    node.GET_SCHEMA()
    hidden = {io.Hidden.unique_id: "end", io.Hidden.dynprompt: DynamicPrompt(graph or GRAPH)}
    clone = node.PREPARE_CLASS_CLONE({"hidden_inputs": hidden})
    with torch.inference_mode(), CurrentNodeContext("a prompt", "end", index):
        return getattr(clone, method)(**inputs)


def end(report: Any, **inputs: Any) -> Any:
    return call(AnimeRetryEnd, "EXECUTE_NORMALIZED", report=report, **inputs)


def start(**inputs: Any) -> Any:
    return call(AnimeRetryStart, "EXECUTE_NORMALIZED", **inputs).args


def test_an_end_asks_for_its_inputs_only_when_they_are_needed():
    assert {given.id for given in AnimeRetryEnd.GET_SCHEMA().inputs if given.lazy} == {*END_INPUTS}


def test_the_first_attempt_has_the_seed_no_reason_and_nothing_measured():
    seed, attempt, reason, last, first, second, *_ = start(seed=7, slot_1="a thing")
    assert (seed, attempt, reason) == (7, 1, "")
    assert last.verdict is Verdict.NOT_MEASURED
    assert first == "a thing"
    assert isinstance(second, ExecutionBlocker)
    assert second.message is None


def test_what_passes_comes_out_with_its_report_in_the_ui(good):
    answer = end(good, slot_1="images", attempts=2)
    assert answer.expand is None
    assert answer.args[0] == "images"
    assert answer.args[SEED:] == (7, 1)
    shown = {"anime_report": [[answer.args[REPORT].to_dict()]]}
    assert answer.ui == {**shown, **NO_PICTURES, "anime_blocked": [1, 2, 3, 4, 5]}


def test_what_fails_is_answered_by_copies_that_know_the_next_seed_and_the_reason(bad):
    answer = end(bad, slot_1="images", attempts=2)
    assert sorted(answer.expand) == [f"end.attempt_2.{node}" for node in sorted(GRAPH)]
    outputs = range(len(RETRY_END.outputs))
    assert answer.args == tuple(["end.attempt_2.end", output] for output in outputs)
    seed, attempt, reason, last, *_ = start(**answer.expand["end.attempt_2.start"]["inputs"])
    assert (seed, attempt) == (8, 2)
    assert reason.startswith("seam_jump: The seam jumps")
    assert last == bad


def second(answer: Any, report: Any, **inputs: Any) -> Any:
    """What the End's copy answers to the second attempt."""
    given = dict(answer.expand["end.attempt_2.end"]["inputs"])
    given |= {"report": report, "retry_seed": 8, **inputs}
    return call(AnimeRetryEnd, "EXECUTE_NORMALIZED", **given)


def test_the_ui_that_is_cached_tells_of_all_attempts(good, bad):
    first = end(bad, slot_1="images", attempts=2)
    last = second(first, good, slot_1="better")
    assert last.args[0] == "better"
    assert last.args[SEED:] == (8, 2)
    assert first.ui == {"anime_report": [[last.args[REPORT].to_dict()]], **NO_PICTURES}
    assert last.ui["anime_report"] == first.ui["anime_report"]


def test_where_none_passes_the_asked_one_comes_out(bad):
    worse = score_loop(draw_clip(24, 96, 96, 24, 0, 1, Faults(seam_jump=9.5)), 12.0)
    assert worse.score < bad.score
    for on_exhausted, slot, seed in (("best", "first", 7), ("pass_through", "second", 8)):
        first = end(bad, slot_1="first", attempts=2, on_exhausted=on_exhausted)
        last = second(first, worse, slot_1="second")
        assert (last.args[0], last.args[SEED]) == (slot, seed)
    first = end(bad, slot_1="first", attempts=2, on_exhausted="block")
    assert isinstance(second(first, worse, slot_1="second").args[0], ExecutionBlocker)
    first = end(bad, slot_1="first", attempts=2, on_exhausted="error")
    with pytest.raises(Exhausted, match=r"seed 7: FAIL[^$]*seed 8: FAIL"):
        second(first, worse, slot_1="second")


def test_before_anything_ran_the_end_asks_for_its_inputs_and_checks_the_graph():
    wanted = call(AnimeRetryEnd, "check_lazy_status", report=None, slot_1=None, attempts=2)
    assert wanted == ["report", "slot_1"]
    with pytest.raises(InputError, match=f"expected 1 to {MOST_ATTEMPTS}, got {MOST_ATTEMPTS + 1}"):
        call(AnimeRetryEnd, "check_lazy_status", report=None, attempts=MOST_ATTEMPTS + 1)
    gate = {"class_type": "AnimeGate", "inputs": {"report": ["score", 0], "images": ["clip", 0]}}
    gated = {**GRAPH["end"]["inputs"], "slot_1": ["gate", 0]}
    graph = {**GRAPH, "gate": gate, "end": {"class_type": END, "inputs": gated}}
    with pytest.raises(RetryRefused, match="AnimeGate"):
        call(AnimeRetryEnd, "check_lazy_status", graph, report=None, slot_1=None)
    scored = {**GRAPH["end"]["inputs"], "slot_1": ["score", LOOP_SCORE.number("score")]}
    graph = {**GRAPH, "end": {"class_type": END, "inputs": scored}}
    with pytest.raises(RetryRefused, match="AnimeLoopScore"):
        call(AnimeRetryEnd, "check_lazy_status", graph, report=None, slot_1=None)


def test_lists_of_several_values_are_refused(good):
    for node, inputs in ((AnimeRetryStart, {"seed": 1}), (AnimeRetryEnd, {"report": good})):
        with pytest.raises(ListRefused, match="a list of several values"):
            call(node, "EXECUTE_NORMALIZED", index=1, **inputs)


def test_comfyui_refuses_more_attempts_than_the_limit_before_anything_runs(refusals):
    prompt = Prompt()
    begin = prompt.add("AnimeRetryStart", seed=1)
    clip = prompt.add("AnimeSampleClip", seed=begin.out(0))
    score = prompt.add("AnimeLoopScore", images=clip.out())
    inputs = {"report": score.out(), "slot_1": clip.out(), "attempts": MOST_ATTEMPTS + 1}
    end = prompt.add("AnimeRetryEnd", **inputs)
    prompt.add("TestConsumer", value=end.out(0))
    (error,) = refusals(prompt)[end]
    assert error["type"] == "value_bigger_than_max"
    assert "attempts" in error["details"]


def test_sound_goes_through_a_slot(good):
    sound = {"waveform": torch.zeros(1, 2, 4800), "sample_rate": 48000}
    assert start(seed=7, slot_2=sound)[5] is sound
    assert end(good, slot_2=sound, attempts=2).args[1] is sound
