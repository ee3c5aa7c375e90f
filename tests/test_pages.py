"""The pages for people lead where they say, and quote what the product says."""

import ast
import re
from pathlib import Path

import pytest

from anime_production.tools.comfyui import PACK
from anime_production.tools.quotes import LOG, PAGE, QUOTE, with_quotations

LONGEST_README = 200  # lines
TABLE_OF_CONTENTS = re.compile(r"^- \[[^\]]+\]\(#", re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^(`{3,}).*?^\1", re.MULTILINE | re.DOTALL)
TOP_PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
SOURCES = ("models", "nodes", "web/server", "quickstart_steps")


def pages() -> list[str]:
    """Return the paths of all pages, from the checkout on."""
    names = [name for name in TOP_PAGES if (PACK / name).is_file()]
    return [*names, *sorted(f"docs/{path.name}" for path in (PACK / "docs").glob("*.md"))]


def text_of(page: Path) -> str:
    """Return a page without its blocks of code."""
    return CODE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    result: set[str] = set()
    for title in re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE):
        words = re.sub(r"\]\([^)]*\)", "", title).lower()
        anchor = re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")
        copies = sum(re.fullmatch(rf"{re.escape(anchor)}(-\d+)?", each) is not None
                     for each in result)  # fmt: skip
        result.add(f"{anchor}-{copies}" if copies else anchor)
    return result


@pytest.mark.parametrize("name", pages())
def test_every_link_of_a_page_leads_somewhere(name):
    page = PACK / name
    dead = []
    for target in LINK.findall(text_of(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        if not place.exists() or (anchor and anchor not in anchors(place)):
            dead.append(target)
    assert dead == []


@pytest.mark.parametrize("name", pages())
def test_every_page_but_the_readme_is_reached_from_it(name):
    reached, waiting = set(), ["README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        for target in LINK.findall(text_of(PACK / page)):
            path = ((PACK / page).parent / target.partition("#")[0]).resolve()
            if path.suffix == ".md" and path.is_file() and path.is_relative_to(PACK.resolve()):
                next_page = path.relative_to(PACK.resolve()).as_posix()
                waiting += [next_page] if next_page not in reached else []
    assert name in reached


def test_the_readme_is_short_and_begins_with_its_contents():
    readme = (PACK / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= LONGEST_README
    titles = re.findall(r"^## (.+)$", readme, re.MULTILINE)
    assert len(TABLE_OF_CONTENTS.findall(readme)) == len(titles)


def test_quotations_are_the_texts_of_the_editor():
    page = PAGE.read_text(encoding="utf-8")
    assert with_quotations(page) == page, "write them anew: python quickstart.py generate quotes"


def test_quotations_of_messages_stand_in_the_source():
    messages = [text for key, text in QUOTE.findall(PAGE.read_text(encoding="utf-8")) if key == LOG]
    assert len(messages) > 20
    source = "\n".join(
        literal
        for folder in SOURCES
        for path in (PACK / folder).rglob("*.py")
        for literal in literals(path)
    )
    assert [each for each in messages if not stands_in(source, each)] == []


def literals(path: Path) -> list[str]:
    """Return the texts in a module's source: of one with values in it, `…` for each value."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = [
        "".join(
            str(piece.value) if isinstance(piece, ast.Constant) else "…" for piece in node.values
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
    ]
    plain = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return [re.sub(r"%[rs]|\s+", lambda match: "…" if match[0][0] == "%" else " ", text)
            for text in (*parts, *plain)]  # fmt: skip


def stands_in(source: str, message: str) -> bool:
    """Return True if one text of the source has the message, with any text for each `…`."""
    pieces = [re.escape(piece.strip(". ")) for piece in message.split("…")]
    return re.search("[^\n]*?".join(piece for piece in pieces if piece), source) is not None
