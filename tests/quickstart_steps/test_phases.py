"""`quickstart.py phases`, run as people run it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from anime_production.models.production.catalogue import SHIPPED
from anime_production.quickstart_steps.command_line import parse

OWN = {**json.loads((SHIPPED / "sample_loop.json").read_text(encoding="utf-8")), "id": "own"}


def quickstart(checkout: Path, tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, str(checkout / "quickstart.py"), "phases", "--user", str(tmp_path)]
    command += ["--home", str(tmp_path / "home"), *arguments]
    return subprocess.run(
        command,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        timeout=120,
    )


def test_a_workflow_is_registered_listed_and_removed(checkout, tmp_path):
    (tmp_path / "own.json").write_text(json.dumps(OWN), encoding="utf-8")
    result = quickstart(checkout, tmp_path, "register", "own.json")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "seam_jump (a number from 0.0 to 64.0)" in result.stdout
    assert (tmp_path / "__anime" / "phases" / "own.json").is_file()
    listed = quickstart(checkout, tmp_path).stdout
    assert "own          " in listed
    assert "wan22_loop" in listed
    assert quickstart(checkout, tmp_path, "remove", "own").returncode == 0
    assert not (tmp_path / "__anime" / "phases" / "own.json").exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [({**OWN, "id": "sample_loop"}, "comes with the pack"), ({**OWN, "kind": "film"}, "kind:")],
)
def test_what_can_be_no_phase_is_refused_in_a_sentence(checkout, tmp_path, said, words):
    (tmp_path / "own.json").write_text(json.dumps(said), encoding="utf-8")
    result = quickstart(checkout, tmp_path, "register", "own.json")
    assert result.returncode == 2
    assert words in result.stdout
    assert "Traceback" not in result.stdout + result.stderr


def test_its_options_are_its_own():
    options, further = parse(["phases", "register", "own.json", "--replace"])
    assert (options.command, further) == ("phases", ["register", "own.json", "--replace"])
    with pytest.raises(SystemExit):
        parse(["serve", "--user", "/somewhere"])
