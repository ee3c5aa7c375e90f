"""A loop from noise to frames, through the real server: sampled as a circle, decoded as one."""

import copy
import json
from typing import Any

from anime_production.tools.comfyui import PACK

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
