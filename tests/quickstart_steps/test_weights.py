"""`quickstart.py weights`, run as people run it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from anime_production.models.weights import WEIGHTS
from anime_production.quickstart_steps.comfyui_process import free_port
from anime_production.quickstart_steps.command_line import parse

from ..file_server import FileServer, file_server

NAME = "anime_completeness"  # the smallest one of the hub's that has no hash in the catalogue
REPOSITORY = "deepghs/anime_completeness/resolve/main/mobilenetv3_v2.2_dist"
NETWORK = os.urandom(1 << 16) * 256  # 16.8 MB, as its publisher says
INSTALLED = Path("anime_completeness", "mobilenetv3_v2.2_dist", "model.onnx")


@pytest.fixture
def hub() -> Iterator[FileServer]:
    with file_server() as server:
        yield server


@pytest.fixture
def models(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


def quickstart(
    checkout: Path, tmp_path: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess:
    variables = {key: value for key, value in os.environ.items() if key != "COMFYUI_PATH"}
    variables |= {"NO_PROXY": "127.0.0.1", "PYTHONDONTWRITEBYTECODE": "1", **environment}
    command = [sys.executable, str(checkout / "quickstart.py"), "weights"]
    command += ["--home", str(tmp_path / "home"), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env=variables, timeout=120
    )


def test_the_list_says_what_is_there_how_large_it_is_and_whose(checkout, tmp_path, models):
    (models / "lpips").mkdir()
    (models / "lpips" / "alexnet-owt-7be5be79.pth").write_bytes(b"weights")
    result = quickstart(checkout, tmp_path, "--models", str(models))
    assert result.returncode == 0, result.stderr
    rows = {row.lstrip("! ").split(" ")[0]: row for row in result.stdout.splitlines()}
    assert "installed" in rows["lpips-alex"]
    assert "244 MB" in rows["lpips-alex"]
    assert "missing" in rows["lpips-vgg"]
    assert rows["buffalo_l"].startswith("! ")
    assert "non-commercial" in rows["buffalo_l"]
    assert not rows["lpips-vgg"].startswith("!")
    assert f"      {WEIGHTS['lpips-vgg'].purpose}." in result.stdout.splitlines()
    last = result.stdout.splitlines()[-1]
    assert last.endswith("--fetch ccip-caformer-24-randaug-pruned person_detect_v1.1_m")


def test_what_is_asked_for_is_fetched_and_only_once(checkout, tmp_path, models, hub):
    hub.offer(f"{REPOSITORY}/model.onnx", NETWORK, linked=True)
    hub.offer(f"{REPOSITORY}/meta.json", b"{}")
    arguments = ("--models", str(models), "--fetch", NAME)
    result = quickstart(checkout, tmp_path, *arguments, HF_ENDPOINT=hub.address)
    assert result.returncode == 0, result.stdout + result.stderr
    assert str(models / INSTALLED) in result.stdout
    assert (models / INSTALLED).read_bytes() == NETWORK
    again = quickstart(checkout, tmp_path, *arguments, HF_ENDPOINT=hub.address)
    assert again.returncode == 0
    assert "installed already" in again.stdout
    assert len(hub.requests) == 2


def test_the_models_of_the_named_comfyui_are_the_place(checkout, comfyui, tmp_path):
    result = quickstart(checkout, tmp_path, COMFYUI_PATH=str(comfyui))
    assert f"Weights in {comfyui / 'models'}\n" in result.stdout


def test_without_network_it_fails_with_what_to_do(checkout, tmp_path, models):
    nowhere = f"http://127.0.0.1:{free_port()}"
    names = ("--fetch", NAME, "ccip-caformer-5_fp32")
    result = quickstart(checkout, tmp_path, "--models", str(models), *names, HF_ENDPOINT=nowhere)
    assert result.returncode == 1
    assert result.stdout.count("There is no connection to 127.0.0.1") == 2
    assert f"{nowhere}/{REPOSITORY}/model.onnx at {models / INSTALLED}" in result.stdout


def test_non_commercial_weights_are_refused_until_that_is_accepted(checkout, tmp_path, models):
    arguments = ("--models", str(models), "--fetch", NAME, "buffalo_l")
    result = quickstart(checkout, tmp_path, *arguments)
    assert result.returncode == 2
    assert "buffalo_l may not be used commercially" in result.stdout
    assert "--accept-licence" in result.stdout
    assert list(models.rglob("*")) == []


@pytest.mark.parametrize(
    "arguments",
    [("--fetch", "nobody"), ("--models", "/no/such/folder"), ("--fetch",), ("--comfyui", "/")],
)
def test_a_slip_is_refused_with_status_2(checkout, tmp_path, arguments):
    assert quickstart(checkout, tmp_path, *arguments).returncode == 2


def test_fetching_goes_with_its_own_command_only():
    with pytest.raises(SystemExit) as ended:
        parse(["run", "--fetch", NAME])
    assert ended.value.code == 2
    assert parse(["weights", "--fetch", NAME, "buffalo_l"])[0].fetch == [NAME, "buffalo_l"]
