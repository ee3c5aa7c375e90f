"""What is meant by the words after quickstart.py."""

from itertools import pairwise
from pathlib import Path

import pytest

from anime_production.quickstart_steps import command_line
from anime_production.quickstart_steps.command_line import (
    main,
    parse,
    pytest_arguments,
)

PACK = Path(__file__).resolve().parents[2]
HERE = "tests/quickstart_steps/test_command_line.py"


def test_what_is_for_pytest_goes_to_pytest_in_its_order():
    options, further = parse(["test", "-k", "seam", "-x", "--home", "/h", "tests/test_a.py"])
    assert (options.command, options.home) == ("test", "/h")
    assert further == ["-k", "seam", "-x", "tests/test_a.py"]


def test_without_a_command_the_example_is_run():
    assert parse([])[0].command == "run"
    assert parse(["--port", "8200"])[0].port == 8200
    assert parse(["--production"])[0].production


def test_what_is_for_generators_goes_to_them():
    assert parse(["generate", "texts", "pictures:AnimeGate"])[1] == ["texts", "pictures:AnimeGate"]
    assert parse(["generate", "--checked", "main.json:*"])[1] == ["--checked", "main.json:*"]


@pytest.mark.parametrize(
    ("further", "run"), [([], False), (["--check"], False), (["--checked", "a"], False),
                         (["texts"], True), (["all"], True), (["--language", "ja"], False),
                         (["--language", "ja", "texts"], True), (["texts", "--check"], False)],
)  # fmt: skip
def test_only_generators_need_an_environment_that_is_set_up(
    further: list[str], run: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    set_up: list[bool] = []
    monkeypatch.setattr(command_line, "set_up", lambda home, comfyui: set_up.append(True))
    monkeypatch.setattr(command_line, "_python", lambda home, comfyui, arguments: 0)
    main(["generate", *further, "--home", str(tmp_path / "home")])
    assert bool(set_up) is run


def test_an_unknown_generator_ends_before_anything_is_set_up(tmp_path: Path, capfd):
    assert main(["generate", "textures", "--home", str(tmp_path)]) == 2
    assert "Unknown generator: textures." in capfd.readouterr().out
    assert not (tmp_path / "environment").exists()


@pytest.mark.parametrize("command", [["phases"], ["jobs", "backup", "jobs.zip"]])
def test_a_python_without_the_packages_is_refused_in_words(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
):
    monkeypatch.setattr(command_line, "find_spec", lambda name: None)
    assert main([*command, "--home", str(tmp_path / "home")]) == 2
    assert "Run `python quickstart.py` first" in capsys.readouterr().out


def test_a_missing_user_folder_is_named(tmp_path: Path, capsys):
    folder = tmp_path / "no_user"
    arguments = ["jobs", "backup", "jobs.zip", "--home", str(tmp_path), "--user", str(folder)]
    assert main(arguments) == 2
    assert f"There is no folder {folder}. Give" in capsys.readouterr().out


@pytest.mark.parametrize(
    "wrong", [["run", "--clop"], ["--clip", "/no/such/clip.mp4"], ["go"], ["serve", "--production"]]
)
def test_a_slip_ends_before_anything_is_done(wrong: list[str]):
    with pytest.raises(SystemExit) as ended:
        parse(wrong)
    assert ended.value.code == 2


def test_paths_of_tests_are_those_of_the_checkout():
    given = [f"{HERE}::test_x", "-k", "not there", "-m", "slow"]
    arguments = pytest_arguments(given, Path("/"), PACK)
    assert arguments[-5:] == [
        f"anime_production/{HERE}::test_x",
        *("-k", "not there", "-m", "slow"),
    ]


def test_paths_may_be_given_from_where_one_stands_or_whole():
    wanted, folder = f"anime_production/{HERE}", PACK / "tests" / "quickstart_steps"
    assert pytest_arguments(["test_command_line.py"], folder, PACK)[-1] == wanted
    whole = str(PACK / HERE)
    assert pytest_arguments([whole], Path("/"), PACK)[-1] == wanted


def test_without_paths_all_tests_are_run_by_several_workers():
    arguments = pytest_arguments(["-q", "-n", "1"], PACK, PACK)
    assert arguments[-1] == "anime_production/tests"
    numbers = [value for flag, value in pairwise(arguments) if flag == "-n"]
    assert numbers == ["auto", "1"]  # pytest obeys the last one
    assert "-n" not in pytest_arguments([HERE], PACK, PACK)


def test_fast_runs_one_layer_of_the_tests_that_are_named():
    arguments = pytest_arguments(["--fast", HERE, "-x"], PACK, PACK)
    assert arguments[-4:] == ["-m", "fast and not slow", f"anime_production/{HERE}", "-x"]
    assert pytest_arguments(["--fast"], PACK, PACK)[-1] == "anime_production/tests"
