"""Crossfade of two sounds at constant power, whether they are alike or not."""

import torch

# Below this energy of a part there is nothing whose likeness could be measured.
SILENT_ENERGY = 1e-12


def mixed(leaving: torch.Tensor, entering: torch.Tensor) -> torch.Tensor:
    """Fade from one part of a sound to another of the same length.

    Linear gains keep the level if both parts are alike, and lose 3 dB in the middle if they are
    unrelated; gains of equal power do the opposite. So the gains are scaled by the parts' own
    correlation, which keeps the power constant in both cases (Fink, Holters, Zölzer:
    Signal-matched power-complementary cross-fading and dry-wet mixing, DAFx-16, 2016). Opposite
    phases count as unrelated, because no gain makes up for what they cancel.

    The mix has no higher peak than the parts or full scale, whichever is higher.

    Args:
        leaving: samples that fade out, shape (channels, samples).
        entering: samples that fade in, of the same shape.

    Returns:
        The mix, of the same shape, type and device.

    Examples:
        A steady sound that fades into itself stays as it is.

        >>> tone = torch.sin(torch.arange(480.0))[None]
        >>> torch.allclose(mixed(tone, tone), tone, atol=1e-6)
        True
    """
    first, second = leaving.float(), entering.float()
    count = first.shape[-1]
    share = (torch.arange(count, device=first.device, dtype=first.dtype) + 0.5) / count
    rest = 1 - share
    likeness = correlation(first, second).clamp(min=0.0)
    power = rest.square() + share.square() + 2 * likeness * rest * share
    mix = (first * rest + second * share) * power.rsqrt()
    highest = torch.maximum(first.abs().amax(), second.abs().amax()).clamp(min=1.0)
    return torch.minimum(torch.maximum(mix, -highest), highest).to(leaving.dtype)


def correlation(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Return the correlation of two parts of a sound, −1–1, as a tensor without axes.

    Args:
        first: samples of shape (channels, samples).
        second: samples of the same shape.

    Returns:
        0 if one of them is silent.
    """
    energy = first.square().sum() * second.square().sum()
    likeness = (first * second).sum() / energy.clamp(min=SILENT_ENERGY).sqrt()
    return likeness.clamp(-1.0, 1.0)
