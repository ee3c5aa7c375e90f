"""From noise to frames through a real video model: tiny, with random values."""

from .client import ComfyClient, Node, Prompt
from .tiny_wan import TRANSFORMER_FILE, VAE_FILE


def generated_frames(prompt: Prompt, seed: int) -> Node:
    """Add the nodes that make 33 frames of 128×128; the last one's output 0 is the IMAGE."""
    model = prompt.add("UNETLoader", unet_name=TRANSFORMER_FILE, weight_dtype="default")
    vae = prompt.add("VAELoader", vae_name=VAE_FILE)
    positive = prompt.add("TestConditioning", seed=1)
    negative = prompt.add("TestConditioning", seed=2)
    latent = prompt.add("EmptyHunyuanLatentVideo", width=128, height=128, length=33, batch_size=1)
    sampled = prompt.add(
        "KSampler",
        model=model.out(),
        positive=positive.out(),
        negative=negative.out(),
        latent_image=latent.out(),
        seed=seed,
        steps=6,
        cfg=1.0,
        sampler_name="euler",
        scheduler="simple",
        denoise=1.0,
    )
    return prompt.add("VAEDecode", samples=sampled.out(), vae=vae.out())


def test_generated_frames_are_judged_and_the_verdict_is_in_the_database(client: ComfyClient):
    prompt = Prompt()
    frames = generated_frames(prompt, seed=1).out()
    loop = prompt.add("AnimeLoopScore", images=frames, fps=12.0)
    quality = prompt.add("AnimeClipQuality", images=frames, fps=12.0)
    gate = prompt.add(
        "AnimeGate", report=loop.out(0), images=frames, on_fail="pass_through"
    )  # noise is no loop, and it is to be saved
    job = prompt.add("AnimeJob", project="Test", scene="1", shot="noise")
    saved = prompt.add("AnimeJobSave", job=job.out(), images=gate.out(0))
    run = client.run(prompt)
    for scorer in (loop, quality):
        report = run.report(scorer)
        assert report["frames"] == 33
        assert report["verdict"] in ("PASS", "FAIL"), "noise can be measured"
        assert report["score"] is not None
    row = client.get(f"/anime/jobs/{run.prompt_id}")
    assert row["job"]["prompt_id"] == run.prompt_id
    assert row["job"]["state"] == "completed"
    verdicts = [run.report(scorer)["verdict"] for scorer in (loop, quality)]
    assert row["job"]["verdict"] == ("FAIL" if "FAIL" in verdicts else "PASS")
    recorded = {each["node_id"]: each["report"] for each in row["reports"]}
    assert recorded == {node: run.report(node) for node in (loop, quality)}
    assert len(row["artifacts"]) == len(run.outputs[saved]["images"]) == 33
    for artifact in row["artifacts"]:
        assert (client.server.base / "output" / artifact["path"]).is_file()
