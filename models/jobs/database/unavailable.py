"""The error of a database that can't be used now, and its reasons by PostgreSQL's SQLSTATE.

An error belongs to the database if it would also refuse other statements: it is full, read-only,
hangs, or lacks a right. Then waiting or a change of its settings helps, and the message says which.
Other errors belong to the statement or to its data, such as a violated constraint.
"""

from collections.abc import Mapping

from ...dependency import require
from .address import without_secrets

# Reasons by SQLSTATE, or by its first two characters, the class. The longest match counts.
REASONS: Mapping[str, str] = {
    "08": "The connection failed. Check that the server runs and that the network reaches it.",
    "25006": "It is read-only: a standby, or default_transaction_read_only is on. Connect to the"
    " primary server, or switch the setting off.",
    "25P03": "The server ended a transaction that was idle for too long. Try again.",
    "25P04": "The server ended a transaction that took too long. Try again.",
    "28": "The server refuses the user or the password. Correct the address of the database.",
    "3D000": "This database does not exist on the server. Create it, or correct its address.",
    "40": "Another transaction was in the way, and this one was undone. Try again.",
    "42501": "The user of the database lacks a right. Make it the owner of the schema anime and of"
    " its tables, or grant it all rights on them; if there is no such schema yet, grant it CREATE"
    " on the database.",
    "53": "The server lacks resources, such as memory. Look into its log.",
    "53100": "The server's disk is full. Free some space there.",
    "53200": "The server has too little memory. Free some memory there.",
    "53300": "All connections that the server allows are in use. Raise max_connections, or end"
    " other programs that use the server.",
    "55P03": "Another program holds a lock on a table, for example during a restore. Try again"
    " when it has finished.",
    "57": "The server ended the connection. Try again.",
    "57014": "The statement took too long and was cancelled. Try again when the server is less"
    " busy.",
    "57P01": "The server shuts down. Start it again.",
    "57P02": "The server crashed and restarts. Try again in a moment.",
    "57P03": "The server starts or stops, and accepts no connections yet. Try again in a moment.",
    "57P04": "This database was deleted on the server. Create it, or restore a backup.",
    "58": "The server can't read or write its files. Look into its log.",
    "XX001": "The database's files are damaged. Restore a backup.",
    "XX002": "An index of the database is damaged. Run REINDEX DATABASE, or restore a backup.",
}

# Classes whose errors belong to the statement and its data, though the driver calls some of them
# operational: invalid data, a violated constraint, and data that is too large.
OF_THE_DATA = ("22", "23", "54")


class DatabaseUnavailable(ConnectionError):
    """The database can't be used now; the message gives the reason, without secrets."""

    has_no_secrets = True


def unavailable_reason(error: BaseException) -> str | None:
    """Return why a failed statement or connection means that the database can't be used now.

    Args:
        error: any exception.

    Returns:
        The driver's message without secrets and, if the SQLSTATE is known, the cause and what to
        do; None if the error belongs to the statement, to its data, or to other code.
    """
    if isinstance(error, DatabaseUnavailable):
        return str(error)
    psycopg = require("psycopg")
    if not isinstance(error, psycopg.Error):
        return None
    state: str = error.sqlstate or ""
    if state.startswith(OF_THE_DATA):
        return None
    reason = REASONS.get(state) or REASONS.get(state[:2])
    # The driver has no SQLSTATE for a connection that broke or could not be opened.
    connection_failed = not state and isinstance(
        error, psycopg.OperationalError | psycopg.InterfaceError
    )
    message = without_secrets(error)
    if reason is not None:
        return f"{reason} ({message})"
    return message if connection_failed else None
