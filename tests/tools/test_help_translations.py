"""Every help page is there in every language, and a translation says all that its English says."""

import json
import re
from collections import defaultdict

import pytest

from anime_production.tools.help_pages import DOCS, nodes_with_page, read_page
from anime_production.tools.help_tables import PAGES, with_table
from anime_production.tools.locale_files import read
from anime_production.tools.node_schemas import FROZEN
from anime_production.tools.translations import translated_languages

from .help_rules import headings, problems, rows

IN_BRACKETS = re.compile(r"（[^）]*）$")
NAMED = re.compile(r"^- ((?:`\w+`（[^（）]+）、?)+)：", re.MULTILINE)  # begins an input or output
SHOWN_NAME = re.compile(r"`(\w+)`（([^（）]+)）")
OF_LANGUAGE = {"ja": re.compile(r"[\u3041-\u30ff]"), "zh": re.compile(r"[\u4e00-\u9fff]")}
ENGLISH = """# Gate

Keeps *check a sample clip* apart.

![The node](pictures/AnimeGate.webp)

**Inputs.**

- `report`: 3 and
  more.
- `on_fail`: *again* or *later*.

| name | scale |
| --- | --- |
| `a` | 1 |
"""
JAPANESE = """# ゲート

*check a sample clip* を分けます。

![ノード](pictures/AnimeGate.webp)

**入力。**

- `report`：3以上。
- `on_fail`：*また*か*あと*。

| 名前 | 目盛り |
| --- | --- |
| `a` | 1 |
"""
languages = pytest.mark.parametrize("language", translated_languages())


def test_every_help_page_is_there_in_every_language():
    missing = {
        language: absent
        for language in translated_languages()
        if (absent := sorted(set(nodes_with_page()) - set(nodes_with_page(language))))
    }
    assert missing == {}


def test_no_other_help_page_is_there():
    allowed = {f"{node}/{each}.md" for node in nodes_with_page() for each in translated_languages()}
    assert {path.relative_to(DOCS).as_posix() for path in DOCS.glob("*/*.md")} - allowed == set()


@languages
def test_a_translated_page_has_all_that_its_english_has(language: str):
    wrong = {
        node: sentences
        for node in nodes_with_page(language)
        if (sentences := problems(read_page(node), read_page(node, language)))
    }
    assert json.dumps(wrong, indent=1, ensure_ascii=False) == "{}"


@languages
def test_the_table_of_a_translated_page_is_what_the_measures_declare(language: str):
    outdated = [
        node
        for node in PAGES
        if node in nodes_with_page(language)
        and with_table(node, language) != read_page(node, language)
    ]
    assert outdated == [], "write them anew: python quickstart.py generate help-tables"


@languages
def test_a_translated_page_has_the_title_of_its_node(language: str):
    texts = read(language, "nodeDefs.json")
    titles = {
        node: IN_BRACKETS.sub("", texts[node]["display_name"]) for node in nodes_with_page(language)
    }
    assert {node: headings(read_page(node, language))[0] for node in titles} == titles


@languages
def test_a_name_in_brackets_is_the_one_that_the_node_shows(language: str):
    texts = read(language, "nodeDefs.json")
    frozen = json.loads(FROZEN.read_text(encoding="utf-8"))
    wrong = []
    for node in nodes_with_page(language):
        shown = {(each, text.get("name")) for each, text in texts[node]["inputs"].items()}
        outputs = frozen[node]["outputs"]
        shown |= {
            (output["id"], texts[node]["outputs"][str(n)]["name"])
            for n, output in enumerate(outputs)
        }
        starts = NAMED.findall(read_page(node, language))
        pairs = {pair for start in starts for pair in SHOWN_NAME.findall(start)}
        wrong += [(node, *pair) for pair in sorted(pairs - shown)]
    assert wrong == []


@languages
def test_a_section_is_called_the_same_on_every_page(language: str):
    names: dict[str, set[str]] = defaultdict(set)
    for node in nodes_with_page(language):
        english, translation = headings(read_page(node)), headings(read_page(node, language))
        for source, name in zip(english[1:], translation[1:], strict=False):
            names[source].add(name)
    assert {source: each for source, each in names.items() if len(each) > 1} == {}


@languages
def test_every_paragraph_of_a_translated_page_is_in_its_language(language: str):
    copies = {
        f"{node}: {block[:30]}"
        for node in nodes_with_page(language)
        for block in read_page(node, language).strip().split("\n\n")
        if not OF_LANGUAGE[language].search(block) and len(block) > 60
    }
    assert copies == set()


@pytest.mark.parametrize("node", PAGES)
@languages
def test_a_table_in_another_language_has_the_rows_of_the_english_one(
    node: str, language: str, monkeypatch: pytest.MonkeyPatch
):
    """A translator may leave the English table on the page: the generator translates it."""
    pages = {"en": read_page(node)}
    monkeypatch.setattr(
        "anime_production.tools.help_tables.read_page",
        lambda node, language="en": pages["en"],
    )
    page = with_table(node, language)
    assert rows(page) == rows(pages["en"])
    cells = [line.split("|")[2] for line in page.split("\n") if line.startswith("| `")]
    assert [cell for cell in cells if not re.search(r"[\u3041-\u30ff\u4e00-\u9fff]", cell)] == []


def test_a_table_with_an_untranslated_measure_is_refused_by_name(monkeypatch: pytest.MonkeyPatch):
    def without_ringing(language: str, file: str):
        texts = read(language, file)
        del texts["animeProduction"]["helpTables"]["measures"]["AnimeStillQuality"]["ringing"]
        return texts

    monkeypatch.setattr("anime_production.tools.help_tables.read", without_ringing)
    with pytest.raises(SystemExit, match=r"in ja: no translation of ringing\."):
        with_table("AnimeStillQuality", "ja")


def test_a_faithful_translation_has_no_problem():
    assert problems(ENGLISH, JAPANESE) == []


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        ("**入力。**", "入力。", "number of headings: 2 in English, 1 here"),
        ("| `a` | 1 |", "| `b` | 1 |", "rows of tables"),
        ("pictures/AnimeGate.webp", "../pictures/AnimeGate.webp", "pictures"),
        ("`report`", "レポート", "code: absent ['report'], added []"),
        ("*check a sample clip*", "*クリップを調べる*", "examples"),
        ("3以上", "三以上", "numbers that the English has: ['3']"),
        ("**入力。**", "**入力。**この", "shown with its stars: **入力。**こ"),
        ("*また*か", "*また。*か", "shown with its stars: *また。*か"),
        ("\n- `on_fail`：", "`on_fail`：", "number of items: 2 in English, 1 here"),
        ("：3以上。", "：\n  3以上。", "a paragraph or an item must be one line:   3以上。"),
    ],
)
def test_a_translation_that_differs_has_a_problem(right: str, wrong: str, problem: str):
    page = JAPANESE.replace(right, wrong)
    assert page != JAPANESE
    assert any(each.startswith(problem) for each in problems(ENGLISH, page))
