"""No program and no log line of the pack fails on a console that can't show all characters."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from anime_production.tools.comfyui import PACK

PARENT = Path(__file__).absolute().parents[2]  # the directory in which the pack is a package
PACK_PACKAGE = Path(__file__).absolute().parents[1].name
PROGRAMS = ("example", "jobs", "phases", "production", "token", "weights")
# As Python has it in a Windows of Western Europe, where the output is no window.
WESTERN = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
LOGGING = """
import sys
sys.path.insert(0, sys.argv[1])
from app.logger import setup_logger
setup_logger("INFO")
import logging
from anime_production.web.server.console import escape_what_it_lacks
escape_what_it_lacks()
logging.getLogger("anime_production.x").warning("%s: ΔE₀₀ = 3 ≤ 4", "花子.png")
print("花子")
"""


def run(*arguments: str | Path, status: int = 0) -> str:
    """Run Python on a console of code page 1252, and return what it wrote."""
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=PARENT,
        env={**os.environ, **WESTERN},
        capture_output=True,
        encoding="cp1252",
    )
    written = result.stdout + result.stderr
    assert result.returncode == status, written
    assert "Traceback" not in written
    assert "Logging error" not in written
    return written


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_help_of_every_program_is_written(program):
    assert "usage:" in run("-m", f"{PACK_PACKAGE}.quickstart_steps.{program}", "--help")


@pytest.mark.parametrize("command", ["--help", "serve --help", "test --help"])
def test_the_help_of_the_quickstart_is_written(command):
    assert "quickstart.py" in run(PACK / "quickstart.py", *command.split())


def test_the_generators_and_the_state_of_the_translations_are_written():
    assert "thumbnails" in run("-m", f"{PACK_PACKAGE}.tools")


def test_a_name_that_the_console_lacks_is_escaped(tmp_path):
    folder = tmp_path / "花子"
    arguments = ("token", "--user", folder, "--home", tmp_path / "home")
    assert r"\u82b1\u5b50" in run(PACK / "quickstart.py", *arguments, status=2)


def test_a_log_line_with_any_character_reaches_comfyuis_console(comfyui):
    written = run("-c", LOGGING, comfyui)
    assert r"\u82b1\u5b50.png: \u0394E\u2080\u2080 = 3 \u2264 4" in written
    assert written.count(r"\u82b1\u5b50") == 2
