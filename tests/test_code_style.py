"""The linters, run with the tests: one command says whether the project is in order."""

import os
import subprocess
import sys
from pathlib import Path

from anime_production.tools.comfyui import PACK


def check(*command: str, directory: Path = PACK, hint: str = "") -> None:
    """Run a Python module as a program; its findings and the hint are the failure's message."""
    result = subprocess.run(
        [sys.executable, "-m", *command], cwd=directory, capture_output=True, text=True
    )
    assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout}{result.stderr}{hint}"


def test_ruff_finds_nothing():
    check("ruff", "check", ".")


def test_the_code_is_formatted():
    check("ruff", "format", "--check", ".", hint="To format it: python -m ruff format .")


def test_mypy_finds_nothing():
    # From the directory of the link through which the tests run: mypy takes a package's name from
    # its directory, and the checkout's may be no valid name.
    link = Path(__file__).absolute().parents[1]
    check(
        *("mypy", "-p", link.name),
        *("--config-file", os.fspath(PACK / "pyproject.toml")),
        *("--cache-dir", os.fspath(PACK / ".mypy_cache")),
        directory=link.parent,
    )
