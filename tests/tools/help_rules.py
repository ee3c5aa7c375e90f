"""Rules that a translated help page keeps to, each as a function that gives what is wrong."""

import re
import unicodedata
from collections.abc import Iterator

from anime_production.tools.examples import TITLES

HEADING = re.compile(r"^(?:#+ (.*)|\*\*([^*]+)\*\*)", re.MULTILINE)
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)]*)\)")
CODE = re.compile(r"`([^`]+)`")
EXAMPLE = re.compile(r"(?<!\*)\*([a-z0-9][^*]+)\*(?!\*)")
EMPHASIS = re.compile(r"(\*+)([^*]+)\1")
NUMBER = re.compile(r"\d+(?:\.\d+)?")
ITEM = re.compile(r" *(?:- |\d+\. )")
OWN_LINE = re.compile(r" *(?:[|>-] |\d+\. )")  # begins a line that follows on another one
EXAMPLES = {title.lower() for title in TITLES.values()}


def headings(page: str) -> list[str]:
    """Return the titles of a page and the bold words that begin its sections."""
    return [title or section for title, section in HEADING.findall(page)]


def rows(page: str) -> list[str]:
    """Return the first cell of each row of a page's tables, but for their heads."""
    cells = [line.split("|")[1].strip() for line in page.split("\n") if line.startswith("|")]
    return [cell for cell in cells if cell.startswith(("`", "---"))]


def problems(english: str, translation: str) -> list[str]:
    """Return what is wrong with the translation of a page, as sentences."""
    return [
        *_different("number of headings", len(headings(english)), len(headings(translation))),
        *_different("number of items", _items(english), _items(translation)),
        *_different("rows of tables", rows(english), rows(translation)),
        *_different("pictures", PICTURE.findall(english), PICTURE.findall(translation)),
        *_different("code", _words(CODE, english), _words(CODE, translation)),
        *_different(
            "examples",
            _words(EXAMPLE, english) & EXAMPLES,
            _words(EXAMPLE, translation) & EXAMPLES,
        ),
        *_lost_numbers(english, translation),
        *_broken_emphasis(translation),
        *_divided_paragraphs(translation),
    ]


def _items(page: str) -> int:
    return sum(bool(ITEM.match(line)) for line in page.split("\n"))


def _words(pattern: re.Pattern[str], page: str) -> set[str]:
    return set(pattern.findall(" ".join(page.split())))


def _different(subject: str, english: object, translation: object) -> Iterator[str]:
    if isinstance(english, set) and isinstance(translation, set) and english != translation:
        absent, added = sorted(english - translation), sorted(translation - english)
        yield f"{subject}: absent {absent}, added {added}"
    elif english != translation:
        yield f"{subject}: {english} in English, {translation} here"


def _lost_numbers(english: str, translation: str) -> Iterator[str]:
    lost = set(NUMBER.findall(english)) - set(NUMBER.findall(translation))
    if lost:
        yield f"numbers that the English has: {sorted(lost)}"


def _broken_emphasis(page: str) -> Iterator[str]:
    """Yield words that Markdown shows with their stars.

    After `**` that follows punctuation it needs a space or punctuation, and the same before `**`
    that goes before punctuation. A full stop of Japanese or Chinese counts as punctuation.
    """
    text = CODE.sub("`code`", page)
    for match in EMPHASIS.finditer(text):
        inner = match[2]
        before, after = text[: match.start()][-1:], text[match.end() :][:1]
        opens = not _is_punctuation(inner[0]) or _is_outside(before)
        closes = not _is_punctuation(inner[-1]) or _is_outside(after)
        if not (opens and closes) or inner != inner.strip():
            yield f"shown with its stars: {match[0]}{after}"


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def _is_outside(character: str) -> bool:
    return not character.strip() or _is_punctuation(character)


def _divided_paragraphs(page: str) -> Iterator[str]:
    """Yield lines that go on with the sentence before: the editor would show a space there."""
    for block in page.strip().split("\n\n"):
        for line in [] if block.startswith("```") else block.split("\n")[1:]:
            if not OWN_LINE.match(line):
                yield f"a paragraph or an item must be one line: {line[:20]}"
