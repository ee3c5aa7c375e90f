"""Phases on a real ComfyUI: what is shipped runs, what is missing is named, more are registered."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from anime_production.models.production.catalogue import SHIPPED, find_phase
from anime_production.models.production.definition import PhaseDefinition, fill, next_values
from anime_production.models.production.gates import Judgement, judge
from anime_production.models.report import Report

from .client import ComfyClient, Prompt, RequestRefused, Run
from .tiny_wan import IMAGE_TO_VIDEO_22_FILE, VAE_FILE

NOWHERE = Path("nowhere")  # no phases are registered here
SMALL = {"width": 128, "height": 128}
SHORT = {**SMALL, "frames": 12}
SIZES = {"sample_stills": SMALL, "sample_loop": SHORT, "sample_clip": SHORT}
FAULTS = [
    ("sample_stills", {"drawn": 1}, "character_different"),
    ("sample_stills", {"blur": 6.0}, "soft_lines"),
    ("sample_loop", {"seam_jump": 8.0}, "seam_jump"),
    ("sample_clip", {"flicker": 12.0}, "flickers"),
]
MODELS = {
    "sdxl_stills": {"models/checkpoints/waiIllustriousSDXL_v150.safetensors"},
    "wan22_loop": {
        "models/diffusion_models/wan2.2_i2v_high_noise_14B_fp8_scaled.safetensors",
        "models/diffusion_models/wan2.2_i2v_low_noise_14B_fp8_scaled.safetensors",
        "models/text_encoders/umt5_xxl_fp8_e4m3fn_scaled.safetensors",
        "models/vae/wan_2.1_vae.safetensors",
    },
}
MODELS["wan22_clip"] = MODELS["wan22_loop"]


def shipped(name: str) -> PhaseDefinition:
    return find_phase(NOWHERE, name)


def judgement(phase: PhaseDefinition, run: Run) -> Judgement:
    reports = {
        node: Report.from_dict(output["anime_report"][0][0])
        for node, output in run.outputs.items()
        if "anime_report" in output
    }
    found = judge(phase.gates, reports)
    assert found is not None
    return found


def files(run: Run, phase: PhaseDefinition) -> list[str]:
    """What the phase saved, as an AnimeParameterImage takes it."""
    (save,) = [key for key, node in phase.graph.items() if node["class_type"] == "AnimeJobSave"]
    return [
        f"{each['subfolder']}/{each['filename']} [output]" for each in run.outputs[save]["images"]
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "fault", "reason"), FAULTS)
def test_a_sample_phase_fails_by_the_fault_that_is_planted(
    client: ComfyClient, name: str, fault: dict[str, Any], reason: str
):
    phase = shipped(name)
    run = client.run(fill(phase, {**SIZES[name], **fault}))
    found = judgement(phase, run)
    assert not found.passed
    assert reason in {each.reason_code for each in found.report.required}
    assert files(run, phase)  # the best of several needs them


@pytest.mark.slow  # a quick test lets a production do it
def test_a_loop_with_a_jump_passes_on_its_third_attempt(client: ComfyClient):
    phase = shipped("sample_loop")
    values: dict[str, Any] = {**SHORT, "seam_jump": 8.0, "seed": 5}
    passed = []
    for _ in range(3):
        found = judgement(phase, client.run(fill(phase, values)))
        passed.append(found.passed)
        last, values = values, next_values(phase, values, found.report)
    assert passed == [False, False, True]
    assert (last["seed"], last["seam_jump"]) == (7, 0.0)


def test_a_phase_looks_at_the_file_that_it_is_given(client: ComfyClient):
    """test_productions.py shows that each phase passes with the file of the one before."""
    stills, loop = shipped("sample_stills"), shipped("sample_loop")
    # Another character's still makes a sheet that the drawn one isn't.
    (other,) = files(client.run(fill(stills, {**SMALL, "drawn": 2})), stills)
    wrong = client.run(fill(loop, {**SHORT, "image": other, "reference": 2, "drawn": 0}))
    found = judgement(loop, wrong)
    assert not found.passed
    assert "character_different" in {each.reason_code for each in found.report.required}


def without_words(graph: dict[str, Any]) -> dict[str, Any]:
    """Random conditioning in the place of a text encoder, which no tiny file stands for."""
    changed = {key: node for key, node in graph.items() if node["class_type"] != "CLIPLoader"}
    for key, node in changed.items():
        if node["class_type"] == "CLIPTextEncode":
            changed[key] = {"class_type": "TestConditioning", "inputs": {"seed": int(key)}}
    return changed


@pytest.mark.slow
@pytest.mark.parametrize("name", ["wan22_loop", "wan22_clip"])
def test_a_wan_phase_animates_a_still_with_two_experts(client: ComfyClient, name: str):
    """Tiny models of random values: noise comes out, and is judged as what it is."""
    stills, phase = shipped("sample_stills"), shipped(name)
    (still,) = files(client.run(fill(stills, SMALL)), stills)
    prompt = Prompt()
    drawn = prompt.add("AnimeSampleClip", frames=4, width=128, height=128)
    sheet = prompt.add("AnimeCharacterSheet", references=drawn.out(), name="phase heroine")
    prompt.add("AnimeCharacterSave", character=sheet.out())
    client.run(prompt)
    values = {
        **{"prompt": "she breathes", "character": "phase heroine", "image": still},
        **{"high_noise_model": IMAGE_TO_VIDEO_22_FILE, "low_noise_model": IMAGE_TO_VIDEO_22_FILE},
        **{"vae": VAE_FILE, "width": 128, "height": 128, "frames": 12, "steps": 4},
        "switch_step": 2,
    }
    graph = without_words(fill(phase, values))
    for node in graph.values():  # a wrap of 27 would decode ten times as much
        if "wrap" in node["inputs"]:
            node["inputs"]["wrap"] = 2
    run = client.run(graph)
    found = judgement(phase, run)
    assert not found.passed
    assert found.report.frames == {"wan22_loop": 12, "wan22_clip": 9}[name]
    assert files(run, phase)


def test_a_parameter_reaches_numbers_and_choices_and_keeps_its_type(client: ComfyClient):
    prompt = Prompt()
    frames = prompt.add("AnimeParameterInt", name="frames", value=12, low=1, high=20)
    rate = prompt.add("AnimeParameterFloat", name="fps", value=8.0, low=1.0, high=20.0)
    backend = prompt.add("AnimeParameterString", name="backend", value="structural", choices="")
    hold = prompt.add("AnimeParameterBoolean", name="hold", value=True)
    switch = prompt.add("ComfySwitchNode", switch=hold.out(), on_false=1, on_true=2)
    clip = prompt.add(
        "AnimeSampleClip",
        frames=frames.out(),
        width=128,
        height=128,
        fps=rate.out(),
        period=12,
        hold=switch.out(),
    )
    score = prompt.add("AnimeLoopScore", images=clip.out(), fps=clip.out(1), backend=backend.out())
    report = client.run(prompt).report(score)
    assert (report["frames"], report["fps"]) == (12, 8.0)
    held = next(each for each in report["measurements"] if each["name"] == "seam_hold")
    assert held["reason_values"]["longest"] == 2


def test_the_phases_are_listed_with_what_is_missing_here(client: ComfyClient):
    listed = {each["id"]: each for each in client.get("/anime/phases")["phases"]}
    assert set(listed) >= {path.stem for path in SHIPPED.glob("*.json")}
    for name in SIZES:
        assert listed[name]["installed"], listed[name]["missing"]
    for name, files_of in MODELS.items():
        assert not listed[name]["installed"]
        assert set(listed[name]["missing"]) == files_of
    loop = listed["sample_loop"]
    assert (loop["kind"], loop["takes"], loop["gives"]) == ("loop", {"image": "image"}, "video")
    seed = next(each for each in loop["parameters"] if each["name"] == "seed")
    assert (seed["low"], seed["high"]) == (0, 2**64 - 1)
    judges = {each["subject"]: each for each in loop["gates"][0]["judges"]}
    assert "seam_position" in {each["measure"] for each in judges["loop"]["thresholds"]}
    assert client.get("/api/anime/phases/sample_loop") == loop


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.json")), ids=lambda path: path.stem)
def test_comfyui_knows_every_input_of_a_shipped_graph(client: ComfyClient, path: Path):
    """It would ignore one that it doesn't know, and say nothing."""
    for node_id, node in json.loads(path.read_text(encoding="utf-8"))["graph"].items():
        known = client.get(f"/object_info/{node['class_type']}")[node["class_type"]]["input"]
        names = {*known.get("required", {}), *known.get("optional", {})}
        strange = {name.partition(".")[0] for name in node["inputs"]} - names
        assert not strange, f"{path.stem}: node {node_id} ({node['class_type']})"


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.json")), ids=lambda path: path.stem)
def test_comfyui_refuses_nothing_in_a_shipped_graph_but_absent_files(
    client: ComfyClient, path: Path
):
    said = json.loads(path.read_text(encoding="utf-8"))
    answer = client.post("/anime/phases", {**said, "id": f"again-{said['id'].replace('_', '-')}"})
    assert not answer["shipped"]
    delete(client, answer["id"])


def test_comfyui_is_asked_about_a_workflow_before_it_is_registered(client: ComfyClient):
    said = json.loads((SHIPPED / "sample_stills.json").read_text(encoding="utf-8"))
    broken = copy.deepcopy(said["graph"])
    (quality,) = [key for key, node in broken.items() if node["class_type"] == "AnimeStillQuality"]
    del broken[quality]["inputs"]["images"]
    with pytest.raises(RequestRefused) as refusal:
        client.post("/anime/phases", {**said, "id": "broken", "graph": broken})
    assert refusal.value.status == 400
    assert f"node {quality}" in refusal.value.answer["error"]["message"]
    assert "broken" not in {each["id"] for each in client.get("/anime/phases")["phases"]}


def delete(client: ComfyClient, name: str) -> None:
    client.request(f"/anime/phases/{name}", method="DELETE")
