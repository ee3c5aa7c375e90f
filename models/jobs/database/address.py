"""The address of the database, which is a secret and never appears in logs or answers.

It comes from `ANIME_DATABASE_URL`, else from `database_url` in the private config file. If neither
is set, the embedded server is used.
"""

import logging
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ...dependency import require
from ...settings import CONFIG, DATABASE_URL, SettingsError, read_config

log = logging.getLogger(__name__)

EXAMPLE = "postgresql://user:password@host/database"

# Loggers of psycopg and its pool. A filter isn't inherited by child loggers, so each is named.
DRIVER_LOGS = ("psycopg", "psycopg.transaction", "psycopg.pool")

QUIET_SECONDS = 60.0  # between two equal messages of the driver
MOST_REMEMBERED = 100  # messages; then all are forgotten, so that the memory stays small
_logged_at: dict[tuple[str, str], float] = {}  # (logger, message) → time of its last log line

# PostgreSQL's client quotes parts of the connection string in its errors, in these forms.
QUOTED = re.compile(r'"[^"]*"|\'[^\'\s]*\'|\([^)]*\)|\bport:? \d+|\S+://\S+|\w+=\S+')


@dataclass(frozen=True)
class DatabaseAddress:
    """A database's connection string, with the setting that it comes from.

    Attributes:
        source: name of the setting; it is safe to show.
        url: connection string; it is a secret, so `repr` leaves it out.
    """

    source: str
    url: str = field(repr=False)


def external_address(
    directory: Path, environment: Mapping[str, str] = os.environ
) -> DatabaseAddress | None:
    """Return the address of the database that the user configured.

    Args:
        directory: the pack's private folder.
        environment: environment variables, which can contain `ANIME_DATABASE_URL`.

    Returns:
        The address; None if no database is configured, so that the embedded server is used.

    Raises:
        SettingsError: the text is not a connection string, or the config file can't be read.
    """
    variable = DATABASE_URL.variable
    if url := environment.get(variable, "").strip():
        return _checked(DatabaseAddress(variable, url))
    config = directory / CONFIG
    if config.exists():
        _restrict_to_owner(config)
    value = read_config(directory).get(DATABASE_URL.key, "")
    if not isinstance(value, str):
        raise SettingsError(f'{config}: expected {{"{DATABASE_URL.key}": "{EXAMPLE}"}}.')
    url = value.strip()
    return _checked(DatabaseAddress(f"{DATABASE_URL.key} in {config}", url)) if url else None


def without_secrets(error: BaseException) -> str:
    """Return the first line of a database error, with every part of a connection string hidden.

    The message of an error with the attribute `has_no_secrets` is returned whole: it may quote a
    command or a setting that the user needs.
    """
    if getattr(error, "has_no_secrets", False):
        return str(error)
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return QUOTED.sub("…", lines[0] if lines else type(error).__name__)


def hide_secrets_in_logs() -> None:
    """Hide hosts, users and passwords in the driver's own log lines.

    A line that equals one of the last minute is dropped, because a connection pool logs the same
    line every second while its database is unavailable.
    """
    for name in DRIVER_LOGS:
        logging.getLogger(name).addFilter(_hide)  # adding the same filter again has no effect


def _hide(record: logging.LogRecord) -> bool:
    """Hide secrets in a log record; return False if an equal line was logged within a minute."""
    record.msg, record.args = QUOTED.sub("…", record.getMessage()), None
    key = (record.name, record.msg)
    if record.created - _logged_at.get(key, -QUIET_SECONDS) < QUIET_SECONDS:
        return False
    if len(_logged_at) >= MOST_REMEMBERED:
        _logged_at.clear()
    _logged_at[key] = record.created
    return True


def _checked(address: DatabaseAddress) -> DatabaseAddress:
    psycopg = require("psycopg")
    try:
        require("psycopg.conninfo").conninfo_to_dict(address.url)
    except psycopg.Error:
        # The driver's message is left out because it quotes the connection string.
        raise SettingsError(
            f"{address.source} is no PostgreSQL connection string. Expected {EXAMPLE}."
        ) from None
    return address


def _restrict_to_owner(config: Path) -> None:
    if os.name == "posix" and stat.S_IMODE(config.stat().st_mode) & 0o077:
        log.warning(
            "Other users of this machine could read %s; its mode is now 0600, for its owner only.",
            config,
        )
        config.chmod(0o600)
