"""The pack's nodes within ComfyUI's own loops, in real runs of a simulation of them."""

import asyncio
from typing import Any

import pytest

from anime_production.models.gating.loops import without_loop_marks
from anime_production.models.node_types import GATE, LOOP_SCORE, RETRY_END
from anime_production.models.report import Verdict
from anime_production.web.server import loop_check

from ..integration.client import Node, Prompt
from . import native_loops

REPORT, SCORE = 0, LOOP_SCORE.number("score")


@pytest.fixture
def loops(executor, installed_nodes, monkeypatch):
    """An executor that runs loops."""
    native_loops.install(monkeypatch, installed_nodes)
    return executor


class Looped(Prompt):
    """A prompt with a loop in which a clip is drawn and scored: start -> clip -> score -> end."""

    def __init__(self, jump: Any = 0.0, count: int = 2) -> None:
        super().__init__()
        self.start = self.add("StartLoop", count=count)
        self.clip = self.drawn(self.start.out(0), jump)
        self.score = self.add("AnimeLoopScore", images=self.clip.out(), fps=12.0)

    def drawn(self, seed: Any, jump: Any = 0.0, frames: int = 24) -> Node:
        """Add a clip that is drawn anew for each seed."""
        size = {"width": 64, "height": 64, "frames": frames}
        return self.add("AnimeSampleClip", **size, seed=seed, seam_jump=jump)

    def ended(self, output: Any, *terminations: Any, **inputs: Any) -> Node:
        """Add the End, a node that shows what comes out of it, and the marks of the validation."""
        named = {f"terminations.termination{n}": link for n, link in enumerate(terminations)}
        self.end = self.add("EndLoop", output_value=output, **named, **inputs)
        self.shown = self.add("TestConsumer", value=self.end.out())
        native_loops.mark_loops(self)
        return self.end


def ran(run: Any, node: str) -> list[str]:
    """The ids under which a node showed a result."""
    return [each for each, facts in run.meta.items() if facts["display_node"] == node]


def test_a_score_wired_to_a_termination_is_measured_in_every_iteration(loops):
    prompt = Looped(count=3)
    prompt.ended(prompt.clip.out(), prompt.score.out(REPORT))
    run = loops.run(prompt)
    assert run.error == ""
    assert ran(run, prompt.score) == [f"{prompt.start}.0.0.{n}_{prompt.score}" for n in range(3)]
    assert run.outputs[prompt.shown]["text"] == ["(24, 64, 64, 3)"]
    reports = run.finished(prompt).reports
    assert [each.node_id for each in reports] == ran(run, prompt.score)
    assert run.verdict(prompt) is Verdict.PASS


def test_the_verdict_of_a_loop_is_that_of_its_worst_iteration(loops):
    prompt = Looped()
    fault = prompt.add("TestFault", seed=prompt.start.out(0), passes_from=1)
    prompt[prompt.clip]["inputs"]["seam_jump"] = fault.out()
    prompt.ended(prompt.clip.out(), prompt.score.out(REPORT))
    assert loops.run(prompt).verdict(prompt) is Verdict.FAIL


def retry_in_a_loop() -> tuple[Looped, Node]:
    """Each iteration draws until it loops: seed 0 fails, 1 and 2 pass."""
    prompt = Looped()
    begin = prompt.add("AnimeRetryStart", seed=prompt.start.out(0))
    fault = prompt.add("TestFault", seed=begin.out(0), passes_from=1)
    prompt[prompt.clip]["inputs"] |= {"seed": begin.out(0), "seam_jump": fault.out()}
    end = prompt.add("AnimeRetryEnd", report=prompt.score.out(), slot_1=prompt.clip.out())
    prompt.ended(end.out(0))
    return prompt, end


def test_a_retry_within_a_loop_tries_again_in_each_iteration(loops):
    prompt, end = retry_in_a_loop()
    run = loops.run(prompt)
    assert run.error == ""
    first, second = (f"{prompt.start}.0.0.{number}_{end}" for number in range(2))
    assert (attempts(run, first), attempts(run, second)) == (2, 1)
    copies = [each for each in ran(run, prompt.score) if ".attempt_2." in each]
    assert copies == [f"{first}.attempt_2.{prompt.start}.0.0.0_{prompt.score}"]
    assert run.verdict(prompt) is Verdict.PASS, "the attempt that failed counts no more"
    assert {each.node_id for each in run.finished(prompt).reports} == {first, second}


def attempts(run: Any, end: str) -> int:
    """How many attempts the report of a Retry End has."""
    (measurement,) = [
        each for each in run.report(end)["measurements"] if each["name"] == "attempts"
    ]
    return int(measurement["value"])


def test_a_loop_within_a_retry_runs_again_as_a_whole(loops):
    prompt = Prompt()
    begin = prompt.add("AnimeRetryStart", seed=0)
    first = prompt.add("StartLoop", count=2)
    fault = prompt.add("TestFault", seed=begin.out(0), passes_from=2)
    size = {"width": 64, "height": 64, "frames": 24}
    clip = prompt.add("AnimeSampleClip", **size, seed=first.out(0), seam_jump=fault.out())
    last = prompt.add("EndLoop", output_value=clip.out())
    score = prompt.add("AnimeLoopScore", images=last.out(), fps=12.0)
    end = prompt.add("AnimeRetryEnd", report=score.out(), slot_1=last.out(), attempts=3)
    seen = prompt.add("TestConsumer", value=end.out(RETRY_END.number("attempts")))
    native_loops.mark_loops(prompt)
    run = loops.run(prompt)
    assert run.error == ""
    assert run.outputs[seen]["text"] == ["3"]
    assert run.report(end)["verdict"] == "PASS"
    assert run.verdict(prompt) is Verdict.PASS


def test_a_retry_within_a_loop_within_a_loop(loops):
    prompt, end = retry_in_a_loop()
    outer = prompt.add("StartLoop", count=2)
    prompt[prompt.start]["inputs"]["initial_iteration_value"] = outer.out(0)
    prompt.add("EndLoop", output_value=prompt.end.out())
    native_loops.mark_loops(prompt)
    run = loops.run(prompt)
    assert run.error == ""
    ends = [each for each in ran(run, end) if "attempt" not in each]
    assert len(ends) == 4
    assert {each.node_id for each in run.finished(prompt).reports} == set(ends)
    assert run.verdict(prompt) is Verdict.PASS


@pytest.mark.parametrize("inside", ["start", "end"])
def test_a_retry_of_which_only_one_end_is_in_a_loop_is_refused_before_anything_is_drawn(
    loops, inside
):
    prompt, end = retry_in_a_loop()
    begin = prompt[prompt.clip]["inputs"]["seed"][0]
    if inside == "start":
        prompt[prompt.end]["inputs"]["output_value"] = prompt.clip.out()
        outside = prompt.add("AnimeLoopScore", images=prompt.end.out())
        prompt[end]["inputs"] = {"report": outside.out()}
    else:
        prompt[begin]["inputs"]["seed"] = 0
        prompt[prompt.clip]["inputs"]["height"] = prompt.start.out(0)
    native_loops.mark_loops(prompt)
    run = loops.run(prompt)
    assert "must both be inside or both outside of the loop" in run.error
    assert ran(run, prompt.score) == []


def gated(output: str = "accepted", **settings: Any) -> tuple[Looped, Node]:
    """A loop of clips that don't loop, with a gate."""
    prompt = Looped(jump=8.0)
    gate = prompt.add("AnimeGate", report=prompt.score.out(), images=prompt.clip.out(), **settings)
    prompt.ended(gate.out(GATE.number(output)))
    return prompt, gate


def test_what_blocks_within_a_loop_ends_it_with_a_sentence(loops):
    prompt, gate = gated()
    run = loops.run(prompt)
    assert f"AnimeGate (node {gate}): its output accepted may have no value" in run.error
    assert "Set its on_fail to pass_through" in run.error
    assert run.verdict(prompt) is None


def test_without_our_refusal_the_prompt_would_hang(loops, monkeypatch):
    monkeypatch.setattr("anime_production.nodes.answers.endless_loop", lambda *_: None)
    prompt, _ = gated()
    with pytest.raises(asyncio.TimeoutError):
        loops.run(prompt, seconds=4)


def test_a_gate_within_a_loop_that_blocks_nothing_needed_is_no_fault(loops):
    prompt, gate = gated(on_fail="pass_through")
    run = loops.run(prompt)
    assert run.error == ""
    assert run.outputs[prompt.shown]["text"] == ["(24, 64, 64, 3)"]
    assert len(ran(run, gate)) == 2


def test_a_score_that_is_absent_ends_the_loop_with_a_sentence(loops):
    prompt = Looped()
    prompt[prompt.clip]["inputs"]["frames"] = 2  # too few to be measured
    prompt.ended(prompt.clip.out(), prompt.score.out(SCORE))
    assert "its output score may have no value" in loops.run(prompt).error


def test_an_exhausted_retry_ends_the_loop_with_a_sentence(loops):
    prompt, end = retry_in_a_loop()
    prompt[end]["inputs"] |= {"on_exhausted": "block", "attempts": 1}
    assert "Set its on_exhausted to best or pass_through." in loops.run(prompt).error


def test_an_output_before_the_loop_that_is_blocked_ends_it_too(loops):
    prompt = Looped()
    bad = prompt.drawn(seed=1, jump=8.0)
    score = prompt.add("AnimeLoopScore", images=bad.out(), fps=12.0)
    gate = prompt.add("AnimeGate", report=score.out(), images=bad.out())
    scaled = prompt.add("ImageInvert", image=gate.out())
    best = prompt.add(
        "AnimeBestTake",
        **{
            "takes.take0": prompt.clip.out(),
            "reports.report0": prompt.score.out(),
            "takes.take1": scaled.out(),
            "reports.report1": score.out(),
        },
    )
    prompt.ended(best.out())
    assert "Or connect accepted to the Start Loop too" in loops.run(prompt).error
    prompt[prompt.start]["inputs"]["initial_iteration_value"] = gate.out()
    run = loops.run(prompt)
    assert run.error == ""
    assert prompt.shown not in run.outputs, "the loop did not begin"


def test_a_loop_that_may_never_end_is_refused_when_it_is_queued():
    prompt, gate = gated()
    checked = loop_check.checked(prompt, (True, None, [prompt.shown], {}))
    is_valid, error, outputs, node_errors = checked
    assert (is_valid, outputs) == (False, [])
    assert error["type"] == "prompt_outputs_failed_validation"
    (fault,) = node_errors[gate]["errors"]
    assert "Set its on_fail to pass_through" in fault["details"]
    assert node_errors[gate]["dependent_outputs"] == [prompt.shown]
    assert node_errors[gate]["class_type"] == "AnimeGate"
    accepted = (True, None, [prompt.shown], {})
    assert loop_check.checked(without_loop_marks(prompt), accepted) is accepted
    refused = (False, {"type": "other"}, [], {})
    assert loop_check.checked(prompt, refused) is refused


def test_the_wrapper_checks_every_prompt_once_and_never_breaks_one():
    prompt, _ = gated()
    calls: list[Any] = []

    class Execution:
        @staticmethod
        async def validate_prompt(prompt_id: Any, prompt: Any, outputs: Any = None) -> Any:
            calls.append(prompt_id)
            return (True, None, ["1"], {}) if prompt_id else "something else"

    loop_check.attach(Execution)
    loop_check.attach(Execution)
    assert asyncio.run(Execution.validate_prompt("p", prompt, None))[0] is False
    assert asyncio.run(Execution.validate_prompt("", prompt)) == "something else"
    assert calls == ["p", ""]


def test_a_list_that_comes_out_of_a_loop_is_refused_with_one_sentence(loops):
    for kind in ("AnimeLoopScore", "AnimeClipQuality", "AnimeLoopFind", "AnimeLoopClose"):
        prompt = Looped(count=4)
        prompt[prompt.clip]["inputs"]["frames"] = 1
        del prompt[prompt.score]
        end = prompt.ended(prompt.clip.out(), accumulate=True)
        prompt.add(kind, images=end.out(), fps=12.0)
        error = loops.run(prompt).error
        assert "received a list of single frames. Make one batch of the images" in error


def test_a_list_of_clips_is_measured_clip_by_clip(loops):
    prompt = Looped(count=3)
    del prompt[prompt.score]
    end = prompt.ended(prompt.clip.out(), accumulate=True)
    score = prompt.add("AnimeLoopScore", images=end.out(), fps=12.0)
    run = loops.run(prompt)
    assert run.error == ""
    assert len(run.outputs[score]["anime_report"]) == 3
