import json

import pytest
import torch
from comfy_execution.graph_utils import ExecutionBlocker

from anime_production.models.gate import Rejected
from anime_production.models.loop.seam import score_loop
from anime_production.models.sample.clip import Faults, draw_clip
from anime_production.nodes.gate import AnimeGate

OUTPUTS = (
    *("accepted", "rejected", "pass", "reasons", "accepted_latents", "accepted_masks"),
    *("rejected_latents", "rejected_masks", "indices"),
)


@pytest.fixture
def gate(run_node):
    def run(report, **inputs):
        return dict(zip(OUTPUTS, run_node(AnimeGate, report=report, **inputs).args, strict=True))

    return run


@pytest.fixture(scope="module")
def good():
    return draw_clip(24, 96, 96, 24, 0, 1)


@pytest.fixture(scope="module")
def bad():
    return draw_clip(24, 96, 96, 24, 0, 1, Faults(seam_jump=8.0))


def blocked(outputs):
    return {name for name, value in outputs.items() if isinstance(value, ExecutionBlocker)}


def test_what_passes_comes_out_on_the_accepted_side_only(gate, good):
    latent, mask = {"samples": torch.zeros(1, 4, 2, 2)}, torch.zeros(24, 96, 96)
    outputs = gate(score_loop(good, 12.0), images=good, latents=latent, masks=mask)
    assert outputs["accepted"] is good, "frames were copied"
    assert outputs["accepted_latents"] is latent
    assert outputs["accepted_masks"] is mask
    assert blocked(outputs) == {"rejected", "rejected_latents", "rejected_masks"}
    assert outputs["pass"] is True
    assert json.loads(outputs["indices"]) == list(range(24))


def test_what_fails_comes_out_on_the_rejected_side_only(gate, bad):
    mask = torch.zeros(24, 96, 96)
    outputs = gate(score_loop(bad, 12.0), images=bad, masks=mask)
    assert outputs["rejected"] is bad
    assert outputs["rejected_masks"] is mask
    assert blocked(outputs) == {
        *("accepted", "accepted_latents", "accepted_masks", "rejected_latents"),
    }
    assert outputs["pass"] is False
    assert "jumps" in outputs["reasons"]
    assert outputs["indices"] == "[]"


def test_a_side_with_nothing_on_it_is_blocked_without_a_message(gate, good):
    outputs = gate(score_loop(good, 12.0))
    assert all(outputs[name].message is None for name in blocked(outputs))
    assert {"accepted", "rejected"} <= blocked(outputs)
    assert outputs["pass"] is True


def test_a_report_of_too_few_frames_does_not_pass_unless_told(gate, good):
    report = score_loop(good[:3], 12.0)
    assert gate(report, images=good[:3])["pass"] is False
    outputs = gate(report, images=good[:3], on_not_measured="accept")
    assert outputs["pass"] is True
    assert "let through" in outputs["reasons"]


def test_a_gate_can_fail_the_prompt_with_the_reasons(gate, bad):
    with pytest.raises(Rejected, match="jumps"):
        gate(score_loop(bad, 12.0), images=bad, on_fail="error")


def test_a_gate_can_let_a_failure_through_and_still_say_so(gate, bad):
    outputs = gate(score_loop(bad, 12.0), images=bad, on_fail="pass_through")
    assert outputs["accepted"] is bad
    assert outputs["pass"] is False
