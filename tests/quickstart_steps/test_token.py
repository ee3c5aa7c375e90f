"""`quickstart.py token`, run as people run it."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

from anime_production.models.settings import TOKEN


def quickstart(checkout: Path, tmp_path: Path, *arguments: str, **variables: str) -> list[str]:
    """The lines that it prints; the first one is the token."""
    command = [sys.executable, str(checkout / "quickstart.py"), "token", "--user", str(tmp_path)]
    command += ["--home", str(tmp_path / "home"), *arguments]
    environment = {name: value for name, value in os.environ.items() if name != TOKEN.variable}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", **variables}
    result = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env=environment, timeout=120
    )
    assert "Traceback" not in result.stderr
    return result.stdout.splitlines()


def test_a_token_is_made_once_kept_for_its_owner_and_replaced_on_request(checkout, tmp_path):
    config = tmp_path / "__anime" / "config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"tracking": "all"}))
    token, remedy = quickstart(checkout, tmp_path)
    assert "X-Anime-Token" in remedy
    assert TOKEN.read(config.parent, {}) == token
    assert json.loads(config.read_text()) == {"tracking": "all", "token": token}
    if os.name == "posix":
        assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert quickstart(checkout, tmp_path)[0] == token
    new_token, _ = quickstart(checkout, tmp_path, "--new")
    assert new_token != token
    assert TOKEN.read(config.parent, {}) == new_token


def test_a_token_of_the_environment_is_shown_and_not_written(checkout, tmp_path):
    token = "t" * 40
    assert quickstart(checkout, tmp_path, ANIME_TOKEN=token)[0] == token
    lines = quickstart(checkout, tmp_path, "--new", ANIME_TOKEN=token)
    assert (lines[0], "Change it there" in lines[1]) == (token, True)
    assert not (tmp_path / "__anime").exists()


def test_a_config_file_that_is_none_is_named_and_left(checkout, tmp_path):
    (tmp_path / "__anime").mkdir()
    config = tmp_path / "__anime" / "config.json"
    config.write_text("{")
    assert "can't be read as JSON" in quickstart(checkout, tmp_path)[0]
    assert config.read_text() == "{"
