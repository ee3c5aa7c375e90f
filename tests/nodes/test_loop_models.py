"""Other families than Wan denoise a circle too, or are refused with what to do instead."""

import importlib
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from anime_production.models.frames import InputError
from anime_production.nodes.loop_generate import APPLY_MODEL, AnimationLoopGenerator

from ..integration.tiny_wan import tiny_values
from .sampling import random_latents, sample, smooth_with_open_ends, with_wrapper
from .test_loop_generate import difference, seam_ratio, turn
from .test_loop_generate_families import unloaded
from .tiny_video import FAMILIES, Family, load_family

FRAMES, TURNED, SHIFT, FIRST = 7, 3, 2, 1
CFG = {"HunyuanVideo": 1.0}  # its guidance is distilled, and it takes one prompt with its mask
# The network computes the very same numbers for both, relative to the largest.
TOLERANCE = 1e-5


@pytest.fixture(scope="module", params=FAMILIES, ids=str)
def family(request: pytest.FixtureRequest) -> Family:
    """One of the families."""
    return FAMILIES[request.param]


@pytest.fixture(scope="module")
def model(family: Family) -> Any:
    """Its tiny model."""
    return load_family(family)


@pytest.fixture
def looping(run_node: Callable[..., Any]) -> Callable[..., Any]:
    """Applies the node."""
    return lambda model, **settings: run_node(AnimationLoopGenerator, model=model, **settings).args[
        0
    ]


def conditioning(family: Family, frames: int = 0) -> dict[str, Any]:
    """What ComfyUI's own nodes give a family beside the prompt, turned by some frames.

    The start image is the first latent; the other latents are zero, and the mask says so.
    """
    given: dict[str, Any] = {"text": family.text}
    if family.pooled:
        generator = torch.Generator().manual_seed(5)
        given["pooled_output"] = torch.randn(1, family.pooled, generator=generator)
    if family.image:
        image, mask = (
            random_latents(FRAMES, family.channels, seed=1),
            torch.ones(1, 1, FRAMES, 4, 4),
        )
        image[:, :, 1:], mask[:, :, 0] = 0, 0
        given |= {"concat_latent_image": turn(image, frames), "concat_mask": turn(mask, frames)}
    if family.kind == "HunyuanVideo15":
        given["pooled_output"] = None  # its text encoder has none
        generator = torch.Generator().manual_seed(6)
        sight = SimpleNamespace(last_hidden_state=torch.randn(1, 9, 1152, generator=generator))
        given |= {"clip_vision_output": sight}
        given |= {"conditioning_byt5small": torch.randn(1, 5, 1472, generator=generator)}
    if family.kind in ("HunyuanVideo", "Kandinsky5"):
        given["attention_mask"] = torch.ones(1, 8)
    return given


def test_it_is_the_class_that_comfyui_makes_of_such_a_file(family, model):
    assert type(model.model).__name__ == family.kind


@pytest.mark.parametrize("sampler", ["euler", "dpmpp_2m"])
def test_turned_noise_and_an_offset_turned_back_give_the_same_clip_turned(
    family, model, looping, sampler
):
    noise, cfg = random_latents(FRAMES, family.channels), CFG.get(family.kind, 5.0)
    forth = looping(model, shift=SHIFT, first_offset=FIRST)
    first = sample(forth, noise, sampler, cfg, **conditioning(family))
    back = looping(model, shift=SHIFT, first_offset=FIRST - TURNED)
    again = sample(back, turn(noise), sampler, cfg, **conditioning(family, TURNED))
    scale = first.abs().max()
    assert first.isfinite().all()
    assert difference(turn(first), again) <= TOLERANCE * scale
    without = [
        sample(model, turn(noise, frames), sampler, cfg, **conditioning(family, frames))
        for frames in (0, TURNED)
    ]
    assert difference(turn(without[0]), without[1]) > 1e-3 * scale, "it has no sense of time"


@pytest.mark.parametrize("name", [name for name, family in FAMILIES.items() if family.image])
def test_a_start_image_has_a_say(looping, name):
    """Where it doesn't turn with the noise, the clip is another one."""
    family = FAMILIES[name]
    model, noise = looping(load_family(family)), random_latents(FRAMES, family.channels)
    first, other = (sample(model, noise, **conditioning(family, frames)) for frames in (0, TURNED))
    assert difference(first, other) > 1e-3 * first.abs().max()


def test_the_seam_closes_where_a_denoiser_knows_only_open_ends(family, model, looping):
    noise, given = random_latents(9, family.channels), conditioning(replace(family, image=False))
    open_ends = with_wrapper(model, APPLY_MODEL, smooth_with_open_ends)
    closed = with_wrapper(looping(model), APPLY_MODEL, smooth_with_open_ends)
    assert seam_ratio(sample(open_ends, noise, steps=12, **given)) > 3
    assert 0.8 < seam_ratio(sample(closed, noise, steps=12, **given)) < 1.25


@pytest.mark.parametrize(
    ("name", "given", "refused"),
    [
        ("HunyuanVideo I2V", {"guiding_frame_index": 0}, "guiding_frame_index"),
        ("HunyuanVideo I2V", {"ref_latent": random_latents(1)}, "ref_latent"),
        ("Kandinsky 5", {"time_dim_replace": random_latents(1)}, "time_dim_replace"),
    ],
)
def test_a_start_image_that_is_bound_to_the_first_frame_is_refused_by_name(
    looping, name, given, refused
):
    family = FAMILIES[name]
    with pytest.raises(InputError, match=rf"^{refused}: expected no conditioning but"):
        sample(
            looping(load_family(family)),
            random_latents(FRAMES),
            **{**conditioning(family), **given},
        )


@pytest.mark.parametrize("family", ["LTXV", "LTXAV", "MiniMaxH3", "CosmosT2V"])
def test_what_cannot_turn_is_refused_by_name_with_what_to_do_instead(looping, family):
    remedy = "same picture as first and last frame, .* then use Find Loop or Close Loop"
    with pytest.raises(InputError, match=remedy) as refusal:
        looping(unloaded(family))
    name = {"CosmosT2V": "CosmosVideo"}.get(family, family)
    assert f"got {name}: " in str(refusal.value)


def pan_2(base: str = "BaseModel", **extra: Any) -> Any:
    """A MODEL as PAN 2's may be: a transformer of its own that denoises latents of Wan 2.2's VAE.

    This ComfyUI doesn't have it. The transformer is HunyuanVideo's.

    Args:
        base: class of ComfyUI's models that it is derived from.
        extra: further arguments of the network.
    """
    bases: Any = importlib.import_module("comfy.model_base")
    conds: Any = importlib.import_module("comfy.conds")
    families: Any = importlib.import_module("comfy.supported_models")
    formats: Any = importlib.import_module("comfy.latent_formats")
    patcher: Any = importlib.import_module("comfy.model_patcher")
    network: Any = importlib.import_module("comfy.ldm.hunyuan_video.model").HunyuanVideo
    sizes = FAMILIES["HunyuanVideo"].sizes | {"in_channels": 48, "out_channels": 48}

    def extra_conds(_model: Any, **given: Any) -> dict[str, Any]:
        named = {"c_crossattn": given["cross_attn"], "y": torch.zeros(1, 768), **extra}
        return {name: conds.CONDRegular(value) for name, value in named.items()}

    kind: Any = type("PAN2", (getattr(bases, base),), {"extra_conds": extra_conds})
    model = kind.__new__(kind)
    config = families.HunyuanVideo(sizes)
    config.latent_format = formats.Wan22()
    bases.BaseModel.__init__(model, config, bases.ModelType.FLOW, unet_model=network)
    model.diffusion_model.load_state_dict(tiny_values(model.diffusion_model))
    return patcher.ModelPatcher(model, torch.device("cpu"), torch.device("cpu"))


def test_a_new_model_with_the_latents_of_wan_2_2s_vae_is_taken_for_what_it_is(looping):
    model, noise = pan_2(), random_latents(FRAMES, 48)
    first = sample(looping(model, first_offset=FIRST), noise, cfg=5.0, text=64)
    back = looping(model, first_offset=FIRST - TURNED)
    again = sample(back, turn(noise), cfg=5.0, text=64)
    assert difference(turn(first), again) <= TOLERANCE * first.abs().max()
    with_closed = with_wrapper(looping(model), APPLY_MODEL, smooth_with_open_ends)
    assert 0.8 < seam_ratio(sample(with_closed, random_latents(9, 48), text=64)) < 1.25


def test_it_is_refused_where_it_takes_what_is_bound_to_frames(looping):
    model = pan_2(actions=torch.zeros(1, FRAMES, 4))
    with pytest.raises(InputError, match=r"^actions: expected no conditioning but"):
        sample(looping(model), random_latents(FRAMES, 48), text=64)


def test_a_further_kind_of_wan_is_refused_though_it_has_these_latents(looping):
    with pytest.raises(InputError, match="got PAN2, which was not tested"):
        looping(pan_2(base="WAN21"))
