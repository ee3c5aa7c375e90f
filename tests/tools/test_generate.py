"""The command that runs generators."""

import importlib
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from anime_production.quickstart_steps.steps import NEEDS_SET_UP
from anime_production.tools import __main__ as command
from anime_production.tools import translations


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    """Runs of generators, each with the parts that it was to write; nothing is written."""
    runs: list[tuple[str, list[str]]] = []

    def imitation(name: str) -> Any:
        return SimpleNamespace(generate=lambda parts: runs.append((name, parts)))

    for name, generator in command.GENERATORS.items():
        module = f"{command.package}.{generator.module}"
        monkeypatch.setitem(sys.modules, module, imitation(name))
    return runs


def test_without_a_name_every_generator_is_listed(calls, capsys):
    assert command.main([]) == 0
    text = capsys.readouterr().out
    assert [name for name in command.GENERATORS if f"\n  {name} " not in text] == []
    assert "ja: " in text
    assert calls == []


def test_generators_run_in_the_order_of_the_list(calls):
    assert command.main(["help-tables", "pictures:AnimeGate", "texts", "pictures:AnimeJob"]) == 0
    assert calls == [("texts", []), ("help-tables", []), ("pictures", ["AnimeGate", "AnimeJob"])]


def test_all_runs_every_generator(calls):
    assert command.main(["all"]) == 0
    assert [name for name, _ in calls] == list(command.GENERATORS)


def test_an_unknown_name_runs_nothing(calls, capsys):
    assert command.main(["texts", "textures"]) == 2
    assert "Unknown generator: textures. Available: schemas, " in capsys.readouterr().out
    assert calls == []


@pytest.mark.parametrize(("name", "generator"), command.GENERATORS.items())
def test_a_generator_has_its_module_and_says_when_it_is_needed(name, generator):
    module = importlib.import_module(f"{command.package}.{generator.module}")
    assert callable(module.generate)
    assert "needed after" in generator.help


def test_a_check_fails_while_something_is_to_be_done(monkeypatch, capsys):
    monkeypatch.setattr(translations, "details", lambda language: [f"missing in {language}: a"])
    assert command.main(["--check", "--language", "ja"]) == 1
    assert capsys.readouterr().out.startswith("missing in ja: a\nja: ")
    monkeypatch.setattr(translations, "details", lambda language: [])
    assert command.main(["--check"]) == 0


def test_checked_names_what_it_marked_and_what_it_could_not(monkeypatch, capsys):
    answers = {"a": ["ja a", "zh a"], "*": ["ja a"], "b": []}
    monkeypatch.setattr(translations, "mark_checked", lambda keys, languages: answers[keys[0]])
    assert command.main(["--checked", "a", "*"]) == 0
    assert capsys.readouterr().out.startswith("checked: ja a\nchecked: zh a\nja: ")
    assert command.main(["--checked", "a", "b"]) == 2
    assert "No translation with the key b has to be checked" in capsys.readouterr().out


def test_names_can_be_checked_without_running_anything(calls, capsys):
    names = ["texts", "pictures:AnimeGate", "all"]
    assert command.main(["--without-set-up", *names]) == NEEDS_SET_UP
    assert command.main(["--without-set-up", "textures"]) == 2
    assert "Unknown generator: textures." in capsys.readouterr().out
    assert calls == []


def test_names_and_checks_are_not_mixed(calls, capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(["texts", "--check"])
    assert ended.value.code == 2
    assert "run them by themselves" in capsys.readouterr().err
    assert calls == []
