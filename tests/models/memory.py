"""How much memory something takes, in a process of its own, whose peak nothing else has."""

import subprocess
import sys
from pathlib import Path

import pytest

STATUS = Path("/proc/self/status")
# Megabytes. Not getrusage's peak, which begins at that of the process that started this one.
PEAK_OF_PROCESS = f"""
def peak():
    with open("{STATUS}") as status:
        return int(status.read().partition("VmHWM:")[2].split()[0]) / 1024
"""
PEAK = """
import torch
{peak}
{before}
before = peak()
{measured}
print(peak() - before)
"""


def peak_above(before: str, measured: str) -> float:
    """Megabytes that the process grew by at most.

    Args:
        before: Python that imports and makes what is there anyway; `torch` is imported.
        measured: Python whose memory is asked for.
    """
    if not STATUS.exists():
        pytest.skip("the peak of a process is read from /proc, which only Linux has")
    script = PEAK.format(peak=PEAK_OF_PROCESS, before=before, measured=measured)
    root = __name__.partition(".")[0]
    parent = sys.modules[root].__path__[0].rpartition("/")[0]
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=parent
    )
    return float(done.stdout)
