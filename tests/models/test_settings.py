"""All settings stand in one table, which the page of jobs shows and everything reads."""

import json
import logging
import re
from pathlib import Path

import pytest

from anime_production.models.settings import (
    ALLOWED_HOSTS,
    HEARTBEAT,
    LEAST_FREE,
    SETTINGS,
    TOKEN,
    TRACKING,
    Setting,
    SettingsError,
)
from anime_production.tools.comfyui import PACK

# Of the machine, not of the pack: where a user's data lies, and what a program inherits.
OF_THE_MACHINE = {"models/jobs/database/place.py", "models/jobs/database/cluster.py"}
PAGE = PACK / "docs" / "jobs.md"
# Two values for each setting that takes no numbers, neither of them the default.
VALUES = {
    "ANIME_TRACKING": ("all", "off"),
    "ANIME_BACKUP_FOLDER": ("/tmp/one", "/tmp/two"),
    "ANIME_ALLOWED_HOSTS": ("studio.example, nas", "art.example"),
    "ANIME_TOKEN": ("a" * 40, "b" * 40),
}


def row(setting: Setting) -> str:
    """A setting in the page's table."""
    key = f"`{setting.key}`" if setting.key else ""
    return f"| `{setting.variable}` | {key} | {setting.default_text} | {setting.help} |"


def test_the_page_of_jobs_shows_every_setting_as_the_table_has_it():
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = lines.index("| variable | in `config.json` | default | what it sets |")
    shown = lines[start + 2 : start + 2 + len(SETTINGS)]
    assert shown == [row(each) for each in SETTINGS]
    assert not lines[start + 2 + len(SETTINGS)].startswith("|")


def test_the_environment_is_read_by_the_table_of_settings_alone():
    reads = re.compile(r"\b(os\.environ|getenv)\b")
    readers = {
        path.relative_to(PACK).as_posix()
        for room in ("models", "nodes", "web")
        for path in (PACK / room).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if reads.search(line) and "environment: Mapping[str, str] = os.environ" not in line
    }
    assert readers - OF_THE_MACHINE == set()


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda each: each.variable)
def test_the_environment_goes_before_the_config_file_and_that_before_the_default(
    tmp_path: Path, setting: Setting
):
    first, second = VALUES.get(setting.variable, ("3", "5"))
    config = tmp_path / "config.json"
    assert setting.read(tmp_path, {}) == setting.default
    if setting.key:
        config.write_text(json.dumps({setting.key: second}))
        assert setting.read(tmp_path, {}) == setting.parse(second)
    assert setting.read(tmp_path, {setting.variable: first}) == setting.parse(first)
    assert setting.read(tmp_path, {setting.variable: " "}) != setting.parse(first)


@pytest.mark.parametrize("text", ["plenty", "-1", "nan", "inf"])
@pytest.mark.parametrize("setting", [LEAST_FREE, HEARTBEAT], ids=lambda each: each.variable)
def test_a_number_that_cannot_be_one_is_named_and_the_default_is_used(setting, text, caplog):
    with caplog.at_level(logging.WARNING):
        assert setting.read(None, {setting.variable: text}) == setting.default
    assert f"{setting.variable} must be a number of" in caplog.text
    assert text not in caplog.messages[0].split()


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        (ALLOWED_HOSTS, "*"), (ALLOWED_HOSTS, "http://art.example"),
        (ALLOWED_HOSTS, "a.example:80"), (ALLOWED_HOSTS, "*.art.example"), (ALLOWED_HOSTS, "["),
        (TOKEN, "short"), (TOKEN, "x" * 39 + "é"), (TOKEN, "x y " * 10),
    ],
)  # fmt: skip
def test_a_host_or_a_token_that_can_be_none_is_not_told_and_not_used(setting, text, caplog):
    with caplog.at_level(logging.WARNING):
        assert setting.read(None, {setting.variable: text}) == setting.default
    assert f"{setting.variable} must be" in caplog.text
    assert text not in caplog.text or len(text) == 1


def test_names_of_hosts_are_read_in_any_case_and_with_any_separator():
    names = ALLOWED_HOSTS.read(None, {"ANIME_ALLOWED_HOSTS": " Studio.Example,nas  my_pc.local, "})
    assert names == {"studio.example", "nas", "my_pc.local"}


def test_what_cannot_be_written_is_an_error_that_names_the_file(tmp_path: Path):
    (tmp_path / "config.json").mkdir()
    with pytest.raises(SettingsError, match=r"config\.json can't be read"):
        TRACKING.write(tmp_path, "all")
