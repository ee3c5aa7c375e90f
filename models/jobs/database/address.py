"""Where the database is: said in private, and never shown again.

`ANIME_DATABASE_URL`, else `database_url` in the private config file, else the embedded server.
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

# Loggers of psycopg and its pool; a filter does not hold for the loggers below.
DRIVER_LOGS = ("psycopg", "psycopg.transaction", "psycopg.pool")

QUIET_SECONDS = 60.0
MOST_REMEMBERED = 100  # messages
_said_at: dict[tuple[str, str], float] = {}  # when the driver last said it

# What PostgreSQL's client quotes in its errors are the parts of the connection string.
QUOTED = re.compile(r'"[^"]*"|\'[^\'\s]*\'|\([^)]*\)|\bport:? \d+|\S+://\S+|\w+=\S+')


@dataclass(frozen=True)
class DatabaseAddress:
    """A database's connection string, and where it was set.

    Attributes:
        source: safe to show.
        url: a secret; not part of `repr`.
    """

    source: str
    url: str = field(repr=False)


def external_address(
    directory: Path, environment: Mapping[str, str] = os.environ
) -> DatabaseAddress | None:
    """The database that the user named.

    Args:
        directory: the pack's private folder.
        environment: where `ANIME_DATABASE_URL` may stand.

    Returns:
        Its address, or None where none is named: the embedded server is used.

    Raises:
        SettingsError: it is no connection string, or the config file can't be read.
    """
    variable = DATABASE_URL.variable
    if url := environment.get(variable, "").strip():
        return _checked(DatabaseAddress(variable, url))
    config = directory / CONFIG
    if config.exists():
        _close_to_others(config)
    named = read_config(directory).get(DATABASE_URL.key, "")
    if not isinstance(named, str):
        raise SettingsError(f'{config}: expected {{"{DATABASE_URL.key}": "{EXAMPLE}"}}.')
    url = named.strip()
    return _checked(DatabaseAddress(f"{DATABASE_URL.key} in {config}", url)) if url else None


def without_secrets(error: BaseException) -> str:
    """What a database's error says, without anything that may come from a connection string."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return QUOTED.sub("…", lines[0] if lines else type(error).__name__)


def hide_secrets_in_logs() -> None:
    """Have what the driver itself logs pass `without_secrets`, as hosts and users are in it.

    While a database is away its pools say so every second; the same is let through once a minute.
    """
    for name in DRIVER_LOGS:
        logging.getLogger(name).addFilter(_hide)  # the same filter again is no second one


def _hide(record: logging.LogRecord) -> bool:
    record.msg, record.args = QUOTED.sub("…", record.getMessage()), None
    said = (record.name, record.msg)
    if record.created - _said_at.get(said, -QUIET_SECONDS) < QUIET_SECONDS:
        return False
    if len(_said_at) >= MOST_REMEMBERED:
        _said_at.clear()
    _said_at[said] = record.created
    return True


def _checked(address: DatabaseAddress) -> DatabaseAddress:
    psycopg = require("psycopg")
    try:
        require("psycopg.conninfo").conninfo_to_dict(address.url)
    except psycopg.Error:
        # Not its message: that quotes the connection string.
        raise SettingsError(
            f"{address.source} is no PostgreSQL connection string. Expected {EXAMPLE}."
        ) from None
    return address


def _close_to_others(config: Path) -> None:
    if os.name == "posix" and stat.S_IMODE(config.stat().st_mode) & 0o077:
        log.warning("%s can be read by others of this machine; closing it (0600).", config)
        config.chmod(0o600)
