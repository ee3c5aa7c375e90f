"""Opening of a connection: its settings, and the checks that its database suits the pack."""

import math
from typing import TYPE_CHECKING, Any

from ...dependency import require
from .address import without_secrets
from .deadlines import DeadlineWatch, NoAnswer
from .migrations import APPLIED, SCHEMA_EXISTS, SchemaTooNew, list_migrations, migrate
from .unavailable import DatabaseUnavailable, unavailable_reason

if TYPE_CHECKING:
    from psycopg import Connection

OLDEST_SERVER = 14  # major version of PostgreSQL
ENCODING = "UTF8"
CONNECT_SECONDS = 5
# TCP closes a connection whose data stays unacknowledged for this long. Without it, a network that
# drops all packets would block a query for many minutes.
UNACKNOWLEDGED_MS = 20_000
# A migration rewrites whole tables, so it may take long. Its deadline only frees the thread of a
# server that hangs in the middle of it.
MIGRATION_SECONDS = 3600.0
# Until the server ends the transaction of a process that was suspended in it and holds locks.
IDLE_MILLISECONDS = 10_000
LOCK_SHARE = 0.6  # share of a statement's longest duration in which it may wait for a lock


def open_connection(
    watch: DeadlineWatch, source: str, connection_string: str, seconds: float | None
) -> "Connection":
    """Open a connection in autocommit mode to a database that suits the pack, with its schema.

    Args:
        watch: thread that cuts the connection if the server does not answer.
        source: name of the setting that holds the address; it is safe to show.
        connection_string: address of the database.
        seconds: longest duration of a statement, for `limit_statements`.

    Raises:
        NoAnswer: the server does not answer.
        DatabaseUnavailable: the database can't be reached or used.
    """
    psycopg = require("psycopg")
    conninfo = require("psycopg.conninfo").conninfo_to_dict(connection_string)
    parameters: dict[str, Any] = {
        "application_name": "anime-production",
        "tcp_user_timeout": UNACKNOWLEDGED_MS,
        **conninfo,
        "connect_timeout": _connect_timeout(conninfo.get("connect_timeout"), seconds),
        "client_encoding": "utf8",  # in another one the driver can't write every text
    }
    try:
        connection: Connection = psycopg.connect(**parameters, autocommit=True)
    except psycopg.errors.ConnectionTimeout:
        raise NoAnswer.within(parameters["connect_timeout"]) from None
    except (psycopg.Error, OSError) as error:
        reason = without_secrets(error).rstrip(".")
        raise DatabaseUnavailable(
            f"The database ({source}) can't be reached: {reason}. Check that the server runs, and"
            " the address."
        ) from None
    try:
        _check(connection, source)
        longest = CONNECT_SECONDS if seconds is None else seconds
        with watch.limit(connection, longest, is_used_later=True):
            limit_statements(connection, None)
            is_current = _is_current(connection)
        if not is_current:
            with watch.limit(connection, MIGRATION_SECONDS, is_used_later=True):
                migrate(connection)
        with watch.limit(connection, CONNECT_SECONDS, is_used_later=True):
            limit_statements(connection, seconds)
    except SchemaTooNew as error:
        connection.close()
        raise DatabaseUnavailable(str(error)) from None
    except psycopg.Error as error:
        connection.close()
        reason = unavailable_reason(error) or without_secrets(error)
        raise DatabaseUnavailable(f"The database ({source}) can't be used: {reason}") from None
    except BaseException:
        connection.close()
        raise
    return connection


def limit_statements(connection: "Connection", seconds: float | None) -> None:
    """Tell the server the longest duration of a statement, and of its waits in a transaction.

    Args:
        connection: connection in autocommit mode.
        seconds: longest duration; None for no limit.
    """
    statement = 0 if seconds is None else math.ceil(seconds * 1000)
    lock = math.ceil(statement * LOCK_SHARE)
    # The transactions take milliseconds; a backup reads in one for as long as it takes.
    idle = 0 if seconds is None else IDLE_MILLISECONDS
    connection.execute(
        f"SET statement_timeout = {statement}; SET lock_timeout = {lock};"
        f" SET idle_in_transaction_session_timeout = {idle}".encode()
    )


def _connect_timeout(configured: Any, seconds: float | None) -> int:
    """Return the seconds in which a connection must be open, at least the driver's minimum of 2.

    Args:
        configured: value in the user's address, which can make it longer or shorter; None or 0,
            which means no limit, for `CONNECT_SECONDS`.
        seconds: longest duration of a statement; opening may not take longer.
    """
    timeout = float(configured or 0) or CONNECT_SECONDS
    return max(2, math.ceil(timeout if seconds is None else min(timeout, seconds)))


def _is_current(connection: "Connection") -> bool:
    """Return True if the schema has exactly this pack's version."""
    exists = connection.execute(SCHEMA_EXISTS).fetchone()
    if exists is None or not exists[0]:
        return False
    return connection.execute(APPLIED).fetchone() == (list_migrations()[-1].version,)


def _check(connection: "Connection", source: str) -> None:
    """Refuse a server that is too old, or a database whose encoding can't hold every text."""
    version = connection.info.server_version // 10000
    if version < OLDEST_SERVER:
        raise DatabaseUnavailable(
            f"The database ({source}) is PostgreSQL {version}, but this pack needs"
            f" PostgreSQL {OLDEST_SERVER} or newer. Update the server or use another one."
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != ENCODING:
        raise DatabaseUnavailable(
            f"The database ({source}) has the encoding {encoding}, but this pack needs {ENCODING},"
            " because names and prompts can contain any character. Create another database with"
            f" `createdb -E {ENCODING} -T template0 NAME`, and change the address to it."
        )
