# mypy: disable-error-code="union-attr, index"
import os
import signal
import threading
import time
from contextlib import ExitStack

import psutil  # type: ignore[import-untyped]
import pytest

from anime_production.models.jobs.database import database as database_module
from anime_production.models.jobs.database.connections import MOST_CONNECTIONS
from anime_production.models.jobs.database.database import Database, DatabaseUnavailable

from ....deadlines import within
from ..postgres import wait_until

PID = "SELECT pg_backend_pid()"


@pytest.fixture
def database(private, system_url):
    database = Database(private)
    yield database
    database.close()


def pid(database: Database) -> int:
    with database.connection() as connection:
        return connection.execute(PID).fetchone()[0]


def test_readers_share_connections(database):
    pid(database)  # the first one opens the pool
    assert pid(database) == pid(database)
    with database.connection() as connection:
        assert connection.autocommit


def test_more_readers_than_the_pool_holds_are_served(database):
    pid(database)
    with ExitStack() as stack:
        readers = [stack.enter_context(database.connection()) for _ in range(MOST_CONNECTIONS + 2)]
        pids = {reader.execute(PID).fetchone()[0] for reader in readers}
    assert len(pids) == MOST_CONNECTIONS + 2


def test_a_connection_that_was_cut_is_not_handed_out(database, system_postgres):
    pid(database)
    before = pid(database)
    assert system_postgres.cut_connections()
    assert pid(database) != before


def test_a_connection_whose_answer_came_just_before_the_cut_is_not_handed_out(
    database, monkeypatch
):
    """On a busy machine a thread may read the answer only when its deadline has passed."""
    pid(database)
    monkeypatch.setattr(database_module, "CHECK_SECONDS", 0.0)
    for _ in range(100):
        assert pid(database)


def test_a_database_that_is_away_is_said_soon_and_without_secrets(
    database, system_postgres, caplog
):
    pid(database)
    pid(database)
    system_postgres.stop()
    try:
        with within(4), pytest.raises(DatabaseUnavailable) as away, database.connection():
            pass
        with pytest.raises(DatabaseUnavailable), database.connection():
            pass
    finally:
        system_postgres.start()
    assert pid(database)
    time.sleep(1.5)  # the pool's own tries have been given up
    for secret in ("a-secret-word", "keeper", str(system_postgres.port)):
        assert secret not in str(away.value) + caplog.text


def test_an_error_of_a_query_leaves_the_pool_usable(database):
    pid(database)

    def fail() -> None:
        with database.connection() as connection:
            connection.execute("BEGIN")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.connection() as connection:
        assert connection.info.transaction_status.name == "IDLE"


def test_any_thread_may_read(database):
    found: list[int] = []

    def read() -> None:
        found.extend(pid(database) for _ in range(20))

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 120


@pytest.mark.database
def test_an_embedded_server_that_was_killed_is_started_for_the_next_reader(private):
    database = Database(private)
    pid(database)
    backend = pid(database)
    note = private / "postgres" / "data" / "postmaster.pid"
    os.kill(int(note.read_text().split()[0]), signal.SIGKILL)
    wait_until(lambda: not psutil.pid_exists(backend))  # it outlives its parent by a moment
    assert pid(database)
    database.close()
