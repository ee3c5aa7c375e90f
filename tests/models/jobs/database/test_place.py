import hashlib
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from anime_production.models.jobs.database.account import Account, make_passable
from anime_production.models.jobs.database.database import Database
from anime_production.models.jobs.database.place import (
    POINTER,
    NoPlace,
    data_folders,
    folder_problem,
    path_problem,
    place_below,
)

from ..postgres import private_folder

# Ways in which a file system doesn't keep permissions or owners, as options of bindfs, which mounts
# a folder anew: a Windows drive in WSL ignores them, others refuse to change them.
DISOBEDIENT = {
    "ignores modes": ("--perms=0777", "--chmod-ignore"),
    "refuses modes": ("--perms=0777", "--chmod-deny"),
    "ignores owners": ("--force-user=nobody", "--chown-ignore"),
    "refuses owners": ("--force-user=nobody", "--chown-deny"),
}


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    """Mount a folder on itself, with options of bindfs; skip the test where that can't be done."""
    if shutil.which("bindfs") is None or shutil.which("fusermount") is None:
        pytest.skip("bindfs is not installed (Debian: apt install bindfs)")
    command = ["bindfs", "-o", "nonempty,allow_other", *options, str(folder), str(folder)]
    if subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        yield
    finally:
        subprocess.run(["fusermount", "-u", "-z", str(folder)], check=True)


def test_a_plain_path_holds_its_own_database(private):
    assert place_below(private) == private.resolve() / "postgres"


@pytest.mark.skipif(os.name != "posix", reason="no folder can have this name on Windows")
def test_a_path_that_postgresql_cannot_start_in_is_left_for_another(tmp_path, monkeypatch, caplog):
    name = "two\nlines"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / name).mkdir()
    place = place_below(tmp_path / name)
    assert place.parent == tmp_path / "data" / "anime-production"
    assert str(place) in caplog.text
    assert place_below(tmp_path / name) == place
    assert place_below(tmp_path / f"{name} 2") != place


def test_where_no_folder_will_do_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "anime_production.models.jobs.database.place.data_folders", lambda *system: iter(())
    )
    with pytest.raises(NoPlace, match="ANIME_DATABASE_URL"):
        place_below(tmp_path / "two\nlines")


@pytest.mark.database
@pytest.mark.skipif(os.name != "posix", reason="another folder is used on Windows")
def test_a_path_with_a_space_has_its_database_in_it(monkeypatch):
    with private_folder("My Comfy UI") as folder, private_folder("data") as data:
        monkeypatch.setenv("XDG_DATA_HOME", str(data))
        database = Database(folder)
        with database.connect() as connection:
            assert connection.execute("SELECT count(*) FROM anime.jobs").fetchone() == (0,)
        database.close()
        assert (folder / "postgres" / "data").is_dir()
        assert not list(data.iterdir())


@pytest.mark.database
@pytest.mark.skipif(os.name != "posix", reason="another folder is used on Windows")
def test_a_database_that_an_older_pack_put_elsewhere_for_a_space_stays_there(monkeypatch):
    with private_folder("My Comfy UI") as folder, private_folder("data") as data:
        monkeypatch.setenv("XDG_DATA_HOME", str(data))
        name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
        kept = data / "anime-production" / name / "data"
        kept.mkdir(parents=True)
        (kept / "PG_VERSION").write_text("18\n")
        assert place_below(folder) == kept.parent


@pytest.mark.database
@pytest.mark.parametrize("options", DISOBEDIENT.values(), ids=DISOBEDIENT)
def test_a_folder_that_does_not_keep_permissions_is_left_for_another(options, monkeypatch, caplog):
    if options[1].startswith("--chown") and os.geteuid() != 0:
        pytest.skip("only root changes owners")
    with private_folder() as folder, private_folder("data") as data, mounted(folder, *options):
        monkeypatch.setenv("XDG_DATA_HOME", str(data))
        database = Database(folder)
        with database.connect() as connection:
            connection.execute("CREATE TABLE kept ()")
        database.close()
        (place,) = (data / "anime-production").iterdir()
        assert f"PostgreSQL can't use {folder}: " in caplog.text
        assert (folder / POINTER).read_text().splitlines()[0] == str(place)
        # The next start finds it by the file, even if the user's data folder is another one then.
        monkeypatch.setenv("XDG_DATA_HOME", str(data / "another"))
        assert place_below(folder) == place


@pytest.mark.skipif(os.name != "posix", reason="bindfs is for POSIX")
def test_where_no_other_folder_can_be_used_the_users_own_server_is_named(monkeypatch):
    with private_folder() as root:
        folder, data = root / "private", root / "data"
        for path in (folder, data):
            path.mkdir(mode=0o700)
        monkeypatch.setattr(
            "anime_production.models.jobs.database.place.data_folders",
            lambda *system: iter((data,)),
        )
        with mounted(root, *DISOBEDIENT["ignores modes"]):
            with pytest.raises(NoPlace, match=r"permissions.*ANIME_DATABASE_URL"):
                place_below(folder)
            assert not list(folder.iterdir())


def test_a_database_that_exists_keeps_its_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data home"))
    monkeypatch.setattr(
        "anime_production.models.jobs.database.place.folder_problem", lambda folder: "not asked"
    )
    own = tmp_path / "private" / "postgres"
    (own / "data").mkdir(parents=True)
    (own / "data" / "PG_VERSION").write_text("18\n")
    assert place_below(tmp_path / "private") == own


def test_a_plain_folder_has_no_problem_and_nothing_is_left_in_it(private):
    assert folder_problem(private) is None
    assert not list(private.iterdir())


@pytest.mark.parametrize(
    ("path", "platform", "problem"),
    [
        (PurePosixPath("/home/冬/ComfyUI/user/__anime/postgres"), "linux", None),
        (PurePosixPath('/home/me/My ComfyUI/it\'s "$1"/postgres'), "linux", None),
        (PurePosixPath("/home/me/two\nlines/postgres"), "linux", "end of a line"),
        (PurePosixPath("/home/" + "a" * 900), "linux", "too long"),
        (PurePosixPath("/Users/me/ComfyUI/postgres"), "darwin", None),
        (PureWindowsPath(r"C:\ComfyUI\user\__anime\postgres"), "win32", None),
        (PureWindowsPath(r"C:\冬\ComfyUI\postgres"), "win32", "letters"),
        (PureWindowsPath("C:\\" + "a" * 160), "win32", "too long"),
        (PureWindowsPath(r"C:\Program Files\ComfyUI"), "win32", "space"),
    ],
)
def test_each_system_has_paths_that_postgresql_cannot_use(path, platform, problem):
    reason = path_problem(path, platform)
    assert reason is None if problem is None else problem in reason


def test_each_system_has_its_data_folders():
    home = Path("/home/me")
    local = home / ".local" / "share" / "anime-production"
    assert next(data_folders("linux", {}, home)) == local
    assert next(data_folders("darwin", {"LOCALAPPDATA": "/nowhere"}, home)) == local
    xdg = data_folders("linux", {"XDG_DATA_HOME": "/data"}, home)
    assert next(xdg) == Path("/data/anime-production")
    windows = {"LOCALAPPDATA": "/local", "PROGRAMDATA": "/all", "XDG_DATA_HOME": "/data"}
    assert list(data_folders("win32", windows, home)) == [
        Path("/local/anime-production"),
        Path("/all/anime-production"),
        local,
    ]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_folders_above_are_opened_for_passing_and_for_nothing_else(private):
    inner = private / "inner"
    inner.mkdir(mode=0o750)
    above = [private, *private.parents]
    before = {folder: stat.S_IMODE(folder.stat().st_mode) for folder in above}
    make_passable(Account(12345, 12345), inner / "postgres")
    assert stat.S_IMODE(inner.stat().st_mode) == 0o751
    for folder, mode in before.items():
        assert stat.S_IMODE(folder.stat().st_mode) in (mode, mode | stat.S_IXOTH)
    assert stat.S_IMODE(private.stat().st_mode) == 0o701
    closed = private / "closed"
    closed.mkdir(mode=0o700)
    make_passable(Account(), closed / "postgres")  # we run it ourselves: nothing to open
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
