"""A search of 2,000 frames: what it holds, and how soon it can be stopped."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ..memory import PEAK_OF_PROCESS, STATUS

MB = 1024**2
# What the search is allowed to hold of the features, which come to 500 MB. Beside them: a feature
# pass, the pictures and flows of the loops that are scored, and what every possible loop costs.
BUDGET, BESIDE = 128 * MB, 300 * MB
LONGEST_WAIT = 1.0  # seconds until an interrupt is noticed

SEARCH = """
import json, sys, time, torch
from anime_production.models.loop.find import find_loops
from anime_production.models.perceptual.structural import Structural

count, height, width = 2000, 480, 832
# A camera that moves down a tall picture: full frames that take the memory of one scene.
tall = torch.rand(height + count, width, 3, generator=torch.Generator().manual_seed(0))
frames = tall.as_strided((count, height, width, 3), (width * 3, width * 3, 3, 1))

torch.set_num_threads(1)
find_loops(frames[:40], 24.0, 24, 40)
before, seen = peak(), [(time.process_time(), time.perf_counter(), 0.0)]

def report(done, total):
    seen.append((time.process_time(), time.perf_counter(), done / total))

backend = Structural(memory=int(sys.argv[1]))
find_loops(frames, 24.0, 24, 240, 3, backend, report)
report(1, 1)
used, wall, done = zip(*seen)
print(json.dumps({
    "megabytes": peak() - before,
    "seconds": wall[-1] - wall[0],
    "longest_wait": max(b - a for a, b in zip(used, used[1:])),
    "longest_wall": max(b - a for a, b in zip(wall, wall[1:])),
    "where": done[max(range(1, len(used)), key=lambda i: used[i] - used[i - 1])],
    "in_order": list(done) == sorted(done),
}))
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not STATUS.exists(), reason="the peak of a process is read from Linux's /proc")
def test_two_thousand_large_frames_are_searched_in_bounded_memory_and_can_be_stopped_any_second():
    package = Path(sys.modules[__name__.partition(".")[0]].__path__[0])
    done = subprocess.run(
        [sys.executable, "-c", PEAK_OF_PROCESS + SEARCH, str(BUDGET)],
        capture_output=True,
        text=True,
        cwd=package.parent,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    print(found)
    assert found["megabytes"] < (BUDGET + BESIDE) / MB
    # Of one core's time: what else the machine does makes no difference.
    assert found["longest_wait"] < LONGEST_WAIT
    assert found["in_order"]
