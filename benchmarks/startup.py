"""How much longer ComfyUI takes to start with the pack in it."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import torch

from ..quickstart_steps.comfyui_process import command_line
from ..quickstart_steps.places import CHECKOUT, PACK_NAME, link
from .timing import Comparison, alternate, print_table

ROUNDS = 5
IMPORT_TIME = re.compile(rf"(\d+\.\d+) seconds(.*): .*{PACK_NAME}")


class ComfyUIStart:
    """Starts ComfyUI until everything is loaded, in a base directory of its own."""

    def __init__(self, base: Path, with_pack: bool) -> None:
        (base / "custom_nodes").mkdir(parents=True)
        self._base, self._packs = base, [PACK_NAME] if with_pack else []
        for pack in self._packs:
            link(CHECKOUT, base / "custom_nodes" / pack)
        self.output = ""

    def __call__(self) -> None:
        options = ["--quick-test-for-ci", *([] if torch.cuda.is_available() else ["--cpu"])]
        comfyui = Path(os.environ["COMFYUI_PATH"])
        command = command_line(sys.executable, comfyui, self._base, self._packs, options)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.output = done.stdout + done.stderr
        if done.returncode != 0 or "IMPORT FAILED" in self.output:
            raise RuntimeError(f"ComfyUI did not start:\n{self.output[-3000:]}")


def run() -> None:
    """Start ComfyUI in turns with and without the pack; then take the imports apart."""
    if "COMFYUI_PATH" not in os.environ:
        raise SystemExit("COMFYUI_PATH is not set: run this by `python quickstart.py bench`.")
    with tempfile.TemporaryDirectory() as folder:
        ours = ComfyUIStart(Path(folder, "with"), with_pack=True)
        other = ComfyUIStart(Path(folder, "without"), with_pack=False)
        ours_seconds, other_seconds = alternate(ours, other, ROUNDS)
        printed = IMPORT_TIME.search(ours.output)
    rows = [
        (name, median(seconds), min(seconds), max(seconds))
        for name, seconds in (("with", ours_seconds), ("without", other_seconds))
    ]
    print_table(("ComfyUI's start", "median s", "least s", "most s"), rows)
    start = Comparison("startup/comfyui", median(ours_seconds), median(other_seconds), "s")
    print(f"The pack's share as ComfyUI prints it: {printed[1] if printed else 'not printed'} s")
    start.print()
