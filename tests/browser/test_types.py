"""The JSDoc types of what runs in the browser."""

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
CHECKER = HERE / "node_modules" / "typescript" / "lib" / "tsc.js"


def test_the_types_of_the_client_hold():
    node = shutil.which("node")
    if node is None or not CHECKER.exists():
        pytest.skip("no type checker here: npm install --prefix tests/browser")
    command = [node, str(CHECKER), "-p", str(HERE / "tsconfig.json")]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert checked.stdout == ""
    assert checked.returncode == 0
