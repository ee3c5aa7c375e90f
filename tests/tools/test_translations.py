"""Translations outlive a change of their English, and are to be checked until a person did."""

import json
from pathlib import Path
from typing import Any

import pytest

from anime_production.tools import help_pages, locale_files, translations
from anime_production.tools.translations import (
    details,
    mark_checked,
    record,
    state,
    summary,
    translated_languages,
    update,
)

PAGE = "# Gate\n\nKeeps pictures apart.\n"
TEXTS = {"en": ("Run", "Stop"), "ja": ("実行", "停止"), "zh": ("运行", "停止")}


def write_texts(language: str, texts: dict[str, Any]) -> None:
    locale_files.write(language, "main.json", {"menu": texts})


def write_page(text: str, node: str = "AnimeGate", language: str = "en") -> None:
    path = help_pages.path_of(node, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pack with two texts and one help page, all of them translated and recorded."""
    monkeypatch.setattr(locale_files, "LOCALES", tmp_path / "locales")
    monkeypatch.setattr(help_pages, "DOCS", tmp_path / "docs")
    monkeypatch.setattr(translations, "RECORDS", tmp_path / "records")
    for language, (run, stop) in TEXTS.items():
        write_texts(language, {"run": run, "stop": stop})
        write_page(PAGE if language == "en" else "# 门\n", language=language)
    update()
    return tmp_path


@pytest.mark.usefixtures("pack")
def test_what_was_just_translated_needs_nothing():
    assert list(summary()) == ["ja: 0 missing, 0 to be checked", "zh: 0 missing, 0 to be checked"]


@pytest.mark.usefixtures("pack")
def test_a_translation_is_kept_and_to_be_checked_when_its_english_changes():
    write_texts("en", {"run": "Run it", "stop": "Stop"})
    update()
    assert locale_files.read("ja", "main.json")["menu"]["run"] == "実行"
    assert state("ja").to_check == ["main.json:menu.run"]
    assert list(details("ja")) == [
        "to be checked in ja: main.json:menu.run", "    -Run", "    +Run it", "    ja: 実行",
    ]  # fmt: skip


@pytest.mark.usefixtures("pack")
def test_a_translation_is_right_again_when_its_english_is_what_it_was():
    write_texts("en", {"run": "Run it", "stop": "Stop"})
    update()
    write_texts("en", {"run": "Run", "stop": "Stop"})
    assert state("ja").to_check == []


@pytest.mark.usefixtures("pack")
def test_a_person_says_in_which_language_a_translation_is_still_right():
    write_texts("en", {"run": "Run it", "stop": "Stop it"})
    assert mark_checked(["main.json:menu.run"], ["ja"]) == ["ja main.json:menu.run"]
    assert state("ja").to_check == ["main.json:menu.stop"]
    assert len(mark_checked(["main.json:*"])) == 3
    assert [state(each).to_check for each in translated_languages()] == [[], []]


@pytest.mark.usefixtures("pack")
def test_a_key_with_brackets_is_found_by_its_own_name():
    write_texts("en", {"[a]": "One"})
    write_texts("ja", {"[a]": "一"})
    update()
    write_texts("en", {"[a]": "Two"})
    assert mark_checked(["main.json:menu.[a]"]) == ["ja main.json:menu.[a]"]


@pytest.mark.usefixtures("pack")
def test_what_english_has_no_more_is_removed(capsys: pytest.CaptureFixture[str]):
    write_texts("en", {"run": "Run"})
    help_pages.path_of("AnimeGate").unlink()
    assert state("ja").obsolete == ["docs:AnimeGate", "main.json:menu.stop"]
    update()
    assert locale_files.read("ja", "main.json") == {"menu": {"run": "実行"}}
    assert not help_pages.path_of("AnimeGate", "ja").exists()
    assert record("ja") == {"main.json:menu.run": "Run"}
    assert "removed from ja: main.json:menu.stop: 停止" in capsys.readouterr().out


@pytest.mark.usefixtures("pack")
def test_a_new_text_is_missing_until_it_is_translated():
    write_texts("en", {"run": "Run", "stop": "Stop", "wait": "Wait"})
    write_page("# Job\n", "AnimeJob")
    update()
    assert state("ja").missing == ["main.json:menu.wait", "docs:AnimeJob"]
    write_texts("ja", {"run": "実行", "stop": "停止", "wait": "待つ"})
    assert state("ja").unrecorded == ["main.json:menu.wait"]
    update()
    assert state("ja").unrecorded == []
    assert state("zh").missing == ["main.json:menu.wait", "docs:AnimeJob"]


@pytest.mark.usefixtures("pack")
def test_a_help_page_is_to_be_checked_when_its_english_changes():
    write_page(PAGE.replace("Keeps", "Holds"))
    assert state("zh").to_check == ["docs:AnimeGate"]
    lines = list(details("zh"))
    assert lines[1:] == ["    -Keeps pictures apart.", "    +Holds pictures apart."]


@pytest.mark.usefixtures("pack")
def test_a_table_that_is_generated_says_nothing_of_its_page():
    write_page(f"{PAGE}\n| name | scale |\n| --- | --- |\n| `a` | 1 |\n\nThe end.\n")
    mark_checked(["docs:*"])
    write_page(f"{PAGE}\n| name | scale |\n| --- | --- |\n| `b` | 2 |\n\nThe end.\n")
    assert state("ja").to_check == []


def test_records_are_no_files_that_comfyui_would_read():
    assert {path.name for path in locale_files.LOCALES.rglob("*.*")} == set(locale_files.FILES)


@pytest.mark.parametrize("language", translated_languages())
def test_every_translation_was_checked_after_its_english_changed(language: str):
    assert state(language).to_check == [], (
        "python quickstart.py generate --check shows what has changed. Correct what is no longer"
        " right, then: python quickstart.py generate --checked KEY ..."
    )


@pytest.mark.parametrize("language", translated_languages())
def test_the_english_of_every_translation_is_recorded(language: str):
    now = state(language)
    assert (now.unrecorded, now.obsolete) == ([], []), "python quickstart.py generate texts"


@pytest.mark.parametrize("language", translated_languages())
def test_a_record_is_written_as_the_generator_writes_it(language: str):
    text = (translations.RECORDS / f"{language}.json").read_text(encoding="utf-8")
    assert list(json.loads(text)) == sorted(json.loads(text))


def test_a_file_that_is_no_json_is_named(pack: Path):
    path = pack / "locales" / "ja" / "main.json"
    path.write_text('{"menu": {"run": "実行",}}', encoding="utf-8")
    with pytest.raises(SystemExit, match=r"ja.main\.json is no valid JSON: .*line 1"):
        list(summary())
