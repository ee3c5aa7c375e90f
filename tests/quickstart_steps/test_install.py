"""What is installed, and what an archive may write."""

import io
import tarfile
from pathlib import Path

import pytest

from anime_production.quickstart_steps.install import joined_requirements, unpack
from anime_production.quickstart_steps.places import Refusal


def test_pytorch_is_pinned_beside_everything_that_could_move_it():
    text = joined_requirements(
        "torch\ncomfyui-workflow-templates==0.11.27\naiohttp>=3\n", "lpips>=0.1\n", ["pytest"]
    )
    lines = text.splitlines()
    assert lines[0].startswith("torch==")
    assert {"torch", "aiohttp>=3", "lpips>=0.1", "pytest"} < set(lines)
    assert "workflow-templates" not in text


def test_one_folder_is_taken_out_of_an_archive(tmp_path: Path):
    archive = make_archive(tmp_path, {"x-1/vendor/C/main.py": b"1", "x-1/setup.py": b"2"})
    unpack(archive, "vendor/C", tmp_path / "out")
    files = [file for file in (tmp_path / "out").rglob("*") if file.is_file()]
    assert [(file.name, file.read_bytes()) for file in files] == [("main.py", b"1")]


def test_an_archive_cannot_write_outside_its_target(tmp_path: Path):
    archive = make_archive(tmp_path, {"x-1/vendor/C/../../../evil.py": b""})
    with pytest.raises(Refusal, match="outside"):
        unpack(archive, "vendor/C", tmp_path / "deep" / "out")
    assert not list(tmp_path.rglob("evil.py"))


def make_archive(folder: Path, files: dict[str, bytes]) -> Path:
    archive = folder / "archive.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return archive
