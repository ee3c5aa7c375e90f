"""Command `python quickstart.py generate`: runs generators and lists texts to translate."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from ..quickstart_steps.console import prepare
from ..quickstart_steps.steps import NEEDS_SET_UP
from . import __name__ as package
from . import translations


@dataclass(frozen=True)
class Generator:
    """Generator of files of the pack.

    Attributes:
        module: name of a module of this package whose function `generate` writes the files.
        help: sentence that says what the generator writes, and when a developer needs it.
    """

    module: str
    help: str


ALL = "all"
GENERATORS = {
    "schemas": Generator(
        "node_schemas",
        "Writes tests/nodes/schemas.json; needed after a node was added, or an input or output was"
        " appended to one.",
    ),
    "texts": Generator(
        "english_texts",
        "Writes the English texts in locales/, and records new translations; needed after a text of"
        " a node, a measure or a refusal changed, and after a new translation.",
    ),
    "help-tables": Generator(
        "help_tables",
        "Writes the tables of measures in the help pages, in every language; needed after a measure"
        " or a translation of its words changed, and after a help page was translated.",
    ),
    "measures-page": Generator(
        "measures_page",
        "Writes the tables of docs/measures.md; needed after a measure or a profile changed.",
    ),
    "weights-page": Generator(
        "weights_page",
        "Writes the tables of docs/weights.md; needed after the catalogue of weights changed.",
    ),
    "quotes": Generator(
        "quotes",
        "Writes the texts that docs/troubleshooting.md quotes; needed after such a text changed.",
    ),
    "database-page": Generator(
        "database_page", "Writes docs/database.md; needed after a migration was added."
    ),
    "layout": Generator(
        "layout",
        "Arranges the nodes of the examples in rows, the note first; needed after an example got"
        " another node. layout:NAME arranges one.",
    ),
    "thumbnails": Generator(
        "thumbnails",
        "Draws the thumbnails of the examples from real runs; needed after an example changed."
        " thumbnails:NAME draws one.",
    ),
    "pictures": Generator(
        "pictures",
        "Draws the pictures of the help pages and of the README, with Chromium; needed after the"
        " look of a node or of the panel changed. pictures:NAME draws one.",
    ),
    "registry-pictures": Generator(
        "registry_pictures",
        "Draws the icon and the banner of the Comfy registry, docs/pictures/icon.png and"
        " banner.png; needed after a character of the sample changed.",
    ),
}
FURTHER = """\
  --check            lists the translations that are missing or must be checked, with their texts
  --checked KEY ...  marks translations as checked after their English changed; * in a key stands
                     for any characters; --language ja limits it to one language
"""


def main(arguments: Sequence[str]) -> int:
    """Run the command with these arguments, and return the exit status."""
    prepare()
    parser = argparse.ArgumentParser(prog="quickstart.py generate", allow_abbrev=False)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--checked", nargs="+", metavar="KEY", default=[])
    parser.add_argument("--language", choices=translations.translated_languages())
    # quickstart.py calls with this option first, before it sets anything up.
    parser.add_argument("--without-set-up", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.names and (options.check or options.checked):
        parser.error("--check and --checked take no names of generators: run them by themselves")
    if options.names:
        status = check_names(options.names)
        if status == 0 and options.without_set_up:
            status = NEEDS_SET_UP
        return status or run(options.names)
    languages = [options.language] if options.language else []
    if options.check:
        return check(languages)
    if options.checked:
        return mark_checked(options.checked, languages)
    show()
    return 0


def show() -> None:
    """Print all generators, and the state of the translations."""
    print(f"python quickstart.py generate NAME ...  ({ALL} runs all of them)\n")
    for name, generator in GENERATORS.items():
        print(f"  {name:18} {generator.help}")
    print(f"\n{FURTHER}\nTranslations:")
    print("\n".join(f"  {line}" for line in translations.summary()))


def run(names: Sequence[str]) -> int:
    """Run generators in the order in which they are listed, and return 0.

    Args:
        names: names of generators, or "all". NAME:PART writes one part only, such as one picture.
    """
    parts: dict[str, list[str]] = {}
    for name, _, part in (each.partition(":") for each in names):
        parts.setdefault(name, []).extend([part] * bool(part))
    if ALL in parts:
        parts = {name: parts.get(name, []) for name in GENERATORS}
    for name, generator in GENERATORS.items():
        if name in parts:
            print(f"\n{name}: {generator.help}\n", flush=True)
            importlib.import_module(f"{package}.{generator.module}").generate(parts[name])
    return 0


def check_names(names: Sequence[str]) -> int:
    """Return 0, or print the names of unknown generators and return 2."""
    unknown = [name for name in (each.partition(":")[0] for each in names)
               if name not in (*GENERATORS, ALL)]  # fmt: skip
    if unknown:
        print(f"Unknown generator: {', '.join(unknown)}. Available: {', '.join(GENERATORS)}.")
    return 2 if unknown else 0


def check(languages: Sequence[str]) -> int:
    """Print the translations that are missing or must be checked; return 1 if there are any."""
    lines = [
        line
        for language in languages or translations.translated_languages()
        for line in translations.details(language)
    ]
    print("\n".join([*lines, *translations.summary()]))
    return 1 if lines else 0


def mark_checked(keys: Sequence[str], languages: Sequence[str]) -> int:
    """Mark translations as checked; return 2 if one of the keys did not have to be checked."""
    checked = {key: translations.mark_checked([key], languages) for key in dict.fromkeys(keys)}
    done = sorted({text for texts in checked.values() for text in texts})
    print("\n".join([*(f"checked: {text}" for text in done), *translations.summary()]))
    needless = [key for key, texts in checked.items() if not texts]
    for key in needless:
        print(f"No translation with the key {key} has to be checked; --check lists those that do.")
    return 2 if needless else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
