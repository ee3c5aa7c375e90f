"""Large pictures and long clips are compared in memory for one pair."""

import subprocess
import sys

import pytest

ROOM = 2048  # MB above the frames

PEAK = """
import resource, torch
from anime_production.models.quality.compare.pairs import paired
from anime_production.models.quality.compare.picture import draw_differences
from anime_production.models.quality.compare.score import compare_pictures

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

{frames}
pairs = paired(images, references)
compare_pictures(paired(images[:1, :256, :256], references[:1, :256, :256]))
before = peak()
compare_pictures(pairs, {metrics})
{then}
print(peak() - before)
"""
STILL = "images = torch.rand(1, 4096, 4096, 3)\nreferences = images * 0.9"
CLIP = "images = torch.rand(1, 480, 832, 3).repeat(600, 1, 1, 1)\nreferences = images[:1] * 0.9"


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("frames", "metrics", "then"),
    [(STILL, "()", "draw_differences(pairs)"), (CLIP, "('ssim', 'psnr')", "")],
    ids=["4096×4096", "600 frames"],
)
def test_it_takes_less_than_two_gigabytes_above_the_frames(frames: str, metrics: str, then: str):
    script = PEAK.format(frames=frames, metrics=metrics, then=then)
    root = __name__.partition(".")[0]
    parent = sys.modules[root].__path__[0].rpartition("/")[0]
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=parent
    )
    assert float(done.stdout) < ROOM
