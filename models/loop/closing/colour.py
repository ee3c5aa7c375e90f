"""Removal of a clip's drift of colour and light; a change that comes back by the end stays."""

from collections.abc import Iterator

import torch

from ...image_ops.colour import lab_from_rgb, linear_light, srgb_colours
from ...measure import short
from ..colour import visibility_factor
from .drawn_clip import Change, DrawnClip, note
from .drift import Correction, Drift

COLOUR = note("colour", "ΔE", 100.0)

# A line is fitted through the colours of this many drawings on either side of the seam. Both lines
# predict the colours at the seam. If the light swings and comes back, the predictions agree; if it
# drifts, they differ.
BESIDE_SEAM = 4
# Colours are compared by their distribution, which stays the same while something moves.
QUANTILES = torch.linspace(0.05, 0.95, 19)
SAMPLES = 20_000  # pixels of a drawing that the quantiles are computed from
# DARK is added to linear light before it is compared, because dark pixels differ by noise, not by
# light. In pictures darker than USUAL_LIGHT proportionally less is added, because the whole amount
# would hide the change of the light.
DARK, USUAL_LIGHT = 0.02, 0.2
# If the standard deviation of linear light is below this, a gain can't be told from an offset, so
# the whole change is taken for a gain.
FLAT = 0.02
LARGEST_GAIN = 4.0  # two stops; if the gain is larger, the two ends show different scenes
# ΔE of the mean colour, as visible as at mid-grey. Smaller differences also come from motion (up
# to 0.35 in clips without drift) and from light that swings and comes back (up to 0.85).
NOTICEABLE = 0.9
OPAQUE = 0.5  # pixels with less alpha are not compared


def without_drift(clip: DrawnClip) -> Iterator[Change]:
    """Yield the clip without its drift of colour and light; nothing if no drift is noticeable.

    The drift is a gain and an offset for each channel in linear light. The removed share grows
    evenly, from none at the first frame to all of the drift after the last one. Light that changes
    inside the clip and comes back keeps its change. All frames but those of the first drawing are
    altered; alpha is not.
    """
    drift = colour_drift(clip)
    if drift is None or drift.difference < NOTICEABLE:
        return
    shares = {
        clip.recipe.pictures[frame]: start / len(clip)
        for start, end in zip(clip.drawings[1:], clip.ends[1:], strict=True)
        for frame in range(start, end)
    }
    corrected = clip.recipe.corrected(Correction(drift, shares))
    values = {"difference": short(drift.difference)}
    yield Change(corrected, (COLOUR.measured(drift.difference, reason_values=values),))


def colour_drift(clip: DrawnClip) -> Drift | None:
    """Return the drift of the colours from the clip's start to its end.

    Returns:
        The drift, or None if the clip has fewer than 4 drawings or no opaque pixels beside the
        seam.
    """
    beside = min(BESIDE_SEAM, len(clip.drawings) // 2)
    if beside < 2:
        return None
    frames = len(clip)
    half_hold = clip.pattern.typical / 2  # the seam lies between the last drawing and the first
    before = _quantiles_at(frames - half_hold, clip, list(clip.drawings[-beside:]))
    after = _quantiles_at(-half_hold, clip, list(clip.drawings[:beside]))
    if before is None or after is None:
        return None
    gain, offset = _fit(after, before)
    mean = after.mean(dim=0)
    drifted = (gain * mean + offset).clamp(0, 1)
    before_drift, after_drift = (lab_from_rgb(srgb_colours(each)) for each in (mean, drifted))
    difference = (after_drift - before_drift).norm() * visibility_factor(before_drift[0])
    return Drift(gain, offset, difference.item())


def _quantiles_at(time: float, clip: DrawnClip, drawings: list[int]) -> torch.Tensor | None:
    """Return the quantiles that a line through some drawings predicts at a time.

    Args:
        time: in frames from the first one; may lie outside the clip.
        clip: the clip.
        drawings: first frames of the drawings.

    Returns:
        Shape (quantiles, 3); None if a drawing has no opaque pixel.
    """
    quantiles = [_quantiles(clip, drawing) for drawing in drawings]
    if any(each is None for each in quantiles):
        return None
    values = torch.stack([each for each in quantiles if each is not None])
    times = torch.tensor(drawings, dtype=values.dtype)
    from_middle = (times - times.mean())[:, None, None]
    slope = (values * from_middle).sum(dim=0) / from_middle.square().sum()
    return (values.mean(dim=0) + slope * (time - times.mean())).clamp(0, 1)


def _quantiles(clip: DrawnClip, frame: int) -> torch.Tensor | None:
    """Return the quantiles of a frame's linear light, (quantiles, 3); None if nothing is opaque."""
    pixels = clip.frames[frame].flatten(0, 1)
    image = clip.frames.pictures.image(clip.recipe.pictures[frame])
    if image.shape[-1] == 4:
        pixels = pixels[image[..., 3].flatten() > OPAQUE]
    if len(pixels) == 0:
        return None
    pixels = pixels[:: max(1, len(pixels) // SAMPLES)]
    return linear_light(pixels.cpu().clamp(0, 1)).quantile(QUANTILES, dim=0)


def _fit(reference: torch.Tensor, changed: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the gain and offset that turn the reference into the changed quantiles.

    They are fitted by least squares for each channel; both inputs have the shape (quantiles, 3).
    """
    dark = DARK * (reference.mean() / USUAL_LIGHT).clamp(min=1e-3, max=1.0)
    weights = (reference + dark) ** -2
    weights = weights / weights.sum(dim=0)
    mean, mean_changed = (weights * reference).sum(dim=0), (weights * changed).sum(dim=0)
    centred, centred_changed = reference - mean, changed - mean_changed
    variance = (weights * centred.square()).sum(dim=0)
    slope = (weights * centred * centred_changed).sum(dim=0) / variance.clamp(min=1e-12)
    only_gain = (mean_changed + dark) / (mean + dark)
    flat = reference.std(dim=0) < FLAT
    gain = torch.where(flat, only_gain, slope).clamp(1 / LARGEST_GAIN, LARGEST_GAIN)
    return gain, torch.where(flat, 0.0, mean_changed - gain * mean)
