"""How the quickstart starts ComfyUI, and what it shows when the pack did not load."""

import socket
from pathlib import Path

import pytest

from anime_production.quickstart_steps.places import PACK_NAME, ComfyUI, Home, Refused
from anime_production.quickstart_steps.server import (
    around_import_failure,
    model_paths,
    running_comfyui,
    server_command,
)

from . import make_comfyui


def test_an_existing_one_lends_its_models_and_nothing_else(tmp_path: Path, home: Home):
    source = make_comfyui(tmp_path / "Comfy UI")
    home.base.mkdir(parents=True)
    before = sorted(source.rglob("*"))
    command = server_command(home, ComfyUI(source, "--comfyui", True), cpu=False)
    paths = Path(command[command.index("--extra-model-paths-config") + 1])
    assert str(source / "models" / "vae") in paths.read_text()
    assert command[command.index("--base-directory") + 1] == str(home.base)
    assert "--cpu" not in command
    assert sorted(source.rglob("*")) == before


def test_comfyui_reads_the_file_of_model_paths(tmp_path: Path):
    yaml = pytest.importorskip("yaml")
    source = make_comfyui(tmp_path / 'odd: "name" #1')
    read = yaml.safe_load(model_paths(source))
    assert read == {"existing_comfyui": {"vae": str(source / "models" / "vae")}}


def test_a_port_that_is_in_use_is_refused_with_what_to_do(home: Home):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(Refused, match=rf"Port {port} cannot be used .*another --port"),
            running_comfyui(home, ComfyUI(home.comfyui, "a test", False), port),
        ):
            pass


def test_a_pack_that_did_not_load_is_shown_by_the_lines_before_the_complaint():
    before = [f"line {number}" for number in range(30)]
    complaint = f"Cannot import /base/custom_nodes/{PACK_NAME} module for custom nodes: no torch"
    after = ["Starting server"] * 30
    assert around_import_failure([*before, complaint, *after]) == [*before[-20:], complaint]
    assert around_import_failure([*before, *after]) == after[-20:]
