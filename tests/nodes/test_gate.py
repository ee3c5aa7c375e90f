from dataclasses import replace

import pytest
import torch
from comfy_execution.graph_utils import ExecutionBlocker

from anime_production.models.frames import InputError
from anime_production.models.gating.gate import Rejected
from anime_production.models.loop.seam import score_loop
from anime_production.models.node_types import GATE
from anime_production.models.quality.still.still_quality import score_still_quality
from anime_production.models.sample.sample_clip import Faults, draw_clip
from anime_production.nodes.gate import AnimeGate

SOUND = {"waveform": torch.zeros(1, 2, 4800), "sample_rate": 48000}  # of a whole clip
OUTPUTS = [each.name for each in GATE.outputs]


@pytest.fixture
def gate(run_node):
    def run(report, **inputs):
        answer = run_node(AnimeGate, report=report, **inputs)
        outputs = dict(zip(OUTPUTS, answer.args, strict=True))
        return {**outputs, "indices": answer.ui["anime_gate"][0][0]["indices"]}

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
    batch = {"images": good, "latents": latent, "masks": mask, "audio": SOUND}
    outputs = gate(score_loop(good, 12.0), **batch)
    assert outputs["accepted"] is good, "frames were copied"
    assert outputs["accepted_latents"] is latent
    assert outputs["accepted_masks"] is mask
    assert outputs["accepted_audio"] is SOUND
    assert blocked(outputs) == {
        *("rejected", "rejected_latents", "rejected_masks", "rejected_audio"),
    }
    assert outputs["pass"] is True
    assert outputs["indices"] == list(range(24))


def test_what_fails_comes_out_on_the_rejected_side_only(gate, bad):
    mask = torch.zeros(24, 96, 96)
    outputs = gate(score_loop(bad, 12.0), images=bad, masks=mask)
    assert outputs["rejected"] is bad
    assert outputs["rejected_masks"] is mask
    assert blocked(outputs) == {
        *("accepted", "accepted_latents", "accepted_masks", "rejected_latents"),
        *("accepted_audio", "rejected_audio"),
    }
    assert outputs["pass"] is False
    assert "jumps" in outputs["reasons"]
    assert outputs["indices"] == []


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
    assert "goes on because on_not_measured is accept" in outputs["reasons"]


def test_a_gate_can_fail_the_prompt_with_the_reasons(gate, bad):
    with pytest.raises(Rejected, match="jumps"):
        gate(score_loop(bad, 12.0), images=bad, on_fail="error")


def test_a_gate_can_let_a_failure_through_and_still_say_so(gate, bad):
    outputs = gate(score_loop(bad, 12.0), images=bad, on_fail="pass_through")
    assert outputs["accepted"] is bad
    assert outputs["pass"] is False


@pytest.fixture(scope="module")
def mixed(good):
    """Six pictures of which the second and the last are blurred, and their report."""
    frames = good[:6].clone()
    for number in (1, 5):
        small = frames[number].movedim(-1, 0)[None]
        soft = torch.nn.functional.avg_pool2d(small, 9, 1, 4, count_include_pad=False)
        frames[number] = soft[0].movedim(0, -1)
    return frames, score_still_quality(frames)


def test_each_frame_goes_its_own_way_with_its_latent_and_its_mask(gate, mixed):
    frames, report = mixed
    numbers = torch.arange(6.0)
    latents = {"samples": numbers.reshape(6, 1, 1, 1).expand(6, 4, 2, 2)}
    masks = numbers.reshape(6, 1, 1).expand(6, 96, 96)
    outputs = gate(report, images=frames, latents=latents, masks=masks, level="frame")
    assert outputs["indices"] == [0, 2, 3, 4]
    assert torch.equal(outputs["accepted"], frames[[0, 2, 3, 4]])
    assert torch.equal(outputs["rejected"], frames[[1, 5]])
    for side, kept in (("accepted", [0, 2, 3, 4]), ("rejected", [1, 5])):
        assert outputs[f"{side}_latents"]["samples"][:, 0, 0, 0].tolist() == kept
        assert outputs[f"{side}_masks"][:, 0, 0].tolist() == kept
    assert outputs["pass"] is False
    assert "4 of 6 frames pass" in outputs["reasons"]
    assert "limit of 4 px: 1, 5." in outputs["reasons"]


def test_frames_that_all_pass_are_not_copied(gate, good):
    frames = good[:4]
    outputs = gate(score_still_quality(frames), images=frames, level="frame")
    assert outputs["accepted"] is frames
    assert outputs["pass"] is True
    assert {"rejected", "rejected_latents", "rejected_masks"} <= blocked(outputs)


def test_where_no_frame_passes_the_side_is_blocked_or_the_best_goes_on(gate, mixed):
    frames, report = mixed
    nothing = gate(report, images=frames, level="frame", thresholds="edge_width = 0.01")
    assert {"accepted", "accepted_latents", "accepted_masks"} <= blocked(nothing)
    assert torch.equal(nothing["rejected"], frames)
    assert nothing["indices"] == []
    best = gate(
        report, images=frames, level="frame", thresholds="edge_width = 0.01", on_fail="best"
    )
    (kept,) = best["indices"]
    assert torch.equal(best["accepted"], frames[kept : kept + 1])
    assert len(best["rejected"]) == 5
    assert f"Frame {kept} goes on because on_fail is best" in best["reasons"]
    whole = gate(
        report, images=frames, level="frame", thresholds="edge_width = 0.01", on_fail="pass_through"
    )
    assert torch.equal(whole["accepted"], frames)
    assert whole["pass"] is False
    with pytest.raises(Rejected, match=r"edge_width: Frames above the limit of 0\.01 px"):
        gate(report, images=frames, level="frame", thresholds="edge_width=0.01", on_fail="error")


def test_a_whole_batch_goes_on_as_the_best_that_there_is(gate, bad):
    outputs = gate(score_loop(bad, 12.0), images=bad, on_fail="best")
    assert outputs["accepted"] is bad
    assert outputs["pass"] is False
    assert "on_fail is best" in outputs["reasons"]


def test_a_threshold_of_ones_own_decides(gate, bad):
    report = score_loop(bad, 12.0)
    outputs = gate(report, images=bad, thresholds="seam_position = 0..99\nseam_velocity = 9")
    assert outputs["pass"] is True
    with pytest.raises(InputError, match="seam_position"):
        gate(report, images=bad, thresholds="seam = 2")


def test_pictures_are_not_latent_steps(gate, good):
    frames = torch.cat([good, good[:9]])
    report, latents = score_still_quality(frames), {"samples": torch.zeros(1, 16, 9, 12, 12)}
    with pytest.raises(InputError, match=r"33 frames.*9 latent steps.*packs several pictures"):
        gate(report, images=frames, latents=latents, level="frame")
    assert gate(report, images=frames, latents=latents)["accepted_latents"] is latents


def test_a_report_of_another_batch_is_refused_where_frames_are_divided(gate, mixed, good):
    with pytest.raises(InputError, match="images: expected 6 images"):
        gate(mixed[1], images=good, level="frame")


@pytest.mark.parametrize("level", ["batch", "frame"])
def test_a_gate_that_passes_copies_nothing(gate, good, level):
    frames = good[:1].expand(120, -1, -1, -1)
    report = score_still_quality(frames[:1])
    many = [replace(each, per_frame=each.per_frame * 120) for each in report.measurements]
    report = replace(report, measurements=tuple(many), frames=120)
    latent, mask = {"samples": torch.zeros(120, 4, 2, 2)}, torch.zeros(120, 96, 96)
    outputs = gate(report, images=frames, latents=latent, masks=mask, level=level)
    assert outputs["pass"] is True
    assert outputs["accepted"] is frames
    assert outputs["accepted_latents"] is latent
    assert outputs["accepted_masks"] is mask


def test_a_clip_with_no_frame_is_judged_as_a_whole(gate, good):
    report = score_still_quality(good[:0])
    outputs = gate(report, images=good[:0], level="frame", on_fail="best")
    assert len(outputs["accepted"]) == 0
    assert outputs["pass"] is False
    assert "no frame" in outputs["reasons"]
    assert "accepted" in blocked(gate(report, images=good[:0], level="frame"))


def test_sounds_go_with_their_frames_and_one_sound_only_with_all(gate, mixed):
    frames, report = mixed
    sounds = {"waveform": torch.arange(6.0).reshape(6, 1, 1).expand(6, 2, 8), "sample_rate": 8}
    outputs = gate(report, images=frames, audio=sounds, level="frame")
    assert outputs["accepted_audio"]["waveform"][:, 0, 0].tolist() == [0, 2, 3, 4]
    assert outputs["rejected_audio"]["waveform"][:, 0, 0].tolist() == [1, 5]
    with pytest.raises(InputError, match="audio: expected 6 sounds"):
        gate(report, images=frames, audio=SOUND, level="frame")
    whole = gate(report, images=frames, audio=SOUND, level="frame", on_fail="pass_through")
    assert whole["accepted_audio"] is SOUND


def test_one_sound_is_cut_to_frames_that_follow_one_another(gate):
    blurs = (2.5, 0.0, 0.0, 0.0, 2.5)
    frames = torch.cat([draw_clip(1, 96, 96, 24, 0, 1, Faults(blur=blur)) for blur in blurs])
    report = score_still_quality(frames)
    sound = {"waveform": torch.arange(10_010.0).reshape(1, 1, -1), "sample_rate": 48_000}
    outputs = gate(report, images=frames, audio=sound, level="frame", fps=24_000 / 1001)
    assert outputs["indices"] == [1, 2, 3]
    assert torch.equal(outputs["accepted_audio"]["waveform"], sound["waveform"][..., 2002:8008])
    assert {"rejected_audio"} == blocked(outputs) & {"rejected_audio", "accepted_audio"}
    with pytest.raises(InputError, match="Give fps, so that it can be cut"):
        gate(report, images=frames, audio=sound, level="frame")


def test_the_editor_is_told_which_frame_went_where_with_a_small_picture(run_node, mixed):
    frames, report = mixed
    answer = run_node(AnimeGate, report=report, images=frames, level="frame")
    (shown,) = [each["frames"] for each in answer.ui["anime_gate"][0]]
    assert [each["frame"] for each in shown] == list(range(6))
    assert [each["frame"] for each in shown if each["accepted"]] == [0, 2, 3, 4]
    assert all(each["picture"]["type"] == "temp" for each in shown)
    assert len({each["picture"]["filename"] for each in shown}) == 6
    assert all(each["because"] for each in shown)


def test_frames_without_images_and_whole_batches_have_no_pictures(run_node, mixed, bad):
    _, report = mixed
    answer = run_node(AnimeGate, report=report, level="frame")
    assert all("picture" not in each for each in answer.ui["anime_gate"][0][0]["frames"])
    whole = run_node(AnimeGate, report=score_loop(bad, 12.0), images=bad)
    assert whole.ui["anime_gate"][0][0]["frames"] == []
