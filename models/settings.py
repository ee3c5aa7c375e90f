"""Every setting of the pack: a variable of the environment, else a key in the private config file.

A test holds the table of settings in docs/jobs.md equal to `SETTINGS`.
"""

import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Generic, TypeVar

from .jobs.recording.tracking import Tracking

log = logging.getLogger(__name__)

CONFIG = "config.json"  # in the pack's private folder
MOST_DAYS = 36_500
GIGABYTE = 1e9

Value = TypeVar("Value")


class SettingsError(ValueError):
    """A setting that can't be used; the message says which and why, never what it holds."""


@dataclass(frozen=True)
class Setting(Generic[Value]):
    """One setting.

    Attributes:
        variable: name in the environment, which goes before the config file.
        key: name in the private config file; "" if the environment alone can set it.
        default: value without the setting, or with one that can't be read.
        default_text: the default as docs/jobs.md shows it.
        expected: values that it takes, in words.
        parse: makes the value of a text; raises ValueError.
        help: sentence of docs/jobs.md on what it sets.
    """

    variable: str
    key: str
    default: Value
    default_text: str
    expected: str
    parse: Callable[[str], Value]
    help: str

    def is_in_environment(self, environment: Mapping[str, str] = os.environ) -> bool:
        """Return True if the environment decides, whatever the config file says."""
        return bool(environment.get(self.variable, "").strip())

    def read(
        self, directory: Path | None = None, environment: Mapping[str, str] = os.environ
    ) -> Value:
        """Return the value; the default, with a warning, where the setting can't be read.

        Args:
            directory: the pack's private folder; not needed by a setting without a key.
            environment: holds the variable if it is set.
        """
        text, place = environment.get(self.variable, "").strip(), self.variable
        if not text and self.key and directory is not None:
            try:
                config = read_config(directory)
            except SettingsError:  # reported where the database's address is read
                config = {}
            text, place = str(config.get(self.key, "")), f"{self.key} in {directory / CONFIG}"
        try:
            return self.parse(text) if text else self.default
        except ValueError:
            log.warning(
                "Anime Production: %s should be %s; it is not. Used instead: %s.",
                place,
                self.expected,
                self.default_text,
            )
            return self.default

    def write(self, directory: Path, text: str) -> None:
        """Write the setting into the private config file, beside what stands there.

        Args:
            directory: the pack's private folder; it is made if needed.
            text: the new value.

        Raises:
            SettingsError: the file holds no JSON object, or can't be written.
        """
        assert self.key, f"{self.variable} has no place in the config file"
        _write_config(directory, {**read_config(directory), self.key: text})


def read_config(directory: Path) -> Mapping[str, Any]:
    """Return what the private config file holds; nothing where there is no file.

    Args:
        directory: the pack's private folder.

    Raises:
        SettingsError: it can't be read, or holds no JSON object.
    """
    config = directory / CONFIG
    try:
        values = json.loads(config.read_text(encoding="utf-8")) if config.exists() else {}
    except (OSError, ValueError) as error:
        kind = type(error).__name__  # not its message: that of JSON may quote the file
        raise SettingsError(f"{config} can't be read as JSON ({kind}).") from None
    if not isinstance(values, dict):
        raise SettingsError(f"{config} holds no JSON object; correct it first.")
    return values


def _write_config(directory: Path, values: Mapping[str, Any]) -> None:
    config = directory / CONFIG
    # A file of its own first, closed to others from the start: it may hold the database's
    # address, and half of it would be no config.
    written = config.with_name(f"{CONFIG}.{os.getpid()}.new")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        written.unlink(missing_ok=True)
        descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(values, file, indent=2, ensure_ascii=False)
            file.write("\n")
        os.replace(written, config)
    except OSError as error:
        raise SettingsError(f"{config} can't be written ({type(error).__name__}).") from None


def _tracking(text: str) -> Tracking:
    return Tracking(text.lower())


def _days(text: str) -> int | None:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_DAYS:
        raise ValueError
    return int(text)


def _gigabytes(text: str) -> float:
    """Return bytes."""
    return _at_least(0.0, text) * GIGABYTE


def _heartbeat(text: str) -> float:
    return max(_at_least(0.0, text), 1.0)


def _at_least(least: float, text: str) -> float:
    number = float(text)
    if not least <= number < float("inf"):  # nor is NaN
        raise ValueError
    return number


def _words(choices: type[Enum]) -> str:
    return f"one of {', '.join(each.value for each in choices)}"


# Read by `external_address` alone, which checks it and keeps it secret.
DATABASE_URL = Setting(
    "ANIME_DATABASE_URL", "database_url", "", "a PostgreSQL of the pack's own",
    "a PostgreSQL connection string", str, "Address of the database.",
)  # fmt: skip
TRACKING = Setting(
    "ANIME_TRACKING", "tracking", Tracking.JOBS, Tracking.JOBS.value, _words(Tracking), _tracking,
    "Prompts that are remembered: none, those with a **Job** node, or all.",
)  # fmt: skip
KEEP_DAYS = Setting(
    "ANIME_KEEP_DAYS", "keep_days", None, "all are kept", f"a number of days from 1 to {MOST_DAYS}",
    _days, "Days after which a job that has ended is deleted, unless a person approved it.",
)  # fmt: skip
LEAST_FREE = Setting(
    "ANIME_LEAST_FREE_GB", "least_free_gb", GIGABYTE, "1", "a number of GB", _gigabytes,
    "GB that must be free on the output folder's disk before a production makes an attempt.",
)  # fmt: skip
HEARTBEAT = Setting(
    "ANIME_WORKER_HEARTBEAT", "", 60.0, "60", "a number of seconds", _heartbeat,
    "Seconds without a heartbeat after which another worker takes a phase over.",
)  # fmt: skip
HUB_MIRROR = Setting(
    "HF_ENDPOINT", "", "", "the Hugging Face hub", "an address", lambda text: text.rstrip("/"),
    "Mirror of the Hugging Face hub that weights are downloaded from.",
)  # fmt: skip

SETTINGS: tuple[Setting[Any], ...] = (
    DATABASE_URL, TRACKING, KEEP_DAYS, LEAST_FREE, HEARTBEAT, HUB_MIRROR,
)  # fmt: skip
