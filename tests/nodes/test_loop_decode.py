"""Decoding across the seam: no frame of a loop is the first."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from anime_production.models.frames import InputError
from anime_production.models.loop.cyclic import WRAP
from anime_production.models.loop.cyclic_models import WAN_REACH
from anime_production.nodes.loop import AnimeLoopScore
from anime_production.nodes.loop_generate import AnimeLoopDecode

from ..integration.tiny_wan import VAE, VAE_FILE, tiny_values
from .sampling import load_vae, random_latents

FRAMES, TURNED = 9, 4
# Largest difference of any value, in standard deviations of the picture, by latents wrapped.
TOLERANCES = {WRAP: 1e-3, WAN_REACH: 1e-5}


@pytest.fixture(scope="module")
def vae(tiny_models: Path) -> Any:
    """Wan 2.1's, tiny."""
    return load_vae(tiny_models, VAE_FILE)


@pytest.fixture(scope="module")
def vae_22() -> Any:
    """Wan 2.2's; ComfyUI knows one size of it, so that a narrower network must stand in its place.

    All else is ComfyUI's own way from the values of a file to a VAE.
    """
    module: Any = importlib.import_module("comfy.ldm.wan.vae2_2")
    sd: Any = importlib.import_module("comfy.sd")
    original = module.WanVAE

    def narrow(**sizes: Any) -> Any:
        return original(**{**sizes, "dim": 8, "dec_dim": 8})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "WanVAE", narrow)
        return sd.VAE(sd=tiny_values(narrow(**{**VAE, "z_dim": 48})))


@pytest.fixture
def decode(run_node: Callable[..., Any]) -> Callable[..., torch.Tensor]:
    """Runs the node on latents."""
    return lambda vae, latents, **settings: run_node(
        AnimeLoopDecode, samples={"samples": latents}, vae=vae, **settings
    ).args[0]


def seam_error(decode: Callable[..., torch.Tensor], vae: Any, wrap: int) -> float:
    """How far a turned loop's pictures are from the loop's turned pictures."""
    latents = random_latents(FRAMES, vae.latent_channels)
    first = decode(vae, latents, wrap=wrap)
    turned = decode(vae, latents.roll(TURNED, dims=2), wrap=wrap)
    return ((first.roll(4 * TURNED, dims=0) - turned).abs().max() / first.std()).item()


@pytest.mark.parametrize(("wrap", "tolerance"), TOLERANCES.items())
def test_a_turned_loop_decodes_to_the_same_pictures_turned(decode, vae, wrap, tolerance):
    assert seam_error(decode, vae, wrap) <= tolerance


def test_so_does_wan_2_2s(decode, vae_22):
    assert seam_error(decode, vae_22, WRAP) <= TOLERANCES[WRAP]


def test_a_shorter_wrap_costs_what_is_said_of_it(decode, vae):
    assert seam_error(decode, vae, 2) > 1
    assert 0.01 < seam_error(decode, vae, 18) < 0.3


def test_every_latent_gives_four_frames_where_a_plain_decode_gives_the_first_one(decode, vae):
    latents = random_latents(FRAMES)
    with torch.inference_mode():
        assert vae.decode(latents).shape == (1, 33, 32, 32, 3)
    frames = decode(vae, latents)
    assert frames.shape == (36, 32, 32, 3)
    assert frames.untyped_storage().nbytes() == frames.numel() * 4, "keeps what it dropped"


def test_the_frames_are_the_plain_decodes_once_the_beginning_is_far(decode, vae):
    """After four rounds a plain decode has forgotten that it ever began."""
    latents = random_latents(FRAMES)
    with torch.inference_mode():
        plain = vae.decode(latents.repeat(1, 1, 6, 1, 1))[0]
    frames = decode(vae, latents, wrap=WAN_REACH)
    assert (frames - plain[-36:]).abs().max() <= 1e-5


def test_in_tiles_it_is_a_loop_too(decode, vae):
    latents = torch.randn(1, 16, 3, 6, 4, generator=torch.Generator().manual_seed(0))
    first, turned = (
        decode(vae, each, tile_size=32, tile_overlap=8)
        for each in (latents, latents.roll(1, dims=2))
    )
    assert first.shape == (12, 48, 32, 3)
    assert (first.roll(4, dims=0) - turned).abs().max() / first.std() <= TOLERANCES[WRAP]
    assert (first - decode(vae, latents)).abs().max() > 1e-3, "no tiles"


def test_where_the_memory_does_not_do_it_decodes_in_tiles_of_the_whole_time(
    decode, vae, monkeypatch
):
    """Whole pictures are too much here: ComfyUI itself goes on in tiles."""
    management: Any = importlib.import_module("comfy.model_management")
    network, largest = vae.first_stage_model, 32  # latents across: a tile of 256 px
    latents = torch.randn(1, 16, 2, 2, 36, generator=torch.Generator().manual_seed(0))
    plain, whole, shapes = decode(vae, latents, wrap=4), network.decode, []

    def decode_what_fits(given: torch.Tensor, *others: Any, **named: Any) -> torch.Tensor:
        shapes.append(given.shape)
        if given.shape[-1] > largest:
            raise management.OOM_EXCEPTION("out of memory")
        return whole(given, *others, **named)

    monkeypatch.setattr(network, "decode", decode_what_fits)
    frames = decode(vae, latents, wrap=4)
    assert [shape[-1] > largest for shape in shapes] == [True] + [False] * (len(shapes) - 1)
    assert len(shapes) > 2
    assert {shape[2] for shape in shapes} == {4 + 2}, "a tile that is shorter has a seam"
    assert frames.shape == plain.shape == (8, 16, 288, 3)
    assert (frames - plain).abs().mean() < 0.2 * plain.std(), "blended where tiles meet"


def test_half_precision_between_nodes_goes_through(decode, run_node, vae, monkeypatch):
    """ComfyUI's --fp16-intermediates: latents and pictures are half."""
    arguments: Any = importlib.import_module("comfy.cli_args").args
    latents = random_latents(3)
    single = decode(vae, latents)
    monkeypatch.setattr(arguments, "fp16_intermediates", True)
    frames = decode(vae, latents.half())
    assert frames.dtype is torch.float16
    assert (frames.float() - single).abs().max() <= 5e-3
    report = run_node(AnimeLoopScore, images=frames, fps=16.0).args[0]
    assert report.verdict is not None


def test_two_loops_come_out_one_after_the_other(decode, vae):
    both = torch.cat([random_latents(3, seed=1), random_latents(3, seed=2)])
    frames = decode(vae, both)
    assert frames.shape[0] == 24
    assert (frames[12:] - decode(vae, both[1:])).abs().max() <= 1e-5


def test_one_latent_is_a_loop_too(decode, vae):
    assert decode(vae, random_latents(1)).shape[0] == 4


def test_an_image_vae_is_refused_because_images_have_no_seam(decode):
    tiny: Any = importlib.import_module("comfy.taesd.taesd").TAESD(latent_channels=4)
    sd: Any = importlib.import_module("comfy.sd")
    image_vae = sd.VAE(sd=tiny.state_dict())
    with pytest.raises(InputError, match=r"^vae: expected the VAE of Wan .*TAESD.*single images"):
        decode(image_vae, torch.randn(1, 4, 8, 8))


@pytest.mark.parametrize("latents", [torch.randn(1, 16, 8, 8), torch.randn(1, 48, 5, 4, 4)])
def test_latents_of_another_kind_are_refused(decode, vae, latents):
    with pytest.raises(InputError, match=r"^samples: expected a video's latents, 16 channels"):
        decode(vae, latents)
