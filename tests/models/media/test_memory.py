"""Memory that loading asks for, and takes."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from anime_production.models.frames import InputError
from anime_production.models.media import memory
from anime_production.models.media.memory import available_memory, refuse_too_large

from ..memory import peak_above

MEGABYTE = 1 << 20


@pytest.fixture
def containers(tmp_path, monkeypatch) -> Any:
    """Control groups in a folder, in place of the system's."""
    monkeypatch.setattr(memory, "CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(memory, "OF_PROCESS", tmp_path / "own")

    def put(own: str, files: dict[str, str]) -> None:
        (tmp_path / "own").write_text(own)
        for name, content in files.items():
            path = tmp_path / "cgroup" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)

    return put


def group(folder: str, limit: str, used: int, inactive: int, version: int = 2) -> dict[str, str]:
    """The files of a control group."""
    names = memory.VERSION_2 if version == 2 else memory.VERSION_1
    statistics = f"anon 5\n{names[2]} {inactive}\nslab 7\n"
    return {
        f"{folder}{names[0]}": f"{limit}\n",
        f"{folder}{names[1]}": f"{used}\n",
        f"{folder}memory.stat": statistics,
    }


def test_a_container_of_version_2_counts_without_the_files_that_it_can_give_back(containers):
    containers("0::/a/b\n", group("a/b/", str(100 * MEGABYTE), 60 * MEGABYTE, 20 * MEGABYTE))
    assert available_memory() == 60 * MEGABYTE


def test_a_group_around_the_own_one_counts_too(containers):
    own = group("a/b/", "max", 10 * MEGABYTE, 0)
    containers("0::/a/b\n", {**own, **group("a/", str(30 * MEGABYTE), 10 * MEGABYTE, 0)})
    assert available_memory() == 20 * MEGABYTE


def test_a_container_sees_its_own_group_as_the_root(containers):
    containers("0::/docker/abc\n", group("", str(50 * MEGABYTE), 10 * MEGABYTE, 0))
    assert available_memory() == 40 * MEGABYTE


def test_a_container_of_version_1_counts(containers):
    files = group("memory/x/", str(70 * MEGABYTE), 30 * MEGABYTE, 10 * MEGABYTE, version=1)
    containers("11:cpu,cpuacct:/x\n4:memory:/x\n", files)
    assert available_memory() == 50 * MEGABYTE


@pytest.mark.parametrize("own", ["", "0::/../..\n", "4:memory:/nothing\n"])
def test_without_a_limit_the_machines_memory_counts(containers, own):
    containers(own, {})
    assert available_memory() > 100 * MEGABYTE


def test_what_is_needed_and_what_there_is_is_said(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 3 * 10**9)
    refuse_too_large("file", 2 * 10**9, "frames")
    expected = (
        r"^file: expected frames that fit into the 3\.0 GB of free memory, got 800 frames of 9×9, "
        r"which take 2\.9 GB\. Load fewer"
    )
    with pytest.raises(InputError, match=expected):
        refuse_too_large("file", 29 * 10**8, "800 frames of 9×9")


LOADING = """
from pathlib import Path
import numpy as np
from fractions import Fraction
from anime_production.models.jobs.job import Artifact
from anime_production.models.jobs.provenance.files import Destination, save_images
from anime_production.models.jobs.provenance.stored_frames import load_frames
from anime_production.models.media.clip import Clip
from anime_production.models.media.formats import FORMATS
count, height, width = {count}, {height}, {width}
root = Path({folder!r})
if not any(root.iterdir()):
    images = torch.linspace(0, 1, count).reshape(-1, 1, 1, 1)
    images = images.expand(count, height, width, 3)
    to = Destination(root, root, "a", 1)
    for saved in save_images(Clip(images, Fraction(12)), FORMATS[{format!r}], to, {{}}):
        pass
kind, fps = FORMATS[{format!r}].kind, None if {format!r} == "png" else 12.0
parts = sorted(root.iterdir())
each = count // len(parts)
files = [Artifact(path.name, kind, 1, "", width, height, each, fps) for path in parts]
"""


def loading(folder: Path, format: str, count: int) -> str:
    """Python that saves frames unless they are there, and names the files."""
    values = {"count": count, "height": 576, "width": 1024}
    return LOADING.format(folder=str(folder), format=format, **values)


@pytest.mark.parametrize("format", ["png", "webp", "mp4", "webm", "apng", "gif"])
def test_loading_holds_the_frames_once(tmp_path, format):
    """Twice is too much for long clips; the rest is a decoder and the files."""
    count = 24
    size = count * 1024 * 576 * 3 * 4 / MEGABYTE
    before = loading(tmp_path, format, count)
    # Saving has a peak of its own, so another process loads.
    peak_above("import sys", before)
    peak = peak_above(before, f"assert len(load_frames(root, files, 9999)) == {count}")
    assert peak < 1.2 * size + 60


LIMITED = """
import resource, torch
{before}
from anime_production.models.frames import InputError
import psutil
used = psutil.Process().memory_info().vms
resource.setrlimit(resource.RLIMIT_AS, (used + (400 << 20), resource.RLIM_INFINITY))
try:
    load_frames(root, files, 9999)
except InputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's memory")
def test_a_limit_of_the_process_is_a_sentence(tmp_path):
    """A raw allocator error named neither what is needed nor what there is."""
    before = loading(tmp_path, "mp4", 48)
    root = __name__.partition(".")[0]
    parent = sys.modules[root].__path__[0].rpartition("/")[0]
    done = subprocess.run([sys.executable, "-c", LIMITED.format(before=before)],
                          capture_output=True, text=True, check=True, cwd=parent)  # fmt: skip
    assert done.stdout.startswith("file: expected frames that fit into the 0.4 GB of free memory, "
                                  "got 48 frames of 1024×576, which take 0.3 GB")  # fmt: skip
