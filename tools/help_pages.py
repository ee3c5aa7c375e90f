"""Help pages of the nodes in each language, for the generators and tests of translations.

The editor first requests `docs/NODE/LANGUAGE.md`, and then `docs/NODE.md`, which is English. On
both pages a link to a picture is relative to `docs/`, so that it is the same in all languages:
`pictures/NODE.webp`.
"""

from pathlib import Path

from .comfyui import PACK
from .locale_files import ENGLISH

DOCS = PACK / "web" / "client" / "docs"
TABLE = "| name |"  # begins a table that `generate help-tables` writes, on an English page


def path_of(node: str, language: str = ENGLISH) -> Path:
    """Return the path of a page, which need not exist."""
    return DOCS / f"{node}.md" if language == ENGLISH else DOCS / node / f"{language}.md"


def nodes_with_page(language: str = ENGLISH) -> list[str]:
    """Return the ids of the nodes that have a page in a language."""
    if language == ENGLISH:
        return sorted(path.stem for path in DOCS.glob("*.md"))
    return sorted(path.parent.name for path in DOCS.glob(f"*/{language}.md"))


def read_page(node: str, language: str = ENGLISH) -> str:
    """Return the text of a page."""
    return path_of(node, language).read_text(encoding="utf-8")


def table_of(lines: list[str], start: int = 0) -> slice:
    """Return the slice of the lines that holds the first table of a page.

    Args:
        lines: all lines of the page.
        start: number of the line at which the search begins.

    Raises:
        ValueError: the page has no table there.
    """
    is_row = [line.startswith("|") for line in lines]
    try:
        first = is_row.index(True, start)
    except ValueError:
        raise ValueError("The page has no table: add a line that begins with |.") from None
    return slice(first, [*is_row, False].index(False, first))


def translated_part(node: str) -> str:
    """Return the part of an English page to translate: everything but a generated table."""
    lines = read_page(node).split("\n")
    if any(line.startswith(TABLE) for line in lines):
        del lines[table_of(lines)]
    return "\n".join(lines)
