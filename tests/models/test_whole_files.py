"""Renames of new files that a virus scanner or an index of the system holds for a moment.

On Windows they are refused then. Here `os.replace` and `os.rename` refuse the first tries.
"""

import ast
import errno
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
import torch
from PIL import Image

from anime_production.models import whole_files
from anime_production.models.character.library import load_character, save_character
from anime_production.models.frames import InputError
from anime_production.models.jobs.provenance.files import Destination, save_images, save_video
from anime_production.models.jobs.provenance.video_files import video_facts
from anime_production.models.jobs.recording.backup_archive import write_file
from anime_production.models.media.clip import Clip
from anime_production.models.media.formats import FORMATS
from anime_production.models.production.catalogue import find_phase, register_phase
from anime_production.models.production.definition import read_definition
from anime_production.models.settings import TRACKING, read_config
from anime_production.models.weights.fetch import fetch
from anime_production.models.whole_files import UNFINISHED, move, write_whole
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


def pictures(folder: Path, name: str, images: torch.Tensor | None = None) -> list[Path]:
    """Write two pictures in a format of Save Job, and return the paths of the files."""
    clip = Clip(torch.rand(2, 8, 8, 3) if images is None else images, Fraction(12))
    saved = save_images(clip, FORMATS[name], Destination(folder, folder / "shots", "012", 1), {})
    return [folder / each.artifact.path for each in saved]


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
    with pytest.raises(InputError, match=r"Permission denied.*another program"):
        clip(tmp_path)
    assert list((tmp_path / "shots").iterdir()) == []


@pytest.mark.parametrize("name", list(FORMATS))
def test_pictures_of_a_job_are_saved_in_every_format(scanner, tmp_path, name):
    paths = pictures(tmp_path, name)
    assert sorted(paths[0].parent.iterdir()) == sorted(paths)
    assert all(path.stat().st_size > 40 for path in paths)


@pytest.mark.parametrize("name", list(FORMATS))
def test_pictures_that_stay_held_leave_no_empty_file(scanner, impatient, tmp_path, name):
    scanner.tries = float("inf")
    with pytest.raises(InputError, match=r"Permission denied.*another program"):
        pictures(tmp_path, name)
    assert list((tmp_path / "shots").iterdir()) == []


def test_a_file_system_without_links_gives_names_too(tmp_path, monkeypatch):
    def no_links(*_: Any) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    taken = tmp_path / "shots" / "012_00001_.png"
    taken.parent.mkdir()
    taken.write_bytes(b"another program's")
    names = [path.name for path in pictures(tmp_path, "png")]
    assert names == ["012_00002_.png", "012_00003_.png"]
    assert taken.read_bytes() == b"another program's"


KILLED = """
import os, signal, sys, torch
from fractions import Fraction
from pathlib import Path
from anime_production.models.jobs.provenance.files import Destination, save_images
from anime_production.models.media.clip import Clip
from anime_production.models.media.formats import FORMATS

class Killing:
    def __init__(self, images): self.images, self.shape = images, images.shape
    def __getattr__(self, name): return getattr(self.images, name)
    def __len__(self): return len(self.images)
    def __iter__(self):
        yield self.images[0]
        os.kill(os.getpid(), signal.SIGKILL)

folder = Path(sys.argv[1])
clip = Clip(torch.rand(2, 16, 16, 4), Fraction(12))
object.__setattr__(clip, "images", Killing(clip.images))
for _ in save_images(clip, FORMATS[sys.argv[2]], Destination(folder, folder, "012", 1), {}):
    pass
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
@pytest.mark.parametrize("name", ["png", "apng", "webm"])
def test_a_killed_process_leaves_no_file_that_can_be_seen(tmp_path, name):
    root = Path(sys.modules[__name__.partition(".")[0]].__path__[0]).parent
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), name], cwd=root)
    assert done.returncode == -signal.SIGKILL
    whole = ["012_00001_.png"] if name == "png" else []  # the first of two stills was complete
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == whole


def test_what_a_killed_process_left_is_removed_a_day_later(tmp_path):
    folder = tmp_path / "shots"
    folder.mkdir()
    old, new, other = (folder / each for each in (f"{UNFINISHED}a", f"{UNFINISHED}b", ".keep"))
    for path in (old, new, other):
        path.write_bytes(b"x")
    for path in (old, other):
        os.utime(path, (0, 0))
    (path, *_) = pictures(tmp_path, "webp")
    assert sorted(folder.iterdir()) == sorted([new, other, path])


def test_processes_that_save_at_the_same_time_take_different_names(tmp_path):
    """Each of eight threads saves in the same folder, and nothing is overwritten."""

    def save(number: int) -> bytes:
        (path,) = pictures(tmp_path, "gif", torch.full((1, 8, 8, 3), number / 8))
        return path.read_bytes()

    with ThreadPoolExecutor(8) as pool:
        contents = list(pool.map(save, range(8)))
    files = [path.read_bytes() for path in (tmp_path / "shots").iterdir()]
    assert sorted(files) == sorted(contents)
    assert len(set(files)) == 8


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
