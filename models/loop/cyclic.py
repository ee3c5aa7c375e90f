"""Time as a circle: latents turned before a network sees them, and decoded across the seam.

A video network treats the ends of a clip as ends. Turned by another offset at every step, the clip
has its ends somewhere else each time, and no place stays a seam (Mobius, 2025). A causal decoder
treats the first latent as a beginning. Decoded after a copy of the clip's end, it is none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ..frames import InputError

AXES, TIME_AXIS = 5, 2  # of a video's latents: (batch, channels, frames, height, width)

# What a video network is given beside its latents, by ComfyUI's names of its arguments.
TURNED = frozenset({"c_concat", "denoise_mask"})  # a start image with its mask; a noise mask
TIMELESS = frozenset({"c_crossattn", "crossattn_controlnet", "clip_fea"})  # text; a picture's gist
# What may hang on a model and has a time axis of its own, which stays behind when latents turn.
UNTURNABLE = {
    "context_window": "context windows, which cut the clip into pieces",
    "audio_embeds": "speech, which is bound to its frames",
    "diffusion_model.easycache": "EasyCache, which adds an earlier step's result at its old place",
}
# Samplers that compute a step's sigma anew miss it by rounding; steps are further apart.
ROUNDING = 1e-4


@dataclass(frozen=True)
class CyclicTime:
    """How far the latents are turned at each step of sampling.

    Args:
        shift: latent frames by which the offset advances from step to step.
        first_offset: the offset of the first step.
    """

    shift: int = 1
    first_offset: int = 0

    def offset(self, sigma: float, sigmas: Sequence[float], frames: int) -> int:
        """The offset for one call of the network, in 0 to frames − 1.

        It depends on nothing but the noise level: all calls at one level (with the prompt and
        without it, in one batch or in several) have the same offset.
        """
        return (self.first_offset + self.shift * step_of(sigma, sigmas)) % frames


def step_of(sigma: float, sigmas: Sequence[float]) -> int:
    """Which step of sampling a noise level belongs to, from 0.

    A level between two steps, where second-order samplers look too, belongs to the earlier one; a
    level above the first belongs to the first.

    Args:
        sigma: noise level of a call.
        sigmas: noise levels at which the steps begin, falling, and the last one's end.
    """
    begun = sum(level >= sigma * (1 - ROUNDING) for level in sigmas)
    return max(0, begun - 1)


def turn(tensor: torch.Tensor, offset: int) -> torch.Tensor:
    """Move every frame of latents `offset` frames later; those at the end come to the beginning."""
    return torch.roll(tensor, offset, dims=TIME_AXIS) if offset else tensor


def turn_conditions(conditions: Mapping[str, Any], offset: int, frames: int) -> dict[str, Any]:
    """Turn what has a time axis with the latents; what has none stays as it is.

    Args:
        conditions: what the network is given beside the latents, by name; None where absent.
        offset: as the latents are turned.
        frames: latent frames of the clip.

    Raises:
        InputError: something that isn't known to have a time axis or none, or one of another
            length.
    """
    return {name: _turned(name, value, offset, frames) for name, value in conditions.items()}


def _turned(name: str, value: Any, offset: int, frames: int) -> Any:
    if value is None or name in TIMELESS:
        return value
    if name not in TURNED:
        raise InputError(
            name,
            f"no conditioning but {', '.join(sorted(TURNED | TIMELESS))}",
            "one that has not been shown to turn in time with the latents",
            "Leave it out, or generate without AnimationLoopGenerator.",
        )
    shape = tuple(value.shape)
    if len(shape) != AXES or shape[TIME_AXIS] not in (1, frames):
        remedy = "Make the conditioning as long as the latents."
        raise InputError(name, f"{frames} latent frames", f"shape {shape}", remedy)
    return value if shape[TIME_AXIS] == 1 else turn(value, offset)  # one is for all frames


def refuse_unturnable(attached: Iterable[str]) -> None:
    """Raise where something that hangs on the model would stay behind when the latents turn.

    Args:
        attached: names of what hangs on the model.

    Raises:
        InputError: the first of `UNTURNABLE` among them.
    """
    for name in attached:
        if name in UNTURNABLE:
            expected = "nothing with a time of its own on the model"
            raise InputError("model", expected, UNTURNABLE[name], "Take that off the model.")


@dataclass(frozen=True)
class CausalDecoder:
    """What decoding across the seam has to know of a video decoder that looks only back.

    Args:
        name: as people call it.
        frames_per_latent: frames for each latent but the first, which gives one.
        reach: latents before a latent that its frames depend on, however little.
    """

    name: str
    frames_per_latent: int
    reach: int


# Both sum to 37.5: 24 latents at the latents' own rate (2 for each of 12 convolutions over three
# frames: first, middle, three blocks, doubling), then 14 at twice the rate, 26 at four times.
WAN_DECODERS = {
    "comfy.ldm.wan.vae": CausalDecoder("Wan 2.1", 4, 38),
    "comfy.ldm.wan.vae2_2": CausalDecoder("Wan 2.2", 4, 38),
}
# Largest difference of any value of decode(turned) and turned decode, in standard deviations of
# the picture, by latents wrapped: 2: 4, 9: 2.4, 18: 0.1, 27: 3e-4, 38: none (both decoders, random
# values). At 27 it is a fiftieth of an 8-bit code; a clip of 21 latents takes 2.3 times as long.
WRAP = 27


def wrapped(latents: torch.Tensor, extra: int) -> torch.Tensor:
    """Put the clip's end before its beginning, as often as asked for.

    Args:
        latents: shape (batch, channels, frames, height, width).
        extra: latent frames to put before; more than the clip has go around it again.
    """
    frames = latents.shape[TIME_AXIS]
    order = torch.arange(-extra, frames, device=latents.device) % frames
    return latents.index_select(TIME_AXIS, order)


def without_wrap(frames: torch.Tensor, latents: int, decoder: CausalDecoder) -> torch.Tensor:
    """Drop the frames of what `wrapped` put before.

    Args:
        frames: decoded, shape (batch, frames, height, width, channels).
        latents: latent frames of the clip itself.
        decoder: what decoded them.

    Returns:
        `latents` × the decoder's frames per latent, and always the first latent's all.
    """
    return frames[:, -latents * decoder.frames_per_latent :]
