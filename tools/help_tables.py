"""Tables of measures in the help pages, written from the measures themselves.

On an English page, the columns after the third say what clean pictures measure (`python
quickstart.py bench kinds`): they are kept. The table of a translated page has the same rows, with
its words from the language's `main.json`.
"""

from collections.abc import Callable, Mapping, Sequence

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
NOT_TAKEN = "not taken"  # in place of a value
ARROWS = {Better.LOWER: "↓", Better.HIGHER: "↑", Better.BAND: "↕"}
TEXTS = "helpTables"  # key of the words in main.json, below that of the pack's own texts

Translate = Callable[[str], str]  # gives a word of the table in the language of the page


def english_words() -> Texts:
    """Return the words of all tables: those that tables share, and each measure's by page."""
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
        kinds: values of clean pictures of each kind, in English, by the name of a measure; the
            names of the kinds at "name". Empty lists if the page has no such columns.
        words: translations of the words that tables share, by their English.
        meanings: text of the second column, by the name of a measure.
    """
    columns = kinds["name"]
    head = [words[each] for each in (*HEAD, *columns)]
    rows: list[Sequence[str]] = [head, ["---"] * len(head)]
    for each in measures:
        values = [words.get(value, value) for value in kinds.get(each.name, [""] * len(columns))]
        rows.append((f"`{each.name}`", meanings[each.name], scale(each), *values))
    return [f"| {' | '.join(row)} |".replace("|  |", "| |").replace("|  |", "| |") for row in rows]


def scale(measure: Measure) -> str:
    """Return the ends of a measure's scale, its direction and its limit, bold if it counts."""
    limits = measure.threshold if isinstance(measure.threshold, tuple) else (measure.threshold,)
    limit = "–".join(f"{each:g}" for each in limits if each is not None)
    limit = f"**{limit}**" if limit and measure.required else limit
    return f"{measure.low:g}–{measure.high:g} {ARROWS[measure.better]} {limit}".strip()


def with_table(node: str, language: str = ENGLISH) -> str:
    """Return a page with its table written anew.

    Args:
        node: key of `PAGES`.
        language: a language that the page is there in.
    """
    english = read_page(node).split("\n")
    lines = read_page(node, language).split("\n")
    texts = english_words() if language == ENGLISH else read(language, "main.json")[OWN][TEXTS]
    kinds = kinds_of(english[table_of(english)])
    lines[table_of(lines)] = table(PAGES[node], kinds, texts["words"], texts["measures"][node])
    return "\n".join(lines)


def kinds_of(lines: list[str]) -> dict[str, list[str]]:
    """Return what clean pictures measure, by the name of the measure.

    Args:
        lines: lines of an English table.
    """
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0].strip("`"): row[3:] for row in rows}


def generate(chosen: Sequence[str] = ()) -> None:
    """Write the tables of all pages, in every language, or those of the chosen nodes."""
    for language in languages():
        for node in PAGES:
            if node in nodes_with_page(language) and (not chosen or node in chosen):
                text = with_table(node, language)
                path_of(node, language).write_text(text, encoding="utf-8")
                print(path_of(node, language))
    translations.update()
