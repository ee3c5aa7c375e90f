# mypy: disable-error-code="union-attr"
import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest

from anime_production.models.jobs.database.account import account_for
from anime_production.models.jobs.database.database import Database
from anime_production.models.jobs.database.embedded import EmbeddedFailure, EmbeddedServer

from ..postgres import private_folder, wait_until

pytestmark = pytest.mark.database

USE_IT = """
import sys
from pathlib import Path
from anime_production.models.jobs.database.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
server.connection_string()
print("using", flush=True)
sys.stdin.readline()
server.leave()
print("left", flush=True)
"""


def user_of(place: Path, **environment: str) -> subprocess.Popen:
    """Another process that uses the server until it is told to leave."""
    process = subprocess.Popen(
        [sys.executable, "-c", USE_IT, str(place)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    assert process.stdout.readline() == "using\n"
    return process


def postmaster(place: Path) -> int:
    return int((place / "data" / "postmaster.pid").read_text().splitlines()[0])


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def word_in(server: EmbeddedServer) -> str:
    with psycopg.connect(server.connection_string()) as connection:
        (word,) = connection.execute("SELECT word FROM kept").fetchone() or (None,)
        return str(word)


def test_several_processes_share_one_server_and_the_last_stops_it(place):
    server = EmbeddedServer(place)
    server.connection_string()
    pid = postmaster(place)
    other = user_of(place)
    assert postmaster(place) == pid
    server.leave()
    assert runs(pid)
    assert other.communicate("leave\n")[0] == "left\n"
    assert not runs(pid)
    assert not (place / "data" / "postmaster.pid").exists()


def test_a_killed_process_does_not_keep_the_server_alive(place):
    killed = user_of(place)
    pid = postmaster(place)
    killed.kill()
    killed.wait()
    assert runs(pid)
    server = EmbeddedServer(place)
    assert word_in(server) == "still here"
    assert postmaster(place) == pid
    server.leave()
    assert not runs(pid)


def test_a_killed_server_is_started_afresh_with_what_it_knew(place):
    server = EmbeddedServer(place)
    assert word_in(server) == "still here"
    killed = postmaster(place)
    os.kill(killed, signal.SIGKILL)
    assert word_in(server) == "still here"
    assert postmaster(place) != killed
    server.leave()


@pytest.mark.parametrize("stranger", ["a program", "another PostgreSQL"])
def test_a_process_number_that_was_given_out_anew_is_not_taken_for_the_server(
    place, system_postgres, stranger
):
    account = account_for(place / "data")
    with subprocess.Popen(["sleep", "60"], user=account.uid) as program:
        pid = program.pid if stranger == "a program" else system_postgres.pid
        note = ["1700000000", "5432", str(place), "", "1 1", "ready"]
        text = "\n".join([str(pid), str(place / "data"), *note])
        (place / "data" / "postmaster.pid").write_text(text + "\n")
        server = EmbeddedServer(place)
        assert word_in(server) == "still here"
        server.leave()
        assert runs(pid)
        program.kill()


def test_another_users_programs_can_neither_read_the_data_nor_its_password(place):
    modes = {path.name: path.stat().st_mode & 0o077 for path in (place, place / "password")}
    assert modes == {"postgres": 0, "password": 0}
    server = EmbeddedServer(place)
    text = server.connection_string()
    try:
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(psycopg.conninfo.make_conninfo(text, password="guessed"))
    finally:
        server.leave()


@pytest.mark.skipif(os.name != "posix", reason="on Windows the server listens on 127.0.0.1")
def test_the_server_opens_no_tcp_port(place):
    server = EmbeddedServer(place)
    parts = psycopg.conninfo.conninfo_to_dict(server.connection_string())
    try:
        main = psutil.Process(int((place / "data" / "postmaster.pid").read_text().split()[0]))
        for process in (main, *main.children(recursive=True)):
            assert process.net_connections("inet") == []
        socket_file = Path(str(parts["host"])) / f".s.PGSQL.{parts['port']}"
        assert stat.S_IMODE(socket_file.stat().st_mode) & 0o077 == 0
    finally:
        server.leave()


def test_the_private_folder_is_private_whoever_makes_it_first(private):
    folder = private / "__anime"
    database = Database(folder)
    database.connect().close()
    database.close()
    assert folder.stat().st_mode & 0o066 == 0


def test_a_path_too_long_for_a_socket_works(place):
    deep = place.parent / ("a" * 60) / ("b" * 60)
    deep.mkdir(parents=True)
    moved = deep / "postgres"
    place.rename(moved)
    try:
        server = EmbeddedServer(moved)
        assert word_in(server) == "still here"
        socket_folder = (moved / "data" / "postmaster.pid").read_text().splitlines()[4]
        assert Path(socket_folder).stat().st_mode & 0o077 == 0
        server.leave()
        assert not Path(socket_folder).exists()
    finally:
        moved.rename(place)


# Characters that mean something to a shell, to PostgreSQL's settings or to its clients.
FOLDER_NAMES = ("my films", "アニメ é", 'Ai\'s "cut"', "a;b & (c)", "1,5 $HOME `id` 100%", "a\\b")


@pytest.mark.parametrize("name", FOLDER_NAMES)
def test_the_database_is_below_a_folder_of_any_name(name):
    if os.name != "posix" and set(name) & set('"\\'):
        pytest.skip("no folder can have this name here")
    with private_folder() as folder:
        place = folder / name / "postgres"
        place.parent.mkdir()
        server = EmbeddedServer(place)
        with psycopg.connect(server.connection_string()) as connection:
            (data,) = connection.execute("SHOW data_directory").fetchone()
        server.leave()
        assert Path(data) == place / "data"
        assert not list(place.glob(".s.PGSQL.*"))


@pytest.mark.skipif(os.name != "posix", reason="on Windows the server listens on 127.0.0.1")
def test_a_temporary_folder_too_long_for_a_socket_is_not_used(place, tmp_path, monkeypatch):
    long = tmp_path / ("t" * 100)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    deep = place.parent / ("a" * 120)
    deep.mkdir()
    moved = deep / "postgres"
    place.rename(moved)
    try:
        server = EmbeddedServer(moved)
        assert word_in(server) == "still here"
        server.leave()
    finally:
        moved.rename(place)
    assert not list(long.iterdir())


@pytest.mark.parametrize("name", ["a", 'my "films" for $1'])
def test_a_database_of_an_older_postgresql_is_upgraded_even_after_a_crash(scanner, name):
    with private_folder() as folder:
        place = folder / name / "postgres"
        place.parent.mkdir()
        old = user_of(place, PGSERVER_POSTGRES_VERSION="16")
        text = EmbeddedServer(place).connection_string()
        with psycopg.connect(text) as connection:
            assert connection.info.server_version // 10000 == 16
            connection.execute("CREATE TABLE kept AS SELECT 'still here'::text AS word")
        killed = postmaster(place)
        old.kill()
        os.kill(killed, signal.SIGKILL)
        old.wait()
        wait_until(lambda: not runs(killed))
        server = EmbeddedServer(place)
        with psycopg.connect(server.connection_string()) as connection:
            assert connection.info.server_version // 10000 == 18
            assert connection.execute("SELECT word FROM kept").fetchone() == ("still here",)
        server.leave()
        assert [path.name for path in place.glob("data-16-*")]
        folders = {path.name for path in scanner.refused} & {"upgraded.new", "data", "upgraded"}
        assert len(folders) == 3, "the renames of all three were tried again"


def test_a_database_of_an_unknown_postgresql_is_left_alone(tmp_path):
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("99\n")
    with pytest.raises(EmbeddedFailure, match="made by PostgreSQL 99"):
        EmbeddedServer(tmp_path / "postgres").connection_string()


def test_a_server_that_was_stopped_meanwhile_is_noticed(private):
    database = Database(private)
    database.connect().close()
    os.kill(postmaster(private / "postgres"), signal.SIGINT)
    wait_until(lambda: not (private / "postgres" / "data" / "postmaster.pid").exists())
    with database.connect() as connection:
        assert connection.execute("SELECT count(*) FROM anime.jobs").fetchone() == (0,)
    database.close()
