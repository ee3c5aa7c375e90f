"""Nodes that make a video model generate a loop and decode its latents across the seam."""

from collections.abc import Callable
from typing import Any

import torch
from comfy_api.latest import io

from ..models.frames import InputError
from ..models.loop.cyclic import (
    AXES,
    TIME_AXIS,
    WRAP,
    CyclicTime,
    refuse_not_rotatable,
    rotate,
    rotate_conditions,
    without_wrap,
    wrapped,
)
from ..models.loop.cyclic_models import (
    VIDEO_DIMENSIONS,
    LoopDecoder,
    loop_decoder,
    refuse_not_cyclic,
)

WRAPPER = "anime_loop"
APPLY_MODEL = "apply_model"  # comfy.patcher_extension.WrappersMP.APPLY_MODEL


class AnimationLoopGenerator(io.ComfyNode):
    """Node that makes a video model denoise a closed loop, without a first and a last frame."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimationLoopGenerator",
            display_name="Loop Generator (Anime)",
            category="Anime Production/Loop",
            description="Makes a video model generate a loop: at every step it turns the video's "
            "latents in time by another offset. It takes no extra time. Decode with Loop Decode.",
            search_aliases=[
                *("seamless", "loop", "cyclic", "mobius", "looping video", "wan loop"),
                *("seamless loop", "generate loop", "ループ動画", "ループ", "循环视频", "无缝循环"),
            ],
            inputs=[
                io.Model.Input(
                    "model",
                    tooltip="Wan 2.1 or 2.2, HunyuanVideo, Kandinsky 5, CogVideoX or PAN 2. The "
                    "help page says with which start images.",
                ),
                io.Int.Input(
                    "shift",
                    default=1,
                    min=1,
                    max=1024,
                    optional=True,
                    tooltip="Number of latent frames by which the offset advances at every step. "
                    "Choose one that has no common divisor with the number of latent frames, so "
                    "that every place has its turn.",
                ),
                io.Int.Input(
                    "first_offset",
                    default=0,
                    min=-1024,
                    max=1024,
                    optional=True,
                    tooltip="Offset of the first step. For a second model that continues: shift × "
                    "the steps already made.",
                ),
                io.Float.Input(
                    "start_percent",
                    default=0.0,
                    min=0.0,
                    max=1.0,
                    step=0.01,
                    optional=True,
                    tooltip="Part of the denoising at which the effect begins. Before it the model "
                    "is unchanged.",
                ),
                io.Float.Input(
                    "end_percent",
                    default=1.0,
                    min=0.0,
                    max=1.0,
                    step=0.01,
                    optional=True,
                    tooltip="Part of the denoising at which the effect ends. After it the model is "
                    "unchanged.",
                ),
            ],
            outputs=[
                io.Model.Output("model", tooltip="The model, for any sampler, with any CFG."),
            ],
        )

    @classmethod
    def execute(
        cls,
        model: Any,
        shift: int = 1,
        first_offset: int = 0,
        start_percent: float = 0.0,
        end_percent: float = 1.0,
    ) -> io.NodeOutput:
        base = model.model
        refuse_not_cyclic([kind.__name__ for kind in type(base).__mro__], base.latent_format)
        if not start_percent < end_percent:
            expected, received = f"less than end_percent ({end_percent})", str(start_percent)
            raise InputError("start_percent", expected, received, "Make end_percent larger.")
        looping = model.clone()
        # In a chain, the last Loop Generator replaces the earlier ones: offsets must not add up.
        looping.remove_wrappers_with_key(APPLY_MODEL, WRAPPER)
        wrapper = _cyclic(CyclicTime(shift, first_offset), start_percent, end_percent)
        looping.add_wrapper_with_key(APPLY_MODEL, WRAPPER, wrapper)
        return io.NodeOutput(looping)


class AnimeLoopDecode(io.ComfyNode):
    """Node that decodes a loop's latents across the seam."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeLoopDecode",
            display_name="Loop Decode (Anime)",
            category="Anime Production/Loop",
            description="Decodes a loop as if it had played for a long time, so that the first "
            "frame looks like the others. Every latent gives 4 frames: 9 give 36, where a plain "
            "decode gives 33.",
            search_aliases=["vae decode", "loop decode", "wan vae", "seamless decode"],
            inputs=[
                io.Latent.Input(
                    "samples", tooltip="Latents of a closed loop, made with the Loop Generator."
                ),
                io.Vae.Input(
                    "vae",
                    tooltip="The model's own VAE: that of Wan 2.1 or 2.2, HunyuanVideo, "
                    "HunyuanVideo 1.5 or CogVideoX.",
                ),
                io.Int.Input(
                    "wrap",
                    default=WRAP,
                    min=1,
                    max=128,
                    optional=True,
                    tooltip="Number of latents from the loop's end that are decoded first and "
                    "dropped. 27 take 2.3 times as long with a clip of 21. Largest difference that "
                    "stays at the seam with Wan's VAEs, in standard deviations of the picture: 9: "
                    "2.4, 18: 0.1, 27: 0.0003, 38: none. The other VAEs decode at least as many: "
                    "whole rounds of the clip.",
                ),
                io.Int.Input(
                    "tile_size",
                    default=0,
                    min=0,
                    max=4096,
                    step=32,
                    optional=True,
                    tooltip="Size of the tiles that are decoded, px; tiles take less memory. 0: "
                    "whole pictures, and tiles if the memory is too small.",
                ),
                io.Int.Input(
                    "tile_overlap",
                    default=64,
                    min=0,
                    max=1024,
                    step=32,
                    optional=True,
                    tooltip="Overlap of the tiles, px. At most a quarter of a tile.",
                ),
            ],
            outputs=[
                io.Image.Output(
                    "images",
                    tooltip="Frames of the loop; those of several loops in a batch follow each "
                    "other.",
                ),
            ],
        )

    @classmethod
    def execute(
        cls,
        samples: dict[str, Any],
        vae: Any,
        wrap: int = WRAP,
        tile_size: int = 0,
        tile_overlap: int = 64,
    ) -> io.NodeOutput:
        decoder = _decoder_of(vae)
        latents = samples["samples"]
        if latents.is_nested:  # The first of two tensors is the video, the second its sound.
            latents = latents.unbind()[0]
        if latents.ndim != AXES or latents.shape[1] != vae.latent_channels:
            expected = f"a video's latents, {vae.latent_channels} channels, for this VAE"
            remedy = "Connect the latents of a sampler whose model belongs to this VAE."
            raise InputError("samples", expected, f"shape {tuple(latents.shape)}", remedy)
        length = latents.shape[TIME_AXIS]
        longer = wrapped(latents, decoder.latents_before(wrap, length))
        if tile_size:
            scale = vae.spacial_compression_decode()
            tile, overlap = tile_size // scale, min(tile_overlap, tile_size // 4) // scale
            frames = vae.decode_tiled(longer, tile_x=tile, tile_y=tile, overlap=overlap)
        else:
            frames = vae.decode(longer)
        loop = without_wrap(frames, length, vae.temporal_compression_decode())
        # The clone frees the memory of the dropped frames, which a view would keep.
        return io.NodeOutput(loop.flatten(0, 1).clone())


def _decoder_of(vae: Any) -> LoopDecoder:
    network = vae.first_stage_model
    decoder = type(getattr(network, "decoder", network))
    # ComfyUI gives the latents of some VAEs for images a time axis too.
    makes_video = vae.latent_dim >= VIDEO_DIMENSIONS and not getattr(vae, "not_video", False)
    return loop_decoder(decoder.__module__, type(network).__name__, makes_video)


def _cyclic(time: CyclicTime, start_percent: float, end_percent: float) -> Callable[..., Any]:
    """Return a wrapper around a call of the network: it turns the latents, and the result back.

    Args:
        time: offsets in time by step.
        start_percent: part of the denoising from which latents are turned, 0 to 1.
        end_percent: part of the denoising up to which latents are turned, 0 to 1.
    """

    def apply_turned(
        executor: Any,
        latents: torch.Tensor,
        sigmas: torch.Tensor,
        c_concat: torch.Tensor | None = None,
        c_crossattn: torch.Tensor | None = None,
        control: Any = None,
        transformer_options: dict[str, Any] | None = None,
        **further: Any,
    ) -> torch.Tensor:
        if latents.ndim != AXES:
            remedy = "Connect an empty video latent, such as EmptyHunyuanLatentVideo."
            expected, received = "a video's latents", f"shape {tuple(latents.shape)}"
            raise InputError("latent_image", expected, received, remedy)
        options = transformer_options or {}
        sigma = float(sigmas.flatten()[0])  # ComfyUI's samplers use one value for the whole batch.
        offset, frames = 0, latents.shape[TIME_AXIS]
        # The sampling is read in each call, because nodes after this one may patch it.
        sampling = executor.class_obj.model_sampling
        conditions = {"c_concat": c_concat, "c_crossattn": c_crossattn, "control": control}
        if _within(sampling, sigma, start_percent, end_percent):
            wrappers = options.get("wrappers", {}).get("diffusion_model", {})
            refuse_not_rotatable(options, [key for key, calls in wrappers.items() if calls])
            levels = options.get("sample_sigmas", sigmas).tolist()
            offset = time.offset(sigma, levels, frames)
            conditions = rotate_conditions(conditions, offset, frames)
            further = rotate_conditions(further, offset, frames)
        # ComfyUI passes the conditions by position, and the next wrapper may depend on that.
        prediction = executor(
            rotate(latents, offset), sigmas, *conditions.values(), options, **further
        )
        return rotate(prediction, -offset)

    return apply_turned


def _within(sampling: Any, sigma: float, start_percent: float, end_percent: float) -> bool:
    # A sampler that adds noise may exceed the first noise level, which a start of 0 includes.
    has_begun = start_percent == 0 or sigma <= float(sampling.percent_to_sigma(start_percent))
    return has_begun and sigma >= float(sampling.percent_to_sigma(end_percent))
