"""Decoders of other families than Wan: which of them close a loop, and why others don't."""

import importlib
import importlib.util
import json
from collections.abc import Callable
from typing import Any

import pytest
import torch

from anime_production.models.frames import InputError
from anime_production.models.loop.cyclic_models import LOOP_DECODERS, OTHER_DECODERS
from anime_production.nodes.loop_generate import AnimeLoopDecode

from ..integration.tiny_wan import tiny_values
from .tiny_video import cogvideo_vae, hunyuan_15_vae, hunyuan_vae

FRAMES, TURNED = 6, 2
# Largest difference of any value between a turned loop's pictures and the loop's turned pictures,
# and the mean one, in standard deviations of the picture.
DECODERS = {
    hunyuan_vae: (0.8, 0.12),
    hunyuan_15_vae: (0.3, 0.035),
    cogvideo_vae: (0.3, 0.025),
}


@pytest.fixture(scope="module", params=DECODERS, ids=lambda make: make.__name__)
def vae(request: pytest.FixtureRequest) -> tuple[Any, tuple[float, float]]:
    """A tiny VAE, and what may remain with it."""
    return request.param(), DECODERS[request.param]


@pytest.fixture
def decode(run_node: Callable[..., Any]) -> Callable[..., torch.Tensor]:
    """Runs the node on latents."""
    return lambda vae, latents, **settings: run_node(
        AnimeLoopDecode, samples={"samples": latents}, vae=vae, **settings
    ).args[0]


def latents_of(vae: Any, frames: int = FRAMES, side: int = 2) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(1, vae.latent_channels, frames, side, side, generator=generator)


@pytest.mark.slow
def test_a_turned_loop_decodes_to_the_same_pictures_turned(decode, vae):
    """What is left is spread over all frames: those at the seam look like the others."""
    vae, (largest, mean) = vae
    latents = latents_of(vae)
    frames = decode(vae, latents)
    turned = decode(vae, latents.roll(TURNED, dims=2)).roll(-4 * TURNED, dims=0)
    difference = (frames - turned).abs() / frames.std()
    assert difference.max() <= largest
    assert difference.mean() <= mean
    steps = (frames.roll(-1, dims=0) - frames) - (turned.roll(-1, dims=0) - turned)
    errors = steps.abs().mean(dim=(1, 2, 3))
    assert errors[-1] <= 1.3 * errors.mean(), "the step across the seam is a step like others"
    with torch.inference_mode():
        plain = vae.decode(latents)[0]
    first = (plain[0] - frames[3]).abs().mean() / frames.std()
    assert first > 2 * difference[3].mean(), "a plain decode has a beginning"


@pytest.mark.parametrize("frames", [2, 3])
def test_any_number_of_latents_gives_four_frames_each(decode, vae, frames):
    vae, _ = vae
    assert decode(vae, latents_of(vae, frames, side=1), wrap=1).shape[0] == 4 * frames


@pytest.mark.parametrize("module", [*LOOP_DECODERS, *OTHER_DECODERS])
def test_the_names_of_the_modules_are_comfyuis(module):
    assert importlib.util.find_spec(module)


def test_ltxs_decoder_looks_at_later_frames_and_is_refused(decode):
    module: Any = importlib.import_module("comfy.ldm.lightricks.vae.causal_video_autoencoder")
    sd: Any = importlib.import_module("comfy.sd")
    config = {
        **{"_class_name": "CausalVideoAutoencoder", "dims": 3, "in_channels": 3},
        **{
            "out_channels": 3,
            "latent_channels": 128,
            "blocks": [["compress_all", 1], ["res_x", 1]],
        },
        **{"norm_layer": "pixel_norm", "patch_size": 4, "latent_log_var": "uniform"},
        **{"use_quant_conv": False, "causal_decoder": False},
    }
    values = tiny_values(module.VideoVAE(config=config))
    values["per_channel_statistics.std-of-means"].fill_(1)
    vae = sd.VAE(sd=values, metadata={"config": json.dumps({"vae": config})})
    first, other = torch.randn(2, 1, 128, 5, 2, 2, generator=torch.Generator().manual_seed(0))
    other[:, :, :4] = first[:, :, :4]
    with torch.inference_mode():
        frames = [vae.decode(latents)[0, 0] for latents in (first, other)]
    assert not torch.equal(*frames), "only the last latent differs"
    with pytest.raises(InputError, match=r"^vae: .*later frames too\. Use VAE Decode, then Find"):
        decode(vae, first)


def test_cosmos_scales_its_latents_by_their_place_in_time():
    module: Any = importlib.import_module("comfy.ldm.cosmos.vae")
    network = module.CausalContinuousVideoTokenizer(
        **{"z_channels": 16, "latent_channels": 16, "z_factor": 1, "resolution": 1024},
        **{"in_channels": 3, "out_channels": 3, "channels": 8, "channels_mult": [2, 4, 4]},
        **{"num_res_blocks": 1, "attn_resolutions": [32], "dropout": 0.0, "patch_size": 4},
        **{"num_groups": 1, "temporal_compression": 8, "spacial_compression": 8},
    )
    network.post_quant_conv = network.decoder = torch.nn.Identity()
    torch.nn.init.normal_(network.latent_mean)
    still = network.decode(torch.zeros(1, 16, 5, 2, 2))
    assert not torch.equal(still[:, :, 0], still[:, :, 1]), "all latents are the same"
