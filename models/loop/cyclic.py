"""Cyclic time for loop generation: latents rotated in time, and decoding across the seam.

A video network treats the ends of a clip as ends. If the latents are rotated by another offset at
every step, the ends lie somewhere else each time and no place remains a seam (Mobius, 2025). A
causal decoder treats the first latent as a beginning, so a copy of the clip's end is decoded before
it. `cyclic_models.py` says which models and decoders this fits.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ..frames import InputError

AXES, TIME_AXIS = 5, 2  # axes of video latents: (batch, channels, frames, height, width)

# Arguments that a video network receives beside its latents, by ComfyUI's names. Those in ROTATED
# have a time axis: a start image with its mask, and a noise mask. Those in TIMELESS have none: text
# with its mask, its pooled form and its letters, CLIP's features of a picture, and the strengths of
# distilled guidance (HunyuanVideo) and of motion (CogVideoX 1.5).
ROTATED = frozenset({"c_concat", "denoise_mask"})
TIMELESS = frozenset(
    {"c_crossattn", "crossattn_controlnet", "attention_mask", "y", "txt_byt5", "clip_fea"}
    | {"guidance", "ofs"}
)
# Options of a model for parts with a time axis of their own, which can't be rotated.
NOT_ROTATABLE = {
    "context_window": "context windows, which cut the clip into pieces",
    "audio_embeds": "speech, which is bound to its frames",
    # Options that nodes of other packs set on the model: TeaCache of welltop-cn and of KJNodes,
    # MagCache of Zehong-Ma and of wildminder.
    "rel_l1_thresh": "TeaCache, which adds an earlier step's result at its old place",
    "magcache_thresh": "MagCache, which adds an earlier step's result at its old place",
    "magcache_options": "MagCache, which adds an earlier step's result at its old place",
}
# Wrappers around a model's network, by key, for a better message. All are refused, because most of
# them keep something from step to step: a cache of blocks or of attention, at its old place.
KNOWN_WRAPPERS = {
    "easycache": "EasyCache, which adds an earlier step's result at its old place",
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


def refuse_not_rotatable(options: Iterable[str], wrappers: Iterable[str | None]) -> None:
    """Refuse a model with an attached part that can't be rotated with the latents.

    Args:
        options: names of the options of the model.
        wrappers: keys of the wrappers around its network; None if one has no key.

    Raises:
        InputError: an option is in `NOT_ROTATABLE`, or there is a wrapper.
    """
    parts = [NOT_ROTATABLE[name] for name in options if name in NOT_ROTATABLE]
    for key in wrappers:
        unknown = "a wrapper around its network" if key is None else f"“{key}” around its network"
        parts.append(KNOWN_WRAPPERS.get(key or "", f"{unknown}, which may keep earlier steps"))
    if parts:
        expected = "a model without parts that have a time axis of their own"
        raise InputError("model", expected, parts[0], "Take that off the model.")


# Number of latents that are decoded before the clip. With enough of them, decoding rotated latents
# gives the same frames as rotating the decoded frames. The largest difference of any value, in
# standard deviations of the picture, was 4 with 2 such latents, 2.4 with 9, 0.1 with 18, 3e-4 with
# 27 and none with 38 (measured with both decoders of Wan and random latents). With 27 the
# difference is a fiftieth of an 8-bit code, and decoding a clip of 21 latents takes 2.3 times as
# long. With at least 27 in the decoders of HunyuanVideo, HunyuanVideo 1.5 and CogVideoX 0.6, 0.2
# and 0.2 remain, 0.1, 0.03 and 0.02 on average, because the first latents have a part in what they
# average over the clip. It is spread over all frames: the step across the seam differs as much as
# the other steps.
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


def without_wrap(frames: torch.Tensor, latents: int, frames_per_latent: int) -> torch.Tensor:
    """Drop the decoded frames of the latents that `wrapped` put before the clip.

    Args:
        frames: decoded frames, shape (batch, frames, height, width, channels).
        latents: latent frames of the clip itself.
        frames_per_latent: frames that each latent gives, except the first one, which gives one.

    Returns:
        The last `latents` × `frames_per_latent` frames, which include all frames of the first
        latent.
    """
    return frames[:, -latents * frames_per_latent :]
