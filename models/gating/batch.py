"""Images, latents and masks of the same frames, divided together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ..frames import InputError

TIME = 2  # the axis of a video latent: (batch, channels, time, height, width)


@dataclass(frozen=True, eq=False)
class Batch:
    """What is there of a batch of frames.

    Attributes:
        images: shape (frames, height, width, channels).
        latents: ComfyUI's LATENT: "samples", and what goes with them.
        masks: shape (frames, height, width), or one for all frames.
    """

    images: torch.Tensor | None = None
    latents: Mapping[str, Any] | None = None
    masks: torch.Tensor | None = None

    def take(self, chosen: Sequence[int], count: int) -> "Batch":
        """Some of the frames, in the order in which they are chosen.

        Nothing is copied where all are chosen in their order, or some that follow one another.

        Args:
            chosen: indices of frames; where there are none, nothing is there.
            count: how many frames there are.

        Raises:
            InputError: images, latents or masks are of another number of frames.
        """
        _demand(self.images, "images", count)
        axis = None if self.latents is None else _frame_axis(self.latents["samples"], count)
        if self.masks is not None and len(self.masks) != 1:
            _demand(self.masks, "masks", count)
        if not chosen:
            return Batch()
        if list(chosen) == list(range(count)):
            return self
        masks, latents = self.masks, self.latents
        if masks is not None and len(masks) == count:
            masks = _taken(masks, chosen)
        if latents is not None and axis is not None:
            latents = _latents_taken(latents, chosen, count, axis)
        return Batch(None if self.images is None else _taken(self.images, chosen), latents, masks)


def _frame_axis(samples: torch.Tensor, count: int) -> int:
    """The axis of a latent that counts the same frames as the images.

    Raises:
        InputError: none does.
    """
    expected = f"a latent of {count} frames, one for each frame of the report"
    remedy = (
        "A video model packs several pictures into one latent step, and such a latent can't be "
        "divided by pictures: leave latents unconnected, or gate the whole batch."
    )
    if getattr(samples, "is_nested", False):  # of several kinds, such as picture and sound
        raise InputError("latents", expected, "a latent of several parts", remedy)
    if samples.ndim != 5:
        if len(samples) == count:
            return 0
        raise InputError("latents", expected, f"a batch of {len(samples)}", remedy)
    batch, steps = samples.shape[0], samples.shape[TIME]
    if (batch, steps) == (count, 1):
        return 0
    if (batch, steps) == (1, count):
        return TIME
    raise InputError("latents", expected, f"a batch of {batch} with {steps} latent steps", remedy)


def _latents_taken(
    latents: Mapping[str, Any], chosen: Sequence[int], count: int, axis: int
) -> dict[str, Any]:
    taken = {**latents, "samples": _taken(latents["samples"], chosen, axis)}
    mask = latents.get("noise_mask")
    if mask is not None:
        own = axis if mask.ndim == 5 else 0
        if mask.shape[own] == count:
            taken["noise_mask"] = _taken(mask, chosen, own)
        elif mask.shape[own] != 1:
            expected = f"a noise_mask of {count} frames, or one for all"
            remedy = "Set the latent's noise mask again, with a mask for each frame."
            raise InputError("latents", expected, str(mask.shape[own]), remedy)
    if axis == 0:
        # By these a sampler gives a latent the noise that it would have had in the whole batch.
        numbers = list(latents.get("batch_index") or range(count))
        taken["batch_index"] = [numbers[each] for each in chosen]
    return taken


def _taken(values: torch.Tensor, chosen: Sequence[int], axis: int = 0) -> torch.Tensor:
    first = chosen[0]
    if list(chosen) == list(range(first, first + len(chosen))):
        return values.narrow(axis, first, len(chosen))  # a view
    return values.index_select(axis, torch.tensor(chosen, device=values.device))


def _demand(values: torch.Tensor | None, name: str, count: int) -> None:
    if values is not None and len(values) != count:
        expected = f"{count} {name}, one for each frame of the report"
        remedy = "Connect the batch that the report was made of."
        raise InputError(name, expected, str(len(values)), remedy)
