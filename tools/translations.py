"""State of the translations: which are missing, and which to check after their English changed.

A file in `translated_from/` holds, for each language, the English text that each translation was
made from. When the English changes, the translation stays in use, and must be checked by a person,
who confirms it with `python quickstart.py generate --checked KEY`. The key of a text is its file
and path, such as `main.json:menuLabels.Anime Jobs`; the key of a help page is `docs:NODE`.
"""

import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from .help_pages import nodes_with_page, path_of, read_page, translated_part
from .locale_files import ENGLISH, FILES, flat, languages, read, remove_texts, write

RECORDS = Path(__file__).with_name("translated_from")
PAGE = "docs"  # first part of the key of a help page


@dataclass(frozen=True)
class TranslationState:
    """State of the translations into one language, as lists of keys.

    Attributes:
        missing: keys without a translation.
        to_check: keys whose English has changed since the translation was checked.
        unrecorded: keys of translations whose English text is not recorded yet.
        obsolete: keys of translations whose English text no longer exists.
    """

    missing: list[str]
    to_check: list[str]
    unrecorded: list[str]
    obsolete: list[str]


def translated_languages() -> list[str]:
    """Return all languages but English."""
    return [each for each in languages() if each != ENGLISH]


def sources() -> dict[str, str]:
    """Return all English texts and help pages to translate, by key."""
    pages = {f"{PAGE}:{node}": translated_part(node) for node in nodes_with_page()}
    return {**_texts(ENGLISH), **pages}


def translations(language: str) -> dict[str, str]:
    """Return the translations into a language, by key."""
    nodes = nodes_with_page(language)
    return {**_texts(language), **{f"{PAGE}:{node}": read_page(node, language) for node in nodes}}


def _texts(language: str) -> dict[str, str]:
    return {
        f"{file}:{path}": text
        for file in FILES
        for path, text in flat(read(language, file)).items()
    }


def record(language: str) -> dict[str, str]:
    """Return the English texts that the translations into a language were made from, by key."""
    path = RECORDS / f"{language}.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _write_record(language: str, texts: dict[str, str]) -> None:
    RECORDS.mkdir(exist_ok=True)
    text = json.dumps(dict(sorted(texts.items())), indent=0, ensure_ascii=False) + "\n"
    (RECORDS / f"{language}.json").write_text(text, encoding="utf-8")


def state(language: str) -> TranslationState:
    """Return the state of the translations into a language."""
    english, translated, recorded = sources(), translations(language), record(language)
    return TranslationState(
        missing=[key for key in english if key not in translated],
        to_check=[
            key
            for key, text in english.items()
            if key in translated and recorded.get(key, text) != text
        ],
        unrecorded=[key for key in translated if key in english and key not in recorded],
        obsolete=sorted((translated.keys() | recorded.keys()) - english.keys()),
    )


def update() -> None:
    """Remove obsolete translations, and record the English of new ones.

    A translation is new if its English is not recorded; the current English is recorded for it. A
    translation whose English has changed keeps its text and its record.
    """
    english = sources()
    for language in translated_languages():
        translated = translations(language)
        for key in translated.keys() - english.keys():
            print(f"removed from {language}: {key}: {translated[key]}")
        _remove(language, translated.keys() - english.keys())
        recorded = {**english, **record(language)}
        _write_record(language, {key: recorded[key] for key in english.keys() & translated.keys()})


def _remove(language: str, keys: set[str]) -> None:
    for file in FILES:
        paths = {key.partition(":")[2] for key in keys if key.startswith(f"{file}:")}
        if paths:
            write(language, file, remove_texts(read(language, file), paths))
    for key in keys:
        if key.startswith(f"{PAGE}:"):
            path_of(key.partition(":")[2], language).unlink()


def mark_checked(patterns: Sequence[str], chosen: Sequence[str] = ()) -> list[str]:
    """Record that translations are right for the current English.

    Args:
        patterns: keys, in which * stands for any characters.
        chosen: languages; all languages if empty.

    Returns:
        Language and key of each translation that is now checked.
    """
    english = sources()
    checked: list[str] = []
    for language in chosen or translated_languages():
        keys = [key for key in state(language).to_check if _matches(key, patterns)]
        if keys:
            _write_record(language, {**record(language), **{key: english[key] for key in keys}})
        checked += [f"{language} {key}" for key in keys]
    return checked


def _matches(key: str, patterns: Sequence[str]) -> bool:
    return any(key == pattern or fnmatchcase(key, pattern) for pattern in patterns)


def summary() -> Iterator[str]:
    """Yield a line for each language with the number of missing translations and those to check."""
    for language in translated_languages():
        current = state(language)
        yield f"{language}: {len(current.missing)} missing, {len(current.to_check)} to be checked"


def details(language: str) -> Iterator[str]:
    """Yield lines about all translations that are missing or must be checked, with their texts."""
    english, translated, recorded = sources(), translations(language), record(language)
    current = state(language)
    for key in current.missing:
        yield f"missing in {language}: {key}"
        if not key.startswith(f"{PAGE}:"):
            yield f"    English: {english[key]}"
    for key in current.to_check:
        yield f"to be checked in {language}: {key}"
        before, after = recorded[key].split("\n"), english[key].split("\n")
        changes = list(difflib.unified_diff(before, after, n=0, lineterm=""))[2:]
        yield from (f"    {line}" for line in changes if not line.startswith("@@"))
        if not key.startswith(f"{PAGE}:"):
            yield f"    {language}: {translated[key]}"
