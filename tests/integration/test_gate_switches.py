"""Switches behind a Gate, which ComfyUI blocks with either of its sides; what works instead."""

import pytest

from anime_production.models.node_types import GATE

from .client import ComfyClient, Node, Prompt

ACCEPTED, REJECTED, PASS = map(GATE.number, ("accepted", "rejected", "pass"))
ANY, CORE = "TestAnySwitch", "ComfySwitchNode"


class Gated(Prompt):
    """Pictures with a gate that they pass or don't, and other pictures."""

    def __init__(self, passes: bool, on_fail: str = "block") -> None:
        super().__init__()
        self.images, self.others = (
            self.add("AnimeSampleClip", frames=frames, width=96, height=96).out()
            for frames in (4, 7)
        )
        score = self.add("AnimeStillQuality", images=self.images)
        thresholds = "" if passes else "edge_width = 0.01"
        inputs = {"on_fail": on_fail, "thresholds": thresholds}
        self.gate = self.add("AnimeGate", report=score.out(), images=self.images, **inputs)

    def preview(self, switch: Node) -> Node:
        """A node that shows the pictures that a switch gives."""
        return self.add("PreviewImage", images=switch.out())


@pytest.mark.parametrize("passes", [True, False])
def test_a_switch_between_the_sides_of_a_gate_gives_nothing(client: ComfyClient, passes: bool):
    prompt = Gated(passes)
    sides = prompt.gate.out(ACCEPTED), prompt.gate.out(REJECTED)
    chosen = {
        "any": prompt.add(ANY, any_01=sides[0], any_02=sides[1]),
        "core": prompt.add(CORE, switch=prompt.gate.out(PASS), on_true=sides[0], on_false=sides[1]),
    }
    if not passes:
        chosen["other pictures"] = prompt.add(ANY, any_01=sides[0], any_02=prompt.others)
    previews = {name: prompt.preview(switch) for name, switch in chosen.items()}
    run = client.run_without_client(prompt)
    assert [name for name, node in previews.items() if node in run.outputs] == []


@pytest.mark.parametrize("passes", [True, False])
def test_a_switch_chooses_by_whether_a_gate_passes_that_blocks_nothing(
    client: ComfyClient, passes: bool
):
    prompt = Gated(passes, on_fail="pass_through")
    inputs = {"on_true": prompt.gate.out(ACCEPTED), "on_false": prompt.others}
    preview = prompt.preview(prompt.add(CORE, switch=prompt.gate.out(PASS), **inputs))
    run = client.run_without_client(prompt)
    assert len(client.pictures(run, preview)) == (4 if passes else 7)
