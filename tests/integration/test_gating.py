"""What passes goes on, the rest is blocked, and the prompt succeeds: in a real ComfyUI."""

import json
from typing import Any

import pytest

from anime_production.models.node_types import GATE

from .client import ComfyClient, Node, Prompt
from .retry_prompt import THIRD_PASSES, Retry

ACCEPTED, REJECTED, PASS, REASONS, LATENTS = map(
    GATE.number, ("accepted", "rejected", "pass", "reasons", "accepted_latents")
)
BLURS = (2.5, 0.0, 2.0, 0.5)


class Pictures(Prompt):
    """Four pictures of which the first and the third are blurred, and their report."""

    def __init__(self, blurs: tuple[float, ...] = BLURS) -> None:
        super().__init__()
        self.pictures = [self._picture(blur).out() for blur in blurs]
        self.images = self.pictures[0]
        for picture in self.pictures[1:]:
            self.images = self.add("ImageBatch", image1=self.images, image2=picture).out()
        self.score = self.add("AnimeStillQuality", images=self.images)

    def _picture(self, blur: float) -> Node:
        return self.add("AnimeSampleClip", frames=1, width=96, height=96, seed=5, blur=blur)

    def gate(self, **inputs: Any) -> Node:
        """A gate of the pictures."""
        return self.add("AnimeGate", report=self.score.out(), images=self.images, **inputs)

    def shows(self, link: list[Any]) -> Node:
        """A node that shows a value as text."""
        return self.add("TestConsumer", value=link)


def test_each_frame_goes_its_own_way(client: ComfyClient):
    prompt = Pictures()
    gate = prompt.gate(level="frame")
    accepted = prompt.add("PreviewImage", images=gate.out(ACCEPTED))
    rejected = prompt.add("PreviewImage", images=gate.out(REJECTED))
    given = prompt.add("PreviewImage", images=prompt.images)
    texts = {each: prompt.shows(gate.out(each)) for each in (PASS, REASONS)}
    latents = prompt.shows(gate.out(LATENTS))
    run = client.run_without_client(prompt)
    told = {each: run.outputs[node]["text"][0] for each, node in texts.items()}
    assert run.outputs[gate]["anime_gate"][0]["indices"] == [1, 3]
    assert told[PASS] == "False"
    assert "2 of 4 frames pass" in told[REASONS]
    whole = client.pictures(run, given)
    for side, numbers in ((accepted, (1, 3)), (rejected, (0, 2))):
        pictures = client.pictures(run, side)
        assert len(pictures) == 2
        for picture, number in zip(pictures, numbers, strict=True):
            assert (picture == whole[number]).all()
    assert latents not in run.outputs, "no latent came in, so none goes out"


@pytest.mark.parametrize(("on_fail", "goes_on"), [("block", 0), ("error", None)])
def test_where_none_passes_it_goes_as_asked(client: ComfyClient, on_fail: str, goes_on: int | None):
    prompt = Pictures()
    gate = prompt.gate(level="frame", on_fail=on_fail, thresholds="edge_width = 0.01")
    preview = prompt.add("PreviewImage", images=gate.out(ACCEPTED))
    beside = prompt.add("PreviewImage", images=prompt.images)
    run = client.run_without_client(prompt, expect_success=goes_on is not None)
    if goes_on is None:
        assert run.error is not None
        assert run.error["node_id"] == gate
        assert "edge_width: Frames above the limit of 0.01 px" in run.error["exception_message"]
        return
    assert len(client.pictures(run, beside)) == 4
    assert len(run.outputs.get(preview, {}).get("images", [])) == goes_on
    assert run.outputs[gate]["anime_gate"][0]["accepted"] == goes_on


def test_the_best_of_a_batch_goes_on(client: ComfyClient):
    prompt = Pictures(blurs=(2.5, 0.0, 2.0, 1.0))
    best = prompt.add("AnimeBestOf", images=prompt.images, report=prompt.score.out(), k=2)
    preview = prompt.add("PreviewImage", images=best.out(0))
    given = prompt.add("PreviewImage", images=prompt.images)
    ranking = prompt.shows(best.out(3))
    run = client.run_without_client(prompt)
    told = json.loads(run.outputs[ranking]["text"][0])
    assert told["kept"] == [1, 3]
    assert [each["frame"] for each in told["ranking"]] == [1, 3, 2, 0]
    pictures, whole = client.pictures(run, preview), client.pictures(run, given)
    for picture, number in zip(pictures, told["kept"], strict=True):
        assert (picture == whole[number]).all()


def test_reports_are_merged_by_rule_and_gated_as_one(client: ComfyClient):
    prompt = Prompt()
    reports = {}
    for number, jump in enumerate((0.0, 8.0)):
        clip = prompt.add("AnimeSampleClip", width=96, height=96, seed=5, seam_jump=jump)
        score = prompt.add("AnimeLoopScore", images=clip.out(), fps=12.0)
        reports[f"reports.report{number}"] = score.out()
    merges = {rule: prompt.add("AnimeReportMerge", rule=rule, **reports) for rule in ("all", "any")}
    gates = {rule: prompt.add("AnimeGate", report=merge.out()) for rule, merge in merges.items()}
    passes = {
        rule: prompt.add("TestConsumer", value=gate.out(PASS)) for rule, gate in gates.items()
    }
    run = client.run_without_client(prompt)
    for rule, verdict in (("all", "FAIL"), ("any", "PASS")):
        report = run.report(merges[rule])
        assert report["verdict"] == verdict
        assert run.outputs[passes[rule]]["text"][0] == str(verdict == "PASS")
        names = [each["name"] for each in report["measurements"]]
        assert {"loop.seam_position", "loop_2.seam_position"} <= set(names)


def test_a_gate_that_takes_the_best_may_stand_in_a_retry(client: ComfyClient):
    retry = Retry(THIRD_PASSES, attempts=5)
    gate = retry.prompt.add(
        "AnimeGate", report=retry.score.out(), images=retry.clip.out(), on_fail="best"
    )
    retry.prompt[retry.end]["inputs"]["slot_1"] = gate.out(ACCEPTED)
    run = client.run_without_client(retry.prompt)
    assert retry.tried(run) == [(10, "FAIL"), (11, "FAIL"), (12, "PASS")]
    assert len(retry.pictures(client, run)) == 24
