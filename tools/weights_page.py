"""Generator of the tables of weights in docs/weights.md.

The text around the tables is written by hand, and the generator keeps it.
"""

from collections.abc import Sequence

from ..models.weights import WEIGHTS, Weight
from ..models.weights.catalogue import WITHOUT
from .comfyui import PACK
from .help_pages import table_of

PAGE = PACK / "docs" / "weights.md"
TITLE = "## Which weights there are"
HEAD = "| weights | what it is for | with it | size | licence | source | folder |"
WITHOUT_HEAD = "| folder | while none of it is installed |"


def row(weight: Weight) -> str:
    """Return the row of a set of weights; terms that forbid commercial use are bold."""
    terms = weight.licence
    if weight.non_commercial:
        bold, bracket, rest = terms.partition(" (")
        terms = f"**{bold}**{bracket}{rest}"
    source = f"[{weight.page.partition('://')[2]}]({weight.page})"
    name, folder = f"`{weight.name}`", f"`{weight.folder}`"
    cells = (name, weight.purpose, weight.gain, weight.size, terms, source, folder)
    return f"| {' | '.join(cells)} |"


def table() -> list[str]:
    """Return the lines of the table of all weights, the recommended ones first."""
    weights = sorted(WEIGHTS.values(), key=lambda weight: not weight.recommended)
    return [HEAD, "|---" * HEAD.count(" | ") + "|---|", *map(row, weights)]


def without_table() -> list[str]:
    """Return the lines of the table of the folders, with what the nodes do without weights."""
    rows = [f"| `{folder}` | {text} |" for folder, text in WITHOUT.items()]
    return [WITHOUT_HEAD, "|---|---|", *rows]


def with_tables(page: str) -> str:
    """Return the page with up-to-date tables."""
    lines = page.split("\n")
    lines[table_of(lines, lines.index(HEAD, lines.index(TITLE)))] = table()
    lines[table_of(lines, lines.index(WITHOUT_HEAD))] = without_table()
    return "\n".join(lines)


def generate(chosen: Sequence[str] = ()) -> None:
    """Write the tables of the page."""
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(PAGE)
