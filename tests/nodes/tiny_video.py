"""Tiny video models and VAEs of other families than Wan, with random values, loaded by ComfyUI."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from ..integration.tiny_wan import tiny_values

HUNYUAN = {
    **{"in_channels": 16, "out_channels": 16, "patch_size": [1, 2, 2], "axes_dim": [16, 56, 56]},
    **{"hidden_size": 128, "num_heads": 1, "depth": 1, "depth_single_blocks": 1, "mlp_ratio": 4.0},
    **{"theta": 256, "qkv_bias": True, "context_in_dim": 64, "vec_in_dim": 768},
    **{"guidance_embed": True, "byt5": False, "meanflow": False, "meanflow_sum": False},
    **{"use_cond_type_embedding": False, "vision_in_dim": None},
}
HUNYUAN_15 = {
    **HUNYUAN,
    # 32 channels of noise, 32 of a start image, 1 of its mask.
    **{"in_channels": 65, "out_channels": 32, "patch_size": [1, 1, 1], "vec_in_dim": None},
    **{"guidance_embed": False, "byt5": True, "use_cond_type_embedding": True},
    "vision_in_dim": 1152,
}
KANDINSKY = {
    **{"model_dim": 64, "time_dim": 64, "ff_dim": 128, "in_text_dim": 3584, "in_text_dim2": 768},
    **{"visual_embed_dim": 4 * 33, "num_text_blocks": 1, "num_visual_blocks": 1},
}
COGVIDEO = {
    **{"num_attention_heads": 1, "time_embed_dim": 64, "num_layers": 1, "text_embed_dim": 64},
    "use_rotary_positional_embeddings": True,
}


@dataclass(frozen=True)
class Family:
    """A family of models as ComfyUI has it.

    Attributes:
        kind: class of the loaded model.
        network: module below `comfy.ldm` and class of the network.
        sizes: sizes of the network.
        channels: channels of its latents.
        text: length of a text's features.
        pooled: length of a text's pooled features; 0 if it takes none.
        image: True if it takes a start image with a mask beside the latents.
    """

    kind: str
    network: tuple[str, str]
    sizes: dict[str, Any] = field(repr=False)
    channels: int = 16
    text: int = 64
    pooled: int = 0
    image: bool = False


_hunyuan = partial(Family, network=("hunyuan_video.model", "HunyuanVideo"))
_cogvideo = partial(
    Family, kind="CogVideoX", network=("cogvideo.model", "CogVideoXTransformer3DModel")
)
FAMILIES = {
    "HunyuanVideo": _hunyuan("HunyuanVideo", sizes=HUNYUAN, pooled=768),
    "HunyuanVideo I2V": _hunyuan(
        "HunyuanVideoI2V", sizes={**HUNYUAN, "in_channels": 33}, pooled=768, image=True
    ),
    "SkyReels I2V": _hunyuan(
        "HunyuanVideoSkyreelsI2V", sizes={**HUNYUAN, "in_channels": 32}, pooled=768, image=True
    ),
    "HunyuanVideo 1.5": _hunyuan("HunyuanVideo15", sizes=HUNYUAN_15, channels=32, image=True),
    "Kandinsky 5": Family(
        "Kandinsky5", ("kandinsky5.model", "Kandinsky5"), KANDINSKY, text=3584, pooled=768
    ),
    "CogVideoX": _cogvideo(sizes=COGVIDEO),
    "CogVideoX I2V": _cogvideo(sizes={**COGVIDEO, "in_channels": 32}, image=True),
    "CogVideoX 1.5 I2V": _cogvideo(
        sizes={**COGVIDEO, "in_channels": 32, "patch_size_t": 2, "ofs_embed_dim": 64}, image=True
    ),
}


def load_family(family: Family) -> Any:
    """A MODEL of a family, as UNETLoader gives it."""
    module, name = family.network
    network = getattr(importlib.import_module(f"comfy.ldm.{module}"), name)
    operations = importlib.import_module("comfy.ops").disable_weight_init
    sd: Any = importlib.import_module("comfy.sd")
    return sd.load_diffusion_model_state_dict(
        tiny_values(network(operations=operations, **family.sizes))
    )


def _loaded_by_comfyui(owner: Any, name: str, narrow: Callable[..., Any], *given: Any) -> Any:
    """A VAE of a narrower network: ComfyUI knows one size of it, so that this stands in its place.

    All else is ComfyUI's own way from the values of a file to a VAE.
    """
    sd: Any = importlib.import_module("comfy.sd")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, narrow)
        return sd.VAE(sd=tiny_values(narrow(*given)))


def hunyuan_vae() -> Any:
    """HunyuanVideo's, which Kandinsky 5 takes too."""
    sd: Any = importlib.import_module("comfy.sd")
    original = sd.AutoencoderKL
    sizes = {
        **{"double_z": True, "z_channels": 16, "resolution": 256, "in_channels": 3, "out_ch": 3},
        **{"ch_mult": [1, 2, 4, 4], "num_res_blocks": 2, "attn_resolutions": [], "dropout": 0.0},
        **{"conv3d": True, "time_compress": 4},
    }

    def narrow(ddconfig: dict[str, Any], embed_dim: int) -> Any:
        return original(ddconfig={**ddconfig, "ch": 32}, embed_dim=embed_dim)

    return _loaded_by_comfyui(sd, "AutoencoderKL", narrow, sizes, 16)


def hunyuan_15_vae() -> Any:
    """HunyuanVideo 1.5's."""
    sd: Any = importlib.import_module("comfy.sd")
    original = sd.AutoencodingEngine
    sizes = {
        **{"in_channels": 3, "out_channels": 3, "num_res_blocks": 2, "z_channels": 32},
        **{"ffactor_spatial": 16, "ffactor_temporal": 4},
        **{"downsample_match_channel": True, "upsample_match_channel": True},
    }
    coders = [
        {"target": f"comfy.ldm.hunyuan_video.vae_refiner.{coder}", "params": sizes}
        for coder in ("Encoder", "Decoder")
    ]

    def narrow(regularizer_config: Any, encoder_config: Any, decoder_config: Any) -> Any:
        small = {"block_out_channels": [16, 16, 32, 32, 64]}
        encoder, decoder = (
            {**config, "params": {**config["params"], **small}}
            for config in (encoder_config, decoder_config)
        )
        return original(
            regularizer_config=regularizer_config, encoder_config=encoder, decoder_config=decoder
        )

    regularizer = {"target": "comfy.ldm.models.autoencoder.EmptyRegularizer"}
    return _loaded_by_comfyui(sd, "AutoencodingEngine", narrow, regularizer, *coders)


def cogvideo_vae() -> Any:
    """CogVideoX's."""
    module: Any = importlib.import_module("comfy.ldm.cogvideo.vae")
    narrow = partial(module.AutoencoderKLCogVideoX, block_out_channels=(32, 32, 32, 64))
    return _loaded_by_comfyui(
        module, "AutoencoderKLCogVideoX", lambda latent_channels: narrow(latent_channels=16), 16
    )
