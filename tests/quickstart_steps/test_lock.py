"""One at a time, and nobody waits for the dead."""

import subprocess
import sys
from pathlib import Path

import pytest

from anime_production.quickstart_steps.lock import Lock
from anime_production.quickstart_steps.places import Refusal

PACK = Path(__file__).resolve().parents[2]


def test_the_second_of_two_is_told_who_is_first(tmp_path: Path):
    file = tmp_path / "lock"
    with (
        Lock(file, "setting up"),
        pytest.raises(Refusal, match=r"Process \d+ is setting up"),
        Lock(file, "setting up"),
    ):
        pass
    with Lock(file, "setting up"):
        pass


def test_a_lock_of_a_dead_process_holds_nobody_up(tmp_path: Path):
    file = tmp_path / "lock"
    program = (
        "import os, sys, pathlib\n"
        "from anime_production.quickstart_steps.lock import Lock\n"
        "Lock(pathlib.Path(sys.argv[1]), 'dying').__enter__()\n"
        "os._exit(1)"
    )
    (tmp_path / "anime_production").symlink_to(PACK, target_is_directory=True)
    subprocess.run([sys.executable, "-c", program, str(file)], cwd=tmp_path, check=False)
    assert "dying" in file.read_text()
    with Lock(file, "going on"):
        pass
