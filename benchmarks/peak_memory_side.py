"""Program that measures peak memory and CPU time of one work of a node; see `peak_memory`.

It is started as a file, as `speed_side` is, and takes from there the work of a checkout's nodes.
"""

import importlib
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import torch

SMALL = (16, 96, 64)  # frames, width and height of a clip for which all modules are loaded first
STATUS, RESET, RESET_PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs"), "5"


def half_of_a_swing(
    side: Any, frames: int, width: int, height: int, planar: bool, drift: float
) -> torch.Tensor:
    """Draw a clip without a loop, whose seam jumps; see `peak_memory.Clip`."""
    draw_clip = side.attribute("draw_clip", "sample.sample_clip", "sample.clip")
    images: torch.Tensor = draw_clip(frames, width, height, int(2.1 * frames), 1, 1)
    for number, image in enumerate(images):
        image *= 1 - drift * number / max(1, frames - 1)
    return side.in_planes(images) if planar else images


def size_of_process(name: str) -> int:
    """Return a size of this process in bytes: its memory (VmRSS) or its peak (VmHWM)."""
    line = re.search(rf"^{name}:\s+(\d+) kB$", STATUS.read_text(encoding="ascii"), re.MULTILINE)
    assert line is not None
    return int(line[1]) * 1024


def main(package: str, folder: str, work: str, clip: str) -> None:
    """Measure one run and print its cost as one line of JSON."""
    side = importlib.import_module("speed_side")
    sys.path[0] = package  # instead of this program's folder, whose modules have common names
    function = side.work(Path(folder))[work]
    function(half_of_a_swing(side, *SMALL, planar=False, drift=0.0))
    images = half_of_a_swing(side, **json.loads(clip))
    before = size_of_process("VmRSS")
    RESET.write_text(RESET_PEAK, encoding="ascii")
    seconds, cpu_seconds = time.perf_counter(), time.process_time()
    function(images)
    cost = {
        "seconds": time.perf_counter() - seconds,
        "cpu_seconds": time.process_time() - cpu_seconds,
        "peak": max(0, size_of_process("VmHWM") - before),
        "clip": images.numel() * images.element_size(),
    }
    print(json.dumps(cost))


if __name__ == "__main__":
    if not RESET.exists():
        sys.exit("Peak memory is measured on Linux only, where a process can reset it.")
    main(*sys.argv[1:])
