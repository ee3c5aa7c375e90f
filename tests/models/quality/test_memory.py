"""A long clip is graded in memory that does not grow with it."""

import subprocess
import sys

import pytest

ROOM = 2048  # MB above the frames

PEAK = """
import resource, torch
from anime_production.models.quality.clip import score_clip_quality
from anime_production.models.quality.still.score import score_still_quality
from anime_production.models.sample.clip import draw_clip

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

frames = torch.empty(600, 480, 832, 3)
frames[:24] = draw_clip(24, 832, 480, 24, 0, 1)
for start in range(24, 600, 24):
    frames[start : start + 24] = frames[:24]
before = peak()
{grade}
print(peak() - before)
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "grade",
    ["score_clip_quality(frames, 24.0)", "score_still_quality(frames[:60])"],
    ids=["clip", "still"],
)
def test_it_takes_less_than_two_gigabytes_above_the_frames(grade: str):
    script = PEAK.format(grade=grade)
    root = __name__.partition(".")[0]
    parent = sys.modules[root].__path__[0].rpartition("/")[0]
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=parent
    )
    assert float(done.stdout) < ROOM
