"""Time that the pack adds to the start of ComfyUI."""

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
    """Start of ComfyUI in a base directory of its own; a call lasts until all packs are loaded."""

    def __init__(self, base: Path, with_pack: bool) -> None:
        (base / "custom_nodes").mkdir(parents=True)
        self._base, self._packs = base, [PACK_NAME] if with_pack else []
        self._bytecode = base / "bytecode"
        for pack in self._packs:
            link(CHECKOUT, base / "custom_nodes" / pack)
        self.output = ""

    def __call__(self) -> None:
        options = ["--quick-test-for-ci", *([] if torch.cuda.is_available() else ["--cpu"])]
        comfyui = Path(os.environ["COMFYUI_PATH"])
        command = command_line(sys.executable, comfyui, self._base, self._packs, options)
        # Most users have the API nodes, which load packages that the pack needs too.
        command.remove("--disable-api-nodes")
        # Users have the bytecode from the start before; without it every module is compiled anew.
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(self._bytecode)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        process = subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment
        )
        self.output = process.stdout + process.stderr
        if process.returncode != 0 or "IMPORT FAILED" in self.output:
            raise RuntimeError(f"ComfyUI did not start:\n{self.output[-3000:]}")


def run() -> None:
    """Start ComfyUI with and without the pack in turns, and print the time of its import."""
    if "COMFYUI_PATH" not in os.environ:
        raise SystemExit("COMFYUI_PATH is not set: run this by `python quickstart.py bench`.")
    with tempfile.TemporaryDirectory() as folder:
        ours = ComfyUIStart(Path(folder, "with"), with_pack=True)
        other = ComfyUIStart(Path(folder, "without"), with_pack=False)
        ours_seconds, other_seconds = alternate(ours, other, ROUNDS)
        import_line = IMPORT_TIME.search(ours.output)
    rows = [
        (name, median(seconds), min(seconds), max(seconds))
        for name, seconds in (("with", ours_seconds), ("without", other_seconds))
    ]
    print_table(("ComfyUI's start", "median s", "minimum s", "maximum s"), rows)
    start = Comparison("startup/comfyui", median(ours_seconds), median(other_seconds), "s")
    seconds = f"{import_line[1]} s" if import_line else "not printed"
    print(f"Import time of the pack, as ComfyUI prints it: {seconds}")
    start.print()
