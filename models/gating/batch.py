"""Images, latents, masks and sound of the same frames, which a gate divides together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from ..frame_rate import exact_rate
from ..frames import InputError
from ..image_ops.part import own_part
from ..sound.edits import frames_of
from ..sound.sound import as_sound

MOST_NAMED = 8  # frames that an error names
TIME_AXIS = 2  # of a video latent: (batch, channels, time, height, width)


@dataclass(frozen=True, eq=False)
class Batch:
    """Images, latents, masks and sound of a batch of frames; None if they are not connected.

    Attributes:
        images: shape (frames, height, width, channels).
        latents: ComfyUI's LATENT: "samples", and optional entries such as "noise_mask".
        masks: shape (frames, height, width), or one mask for all frames.
        audio: ComfyUI's AUDIO: "waveform" of shape (frames, channels, samples), a sound for each
            frame, or (1, channels, samples), one for the whole clip; and "sample_rate" in Hz.
    """

    images: torch.Tensor | None = None
    latents: Mapping[str, Any] | None = None
    masks: torch.Tensor | None = None
    audio: Mapping[str, Any] | None = None

    @property
    def count(self) -> int:
        """Number of images, else of latents, else of masks; 0 if nothing is connected."""
        parts = (self.images, None if self.latents is None else self.latents["samples"], self.masks)
        return next((len(each) for each in parts if each is not None), 0)

    def take(self, chosen: Sequence[int], count: int, fps: float | None = None) -> "Batch":
        """Return some of the frames, in the order of `chosen`.

        Nothing is copied if the chosen frames follow one another in the batch and are at least half
        of it.

        Args:
            chosen: indices of frames; if there are none, the returned batch is empty.
            count: number of frames of the batch.
            fps: frames per second, with which one sound of the whole clip is cut to the chosen
                frames, exact to the sample, if they follow one another; None if it is unknown.

        Raises:
            InputError: images, latents, masks or sounds have another number of frames; or one
                sound of the whole clip can't be cut to the chosen frames.
        """
        _check_count(self.images, "images", count)
        axis = None if self.latents is None else _frame_axis(self.latents["samples"], count)
        if self.masks is not None and len(self.masks) != 1:
            _check_count(self.masks, "masks", count)
        if self.audio is not None and len(self.audio["waveform"]) != 1:
            _check_count(self.audio["waveform"], "audio", count)
        if not chosen:
            return Batch()
        if list(chosen) == list(range(count)):
            return self
        masks, latents = self.masks, self.latents
        if masks is not None and len(masks) == count:
            masks = _selected(masks, chosen)
        if latents is not None and axis is not None:
            latents = _selected_latents(latents, chosen, count, axis)
        images = None if self.images is None else _selected(self.images, chosen)
        audio = None if self.audio is None else _selected_audio(self.audio, chosen, count, fps)
        return Batch(images, latents, masks, audio)

    def without_uncut_sound(self, chosen: Sequence[int]) -> "Batch":
        """Return the batch without one sound of the whole clip if `chosen` are several pieces."""
        is_one = self.audio is not None and len(self.audio["waveform"]) == 1
        return replace(self, audio=None) if is_one and not follow_one_another(chosen) else self


def follow_one_another(frames: Sequence[int]) -> bool:
    """Return True if frames are consecutive, in their order."""
    return not frames or list(frames) == list(range(frames[0], frames[0] + len(frames)))


def _frame_axis(samples: torch.Tensor, count: int) -> int:
    """Return the axis of a latent that counts the same frames as the images.

    Raises:
        InputError: the latent has no such axis.
    """
    expected = f"a latent of {count} frames, one for each frame of the report"
    remedy = (
        "A video model packs several pictures into one latent step, and such a latent can't be "
        "divided by pictures: leave latents unconnected, or gate the whole batch."
    )
    if getattr(samples, "is_nested", False):  # a latent of several kinds, such as picture and sound
        raise InputError("latents", expected, "a latent of several parts", remedy)
    if samples.ndim != 5:
        if len(samples) == count:
            return 0
        raise InputError("latents", expected, f"a batch of {len(samples)}", remedy)
    batch, steps = samples.shape[0], samples.shape[TIME_AXIS]
    if (batch, steps) == (count, 1):
        return 0
    if (batch, steps) == (1, count):
        return TIME_AXIS
    raise InputError("latents", expected, f"a batch of {batch} with {steps} latent steps", remedy)


def _selected_latents(
    latents: Mapping[str, Any], chosen: Sequence[int], count: int, axis: int
) -> dict[str, Any]:
    selected = {**latents, "samples": _selected(latents["samples"], chosen, axis)}
    mask = latents.get("noise_mask")
    if mask is not None:
        mask_axis = axis if mask.ndim == 5 else 0
        if mask.shape[mask_axis] == count:
            selected["noise_mask"] = _selected(mask, chosen, mask_axis)
        elif mask.shape[mask_axis] != 1:
            expected = f"a noise_mask of {count} frames, or one for all"
            remedy = "Set the latent's noise mask again, with a mask for each frame."
            raise InputError("latents", expected, str(mask.shape[mask_axis]), remedy)
    if axis == 0:
        # By these numbers a sampler gives each latent the same noise as in the whole batch.
        numbers = list(latents.get("batch_index") or range(count))
        selected["batch_index"] = [numbers[frame] for frame in chosen]
    return selected


def _selected_audio(
    audio: Mapping[str, Any], chosen: Sequence[int], count: int, fps: float | None
) -> dict[str, Any]:
    waveform = audio["waveform"]
    if len(waveform) != count:
        if fps is not None and follow_one_another(chosen):
            end = chosen[-1] + 1
            return frames_of(as_sound(audio), chosen[0], end, exact_rate(fps)).to_audio()
        going_on = ", ".join(map(str, chosen[:MOST_NAMED])) + (", …" * (len(chosen) > MOST_NAMED))
        cause = (
            f"The frames that go on, {going_on}, don't follow one another"
            if not follow_one_another(chosen)
            else "Give fps, so that it can be cut to the frames that go on"
        )
        raise InputError(
            "audio",
            f"{count} sounds, one for each frame, because only some frames go on or their order "
            "changes",
            "one sound for the whole clip",
            f"{cause}. Else leave audio unconnected, or judge the clip as a whole, in a Gate at "
            "level batch or in Best Take.",
        )
    return {**audio, "waveform": _selected(waveform, chosen)}


def _selected(values: torch.Tensor, chosen: Sequence[int], axis: int = 0) -> torch.Tensor:
    """Return the chosen entries of an axis; see `own_part` if they follow one another."""
    if follow_one_another(chosen):
        return own_part(values, chosen[0], len(chosen), axis)
    return values.index_select(axis, torch.tensor(chosen, device=values.device))


def _check_count(values: torch.Tensor | None, name: str, count: int) -> None:
    if values is not None and len(values) != count:
        noun = "sounds" if name == "audio" else name
        expected = f"{count} {noun}, one for each frame of the report"
        remedy = "Connect the batch that the report was made of."
        raise InputError(name, expected, str(len(values)), remedy)
