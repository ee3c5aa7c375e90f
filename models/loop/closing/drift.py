"""Drift of colour and light over a clip, and its removal from pictures."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from ...image_ops.colour import linear_light, srgb_colours

# Values that a CPU converts at a time: with what is computed from them, they fit into the
# processor's cache. Three times a power of two, so that each value of a pixel has its gain.
VALUES_AT_ONCE = 3 * 2**13


@dataclass(frozen=True, eq=False)
class Drift:
    """Change of linear light from the first frame to the frame after the last one.

    Attributes:
        gain: factor for each channel, shape (3,).
        offset: amount that is added to each channel after the gain, shape (3,).
        difference: change of the mean colour, as the ΔE that would be as visible at mid-grey.
    """

    gain: torch.Tensor
    offset: torch.Tensor
    difference: float

    def remove(self, image: torch.Tensor, share: float, into: torch.Tensor) -> torch.Tensor:
        """Write an image without a share of the drift, and return it.

        Args:
            image: sRGB in 0–1, shape (height, width, channels) with 1, 3 or 4 channels; alpha, the
                fourth, stays as it is.
            share: share of the drift that is removed, 0–1.
            into: memory for an image of the same shape and type.
        """
        channels = min(image.shape[-1], 3)
        gains, offsets = (
            each[:channels].to(image.device) for each in (self.gain**share, self.offset * share)
        )
        # On a GPU all is converted at once; its time goes into the number of operations.
        at_once = VALUES_AT_ONCE if image.device.type == "cpu" else image.numel()
        if image.shape[-1] == 3 and into.is_contiguous():
            # The colours are converted as they lie in memory, which takes two thirds of the time.
            gain, offset = (each.repeat(at_once // 3) for each in (gains, offsets))
            _remove(image.reshape(-1), gain, offset, into.view(-1))
        else:
            for channel in range(channels):
                gain, offset = (each[channel].repeat(at_once) for each in (gains, offsets))
                _remove(image[..., channel].flatten(), gain, offset, into[..., channel].view(-1))
            into[..., channels:] = image[..., channels:]
        return into


def _remove(
    values: torch.Tensor, gains: torch.Tensor, offsets: torch.Tensor, into: torch.Tensor
) -> None:
    """Write flat values without a gain and an offset of their linear light.

    Args:
        values: sRGB in 0–1.
        gains: gain of each of the values that are converted at a time.
        offsets: offset of each of them.
        into: memory for the results, as long as `values`.
    """
    count, at_once = values.numel(), gains.numel()
    for start in range(0, count, at_once):
        part = slice(start, start + at_once)
        length = min(at_once, count - start)
        light = linear_light(values[part].float().clamp(0, 1))
        light = light.sub_(offsets[:length]).div_(gains[:length]).clamp_(0, 1)
        into[part] = srgb_colours(light)


@dataclass(frozen=True, eq=False)
class Correction:
    """Removal of a drift from the frames of a clip.

    Attributes:
        drift: the drift.
        shares: share of the drift that is removed from each frame, by index of the frame in the
            input; frames that aren't in it stay as they are.
    """

    drift: Drift
    shares: Mapping[int, float]

    def correct(self, image: torch.Tensor, frame: int, into: torch.Tensor) -> torch.Tensor:
        """Write a frame of the input, or some pixels of it, without its share of the drift.

        Args:
            image: the frame's pixels, shape (height, width, channels).
            frame: index of the frame in the input.
            into: memory for an image of the same shape and type; it is returned.
        """
        share = self.shares.get(frame)
        return into.copy_(image) if share is None else self.drift.remove(image, share, into)
