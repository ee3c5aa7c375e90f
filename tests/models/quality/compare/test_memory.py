"""Large pictures and long clips are compared in memory for one pair."""

import pytest

from ...memory import peak_above

ROOM = 2048  # MB above the frames

IMPORTS = """
from anime_production.models.quality.compare.pairs import paired
from anime_production.models.quality.compare.picture import draw_differences
from anime_production.models.quality.compare.comparison import compare_pictures
"""
STILL = "images = torch.rand(1, 4096, 4096, 3)\nreferences = images * 0.9\n"
CLIP = "images = torch.rand(1, 480, 832, 3).repeat(600, 1, 1, 1)\nreferences = images[:1] * 0.9\n"
PAIRED = """
pairs = paired(images, references)
compare_pictures(paired(images[:1, :256, :256], references[:1, :256, :256]))
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("frames", "measured"),
    [
        (STILL, "compare_pictures(pairs)\ndraw_differences(pairs)"),
        (CLIP, "compare_pictures(pairs, ('ssim', 'psnr'))"),
    ],
    ids=["4096×4096", "600 frames"],
)
def test_it_takes_less_than_two_gigabytes_above_the_frames(frames: str, measured: str):
    assert peak_above(IMPORTS + frames + PAIRED, measured) < ROOM
