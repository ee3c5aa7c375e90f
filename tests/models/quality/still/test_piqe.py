"""PIQE against a slow computation, pixel by pixel, written from its description."""

import numpy as np
import pytest
import torch

from anime_production.models.quality.still.piqe import piqe
from anime_production.models.sample.clip import draw_clip
from anime_production.models.sample.distortions import add_noise, blur


def slow_piqe(frame):
    grey = frame @ np.array([0.298936021293775, 0.587043074451121, 0.114020904255103])
    grey = np.rint(grey / grey.max() * 255)
    height, width = grey.shape
    grey = np.pad(grey, ((0, -height % 16), (0, -width % 16)), mode="symmetric")
    height, width = grey.shape
    bell = np.exp(-0.5 * (np.arange(-3, 4) / (7 / 6)) ** 2)
    window = np.outer(bell, bell) / bell.sum() ** 2
    around = np.pad(grey, 3, mode="edge")
    normal = np.zeros_like(grey)
    for y in range(height):
        for x in range(width):
            seen = around[y : y + 7, x : x + 7]
            mean = (window * seen).sum()
            spread = np.sqrt(abs((window * seen**2).sum() - mean**2))
            normal[y, x] = (grey[y, x] - mean) / (spread + 1)
    total, active = 0.0, 0
    for top in range(0, height, 16):
        for left in range(0, width, 16):
            block = normal[top : top + 16, left : left + 16]
            variance = block.var(ddof=1)
            if variance <= 0.1:
                continue
            active += 1
            edges = (block[0], block[-1], block[:, 0], block[:, -1])
            segments = [edge[i : i + 6].std(ddof=1) for edge in edges for i in range(11)]
            if min(segments) < 0.1:
                total += 1 - variance
            centre = block[:, 7:9].std(ddof=1)
            surround = np.delete(block, [7, 9], axis=1).std(ddof=1)
            ratio = centre / surround
            deviation = np.sqrt(variance)
            if deviation > 2 * abs(deviation - ratio) / max(deviation, ratio):
                total += variance
    return 100 * (total + 1) / (1 + active)


@pytest.mark.parametrize("spoil", ["nothing", "noise", "blur"])
@pytest.mark.parametrize("size", [(96, 64), (101, 75)])
def test_it_is_what_a_slow_computation_gives(spoil, size):
    picture = draw_clip(1, *size, 24, 0, 0)
    if spoil != "nothing":
        picture = add_noise(picture, 20) if spoil == "noise" else blur(picture, 1.5)
    expected = slow_piqe(picture[0].double().numpy())
    assert piqe(picture[0].double()) == pytest.approx(expected, rel=1e-6)
    # Single precision: a variance beside its limit may fall on the other side.
    assert piqe(picture[0]) == pytest.approx(expected, abs=100 / (size[0] * size[1] / 256))


def test_black_has_none():
    assert piqe(torch.zeros(64, 64, 3)) is None
