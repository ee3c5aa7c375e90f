"""The tables of measures in the help pages, written from the measures themselves.

`python -m anime_production.tests.nodes.write_help_tables`, run from the directory that holds the
link `anime_production` to the checkout, writes the first three columns anew. The others, on some
pages, are what clean pictures measure (`python quickstart.py bench kinds`): they are kept.
"""

from anime_production.models.character.sheet_measures import MEASURES as SHEET
from anime_production.models.measure import Measure
from anime_production.models.measurement import Better
from anime_production.models.measures import MEASURES

from ..comfyui import PACK

DOCS = PACK / "web" / "client" / "docs"
PAGES = {
    "AnimeStillQuality": MEASURES["still_quality"],
    "AnimeClipQuality": MEASURES["clip_quality"],
    "AnimeCompareImages": MEASURES["comparison"],
    "AnimeLoopScore": MEASURES["loop"],
    "AnimeCharacterScore": MEASURES["character"],
    "AnimeCharacterSheet": SHEET,
}
HEAD = ("name", "what it measures", "scale, limit")
ARROWS = {Better.LOWER: "↓", Better.HIGHER: "↑", Better.BAND: "↕"}


def table(measures: tuple[Measure, ...], kinds: dict[str, list[str]]) -> list[str]:
    """Return the lines of a table.

    Args:
        measures: of a family.
        kinds: by name of a measure, what clean pictures of each kind measure; their names at
            "name". Empty lists where the page has no such columns.
    """
    head = (*HEAD, *kinds["name"])
    rows: list[tuple[str, ...]] = [head, ("---",) * len(head)]
    for each in measures:
        values = kinds.get(each.name, [""] * len(kinds["name"]))
        rows.append((f"`{each.name}`", each.answers_to, scale(each), *values))
    return [f"| {' | '.join(row)} |".replace("|  |", "| |").replace("|  |", "| |") for row in rows]


def scale(measure: Measure) -> str:
    """Return the ends of a measure's scale, its direction and its limit, bold where it counts."""
    limits = measure.threshold if isinstance(measure.threshold, tuple) else (measure.threshold,)
    limit = "–".join(f"{each:g}" for each in limits if each is not None)
    limit = f"**{limit}**" if limit and measure.required else limit
    return f"{measure.low:g}–{measure.high:g} {ARROWS[measure.better]} {limit}".strip()


def written(page: str, measures: tuple[Measure, ...]) -> str:
    """Return a page with its table written anew."""
    lines = page.split("\n")
    start = next(place for place, line in enumerate(lines) if line.startswith("| name |"))
    end = next(place for place in range(start, len(lines)) if not lines[place].startswith("|"))
    return "\n".join([*lines[:start], *table(measures, kinds_of(lines[start:end])), *lines[end:]])


def kinds_of(lines: list[str]) -> dict[str, list[str]]:
    """Return what a table says that clean pictures measure, by name of the measure."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0].strip("`"): row[3:] for row in rows}


def main() -> None:
    """Write the tables of all pages."""
    for node, measures in PAGES.items():
        path = DOCS / f"{node}.md"
        path.write_text(written(path.read_text(encoding="utf-8"), measures), encoding="utf-8")


if __name__ == "__main__":
    main()
