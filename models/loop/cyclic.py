"""Cyclic time for loop generation: latents rotated in time, and decoding across the seam.

A video network treats the ends of a clip as ends. If the latents are rotated by another offset at
every step, the ends lie somewhere else each time and no place remains a seam (Mobius, 2025). A
causal decoder treats the first latent as a beginning, so a copy of the clip's end is decoded before
it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ..frames import InputError

AXES, TIME_AXIS = 5, 2  # axes of video latents: (batch, channels, frames, height, width)

# Arguments that a video network receives beside its latents, by ComfyUI's names. Those in ROTATED
# have a time axis: a start image with its mask, and a noise mask. Those in TIMELESS have none:
# text, and CLIP's features of a picture.
ROTATED = frozenset({"c_concat", "denoise_mask"})
TIMELESS = frozenset({"c_crossattn", "crossattn_controlnet", "clip_fea"})
# Parts that can be attached to a model and have a time axis of their own, which can't be rotated.
NOT_ROTATABLE = {
    "context_window": "context windows, which cut the clip into pieces",
    "audio_embeds": "speech, which is bound to its frames",
    "diffusion_model.easycache": "EasyCache, which adds an earlier step's result at its old place",
    # Options that nodes of other packs set on the model: TeaCache of welltop-cn and of KJNodes,
    # MagCache of Zehong-Ma and of wildminder.
    "rel_l1_thresh": "TeaCache, which adds an earlier step's result at its old place",
    "magcache_thresh": "MagCache, which adds an earlier step's result at its old place",
    "magcache_options": "MagCache, which adds an earlier step's result at its old place",
}
# Largest relative difference of two sigmas that count as equal. Some samplers compute the sigma of
# a step again, with a rounding error below this; the sigmas of two steps are further apart.
ROUNDING = 1e-4


@dataclass(frozen=True)
class CyclicTime:
    """Schedule of the rotation of latents over the steps of sampling.

    Attributes:
        shift: latent frames by which the offset grows from step to step.
        first_offset: offset of the first step, in latent frames.
    """

    shift: int = 1
    first_offset: int = 0

    def offset(self, sigma: float, sigmas: Sequence[float], frames: int) -> int:
        """Return the offset for one call of the network.

        It depends only on the noise level: all calls at one level have the same offset, with and
        without the prompt, in one batch or in several.

        Args:
            sigma: noise level of the call.
            sigmas: noise levels of the steps, as those of `step_of`.
            frames: latent frames of the clip.

        Returns:
            Latent frames, 0 to `frames` − 1.
        """
        return (self.first_offset + self.shift * step_of(sigma, sigmas)) % frames


def step_of(sigma: float, sigmas: Sequence[float]) -> int:
    """Return the step of sampling that a noise level belongs to, from 0.

    A level between two steps, where second-order samplers also call the network, belongs to the
    earlier step. A level above the first belongs to the first step.

    Args:
        sigma: noise level of a call.
        sigmas: noise levels at which the steps begin, falling, then the level at which the last
            step ends.
    """
    started_steps = sum(level >= sigma * (1 - ROUNDING) for level in sigmas)
    return max(0, started_steps - 1)


def rotate(tensor: torch.Tensor, offset: int) -> torch.Tensor:
    """Rotate latents in time: move every frame `offset` later, and the last ones to the start."""
    return torch.roll(tensor, offset, dims=TIME_AXIS) if offset else tensor


def rotate_conditions(conditions: Mapping[str, Any], offset: int, frames: int) -> dict[str, Any]:
    """Rotate the conditions that have a time axis together with the latents.

    Args:
        conditions: the network's arguments beside the latents, by name; None if absent.
        offset: latent frames by which the latents are rotated.
        frames: latent frames of the clip.

    Returns:
        All conditions; those without a time axis unchanged.

    Raises:
        InputError: the name of a condition is unknown, or its time axis has another length.
    """
    return {name: _rotated(name, value, offset, frames) for name, value in conditions.items()}


def _rotated(name: str, value: Any, offset: int, frames: int) -> Any:
    if value is None or name in TIMELESS:
        return value
    if name not in ROTATED:
        raise InputError(
            name,
            f"no conditioning but {', '.join(sorted(ROTATED | TIMELESS))}",
            "one that can't be rotated in time with the latents",
            "Leave it out, or generate without AnimationLoopGenerator.",
        )
    shape = tuple(value.shape)
    if len(shape) != AXES or shape[TIME_AXIS] not in (1, frames):
        remedy = "Make the conditioning as long as the latents."
        raise InputError(name, f"{frames} latent frames", f"shape {shape}", remedy)
    if shape[TIME_AXIS] == 1:  # a single frame holds for the whole clip
        return value
    return rotate(value, offset)


def refuse_not_rotatable(attached: Iterable[str]) -> None:
    """Refuse a model with an attached part that can't be rotated with the latents.

    Args:
        attached: names of the parts that are attached to the model.

    Raises:
        InputError: one of the names is in `NOT_ROTATABLE`.
    """
    for name in attached:
        if name in NOT_ROTATABLE:
            expected = "a model without parts that have a time axis of their own"
            raise InputError("model", expected, NOT_ROTATABLE[name], "Take that off the model.")


@dataclass(frozen=True)
class CausalDecoder:
    """Properties of a causal video decoder that decoding across the seam needs.

    Attributes:
        name: name of the decoder for people.
        frames_per_latent: frames that each latent gives, except the first one, which gives one.
        reach: number of earlier latents that the frames of a latent depend on, however little.
    """

    name: str
    frames_per_latent: int
    reach: int


# Both decoders reach back 37.5 latents: 24 at the latents' own frame rate (2 for each of 12
# convolutions over three frames, in the first layer, the middle, three blocks and the doubling of
# the rate), 14 / 2 at twice the rate, and 26 / 4 at four times the rate.
WAN_DECODERS = {
    "comfy.ldm.wan.vae": CausalDecoder("Wan 2.1", 4, 38),
    "comfy.ldm.wan.vae2_2": CausalDecoder("Wan 2.2", 4, 38),
}
# Number of latents that are decoded before the clip. With enough of them, decoding rotated latents
# gives the same frames as rotating the decoded frames. The largest difference of any value, in
# standard deviations of the picture, was 4 with 2 such latents, 2.4 with 9, 0.1 with 18, 3e-4 with
# 27 and none with 38 (measured with both decoders and random latents). With 27 the difference is a
# fiftieth of an 8-bit code, and decoding a clip of 21 latents takes 2.3 times as long.
WRAP = 27


def wrapped(latents: torch.Tensor, extra: int) -> torch.Tensor:
    """Put a copy of the clip's end before its beginning.

    Args:
        latents: shape (batch, channels, frames, height, width).
        extra: number of latent frames to put before it; more than the clip has repeat the clip.
    """
    frames = latents.shape[TIME_AXIS]
    order = torch.arange(-extra, frames, device=latents.device) % frames
    return latents.index_select(TIME_AXIS, order)


def without_wrap(frames: torch.Tensor, latents: int, decoder: CausalDecoder) -> torch.Tensor:
    """Drop the decoded frames of the latents that `wrapped` put before the clip.

    Args:
        frames: decoded frames, shape (batch, frames, height, width, channels).
        latents: latent frames of the clip itself.
        decoder: decoder that decoded them.

    Returns:
        The last `latents` × `decoder.frames_per_latent` frames, which include all frames of the
        first latent.
    """
    return frames[:, -latents * decoder.frames_per_latent :]
