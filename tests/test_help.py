"""Every node has a help page on which a reader finds what they look for."""

import json
import re

import pytest
from PIL import Image

from anime_production.models.gating.retry import MOST_ATTEMPTS
from anime_production.tools.comfyui import PACK
from anime_production.tools.examples import TITLES, editor_file
from anime_production.tools.help_pages import DOCS
from anime_production.tools.help_tables import PAGES, with_table
from anime_production.tools.node_schemas import FROZEN

# What is measured, and what shows its results in itself (web/client/nodes/results.js).
MEASURING = {
    *("AnimeCharacterScore", "AnimeCharacterSheet", "AnimeClipQuality", "AnimeCompareImages"),
    *("AnimeLoopClose", "AnimeLoopFind", "AnimeLoopScore", "AnimeReportMerge", "AnimeRetryEnd"),
    *("AnimeReportFromAnswer", "AnimeReportFromValue", "AnimeStillQuality"),
}
SHOWING = {*MEASURING, "AnimeCharacterLoad", "AnimeCharacterSave", "AnimeGate"}
PICTURE = re.compile(r"!\[[^\]]{8,}\]\(pictures/(\w+)\.webp\)")
LARGEST = 40_000  # bytes of a picture

SCHEMAS = json.loads(FROZEN.read_text(encoding="utf-8"))


def test_help_pages_are_those_of_the_nodes():
    assert sorted(page.stem for page in DOCS.glob("*.md")) == sorted(SCHEMAS)


@pytest.mark.parametrize("node", SCHEMAS)
def test_a_help_page_names_every_input_and_output(node):
    page = (DOCS / f"{node}.md").read_text(encoding="utf-8")
    schema = SCHEMAS[node]
    names = [each["id"] for each in (*schema["inputs"], *schema["outputs"])]
    assert [name for name in names if f"`{name}`" not in page] == []


@pytest.mark.parametrize("node", PAGES)
def test_the_table_of_a_help_page_is_what_the_measures_declare(node):
    page = (DOCS / f"{node}.md").read_text(encoding="utf-8")
    assert with_table(node) == page, "write it anew: python quickstart.py generate help-tables"


def test_the_page_of_a_retry_names_its_limit():
    page = (DOCS / "AnimeRetryEnd.md").read_text(encoding="utf-8")
    assert f"{MOST_ATTEMPTS} at most" in page


@pytest.mark.parametrize("node", SCHEMAS)
def test_the_readme_lists_the_node_by_its_name(node):
    texts = json.loads((PACK / "locales/en/nodeDefs.json").read_text(encoding="utf-8"))
    name = texts[node]["display_name"].removesuffix(" (Anime)")
    assert f"| **{name}** `{node}` |" in (PACK / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("node", SCHEMAS)
def test_a_help_page_says_what_it_is_for_and_shows_the_node_right_after(node):
    title, purpose, picture, *_ = (DOCS / f"{node}.md").read_text(encoding="utf-8").split("\n\n")
    assert title.startswith("# ")
    assert len(purpose) > 40
    assert not purpose.startswith("**")
    shown = PICTURE.fullmatch(picture)
    expected = f"the third paragraph must be ![The node …](pictures/{node}.webp)"
    assert shown is not None, expected
    assert shown.group(1) == node, expected


@pytest.mark.parametrize("node", SCHEMAS)
def test_the_picture_of_a_help_page_is_small(node):
    path = DOCS / "pictures" / f"{node}.webp"
    assert path.is_file(), f"draw it: python quickstart.py generate pictures:{node}"
    assert path.stat().st_size < LARGEST
    with Image.open(path) as picture:
        assert picture.format == "WEBP"
        assert 250 < picture.width < 800


def test_no_picture_is_there_that_no_page_shows():
    assert sorted(path.stem for path in (DOCS / "pictures").iterdir()) == sorted(SCHEMAS)


@pytest.mark.parametrize("node", SCHEMAS)
def test_a_help_page_has_its_sections(node):
    page = (DOCS / f"{node}.md").read_text(encoding="utf-8")
    sections = ["**Inputs.**", "**Output", "**Example:**", "**What can go wrong.**"]
    sections += ["**The numbers"] * (node in MEASURING) + ["**On the node.**"] * (node in SHOWING)
    assert [each for each in sections if f"\n{each}" not in page] == []


@pytest.mark.parametrize("node", SCHEMAS)
def test_the_example_that_a_help_page_names_has_the_node(node):
    page = (DOCS / f"{node}.md").read_text(encoding="utf-8")
    named = page.partition("**Example:**")[2].split("\n\n")[0]
    names = {title.lower(): name for name, title in TITLES.items()}
    for title in re.findall(r"(?<!\*)\*([a-z0-9][^*]+)\*(?!\*)", " ".join(named.split())):
        nodes = json.loads(editor_file(names[title]).read_text(encoding="utf-8"))["nodes"]
        if node in {each["type"] for each in nodes}:
            return
    raise AssertionError(f"none of the examples that the page of {node} names has it")
