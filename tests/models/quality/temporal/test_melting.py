import math

import pytest
import torch

from anime_production.benchmarks.clip_faults import melt
from anime_production.models.image_ops.warp import warped

from .measured import fails, measured, passes
from .painted import moving_figure, pan, texture


def waving(frames=20, period=16, length=3.0):
    """A picture whose parts swing evenly, each at its own time, as cloth and water do."""
    picture = texture(128, 160).movedim(-1, 0)
    phase = torch.arange(160) / 40 + torch.arange(128)[:, None] / 60
    return torch.stack(
        [
            warped(
                picture,
                torch.stack(
                    [
                        length * torch.sin(2 * math.pi * frame / period + phase),
                        length / 2 * torch.cos(2 * math.pi * frame / period + phase),
                    ]
                ),
            ).movedim(0, -1)
            for frame in range(frames)
        ]
    )


@pytest.mark.parametrize("clip", [pan(16), waving(16), moving_figure(16)])
def test_a_drawing_that_melts_fails_the_more_the_worse(clip):
    values = [measured(melt(clip, length), "melting").value for length in (0.0, 1.2, 3.0, 6.0)]
    assert values == sorted(values)
    assert fails(melt(clip, 6.0), "melting")


@pytest.mark.parametrize("clip", [pan(20, speed=3), waving(), moving_figure(20)])
def test_even_motion_melts_nothing(clip):
    assert passes(clip, "melting")


def test_a_shake_of_the_whole_picture_is_another_fault():
    random = torch.Generator().manual_seed(2)
    places = (8 + 6 * torch.rand(20, 2, generator=random)).int().tolist()
    wide = texture(150, 180)
    shaken = torch.stack([wide[y : y + 128, x : x + 160] for x, y in places])
    assert passes(shaken, "melting")
    assert fails(shaken, "jitter")
