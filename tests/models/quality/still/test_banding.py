"""CAMBI against a slow computation of its own, pixel by pixel, written from its description."""

import numpy as np
import pytest
import torch

from anime_production.models.quality.still import contrasts as cambi
from anime_production.models.quality.still.banding import banding


def visible_up_to(step):
    """Highest 10-bit level where a step is 1.9 % of BT.1886's luminance, white 300, black 0.01."""
    gamma, white, black = 2.4, 300.0, 0.01
    root = white ** (1 / gamma) - black ** (1 / gamma)

    def luminance(level):
        signal = (level - 64) / (940 - 64)
        return root**gamma * max(signal + black ** (1 / gamma) / root, 0) ** gamma

    levels = range(64, 940 - step)
    return max(v for v in levels if luminance(v + step) - luminance(v) > 0.019 * luminance(v))


def mode(values):
    return min(values, key=lambda v: (-values.count(v), v))


def slow_cambi(levels8):
    """CAMBI of 8-bit luma in 16–235, a list of rows."""
    image = [[4 * int(v) for v in row] for row in levels8]
    height, width = len(image), len(image[0])
    at = lambda y, x: image[min(y, height - 1)][min(x, width - 1)]  # noqa: E731
    image = [
        [(at(y, x) + at(y, x + 1) + at(y + 1, x) + at(y + 1, x + 1)) // 4 for x in range(width)]
        for y in range(height)
    ]
    same = [
        [image[y][x] == at(y, x + 1) and image[y][x] == at(y + 1, x) for x in range(width)]
        for y in range(height)
    ]
    blocks = (width // 64) * (height // 64)
    limit = (49 + 3 * (int(np.ceil(np.log2(blocks))) if blocks else 0) - 33 - 1) // 2
    mask = [
        [
            sum(
                same[v][u]
                for v in range(max(0, y - 3), min(height, y + 4))
                for u in range(max(0, x - 3), min(width, x + 4))
            )
            > limit
            for x in range(width)
        ]
        for y in range(height)
    ]
    window = max(3, 63 * (width + height) // 375 // 16)
    reach = window // 2
    limits = [visible_up_to(step) for step in (1, 2, 3, 4)]
    score = 0.0
    for scale, weight in enumerate((16, 8, 4, 2, 1)):
        if scale:
            image, mask = [r[::2] for r in image[::2]], [r[::2] for r in mask[::2]]
        height, width = len(image), len(image[0])
        rows, columns = range(height), range(width)
        clip = lambda v, top: min(max(v, 0), top - 1)  # noqa: E731
        image = [
            [
                mode(
                    [
                        image[clip(y + j, height)][clip(x + i, width)]
                        for j in (-1, 0, 1)
                        for i in (-1, 0, 1)
                    ]
                )
                for x in columns
            ]
            for y in rows
        ]
        values = []
        for y in rows:
            for x in columns:
                best = 0.0
                if mask[y][x]:
                    seen = [
                        image[v][u]
                        for v in range(max(0, y - reach), min(height, y + reach + 1))
                        for u in range(max(0, x - reach), min(width, x + reach + 1))
                        if mask[v][u]
                    ]
                    own = image[y][x]
                    here = seen.count(own)
                    for step, highest in zip((1, 2, 3, 4), limits, strict=True):
                        there = max(seen.count(own + step), seen.count(own - step))
                        if own <= highest and there:
                            best = max(best, step * here * there / (here + there))
                values.append(best)
        values.sort(reverse=True)
        top = values[: min(max(int(0.6 * len(values)), 1), len(values))]
        score += weight * sum(top) / len(top)
    return score / (2 * reach + 1) ** 2


def as_grey(levels8):
    return (torch.from_numpy(np.asarray(levels8)).float() - 16) / 219


def dusk(width, height, dark=20, light=60):
    """A dark undithered gradient: bands."""
    y, x = np.mgrid[0:height, 0:width]
    return np.rint(dark + (light - dark) * (x / width * 0.7 + y / height * 0.3)).astype(int)


def test_the_levels_up_to_which_steps_are_visible_are_those_of_bt_1886():
    assert tuple(map(visible_up_to, (1, 2, 3, 4))) == cambi.VISIBLE_UP_TO


@pytest.mark.parametrize("size", [(200, 120), (131, 97)])
def test_it_is_the_index_that_a_slow_computation_gives(size):
    width, height = size
    levels = dusk(width, height)
    levels[20:50, 30:90] = 70
    levels[60:80] += np.random.default_rng(0).integers(-1, 2, (20, width))
    levels[-10:, 40:] = 200
    expected = slow_cambi(levels.tolist())
    assert expected > 0.5
    assert banding(as_grey(levels)) == pytest.approx(expected, rel=1e-5)


def test_a_large_window_gives_the_same_in_small_pieces(monkeypatch):
    grey = as_grey(dusk(500, 300))
    whole = banding(grey)
    monkeypatch.setattr(cambi, "COUNTS", 1)
    assert banding(grey) == pytest.approx(whole, rel=1e-6)


def test_bands_show_in_the_dark_and_neither_in_the_light_nor_under_dither():
    random = np.random.default_rng(0)
    x = np.mgrid[0:240, 0:400][1]
    smooth = 20 + 30 * x / 400
    bands = banding(as_grey(np.rint(smooth)))
    dithered = banding(as_grey(np.floor(smooth + random.random(smooth.shape))))
    light = banding(as_grey(np.rint(smooth + 170)))
    assert bands > 3
    assert dithered < bands / 4
    assert light == 0


def test_flat_colour_and_a_steep_gradient_have_no_bands():
    flat = np.full((240, 400), 40)
    flat[:, 200:] = 60
    assert banding(as_grey(flat)) == 0
    x = np.mgrid[0:240, 0:400][1]
    assert banding(as_grey(16 + x // 2)) < 0.5
