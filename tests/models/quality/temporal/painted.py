"""Clips whose truth over time is known."""

import torch


def texture(height, width, seed=0):
    """A picture that is nowhere the same, with edges, as a painted background has."""
    random = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, height // 8 + 2, width // 8 + 2, generator=random)
    fine = torch.nn.functional.interpolate(coarse, size=(height, width), mode="bicubic")
    return ((fine[0] * 6).round() / 6).movedim(0, -1).clamp(0, 1) * 0.8 + 0.1


def pan(frames=24, speed=2, height=128, width=160, seed=0):
    """A camera that goes over a still picture, by whole px a frame."""
    wide = texture(height, width + speed * frames, seed)
    return torch.stack([wide[:, speed * i : speed * i + width] for i in range(frames)])


def moving_figure(frames=24, speed=2, height=128, width=160):
    """A painted figure that crosses a still picture."""
    clip = texture(height, width).repeat(frames, 1, 1, 1)
    figure = texture(80, 70, seed=9)
    for i in range(frames):
        clip[i, 30:110, 10 + speed * i : 80 + speed * i] = figure
    return clip
