"""How much longer ComfyUI takes to start with the pack in it."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import torch

from ..quickstart_steps.places import CHECKOUT, PACK_NAME, link
from .timing import Comparison, alternate, print_table

ROUNDS = 5
IMPORT_TIME = re.compile(rf"(\d+\.\d+) seconds(.*): .*{PACK_NAME}")


class ComfyUIStart:
    """Starts ComfyUI until everything is loaded, in a base directory of its own."""

    def __init__(self, base: Path, with_pack: bool) -> None:
        (base / "custom_nodes").mkdir(parents=True)
        if with_pack:
            link(CHECKOUT, base / "custom_nodes" / PACK_NAME)
        self._base = base
        self.output = ""

    def __call__(self) -> None:
        main = Path(os.environ["COMFYUI_PATH"]) / "main.py"
        command = [sys.executable, str(main), "--quick-test-for-ci", "--disable-api-nodes"]
        command += ["--base-directory", str(self._base), "--database-url", "sqlite:///:memory:"]
        if not torch.cuda.is_available():
            command.append("--cpu")
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
