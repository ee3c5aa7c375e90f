"""Generator of the tables of measures in the help pages.

On an English page, the columns after the third hold values of clean pictures (`python quickstart.py
bench kinds`). They are written by hand, and the generator keeps them. The table of a translated
page has the same rows, with words from the language's `main.json`.
"""

from collections.abc import Mapping, Sequence

from ..models.character.sheet_measures import MEASURES as SHEET
from ..models.measure import Measure
from ..models.measurement import Better
from ..models.measures import MEASURES
from ..models.reasons import OWN
from . import translations
from .help_pages import nodes_with_page, path_of, read_page, table_of
from .locale_files import ENGLISH, Texts, languages, read

PAGES = {
    "AnimeStillQuality": MEASURES["still_quality"],
    "AnimeClipQuality": MEASURES["clip_quality"],
    "AnimeCompareImages": MEASURES["comparison"],
    "AnimeLoopScore": MEASURES["loop"],
    "AnimeCharacterScore": MEASURES["character"],
    "AnimeCharacterSheet": SHEET,
}
HEAD = ("name", "what it measures", "scale, limit")
COLUMNS = ("cel", "sketch", "painted")  # kinds of clean pictures
NOT_TAKEN = "not taken"  # replaces a value that cannot be measured
ARROWS = {Better.LOWER: "↓", Better.HIGHER: "↑", Better.BAND: "↕"}
TEXTS = "helpTables"  # key of the words in main.json, below that of the pack's own texts


def english_words() -> Texts:
    """Return the English words of all tables: the shared ones, and the measures' by page."""
    return {
        "words": {each: each for each in (*HEAD, *COLUMNS, NOT_TAKEN)},
        "measures": {
            node: {each.name: each.answers_to for each in measures}
            for node, measures in PAGES.items()
        },
    }


def table(
    measures: Sequence[Measure],
    kinds: Mapping[str, list[str]],
    words: Mapping[str, str],
    meanings: Mapping[str, str],
) -> list[str]:
    """Return the lines of a table.

    Args:
        measures: measures of a family.
        kinds: for the name of each measure, its values on each kind of clean pictures, in English;
            for "name", the names of the kinds. The lists are empty if the page has no such columns.
        words: translations of the shared words, by their English.
        meanings: text of the second column, by the name of the measure.
    """
    columns = kinds["name"]
    head = [words[each] for each in (*HEAD, *columns)]
    rows: list[Sequence[str]] = [head, ["---"] * len(head)]
    for measure in measures:
        name = measure.name
        values = [words.get(value, value) for value in kinds.get(name, [""] * len(columns))]
        rows.append((f"`{name}`", meanings[name], scale(measure), *values))
    return [f"| {' | '.join(row)} |".replace("|  |", "| |").replace("|  |", "| |") for row in rows]


def scale(measure: Measure) -> str:
    """Return scale, direction and limit of a measure; the limit is bold if a verdict needs it."""
    limits = measure.threshold if isinstance(measure.threshold, tuple) else (measure.threshold,)
    limit = "–".join(f"{each:g}" for each in limits if each is not None)
    limit = f"**{limit}**" if limit and measure.required else limit
    return f"{measure.low:g}–{measure.high:g} {ARROWS[measure.better]} {limit}".strip()


def with_table(node: str, language: str = ENGLISH) -> str:
    """Return a page with an up-to-date table.

    Args:
        node: id of the node, a key of `PAGES`.
        language: language of the page, which must exist.

    Raises:
        SystemExit: a text of the table isn't translated yet; the message names it.
    """
    english = read_page(node).split("\n")
    lines = read_page(node, language).split("\n")
    texts = english_words() if language == ENGLISH else read(language, "main.json")[OWN][TEXTS]
    _check_translated(texts, node, language)
    kinds = kinds_of(english[table_of(english)])
    lines[table_of(lines)] = table(PAGES[node], kinds, texts["words"], texts["measures"][node])
    return "\n".join(lines)


def _check_translated(texts: Texts, node: str, language: str) -> None:
    missing = [
        each.name for each in PAGES[node] if each.name not in texts["measures"].get(node, {})
    ]
    if missing:
        raise SystemExit(
            f"The table of {node} can't be written in {language}: no translation of"
            f" {', '.join(missing)}. Run `python quickstart.py generate texts`, translate what"
            " `generate --check` lists, then run this again."
        )


def kinds_of(lines: list[str]) -> dict[str, list[str]]:
    """Return the values of clean pictures of each kind, by the name of the measure.

    Args:
        lines: lines of an English table.
    """
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0].strip("`"): row[3:] for row in rows}


def generate(chosen: Sequence[str] = ()) -> None:
    """Write the tables of the chosen nodes, or of all, in every language."""
    for language in languages():
        for node in PAGES:
            if node in nodes_with_page(language) and (not chosen or node in chosen):
                text = with_table(node, language)
                path_of(node, language).write_text(text, encoding="utf-8")
                print(path_of(node, language))
    translations.update()
