"""What lies between two nodes is run again inside one prompt, in a real ComfyUI."""

import time
from typing import Any

import numpy

from ..deadlines import within
from .client import ComfyClient, Prompt, Run
from .retry_prompt import (
    ATTEMPT,
    END_REPORT,
    FIRST_SLOT,
    LAST,
    REASON,
    SECOND_IS_BEST,
    SEED,
    THIRD_PASSES,
    Retry,
    clip_of,
    started,
)
from .test_generation import generated_frames


def test_what_passes_at_once_is_run_once(client: ComfyClient):
    retry = Retry("0 * a")
    run = client.run(retry.prompt)
    assert retry.tried(run) == [(10, "PASS")]
    assert retry.chosen(run) == ("10", "1")
    assert [node for node in started(run) if "attempt" in node] == []
    assert (retry.pictures(client, run) == clip_of(client, 0)).all()


def test_it_is_run_again_with_the_next_seed_until_it_passes(client: ComfyClient):
    retry = Retry(THIRD_PASSES, attempts=5)
    beside = retry.shows(retry.clip.out())
    job = retry.prompt.add("AnimeJob", project="Test", scene="1", shot="retry")
    retry.prompt.add("AnimeJobSave", job=job.out(), images=retry.end.out(0))
    run = client.run(retry.prompt)
    assert retry.tried(run) == [(10, "FAIL"), (11, "FAIL"), (12, "PASS")]
    assert retry.chosen(run) == ("12", "3")
    assert run.report(retry.end)["verdict"] == "PASS"
    assert (retry.pictures(client, run) == clip_of(client, 0)).all()
    # What hangs off the body is of attempt 1; what doesn't depend on the seed ran once.
    assert [node for node in started(run) if node.endswith(beside)] == [beside]
    assert len([node for node in started(run) if node.endswith(f".{retry.clip}")]) == 2
    # The browser shows the End's last report at the End.
    shown = [data for data in run.message_data("executed") if data["display_node"] == retry.end]
    assert shown[-1]["output"]["anime_report"] == [[run.report(retry.end)]]
    row = client.get(f"/anime/jobs/{run.prompt_id}")
    recorded = {each["node_id"]: each["report"] for each in row["reports"]}
    assert recorded[retry.end] == run.report(retry.end)
    assert row["job"]["verdict"] == "PASS"  # the two attempts that failed are no longer judged


def test_the_seed_may_come_over_a_link(client: ComfyClient):
    retry = Retry(THIRD_PASSES, attempts=5)
    number = retry.prompt.add("PrimitiveInt", value=11)
    retry.prompt[retry.start]["inputs"]["seed"] = number.out()
    run = client.run(retry.prompt)
    assert retry.tried(run) == [(11, "FAIL"), (12, "PASS")]
    assert retry.chosen(run) == ("12", "2")
    retry.prompt[number]["inputs"]["value"] = 12
    run = client.run(retry.prompt)
    assert retry.tried(run) == [(12, "PASS")]
    assert retry.chosen(run) == ("12", "1")


def test_where_none_passes_the_best_goes_on(client: ComfyClient):
    retry = Retry(SECOND_IS_BEST, attempts=3, on_exhausted="best")
    run = client.run(retry.prompt)
    assert retry.tried(run) == [(10, "FAIL"), (11, "FAIL"), (12, "FAIL")]
    assert retry.chosen(run) == ("11", "3")
    assert run.report(retry.end)["verdict"] == "FAIL"
    assert (retry.pictures(client, run) == clip_of(client, 3.0)).all()


def test_where_none_passes_a_block_stops_the_slots_and_nothing_else(client: ComfyClient):
    retry = Retry(SECOND_IS_BEST, attempts=3, on_exhausted="block")
    run = client.run(retry.prompt)
    assert retry.preview not in run.outputs
    assert retry.chosen(run) == ("11", "3")
    assert len(retry.tried(run)) == 3


def test_where_none_passes_an_error_names_the_reasons_of_all(client: ComfyClient):
    retry = Retry(SECOND_IS_BEST, attempts=3, on_exhausted="error")
    run = client.run(retry.prompt, expect_success=False)
    assert not run.succeeded
    assert run.error is not None
    assert run.error["node_id"] == retry.end
    for seed in (10, 11, 12):
        assert f"seed {seed}: FAIL" in run.error["exception_message"]
    assert "The seam jumps" in run.error["exception_message"]
    assert len(retry.tried(run)) == 3, "the reports are there although it failed"


def test_a_workflow_can_answer_the_reason(client: ComfyClient):
    retry = Retry("0 * a", attempts=3)
    told = retry.prompt.add(
        "StringContains", string=retry.start.out(REASON), substring="seam_jump", case_sensitive=True
    )
    answer = retry.prompt.add("ComfySwitchNode", switch=told.out(), on_false=8.0, on_true=0.0)
    retry.prompt[retry.clip]["inputs"]["seam_jump"] = answer.out()
    run = client.run(retry.prompt)
    assert retry.tried(run) == [(10, "FAIL"), (11, "PASS")]


def test_the_last_report_and_the_attempt_are_there_inside(client: ComfyClient):
    retry = Retry("0 * a", attempts=4)
    gate = retry.prompt.add("AnimeGate", report=retry.start.out(LAST), on_fail="pass_through")
    told = retry.prompt.add(
        "StringContains", string=gate.out(3), substring="jumps", case_sensitive=True
    )
    number = retry.prompt.add(
        "ComfyMathExpression",
        expression="0 if a and b == 3 else 8",
        **{"values.a": told.out(), "values.b": retry.start.out(ATTEMPT)},
    )
    retry.prompt[retry.clip]["inputs"]["seam_jump"] = number.out()
    assert [verdict for _, verdict in retry.tried(client.run(retry.prompt))] == [
        *("FAIL", "FAIL", "PASS")
    ]


def test_what_goes_through_a_slot_is_not_run_again(client: ComfyClient):
    retry = Retry(THIRD_PASSES, attempts=5)
    made = retry.prompt.add("AnimeSampleClip", width=64, height=64, frames=2)
    retry.prompt[retry.start]["inputs"]["slot_1"] = made.out()
    turned = retry.prompt.add("ImageInvert", image=retry.start.out(FIRST_SLOT))
    retry.prompt[retry.end]["inputs"]["slot_2"] = turned.out()
    shape = retry.shows(retry.end.out(1))
    run = client.run(retry.prompt)
    assert len(retry.tried(run)) == 3
    assert run.outputs[shape]["text"] == ["(2, 64, 64, 3)"]
    for once in (made, turned):
        assert [node for node in started(run) if node.split(".")[-1] == once] == [once]


def test_one_retry_within_another(client: ComfyClient):
    prompt = Prompt()
    outer = prompt.add("AnimeRetryStart", seed=0)
    hundreds = prompt.add(
        "ComfyMathExpression", expression="a * 100", **{"values.a": outer.out(SEED)}
    )
    inner = prompt.add("AnimeRetryStart", seed=hundreds.out(1))
    fault = prompt.add(
        "ComfyMathExpression",
        expression="0 if a == 101 else 8",
        **{"values.a": inner.out(SEED)},
    )
    clip = prompt.add("AnimeSampleClip", width=96, height=96, seam_jump=fault.out())
    score = prompt.add("AnimeLoopScore", images=clip.out(), fps=12.0)
    inner_end = prompt.add("AnimeRetryEnd", report=score.out(), slot_1=inner.out(SEED), attempts=2)
    outer_end = prompt.add(
        "AnimeRetryEnd",
        report=inner_end.out(END_REPORT),
        slot_1=inner_end.out(0),
        attempts=3,
    )
    found = prompt.add("TestConsumer", value=outer_end.out(0))
    run = client.run(prompt)
    assert run.outputs[found]["text"] == ["101"]
    told = {each["name"]: each for each in run.report(outer_end)["measurements"]}
    within, outside = told["attempts"]["details"], told["attempts_2"]["details"]
    assert [each["seed"] for each in outside["attempts"]] == [0, 1]
    assert [each["seed"] for each in within["attempts"]] == [100, 101]


def test_a_gate_that_would_block_is_refused_before_anything_runs(client: ComfyClient):
    retry = Retry(THIRD_PASSES)
    gate = retry.prompt.add("AnimeGate", report=retry.score.out(), images=retry.clip.out())
    retry.prompt[retry.end]["inputs"]["slot_1"] = gate.out()
    run = client.run(retry.prompt, expect_success=False)
    assert run.error is not None
    assert run.error["node_id"] == retry.end
    assert f"AnimeGate (node {gate})" in run.error["exception_message"]
    assert started(run) == [retry.end]
    retry.prompt[gate]["inputs"]["on_fail"] = "pass_through"
    assert len(retry.tried(client.run(retry.prompt))) == 3


def test_an_interrupt_in_the_second_attempt_stops_at_once(client: ComfyClient):
    retry = Retry(THIRD_PASSES, seed=2, attempts=8)
    # Attempt 2 draws for minutes.
    frames = retry.prompt.add(
        "ComfyMathExpression",
        expression="24 if a == 1 else 2000",
        **{"values.a": retry.start.out(ATTEMPT)},
    )
    retry.prompt[retry.clip]["inputs"] |= {"frames": frames.out(1), "width": 512, "height": 512}
    drawing = f"{retry.end}.attempt_2.{retry.clip}"
    with client.listen() as channel:
        prompt_id = client.submit(retry.prompt, client_id=channel.client_id)
        channel.until(
            lambda message: (
                message["type"] == "progress"
                and message["data"]["node"] == drawing
                and message["data"]["value"] > 1
            ),
            60,
        )
        client.post("/interrupt", {})
        with within(1):
            channel.until(lambda message: message["type"] == "execution_interrupted", 20)
    deadline = time.monotonic() + 10
    while not (history := client.get(f"/history/{prompt_id}")) and time.monotonic() < deadline:
        time.sleep(0.05)
    run = Run(prompt_id, [], history[prompt_id])
    assert retry.tried(run) == [(2, "FAIL")], "what was measured before it is not lost"
    assert retry.tried(client.run(Retry("0 * a").prompt)) == [(10, "PASS")]


def few_frames(prompt: Prompt, seed: Any) -> list[Any]:
    """Add a real sampler with few steps, and give the link to its 5 frames."""
    images = generated_frames(prompt, seed=0).out()
    for node in prompt.values():
        if node["class_type"] == "KSampler":
            node["inputs"] |= {"seed": seed, "steps": 2}
        elif node["class_type"] == "EmptyHunyuanLatentVideo":
            node["inputs"]["length"] = 5
    return images


def test_a_real_sampler_makes_another_picture_with_each_seed(client: ComfyClient):
    retry = Retry("0 if a >= 8 else 8", seed=7, attempts=4)
    images = few_frames(retry.prompt, retry.start.out(SEED))
    retry.prompt[retry.end]["inputs"]["slot_1"] = images
    run = client.run(retry.prompt)
    assert retry.tried(run) == [(7, "FAIL"), (8, "PASS")]
    kinds = [retry.prompt[node.split(".")[-1]]["class_type"] for node in started(run)]
    assert (kinds.count("KSampler"), kinds.count("VAEDecode")) == (2, 2)
    assert kinds.count("UNETLoader") <= 1, "the model stays loaded"
    made = retry.pictures(client, run).astype(float)
    assert made.std() > 5, "a flat picture would hide what the measures do"
    for seed, same in ((8, True), (7, False)):
        prompt = Prompt()
        preview = prompt.add("PreviewImage", images=few_frames(prompt, seed))
        alone = numpy.stack(client.pictures(client.run(prompt), preview)).astype(float)
        assert (abs(alone - made).mean() < 1) == same
