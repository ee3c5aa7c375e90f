"""Peak memory and CPU time of a node's work on a clip, each measured in a process of its own."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from ..quickstart_steps.places import CHECKOUT, link
from . import peak_memory_side, speed_side
from .speed import OTHER, write_trunk


@dataclass(frozen=True)
class Clip:
    """Clip that is drawn for a measurement: half of a swing, so that its seam jumps.

    Attributes:
        frames: number of frames.
        width: width, px.
        height: height, px.
        planar: True if the colours lie in planes, as ComfyUI's VAE Decode gives them.
        drift: share of the light that is lost from the first frame to the last.
    """

    frames: int
    width: int
    height: int
    planar: bool = True
    drift: float = 0.0


@dataclass(frozen=True)
class ProcessCost:
    """Cost of a node's work, without what the process had before, such as the clip.

    Attributes:
        peak: peak memory, bytes.
        clip: memory of the clip, bytes.
        cpu_seconds: CPU time of all threads.
        seconds: time.
    """

    peak: int
    clip: int
    cpu_seconds: float
    seconds: float

    @property
    def clips(self) -> float:
        """Peak memory in multiples of the clip."""
        return self.peak / self.clip


def measure(work: str, clip: Clip, checkout: Path = CHECKOUT) -> ProcessCost:
    """Measure the work of a node in a new process.

    Args:
        work: name of the work, a key of `speed_side.work`.
        clip: clip that the node gets.
        checkout: checkout of the pack whose node works.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        link(checkout.resolve(), folder / speed_side.PACKAGE)
        write_trunk(folder)
        command = [sys.executable, peak_memory_side.__file__, name, name, work]
        process = subprocess.run(
            [*command, json.dumps(asdict(clip))], capture_output=True, text=True, check=False
        )
    if process.returncode != 0:
        raise RuntimeError(f"{work} failed:\n{process.stderr[-3000:]}")
    return ProcessCost(**json.loads(process.stdout.splitlines()[-1]))


def other_checkout() -> Path | None:
    """Return the checkout to compare with, or None if the environment variable isn't set."""
    return Path(os.environ[OTHER]) if os.environ.get(OTHER) else None
