"""How the quickstart starts ComfyUI, and what it shows when the pack did not load."""

import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from anime_production.quickstart_steps import server
from anime_production.quickstart_steps.places import PACK_NAME, ComfyUI, Home, Refusal
from anime_production.quickstart_steps.server import (
    around_import_failure,
    model_paths,
    running_comfyui,
    server_command,
)
from anime_production.quickstart_steps.steps import StepFailed

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
            pytest.raises(Refusal, match=rf"Port {port} cannot be used .*another --port"),
            running_comfyui(home, ComfyUI(home.comfyui, "a test", False), port),
        ):
            pass


ANSWERING = """
import http.server, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'%s')

port = int(sys.argv[sys.argv.index("--port") + 1])
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""
COMPLAINT = f"Cannot import /base/custom_nodes/{PACK_NAME} module for custom nodes: no torch"


@pytest.fixture
def comfyui_of(home: Home, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ComfyUI]:
    """Make a ComfyUI whose program is a small one, in a home that has been set up."""

    def make(program: str) -> ComfyUI:
        source = make_comfyui(home.comfyui)
        (source / "main.py").write_text(program)
        return ComfyUI(source, "a test", False)

    for folder in (home.base, home.logs):
        folder.mkdir(parents=True)
    home.environment.symlink_to(sys.prefix, target_is_directory=True)
    monkeypatch.setattr(server, "_accelerator", lambda python: None)  # it would import torch
    return make


def test_comfyui_runs_as_long_as_it_is_needed(
    home: Home, comfyui_of: Callable[[str], ComfyUI], capsys: pytest.CaptureFixture[str]
):
    comfyui = comfyui_of(ANSWERING % '{"AnimeSampleClip": {}}')
    with running_comfyui(home, comfyui, None) as running:
        assert running.alive
        assert f"answers at {running.address} after" in capsys.readouterr().out
    assert not running.alive


@pytest.mark.parametrize(
    ("program", "reason", "line"),
    [
        ("print('no disk'); raise SystemExit(3)", "ended while starting", "no disk"),
        (f"print('{COMPLAINT}')\n{ANSWERING % '{}'}", "the pack did not load", COMPLAINT),
    ],
    ids=["it ends", "it runs without the pack"],
)
def test_a_comfyui_that_is_of_no_use_is_explained_from_its_log(
    home: Home, comfyui_of: Callable[[str], ComfyUI], program: str, reason: str, line: str
):
    (home.logs / "comfyui-server.log").write_text("an older start\n")
    with (
        pytest.raises(StepFailed, match=reason) as failure,
        running_comfyui(home, comfyui_of(program), None),
    ):
        pass
    assert failure.value.tail == [line]
    assert failure.value.log == home.logs / "comfyui-server.log"


def test_a_pack_that_did_not_load_is_shown_by_the_lines_before_the_complaint():
    before = [f"line {number}" for number in range(30)]
    after = ["Starting server"] * 30
    assert around_import_failure([*before, COMPLAINT, *after]) == [*before[-20:], COMPLAINT]
    assert around_import_failure([*before, *after]) == after[-20:]
