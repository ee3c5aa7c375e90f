"""State of the translations: which are missing, and which must be checked after English changed.

For each language, a file of `translated_from/` holds the English that each translation was made
from. A translation whose English has changed since stays in use, and counts as "to be checked"
until a person has looked at it: `python quickstart.py generate --checked KEY`. The key of a text is
its file and path, such as `main.json:menuLabels.Anime Jobs`; that of a help page is `docs:NODE`.
"""

import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from .help_pages import nodes_with_page, path_of, read_page, translated_part
from .locale_files import ENGLISH, FILES, flat, languages, read, without, write

RECORDS = Path(__file__).with_name("translated_from")
PAGE = "docs"  # begins the keys of help pages


@dataclass(frozen=True)
class TranslationState:
    """State of the translations into one language, as lists of keys.

    Attributes:
        missing: keys without a translation.
        to_check: keys whose English has changed since the translation was checked.
        unrecorded: keys of translations whose English is not recorded yet.
        gone: keys that English has no more.
    """

    missing: list[str]
    to_check: list[str]
    unrecorded: list[str]
    gone: list[str]


def translated_languages() -> list[str]:
    """Return all languages but English."""
    return [each for each in languages() if each != ENGLISH]


def sources() -> dict[str, str]:
    """Return everything that is to be translated, in English, by key."""
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
    """Return the English that the translations into a language were made from, by key."""
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
        gone=sorted((translated.keys() | recorded.keys()) - english.keys()),
    )


def update() -> None:
    """Remove translations that English has no more, and record the English of new ones.

    A new translation is one whose English is not recorded; it is taken to be made from the English
    of now. A translation whose English has changed is left as it is, and so is its record.
    """
    english = sources()
    for language in translated_languages():
        translated = translations(language)
        for key in translated.keys() - english.keys():
            print(f"{key} is gone; in {language} it was: {translated[key]}")
        _remove(language, translated.keys() - english.keys())
        recorded = {**english, **record(language)}
        _write_record(language, {key: recorded[key] for key in english.keys() & translated.keys()})


def _remove(language: str, keys: set[str]) -> None:
    for file in FILES:
        paths = {key.partition(":")[2] for key in keys if key.startswith(f"{file}:")}
        if paths:
            write(language, file, without(read(language, file), paths))
    for key in keys:
        if key.startswith(f"{PAGE}:"):
            path_of(key.partition(":")[2], language).unlink()


def mark_checked(patterns: Sequence[str], chosen: Sequence[str] = ()) -> list[str]:
    """Record that translations are right for the English of now.

    Args:
        patterns: keys, in which * stands for any characters.
        chosen: languages; all if empty.

    Returns:
        The language and the key of each translation that was to be checked and no longer is.
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
    """Yield a line for each language."""
    for language in translated_languages():
        now = state(language)
        yield f"{language}: {len(now.missing)} missing, {len(now.to_check)} to be checked"


def details(language: str) -> Iterator[str]:
    """Yield lines on all translations that are missing or to be checked, with their texts."""
    english, translated, recorded = sources(), translations(language), record(language)
    now = state(language)
    for key in now.missing:
        yield f"missing in {language}: {key}"
        if not key.startswith(f"{PAGE}:"):
            yield f"    English: {english[key]}"
    for key in now.to_check:
        yield f"to be checked in {language}: {key}"
        before, after = recorded[key].split("\n"), english[key].split("\n")
        changes = list(difflib.unified_diff(before, after, n=0, lineterm=""))[2:]
        yield from (f"    {line}" for line in changes if not line.startswith("@@"))
        if not key.startswith(f"{PAGE}:"):
            yield f"    {language}: {translated[key]}"
