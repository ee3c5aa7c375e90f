"""Where the database is: said in private, and never shown again.

`ANIME_DATABASE_URL`, else `database_url` in the private config file, else the embedded server.
"""

import json
import logging
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ...dependency import require

log = logging.getLogger(__name__)

ENVIRONMENT = "ANIME_DATABASE_URL"
CONFIG = "config.json"
EXAMPLE = "postgresql://user:password@host/database"

# Loggers of psycopg and its pool; a filter does not hold for the loggers below.
DRIVER_LOGS = ("psycopg", "psycopg.transaction", "psycopg.pool")

QUIET_SECONDS = 60.0
MOST_REMEMBERED = 100  # messages
_said_at: dict[tuple[str, str], float] = {}  # when the driver last said it

# What PostgreSQL's client quotes in its errors are the parts of the connection string.
QUOTED = re.compile(r'"[^"]*"|\'[^\'\s]*\'|\([^)]*\)|\bport:? \d+|\S+://\S+|\w+=\S+')


class SettingsError(ValueError):
    """The setting can't be used; the message says which and why, never what it holds."""


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
    url = environment.get(ENVIRONMENT, "").strip()
    if url:
        return _checked(DatabaseAddress(ENVIRONMENT, url))
    config = directory / CONFIG
    if not config.exists():
        return None
    _close_to_others(config)
    try:
        data = json.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        kind = type(error).__name__
        raise SettingsError(f"{config} can't be read as JSON ({kind}).") from None
    named = data.get("database_url", "") if isinstance(data, dict) else None
    if not isinstance(named, str):
        raise SettingsError(f'{config}: expected {{"database_url": "{EXAMPLE}"}}.')
    url = named.strip()
    return _checked(DatabaseAddress(f"database_url in {config}", url)) if url else None


def said_of(
    variable: str, key: str, directory: Path, environment: Mapping[str, str] = os.environ
) -> tuple[str, str]:
    """What the user said of a setting that is no secret, and where.

    Args:
        variable: of the environment; it goes before the config file.
        key: in the private config file.
        directory: the pack's private folder.
        environment: where the variable may stand.

    Returns:
        The text, "" where nothing is said; and the place, to be shown.
    """
    config = directory / CONFIG
    if said := environment.get(variable, "").strip():
        return said, variable
    try:
        data = json.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # a config that can't be read is said where the database is
        data = None
    return str(data.get(key, "")) if isinstance(data, dict) else "", f"{key} in {config}"


def write_setting(key: str, value: str, directory: Path) -> None:
    """Write a setting into the private config file, beside what stands there.

    Args:
        key: in the file.
        value: what it says from now on.
        directory: the pack's private folder; made where it isn't there.

    Raises:
        SettingsError: the file holds no JSON object, or can't be written.
    """
    config = directory / CONFIG
    try:
        said = json.loads(config.read_text(encoding="utf-8")) if config.exists() else {}
        if not isinstance(said, dict):
            raise SettingsError(f"{config} holds no JSON object; mend it first.")
        directory.mkdir(parents=True, exist_ok=True)
        # A file of its own first, closed to others from the start: it may hold the database's
        # address, and half of it would be no config.
        written = config.with_name(f"{CONFIG}.{os.getpid()}.new")
        written.unlink(missing_ok=True)
        descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({**said, key: value}, file, indent=2, ensure_ascii=False)
            file.write("\n")
        os.replace(written, config)
    except (OSError, ValueError) as error:
        if isinstance(error, SettingsError):
            raise
        kind = type(error).__name__  # not its message: that of JSON may quote the file
        raise SettingsError(f"{config} can't be read or written ({kind}).") from None


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
