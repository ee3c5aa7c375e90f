"""Renames of new files that a virus scanner or an index of the system holds for a moment.

On Windows they are refused then. Here `os.replace` and `os.rename` refuse the first tries.
"""

import ast
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from anime_production.models import whole_files
from anime_production.models.character.library import load_character, save_character
from anime_production.models.jobs.provenance.files import Destination, save_video
from anime_production.models.jobs.provenance.video_files import video_facts
from anime_production.models.jobs.recording.backup_archive import write_file
from anime_production.models.production.catalogue import find_phase, register_phase
from anime_production.models.production.definition import read_definition
from anime_production.models.settings import TRACKING, read_config
from anime_production.models.weights.fetch import fetch
from anime_production.models.whole_files import move, write_whole
from anime_production.tests.models.weights.conftest import hub  # noqa: F401
from anime_production.tools.comfyui import PACK

from .character.keepsakes import hard_to_save
from .weights.test_fetch import CONTENT, one_file
from .weights.test_unpack import a_pack, zipped

RENAMES = {"replace", "rename", "renames", "move"}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pack waits for no scanner."""
    monkeypatch.setattr(whole_files, "LONGEST_WAIT", 0.0)


def video(path: Path, _: Any) -> None:
    """Write a video, in place of ComfyUI."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "yuv420p"
        for _ in range(4):
            container.mux(stream.encode(av.VideoFrame.from_image(Image.new("RGB", (16, 16)))))
        container.mux(stream.encode())


def clip(folder: Path) -> Any:
    """Write a clip as Save Job does, under a name that is a prefix of others."""
    return save_video(video, Destination(folder, folder / "shots", "012", 1), {})


class NoRows:
    """A database without tables."""

    version = 1
    tables = ()

    def chunks(self, table: Any) -> Any:
        """Yield nothing."""
        yield from ()


def test_a_setting_is_written(scanner, tmp_path):
    TRACKING.write(tmp_path, "all")
    TRACKING.write(tmp_path, "off")
    assert read_config(tmp_path)["tracking"] == "off"
    assert [path.name for path in tmp_path.iterdir()] == ["config.json"]
    assert scanner.refused.total() == 4


def test_a_phase_is_registered(scanner, tmp_path):
    shipped = find_phase(tmp_path, "sample_loop").to_dict()
    register_phase(tmp_path, read_definition({**shipped, "id": "own"}))
    assert find_phase(tmp_path, "own").id == "own"
    assert scanner.refused.total() == 2


def test_a_clip_of_a_job_is_saved(scanner, tmp_path):
    path = tmp_path / clip(tmp_path).artifact.path
    assert video_facts(path).frames == 4
    assert list(path.parent.iterdir()) == [path]


def test_a_clip_that_stays_held_leaves_no_empty_file(scanner, impatient, tmp_path):
    scanner.tries = float("inf")
    with pytest.raises(PermissionError):
        clip(tmp_path)
    assert list((tmp_path / "shots").iterdir()) == []


def test_a_backup_is_written(scanner, tmp_path):
    write_file(tmp_path / "jobs.zip", NoRows(), lambda line: None)
    assert [path.name for path in tmp_path.iterdir()] == ["jobs.zip"]


def test_a_character_is_saved(scanner, tmp_path):
    saved = save_character(tmp_path, hard_to_save())
    assert saved.version == 1
    assert load_character(tmp_path, "Aoi", 1).name == "Aoi"
    assert scanner.refused.total() == 2


def test_weights_and_unpacked_weights_get_their_names(scanner, hub, tmp_path):  # noqa: F811
    (path,) = fetch(one_file(hub.offer("net.onnx", CONTENT)), tmp_path)
    assert path.read_bytes() == CONTENT
    pack = zipped({"det.onnx": b"1", "rec.onnx": b"2"})
    paths = fetch(a_pack(hub, pack), tmp_path)
    assert [path.read_bytes() for path in paths] == [b"1", b"2"]


def test_a_refusal_that_lasts_is_an_error_and_leaves_the_old_file(scanner, impatient, tmp_path):
    file = tmp_path / "a.json"
    file.write_bytes(b"old")
    scanner.tries = float("inf")
    with pytest.raises(PermissionError):
        write_whole(file, b"new")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.json": b"old"}


def test_another_error_is_raised_at_once(tmp_path):
    with pytest.raises(FileNotFoundError):
        move(tmp_path / "none", tmp_path / "some")


def test_a_folder_that_must_not_be_overwritten_stays(tmp_path):
    for name in ("new", "old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    with pytest.raises(OSError, match="old"):
        move(tmp_path / "new", tmp_path / "old", overwrite=False)
    assert (tmp_path / "old" / "file").read_text() == "old"


def test_the_pack_renames_files_in_one_place_only():
    places = set()
    for room in ("models", "nodes", "web"):
        for path in (PACK / room).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                    name, owner = call.func.attr, ast.unparse(call.func.value)
                    of_a_module = name in RENAMES and owner in ("os", "shutil")
                    # A text's `replace` has two arguments, a path's has one.
                    if of_a_module or (name in ("replace", "rename") and len(call.args) == 1
                                       and not call.keywords):  # fmt: skip
                        places.add(f"{path.relative_to(PACK).as_posix()}: {ast.unparse(call)}")
    assert places == set()
