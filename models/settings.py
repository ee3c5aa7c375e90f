"""All settings of the pack, read from environment variables or from the private config file.

An environment variable takes precedence over the config file. A test checks that the table of
settings in docs/jobs.md equals `SETTINGS`.
"""

import json
import logging
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Generic, TypeVar

from .jobs.recording.tracking import Tracking
from .whole_files import write_whole

log = logging.getLogger(__name__)

CONFIG = "config.json"  # in the pack's private folder
MOST_DAYS = 36_500  # a hundred years
GIGABYTE = 1e9
HOST_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
SHORTEST_TOKEN = 20  # characters; a shorter one could be found by trying

Value = TypeVar("Value")


class SettingsError(ValueError):
    """Error for a setting that can't be used; the message never contains the setting's value.

    The value may be the database's address, which contains a password.
    """


@dataclass(frozen=True)
class Setting(Generic[Value]):
    """One setting.

    Attributes:
        variable: name of the environment variable, which takes precedence over the config file.
        key: name in the private config file; "" if only the environment can set it.
        default: value if the setting is absent or can't be read.
        default_text: the default as docs/jobs.md shows it.
        expected: values that the setting accepts, in words.
        parse: function that converts the setting's text into its value, or raises ValueError.
        help: sentence about the setting in docs/jobs.md.
    """

    variable: str
    key: str
    default: Value
    default_text: str
    expected: str
    parse: Callable[[str], Value]
    help: str

    def is_in_environment(self, environment: Mapping[str, str] = os.environ) -> bool:
        """Return True if the environment variable is set, so that the config file isn't used."""
        return bool(environment.get(self.variable, "").strip())

    def read(
        self, directory: Path | None = None, environment: Mapping[str, str] = os.environ
    ) -> Value:
        """Return the value of the setting.

        If its text can't be read, a warning is logged and the default is returned.

        Args:
            directory: the pack's private folder; None to read the environment only.
            environment: environment variables.

        Examples:
            >>> KEEP_DAYS.read(environment={"ANIME_KEEP_DAYS": "30"})
            30
        """
        text, place = environment.get(self.variable, "").strip(), self.variable
        if not text and self.key and directory is not None:
            try:
                config = read_config(directory)
            except SettingsError:  # the code that reads the database's address reports it
                config = {}
            text, place = str(config.get(self.key, "")), f"{self.key} in {directory / CONFIG}"
        try:
            return self.parse(text) if text else self.default
        except ValueError:
            log.warning(
                "Anime Production: %s must be %s, and it isn't. The default is used: %s.",
                place,
                self.expected,
                self.default_text,
            )
            return self.default

    def write(self, directory: Path, text: str) -> None:
        """Write the setting into the private config file; the file's other settings stay.

        Args:
            directory: the pack's private folder; it is created if needed.
            text: text of the new value.

        Raises:
            SettingsError: the file contains no JSON object, or can't be written.
        """
        assert self.key, f"{self.variable} has no key in the config file"
        _write_config(directory, {**read_config(directory), self.key: text})


def read_config(directory: Path) -> Mapping[str, Any]:
    """Return the settings in the private config file, by key; none if the file doesn't exist.

    Args:
        directory: the pack's private folder.

    Raises:
        SettingsError: the file can't be read, or contains no JSON object.
    """
    config = directory / CONFIG
    try:
        values = json.loads(config.read_text(encoding="utf-8")) if config.exists() else {}
    except (OSError, ValueError) as error:
        kind = type(error).__name__  # without the message, which may quote the file's content
        raise SettingsError(f"{config} can't be read as JSON ({kind}). Correct the file.") from None
    if not isinstance(values, dict):
        raise SettingsError(f"{config} contains no JSON object. Correct the file.")
    return values


def _write_config(directory: Path, values: Mapping[str, Any]) -> None:
    config = directory / CONFIG
    text = json.dumps(values, indent=2, ensure_ascii=False)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        # Only its owner can read the file, because it may contain the database's password.
        write_whole(config, f"{text}\n".encode())
    except OSError as error:
        raise SettingsError(f"{config} can't be written ({type(error).__name__}).") from None


def _tracking(text: str) -> Tracking:
    return Tracking(text.lower())


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_DAYS:
        raise ValueError
    return int(text)


def _days_or_off(text: str) -> int:
    return 0 if text.isdecimal() and int(text) == 0 else _days(text)


def _absolute(text: str) -> Path:
    folder = Path(text).expanduser()
    if not folder.is_absolute():  # ComfyUI's working folder depends on how it was started
        raise ValueError
    return folder


def _gigabytes(text: str) -> float:
    """Return a number of GB in bytes."""
    return _at_least(0.0, text) * GIGABYTE


def _heartbeat(text: str) -> float:
    return max(_at_least(0.0, text), 1.0)


def _at_least(least: float, text: str) -> float:
    number = float(text)
    if not least <= number < float("inf"):  # also refuses NaN
        raise ValueError
    return number


def _host_names(text: str) -> frozenset[str]:
    names = frozenset(re.split(r"[,\s]+", text.strip(" ,").lower()))
    if not all(map(HOST_NAME.fullmatch, names)):
        raise ValueError
    return names


def _token(text: str) -> str:
    if len(text) < SHORTEST_TOKEN or not all("!" <= letter <= "~" for letter in text):
        raise ValueError
    return text


def _choices(choices: type[Enum]) -> str:
    return f"one of {', '.join(each.value for each in choices)}"


# Only `external_address` reads this setting; it checks the address and keeps it secret.
DATABASE_URL = Setting(
    "ANIME_DATABASE_URL", "database_url", "", "a PostgreSQL of the pack's own",
    "a PostgreSQL connection string", str, "Address of the database.",
)  # fmt: skip
TRACKING = Setting(
    "ANIME_TRACKING", "tracking", Tracking.JOBS, Tracking.JOBS.value, _choices(Tracking), _tracking,
    "Prompts that are remembered: none, those with a **Job** node, or all.",
)  # fmt: skip
KEEP_DAYS: Setting[int | None] = Setting(
    "ANIME_KEEP_DAYS", "keep_days", None, "all are kept", f"a number of days from 1 to {MOST_DAYS}",
    _days, "Days after which a job that has ended is deleted, unless a person approved it.",
)  # fmt: skip
BACKUP_DAYS = Setting(
    "ANIME_BACKUP_DAYS", "backup_days", 1, "1", f"a number of days from 0 to {MOST_DAYS}",
    _days_or_off, "Days between two backups that the pack makes of its own database; 0 makes none.",
)  # fmt: skip
BACKUP_FOLDER: Setting[Path | None] = Setting(
    "ANIME_BACKUP_FOLDER", "backup_folder", None, "`__anime_backups` in ComfyUI's user folder",
    "a folder with its whole path", _absolute, "Folder of these backups, best on another disk.",
)  # fmt: skip
LEAST_FREE = Setting(
    "ANIME_LEAST_FREE_GB", "least_free_gb", GIGABYTE, "1", "a number of GB", _gigabytes,
    "GB that must be free on the output folder's disk before a production makes an attempt.",
)  # fmt: skip
HEARTBEAT = Setting(
    "ANIME_WORKER_HEARTBEAT", "", 60.0, "60", "a number of seconds", _heartbeat,
    "Seconds without a heartbeat after which another worker takes a phase over.",
)  # fmt: skip
ALLOWED_HOSTS = Setting[frozenset[str]](
    "ANIME_ALLOWED_HOSTS", "allowed_hosts", frozenset(), "none",
    "names of hosts, separated by commas", _host_names,
    "Names by which browsers may reach the routes, beside addresses and `localhost`.",
)  # fmt: skip
TOKEN = Setting(
    "ANIME_TOKEN", "token", "", "none", f"a text of {SHORTEST_TOKEN} or more letters and digits",
    _token, "Token that other machines need to delete or change what can't be undone.",
)  # fmt: skip
HUB_MIRROR = Setting(
    "HF_ENDPOINT", "", "", "the Hugging Face hub", "an address", lambda text: text.rstrip("/"),
    "Mirror of the Hugging Face hub that weights are downloaded from.",
)  # fmt: skip

SETTINGS: tuple[Setting[Any], ...] = (
    DATABASE_URL, TRACKING, KEEP_DAYS, BACKUP_DAYS, BACKUP_FOLDER, LEAST_FREE, HEARTBEAT,
    ALLOWED_HOSTS, TOKEN, HUB_MIRROR,
)  # fmt: skip
