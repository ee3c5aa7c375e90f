"""Take out the drift of colour and light over a clip, and only what doesn't come back."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from ...image_ops.colour import lab_from_rgb, linear_light, srgb_colours
from ...measure import short
from ..colour import as_visible
from .drawn import Change, Drawn, note

COLOUR = note("colour", "ΔE", 100.0)

# Drawings on either side of the seam that a line is laid through, to say what comes next there:
# light that swings and comes back goes on with its slope, light that drifts jumps.
BESIDE_SEAM = 4
# Colours are compared by their distribution, which stays the same while something moves.
QUANTILES = torch.linspace(0.05, 0.95, 19)
SAMPLES = 20_000  # pixels of a drawing that are looked at
# Added to linear light before it is compared: dark pixels differ by noise, not by light. As much
# less in pictures darker than usual, where it would hide the light's change.
DARK, USUAL_LIGHT = 0.02, 0.2
# Linear light whose standard deviation is below this tells a gain from an offset by noise alone.
FLAT = 0.02
LARGEST_GAIN = 4.0  # two stops; further off, the two ends show different scenes
# ΔE of the mean colour, as visible as at mid-grey; below, what moved since may have changed it as
# much (up to 0.35 in clips without drift), or light that swings and comes back (up to 0.85).
NOTICEABLE = 0.9
OPAQUE = 0.5


@dataclass(frozen=True)
class Drift:
    """How linear light changes from the first frame to where the clip starts over, by channel."""

    gain: torch.Tensor
    offset: torch.Tensor
    difference: float  # ΔE of the mean colour, as visible as at mid-grey

    def removed(self, picture: torch.Tensor, share: float) -> torch.Tensor:
        """A picture without so much of the drift; sRGB, shape (…, 3)."""
        gain = (self.gain**share).to(picture.device)
        offset = (self.offset * share).to(picture.device)
        return srgb_colours(((linear_light(picture.clamp(0, 1)) - offset) / gain).clamp(0, 1))


def without_drift(clip: Drawn) -> Iterator[Change]:
    """The clip without the part of its change of colour and light that doesn't come back.

    Gain and offset of each channel in linear light, growing evenly from none at the first frame,
    which stays as it is, to all of the drift after the last one. Light that changes inside the
    clip keeps its change. All frames but those of the first drawing are altered; alpha is not.
    """
    drift = colour_drift(clip)
    if drift is None or drift.difference < NOTICEABLE:
        return
    images = clip.images.clone()
    for start, end in zip(clip.drawings[1:], clip.ends[1:], strict=True):
        share = start / len(images)
        colours = images[start:end, ..., :3]
        three = colours.expand(*colours.shape[:3], 3).float()
        removed = drift.removed(three, share)[..., : colours.shape[-1]]
        images[start:end, ..., :3] = removed.to(images.dtype)
    values = {"difference": short(drift.difference)}
    yield Change(images, (COLOUR.measured(drift.difference, reason_values=values),))


def colour_drift(clip: Drawn) -> Drift | None:
    """How far the colours at the clip's end are from those it starts with.

    Args:
        clip: the clip.

    Returns:
        The drift, or None where too little can be seen of it.
    """
    beside = min(BESIDE_SEAM, len(clip.drawings) // 2)
    if beside < 2:
        return None
    frames = len(clip.images)
    at_seam = clip.pattern.typical / 2  # between the last drawing and the first
    before = _expected(clip, list(clip.drawings[-beside:]), frames - at_seam)
    after = _expected(clip, list(clip.drawings[:beside]), -at_seam)
    if before is None or after is None:
        return None
    gain, offset = _fit(after, before)
    mean = after.mean(dim=0)
    drifted = (gain * mean + offset).clamp(0, 1)
    before_drift, after_drift = (lab_from_rgb(srgb_colours(each)) for each in (mean, drifted))
    difference = (after_drift - before_drift).norm() * as_visible(before_drift[0])
    return Drift(gain, offset, difference.item())


def _expected(clip: Drawn, drawings: list[int], at: float) -> torch.Tensor | None:
    """The quantiles that a line through some drawings gives at a time; (quantiles, 3)."""
    seen = [_quantiles(clip, drawing) for drawing in drawings]
    if any(each is None for each in seen):
        return None
    values = torch.stack([each for each in seen if each is not None])
    times = torch.tensor(drawings, dtype=values.dtype)
    from_middle = (times - times.mean())[:, None, None]
    slope = (values * from_middle).sum(dim=0) / from_middle.square().sum()
    return (values.mean(dim=0) + slope * (at - times.mean())).clamp(0, 1)


def _quantiles(clip: Drawn, frame: int) -> torch.Tensor | None:
    """Quantiles of a frame's linear light, shape (quantiles, 3); None where nothing is opaque."""
    pixels = clip.frames[frame].flatten(0, 1)
    if clip.images.shape[-1] == 4:
        pixels = pixels[clip.images[frame, ..., 3].flatten() > OPAQUE]
    if len(pixels) == 0:
        return None
    pixels = pixels[:: max(1, len(pixels) // SAMPLES)]
    return linear_light(pixels.cpu().clamp(0, 1)).quantile(QUANTILES, dim=0)


def _fit(reference: torch.Tensor, changed: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Gain and offset that make the reference the changed one; least squares by channel."""
    dark = DARK * (reference.mean() / USUAL_LIGHT).clamp(min=1e-3, max=1.0)
    weights = (reference + dark) ** -2
    weights = weights / weights.sum(dim=0)
    mean, mean_changed = (weights * reference).sum(dim=0), (weights * changed).sum(dim=0)
    around, around_changed = reference - mean, changed - mean_changed
    variance = (weights * around.square()).sum(dim=0)
    line = (weights * around * around_changed).sum(dim=0) / variance.clamp(min=1e-12)
    only_gain = (mean_changed + dark) / (mean + dark)
    flat = reference.std(dim=0) < FLAT
    gain = torch.where(flat, only_gain, line).clamp(1 / LARGEST_GAIN, LARGEST_GAIN)
    return gain, torch.where(flat, 0.0, mean_changed - gain * mean)
