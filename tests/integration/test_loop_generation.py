"""A loop from noise to frames, through the real server: sampled as a circle, decoded as one."""

import copy
import json
from typing import Any

import pytest
import safetensors.torch
import torch

from ..comfyui import PACK
from .client import ComfyClient, Prompt
from .tiny_wan import IMAGE_TO_VIDEO_FILE, TRANSFORMER_FILE, VAE_FILE

EXAMPLE = PACK / "example_workflows" / "api" / "generate_a_loop.json"


def tiny(example: dict[str, Any]) -> dict[str, Any]:
    """The example with tiny models; only its text encoder, which no tiny file stands for, goes."""
    prompt = copy.deepcopy(example)
    prompt["1"]["inputs"]["unet_name"] = TRANSFORMER_FILE
    prompt["3"]["inputs"]["vae_name"] = VAE_FILE
    del prompt["2"]
    for node, seed in (("4", 1), ("5", 2)):
        prompt[node] = {"class_type": "TestConditioning", "inputs": {"seed": seed}}
    prompt["6"]["inputs"].update(width=64, height=64, length=33)
    prompt["9"]["inputs"].update(steps=4)
    prompt["12"]["inputs"]["on_fail"] = "pass_through"
    return prompt


def test_the_example_generates_four_frames_a_latent_and_scores_them(client: ComfyClient):
    run = client.run(tiny(json.loads(EXAMPLE.read_text(encoding="utf-8"))))
    report = run.report("11")
    assert (report["subject"], report["frames"]) == ("loop", 36)
    assert report["verdict"] in ("PASS", "FAIL"), "noise can be measured"


def seam_ratio(latents: torch.Tensor) -> float:
    """The step across the seam over the usual one."""
    steps = (latents.roll(-1, dims=2) - latents).pow(2).mean(dim=(0, 1, 3, 4)).sqrt()
    return (steps[-1] / steps[:-1].median()).item()


def smoothed(client: ComfyClient, looping: bool) -> torch.Tensor:
    """Latents of a denoiser that smooths along time and knows only open ends.

    A decoder of random values would make of each latent four frames as far from one another as
    from the next latent's, and the seam would not be seen in them.
    """
    prompt = Prompt()
    model = prompt.add("UNETLoader", unet_name=TRANSFORMER_FILE, weight_dtype="default").out()
    model = prompt.add("TestOpenEnds", model=model).out()
    if looping:
        model = prompt.add("AnimationLoopGenerator", model=model).out()
    sampled = prompt.add(
        "KSampler",
        model=model,
        positive=prompt.add("TestConditioning", seed=1).out(),
        negative=prompt.add("TestConditioning", seed=2).out(),
        latent_image=prompt.add(
            "EmptyHunyuanLatentVideo", width=64, height=64, length=49, batch_size=1
        ).out(),
        seed=3,
        steps=6,
        cfg=1.0,
        sampler_name="euler",
        scheduler="simple",
        denoise=1.0,
    )
    saved = prompt.add("SaveLatent", samples=sampled.out(), filename_prefix="loop")
    (file,) = client.run(prompt).outputs[saved]["latents"]
    path = client.server.base / "output" / file["subfolder"] / file["filename"]
    return safetensors.torch.load_file(path)["latent_tensor"]


def test_the_seam_is_a_step_like_any_other_with_the_node_and_a_jump_without(client: ComfyClient):
    without, looping = smoothed(client, looping=False), smoothed(client, looping=True)
    assert without.shape == looping.shape == (1, 16, 13, 8, 8)
    assert 0.8 < seam_ratio(looping) < 1.25
    assert seam_ratio(without) > 3


def test_image_to_video_generates_a_loop_from_a_start_image(client: ComfyClient):
    prompt = Prompt()
    model = prompt.add("UNETLoader", unet_name=IMAGE_TO_VIDEO_FILE, weight_dtype="default")
    looping = prompt.add("AnimationLoopGenerator", model=model.out(), shift=2)
    vae = prompt.add("VAELoader", vae_name=VAE_FILE)
    start = prompt.add("AnimeSampleClip", frames=1, width=64, height=64)
    conditioned = prompt.add(
        "WanImageToVideo",
        positive=prompt.add("TestConditioning", seed=1).out(),
        negative=prompt.add("TestConditioning", seed=2).out(),
        vae=vae.out(),
        width=64,
        height=64,
        length=17,
        batch_size=1,
        start_image=start.out(),
    )
    sampled = prompt.add(
        "KSampler",
        model=looping.out(),
        positive=conditioned.out(0),
        negative=conditioned.out(1),
        latent_image=conditioned.out(2),
        seed=3,
        steps=3,
        cfg=5.0,
        sampler_name="dpmpp_2m",
        scheduler="simple",
        denoise=1.0,
    )
    frames = prompt.add("AnimeLoopDecode", samples=sampled.out(), vae=vae.out(), wrap=9)
    score = prompt.add("AnimeLoopScore", images=frames.out(), fps=16.0)
    assert client.run(prompt).report(score)["frames"] == 20


@pytest.mark.parametrize("looping", [True, False])
def test_what_cannot_loop_is_one_clear_error(client: ComfyClient, looping: bool):
    prompt = Prompt()
    model = prompt.add("UNETLoader", unet_name=TRANSFORMER_FILE, weight_dtype="default").out()
    if looping:
        named = {"start_percent": 0.9, "end_percent": 0.1}
        prompt.add(
            "TestConsumer", value=prompt.add("AnimationLoopGenerator", model=model, **named).out()
        )
        expected = "start_percent: expected less than end_percent"
    else:
        vae = prompt.add("VAELoader", vae_name=VAE_FILE).out()
        latent = prompt.add("EmptyLatentImage", width=64, height=64, batch_size=1).out()
        frames = prompt.add("AnimeLoopDecode", samples=latent, vae=vae).out()
        prompt.add("PreviewImage", images=frames)
        expected = "samples: expected a video's latents, 16 channels"
    run = client.run(prompt, expect_success=False)
    assert run.error is not None
    assert run.error["exception_message"].startswith(expected)
