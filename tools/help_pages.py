"""Help pages of the nodes: where they are in each language, and what in them is translated.

The editor of a node in another language asks for `docs/NODE/LANGUAGE.md` first, and for
`docs/NODE.md` if there is none. In both it takes the address of a picture relative to `docs/`, so
that the link of a picture is the same on every page: `pictures/NODE.webp`.
"""

from pathlib import Path

from .comfyui import PACK
from .locale_files import ENGLISH

DOCS = PACK / "web" / "client" / "docs"
TABLE = "| name |"  # begins a table that `generate help-tables` writes, on an English page


def path_of(node: str, language: str = ENGLISH) -> Path:
    """Return the place of a page, written or not."""
    return DOCS / f"{node}.md" if language == ENGLISH else DOCS / node / f"{language}.md"


def nodes_with_page(language: str = ENGLISH) -> list[str]:
    """Return the ids of the nodes that have a page in a language."""
    if language == ENGLISH:
        return sorted(path.stem for path in DOCS.glob("*.md"))
    return sorted(path.parent.name for path in DOCS.glob(f"*/{language}.md"))


def read_page(node: str, language: str = ENGLISH) -> str:
    """Return a page."""
    return path_of(node, language).read_text(encoding="utf-8")


def table_of(lines: list[str]) -> slice:
    """Return where the first table of a page is.

    Args:
        lines: all lines of the page.

    Raises:
        ValueError: the page has no table.
    """
    places = [place for place, line in enumerate(lines) if line.startswith("|")]
    if not places:
        raise ValueError("The page has no line that begins with |, so no place for its table.")
    start = places[0]
    return slice(start, next(end for end in range(start, len(lines) + 1) if end not in places))


def translated_part(node: str) -> str:
    """Return the English of a page that translators translate: all but a generated table."""
    lines = read_page(node).split("\n")
    if any(line.startswith(TABLE) for line in lines):
        del lines[table_of(lines)]
    return "\n".join(lines)
