"""Tests of deadlines against a real PostgreSQL that is stopped by SIGSTOP, or never answers."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from anime_production.models.jobs.database import database as database_module
from anime_production.models.jobs.database.database import (
    READ_SECONDS,
    Database,
    DatabaseUnavailable,
    NoAnswer,
)
from anime_production.models.jobs.database.place import place_below

from ....deadlines import within
from ..postgres import USER, SystemPostgres, wait_until

AT_ONCE = 0.2  # seconds


TRIES = 1.0  # seconds that `one` may take where a test suspends the server


@pytest.fixture
def database(private, system_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Give a database over TCP, whose unused connections are tested for a shorter time."""
    monkeypatch.setattr(database_module, "CHECK_SECONDS", 0.3)
    database = Database(private)
    yield database
    database.close()


@pytest.fixture
def over_file_system(
    system_postgres: SystemPostgres, system_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Use a socket of the file system instead of TCP."""
    name = psycopg.conninfo.conninfo_to_dict(system_url)["dbname"]
    address = f"host={system_postgres.folder} port={system_postgres.port}"
    monkeypatch.setenv("ANIME_DATABASE_URL", f"{address} user={USER} dbname={name}")


@pytest.fixture
def silent_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the address of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"postgresql://{USER}@127.0.0.1:{server.getsockname()[1]}/nothing"
        monkeypatch.setenv("ANIME_DATABASE_URL", url)
        yield url


def one(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT 1").fetchone()
    assert row is not None
    return int(row[0])


def sleep(connection: psycopg.Connection) -> None:
    connection.execute("SELECT pg_sleep(60)")


def copy_out(connection: psycopg.Connection) -> None:
    query = "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 10000000)) TO STDOUT"
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for _ in copy:
            pass


def copy_in(connection: psycopg.Connection) -> None:
    connection.execute("CREATE TEMPORARY TABLE texts (text text)")
    with connection.cursor() as cursor, cursor.copy("COPY texts FROM STDIN") as copy:
        while True:
            copy.write(b"x" * 1000 + b"\n")


def in_transaction(connection: psycopg.Connection) -> None:
    with connection.transaction():
        while True:
            one(connection)


class Caller(threading.Thread):
    """Thread that calls a function and keeps what it raised."""

    def __init__(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> None:
        super().__init__(daemon=True)
        self._call = function, arguments, named
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        function, arguments, named = self._call
        try:
            function(*arguments, **named)
        except BaseException as error:
            self.error = error


def test_a_suspended_server_is_reported_once_then_at_once_and_used_again_when_it_answers(
    database, system_postgres
):
    database.run(one)
    with system_postgres.suspended():
        with within(3), pytest.raises(NoAnswer, match="did not answer within"):
            database.run(one, seconds=TRIES)
        for _ in range(20):
            with within(AT_ONCE), pytest.raises(NoAnswer):
                database.run(one)
    time.sleep(1.0)  # the pause between two tries
    with within(1):
        assert database.run(one) == 1


def test_while_one_thread_tries_again_all_others_are_refused_at_once(database, system_postgres):
    database.run(one)
    with system_postgres.suspended():
        with pytest.raises(NoAnswer):
            database.run(one, seconds=TRIES)
        time.sleep(1.1)
        trying = Caller(database.run, one, seconds=TRIES)
        time.sleep(0.2)
        assert trying.is_alive()
        for _ in range(5):
            with within(AT_ONCE), pytest.raises(NoAnswer):
                database.run(one)
            with within(AT_ONCE), pytest.raises(NoAnswer):
                database.check()
    trying.join(10)  # its connection was accepted, so it is served now
    assert trying.error is None
    database.check()


@pytest.mark.parametrize("work", [sleep, copy_out, copy_in, in_transaction])
def test_work_on_a_server_that_is_suspended_meanwhile_is_ended(database, system_postgres, work):
    check_that_it_is_ended(database, system_postgres, work)


@pytest.mark.parametrize("work", [sleep, copy_in])
def test_work_over_a_socket_of_the_file_system_is_ended_too(
    database, system_postgres, over_file_system, work
):
    check_that_it_is_ended(database, system_postgres, work)


def check_that_it_is_ended(
    database: Database, postgres: SystemPostgres, work: Callable[..., Any]
) -> None:
    database.check()  # the schema is there, so that the server is suspended during the work
    working = Caller(database.run, work, seconds=1.0)
    time.sleep(0.5)
    with postgres.suspended():
        working.join(5 * 2.0)
        assert isinstance(working.error, NoAnswer)
    wait_until(lambda: answers(database))


def answers(database: Database) -> bool:
    try:
        return database.run(one) == 1
    except NoAnswer:
        return False


def test_closing_ends_the_work_on_a_suspended_server_without_a_wait(database, system_postgres):
    unlimited = Caller(database.run, sleep, seconds=None)
    reading = Caller(database.run, sleep)
    time.sleep(0.5)
    with system_postgres.suspended():
        with within(1):
            database.close()
        with within(1):
            unlimited.join()
            reading.join()
        assert isinstance(unlimited.error, DatabaseUnavailable)
        assert isinstance(reading.error, DatabaseUnavailable)


def test_a_statement_that_is_only_slow_is_cancelled_and_the_rest_goes_on(database):
    with pytest.raises(DatabaseUnavailable, match="took too long") as slow:
        database.run(sleep, seconds=0.5)
    assert not isinstance(slow.value, NoAnswer)
    with within(AT_ONCE):
        assert database.run(one) == 1


def test_a_wait_for_a_lock_ends_before_the_deadline_and_names_the_lock(database):
    def lock(connection: psycopg.Connection) -> None:
        with connection.transaction():
            connection.execute("LOCK TABLE anime.jobs")
            with pytest.raises(DatabaseUnavailable, match="holds a lock"):
                database.run(lambda other: other.execute("TABLE anime.jobs"), seconds=1.0)

    database.run(lock, seconds=None)


def test_a_limit_holds_for_a_connection_of_the_callers_own(database, system_postgres):
    connection = database.connect(None)
    with system_postgres.suspended():
        with within(2), pytest.raises(NoAnswer), database.limit(connection, 1.0):
            one(connection)
        assert connection.closed
        with within(AT_ONCE), pytest.raises(NoAnswer):
            database.run(one)


def test_an_address_that_accepts_and_never_answers_is_reported(private, silent_url):
    database = Database(private)
    for limit in (READ_SECONDS, AT_ONCE):
        with within(limit), pytest.raises(NoAnswer, match="did not answer within 5 s"):
            database.run(one)
    database.close()


HOLD_LOCK = """
import sys, fasteners
with fasteners.InterProcessLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.database
def test_while_one_thread_waits_for_the_embedded_server_the_others_are_refused(
    private, monkeypatch
):
    monkeypatch.setattr(database_module, "STARTING_SECONDS", 0.3)
    place = place_below(private)
    place.mkdir(parents=True)
    command = [sys.executable, "-c", HOLD_LOCK, str(place / "starting.lock")]
    pipe = subprocess.PIPE
    database = Database(private)
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other_process:
        assert other_process.stdout is not None
        assert other_process.stdout.readline() == "held\n"
        starting = Caller(database.run, one)
        time.sleep(0.3)
        for limit in (1, AT_ONCE):
            with within(limit), pytest.raises(NoAnswer, match="embedded PostgreSQL starts"):
                database.run(one)
        other_process.communicate()
    starting.join(60)
    assert starting.error is None
    assert database.run(one) == 1
    database.close()


def test_a_limit_never_touches_a_descriptor_that_was_used_again(database):
    with database.connection(0.2) as connection:
        number = connection.fileno()
        connection.close()
        ours, theirs = socket.socketpair()
        assert number in (ours.fileno(), theirs.fileno())
        time.sleep(1.5)  # the deadline passes
    ours.sendall(b"still open")
    assert theirs.recv(10) == b"still open"


def test_the_thread_ends_when_the_database_is_closed(database):
    before = set(threading.enumerate())  # other databases of this process may have theirs
    database.run(one)
    threads = [each for each in threading.enumerate() if each not in before]
    assert [each.name for each in threads] == ["anime-database-deadlines"]
    database.close()
    wait_until(lambda: not threads[0].is_alive())
    assert database.run(one) == 1
