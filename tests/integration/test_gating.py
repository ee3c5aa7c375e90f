"""What passes goes on, the rest is blocked, and the prompt succeeds: in a real ComfyUI."""

from typing import Any

import pytest

from anime_production.models.node_types import BEST_OF, BEST_TAKE, GATE, LOOP_CLOSE, LOOP_FIND

from .client import ComfyClient, Node, Prompt, Run
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
    assert run.outputs[gate]["anime_gate"][0][0]["indices"] == [1, 3]
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
    assert run.outputs[gate]["anime_gate"][0][0]["accepted"] == goes_on


def test_the_best_of_a_batch_goes_on(client: ComfyClient):
    prompt = Pictures(blurs=(2.5, 0.0, 2.0, 1.0))
    best = prompt.add("AnimeBestOf", images=prompt.images, report=prompt.score.out(), k=2)
    preview = prompt.add("PreviewImage", images=best.out(0))
    given = prompt.add("PreviewImage", images=prompt.images)
    ranking = prompt.shows(best.out(3))
    run = client.run_without_client(prompt)
    assert run.outputs[ranking]["text"][0].startswith("2 of 4 frames kept.\n")
    ((told,),) = run.outputs[best]["anime_ranking"]
    assert told["kept"] == [1, 3]
    assert [each["number"] for each in told["ranking"]] == [1, 3, 2, 0]
    shown = client.fetch("/view", **told["ranking"][0]["picture"])
    assert shown.startswith(b"\x89PNG")
    pictures, whole = client.pictures(run, preview), client.pictures(run, given)
    for picture, number in zip(pictures, told["kept"], strict=True):
        assert (picture == whole[number]).all()


class Takes(Prompt):
    """Clips of which only one loops, each with its report."""

    def __init__(self, jumps: tuple[float, ...] = (8.0, 0.0, 4.0)) -> None:
        super().__init__()
        self.clips = [
            self.add("AnimeSampleClip", width=96, height=96, seed=5, seam_jump=jump)
            for jump in jumps
        ]
        self.scores = [
            self.add("AnimeLoopScore", images=clip.out(), fps=12.0) for clip in self.clips
        ]

    def inputs(self) -> dict[str, Any]:
        """Take and report at inputs of the same number."""
        takes = {f"takes.take{number}": clip.out() for number, clip in enumerate(self.clips)}
        reports = {f"reports.report{number}": each.out() for number, each in enumerate(self.scores)}
        return takes | reports


def outcome_of(run: Run, best: Node) -> tuple[list[int], list[int]]:
    """Numbers of the kept takes, and of all in their order."""
    ((ranking,),) = run.outputs[best]["anime_ranking"]
    return ranking["kept"], [each["number"] for each in ranking["ranking"]]


def test_the_best_take_goes_on_with_its_report_its_number_and_its_sound(client: ComfyClient):
    prompt = Takes()
    sounds = {f"audios.audio{number}": silence(prompt) for number in (0, 1)}
    best = prompt.add("AnimeBestTake", **prompt.inputs(), **sounds)
    preview = prompt.add("PreviewImage", images=best.out(0))
    expected = prompt.add("PreviewImage", images=prompt.clips[1].out())
    score = prompt.add("AnimeReportMerge", **{"reports.report0": best.out(1)})
    index, table, sound = (
        prompt.add("TestConsumer", value=best.out(BEST_TAKE.number(name)))
        for name in ("index", "ranking", "audio")
    )
    run = client.run_without_client(prompt)
    assert outcome_of(run, best) == ([1], [1, 2, 0])
    assert run.outputs[index]["text"][0] == "1"
    assert run.outputs[table]["text"][0].startswith("1 of 3 takes kept.")
    assert "8000" in run.outputs[sound]["text"][0]
    assert run.report(score) == run.report(prompt.scores[1])
    for kept, whole in zip(
        client.pictures(run, preview), client.pictures(run, expected), strict=True
    ):
        assert (kept == whole).all()


def test_a_batch_of_seeds_as_a_list_is_several_takes(client: ComfyClient):
    prompt = Takes(jumps=())
    jumps = prompt.add("TestList", values="8, 0, 4")
    clip = prompt.add("AnimeSampleClip", width=96, height=96, seed=5, seam_jump=jumps.out())
    score = prompt.add("AnimeLoopScore", images=clip.out(), fps=12.0)
    best = prompt.add(
        "AnimeBestTake", **{"takes.take0": clip.out(), "reports.report0": score.out()}
    )
    preview = prompt.add("PreviewImage", images=best.out(0))
    index = prompt.add("TestConsumer", value=best.out(2))
    run = client.run_without_client(prompt)
    assert outcome_of(run, best) == ([1], [1, 2, 0])
    assert run.outputs[index]["text"] == ["1"], "one number, not three"
    assert len(client.pictures(run, preview)) == 24


def test_a_take_without_its_report_fails_and_both_are_named(client: ComfyClient):
    prompt = Takes()
    inputs = prompt.inputs()
    del inputs["reports.report2"]
    best = prompt.add("AnimeBestTake", **inputs)
    prompt.add("PreviewImage", images=best.out(0))
    run = client.run_without_client(prompt, expect_success=False)
    assert run.error is not None
    assert run.error["node_id"] == best
    assert "take2: expected its report at report2" in run.error["exception_message"]


@pytest.mark.parametrize(("on_none", "goes_on"), [("best", 24), ("block", 0), ("error", None)])
def test_where_no_take_passes_it_goes_as_asked(
    client: ComfyClient, on_none: str, goes_on: int | None
):
    prompt = Takes(jumps=(8.0, 4.0))
    best = prompt.add("AnimeBestTake", **prompt.inputs(), on_none=on_none)
    preview = prompt.add("PreviewImage", images=best.out(0))
    run = client.run_without_client(prompt, expect_success=goes_on is not None)
    if goes_on is None:
        assert run.error is not None
        assert "0 of 2 takes kept" in run.error["exception_message"]
        return
    assert len(run.outputs.get(preview, {}).get("images", [])) == goes_on
    assert outcome_of(run, best)[1] == [1, 0]


def silence(prompt: Prompt) -> list[Any]:
    """One second of sound."""
    return prompt.add("EmptyAudio", duration=1.0, sample_rate=8000, channels=1).out()


def test_sound_goes_through_a_gate_and_a_best_of(client: ComfyClient):
    prompt = Pictures(blurs=(0.0, 0.0))  # equal: their order stays, and the sound goes on
    sound = silence(prompt)
    gate = prompt.gate(audio=sound)
    best = prompt.add(
        "AnimeBestOf", images=prompt.images, report=prompt.score.out(), k=2, audio=sound
    )
    accepted = prompt.shows(gate.out(GATE.number("accepted_audio")))
    rejected = prompt.shows(gate.out(GATE.number("rejected_audio")))
    kept = prompt.shows(best.out(BEST_OF.number("best_audio")))
    run = client.run_without_client(prompt)
    for consumer in (accepted, kept):
        assert "8000" in run.outputs[consumer]["text"][0]
    assert rejected not in run.outputs


def test_sound_goes_through_the_slots_of_a_retry(client: ComfyClient):
    retry = Retry(THIRD_PASSES, attempts=5)
    retry.prompt[retry.start]["inputs"]["slot_2"] = silence(retry.prompt)
    retry.prompt[retry.end]["inputs"]["slot_2"] = retry.start.out(5)
    sound = retry.shows(retry.end.out(1))
    run = client.run_without_client(retry.prompt)
    assert len(retry.tried(run)) == 3
    assert "8000" in run.outputs[sound]["text"][0]


def test_the_sound_of_a_retry_that_blocks_goes_nowhere(client: ComfyClient):
    retry = Retry(THIRD_PASSES, attempts=2, on_exhausted="block")
    retry.prompt[retry.start]["inputs"]["slot_2"] = silence(retry.prompt)
    retry.prompt[retry.end]["inputs"]["slot_2"] = retry.start.out(5)
    sound = retry.shows(retry.end.out(1))
    run = client.run_without_client(retry.prompt)
    assert len(retry.tried(run)) == 2
    assert sound not in run.outputs


def test_a_loop_is_found_and_closed_with_its_sound(client: ComfyClient):
    prompt = Prompt()
    clip = prompt.add("AnimeSampleClip", frames=50, period=20, width=96, height=96, seed=5)
    sound = prompt.add("EmptyAudio", duration=5.0, sample_rate=8000, channels=1).out()
    found = prompt.add("AnimeLoopFind", images=clip.out(), max_frames=30, audio=sound)
    audio = found.out(LOOP_FIND.number("audio"))
    closed = prompt.add("AnimeLoopClose", images=found.out(), audio=audio)
    saved = prompt.add("PreviewAudio", audio=closed.out(LOOP_CLOSE.number("audio")))
    blocked = prompt.add("AnimeLoopClose", images=found.out())
    silent = prompt.add("PreviewAudio", audio=blocked.out(LOOP_CLOSE.number("audio")))
    run = client.run_without_client(prompt)
    assert run.outputs[saved]["audio"]
    assert silent not in run.outputs


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
