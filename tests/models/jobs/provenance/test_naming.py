import os

import pytest

from anime_production.models.frames import InputError
from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.provenance.naming import DEFAULT_TEMPLATE, file_prefix

WICKED = ["..", "../..", "/etc/passwd", "..\\..\\x", "C:\\x", "a/../../../b", ". ./x", "~/x",
          "....//....//x", "\\\\server\\share", "{job}/../../..", "%2e%2e/x"]  # fmt: skip


def test_names_become_folders_and_empty_ones_are_left_out():
    assert file_prefix(DEFAULT_TEMPLATE, new_job(None, "Winter", "03", "012", "Hana")) == (
        "Winter/03/012/Hana"
    )
    episode = new_job(None, "Winter", "03", "012", episode="01")
    assert file_prefix(DEFAULT_TEMPLATE, episode) == "Winter/01/03/012"
    assert file_prefix(DEFAULT_TEMPLATE, new_job(None, shot="012")) == "012"
    assert file_prefix("takes/{shot}_{character}", new_job(None, shot="1", character="雪")) == (
        "takes/1_雪"
    )


@pytest.mark.parametrize("template", ["", "/", "..", "{scene}", " . /"])
def test_where_nothing_is_left_there_is_still_a_name(template: str):
    assert file_prefix(template, new_job(None)) == "anime"


@pytest.mark.parametrize("wicked", WICKED)
def test_no_template_and_no_name_leaves_the_folder(wicked: str, tmp_path):
    for template, job in [
        (wicked, new_job(None)),
        (DEFAULT_TEMPLATE, new_job(None, wicked, wicked, wicked, wicked, episode=wicked)),
        ("{tags}", new_job(None, tags=wicked)),
        (wicked + "{project}" + wicked, new_job(None, wicked)),
    ]:
        prefix = file_prefix(template, job)
        landed = os.path.realpath(tmp_path / prefix)
        assert landed.startswith(os.path.realpath(tmp_path) + os.sep)
        assert ".." not in prefix.split("/")
        assert not set(prefix) & set('\\:*?"<>|\0')


def test_a_name_from_a_job_is_one_folder_and_no_date():
    assert file_prefix("{project}", new_job(None, "a/b\\c%year%")) == "a_b_c_year_"
    assert file_prefix("%year%/{project}", new_job(None, "x")) == "%year%/x"


@pytest.mark.parametrize("device", ["con", "NUL", "com1", "aux.png", "LPT².x", "CONIN$"])
def test_a_name_that_windows_takes_for_a_device_is_changed(device: str):
    assert file_prefix("{project}", new_job(None, device)) == f"_{device}"


def test_long_names_fit_into_a_file_system():
    prefix = file_prefix(DEFAULT_TEMPLATE, new_job(None, "雪" * 200, "b" * 200))
    assert all(len(part.encode()) < 255 - 20 for part in prefix.split("/"))


def test_a_placeholder_that_is_none_is_named():
    with pytest.raises(InputError, match=r"filename: expected only \{project\}.*got \{sceen\}"):
        file_prefix("{project}/{sceen}", new_job(None))
