"""How ComfyUI is started."""

from pathlib import Path

import pytest

from anime_production.quickstart_steps.places import ComfyUI, Home
from anime_production.quickstart_steps.server import model_paths, server_command

from . import make_comfyui


def test_an_existing_one_lends_its_models_and_nothing_else(tmp_path: Path, home: Home):
    source = make_comfyui(tmp_path / "Comfy UI")
    home.base.mkdir(parents=True)
    before = sorted(source.rglob("*"))
    command = server_command(home, ComfyUI(source, "--comfyui", True), 8188, cpu=False)
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
