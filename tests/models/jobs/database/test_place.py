import os
import stat

import pytest

from anime_production.models.jobs.database.database import Database
from anime_production.models.jobs.database.place import Account, NoPlace, make_passable, place_below

from ..postgres import private_folder


def test_a_plain_path_holds_its_own_database(private):
    assert place_below(private) == private.resolve() / "postgres"


@pytest.mark.parametrize("name", ["My Comfy UI", "it's", "100%", "a$b", 'quo"te'])
def test_a_path_that_postgresql_cannot_start_in_is_left_for_another(
    name: str, tmp_path, monkeypatch, caplog
):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / name).mkdir()
    place = place_below(tmp_path / name)
    assert place.parent == tmp_path / "data" / "anime-production"
    assert str(place) in caplog.text
    assert place_below(tmp_path / name) == place
    assert place_below(tmp_path / f"{name} 2") != place


def test_where_no_folder_will_do_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "anime_production.models.jobs.database.place._data_folders", lambda: iter(())
    )
    with pytest.raises(NoPlace, match="ANIME_DATABASE_URL"):
        place_below(tmp_path / "a space")


@pytest.mark.database
def test_a_database_starts_although_the_path_has_a_space(monkeypatch):
    with private_folder("My Comfy UI") as folder, private_folder("data") as data:
        monkeypatch.setenv("XDG_DATA_HOME", str(data))
        database = Database(folder)
        with database.connect() as connection:
            assert connection.execute("SELECT count(*) FROM anime.jobs").fetchone() == (0,)
        database.close()
        assert not list(folder.iterdir())


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
