"""How much memory something takes, in a process of its own, whose peak nothing else has."""

import subprocess
import sys

PEAK = """
import resource, torch
{before}
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
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
    script = PEAK.format(before=before, measured=measured)
    root = __name__.partition(".")[0]
    parent = sys.modules[root].__path__[0].rpartition("/")[0]
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=parent
    )
    return float(done.stdout)
