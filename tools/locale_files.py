"""Reading and writing the texts in locales/, which ComfyUI serves to the editor."""

import json
from collections.abc import Mapping
from typing import Any

from .comfyui import PACK

LOCALES = PACK / "locales"
ENGLISH = "en"
# ComfyUI reads these files of a language and no others.
FILES = ("main.json", "nodeDefs.json", "settings.json", "commands.json")

Texts = dict[str, Any]  # a text, or texts, by key


def languages() -> tuple[str, ...]:
    """Return the languages that have texts, English among them."""
    return tuple(sorted(path.parent.name for path in LOCALES.glob("*/main.json")))


def read(language: str, file: str) -> Texts:
    """Return the texts of a file; empty if the language has no such file."""
    path = LOCALES / language / file
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def write(language: str, file: str, texts: Texts) -> None:
    """Write a file of a language."""
    path = LOCALES / language / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(texts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def flat(texts: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """Return texts by the whole path of their keys, joined by dots."""
    by_path: dict[str, str] = {}
    for key, value in texts.items():
        path = f"{above}.{key}" if above else key
        by_path |= flat(value, path) if isinstance(value, Mapping) else {path: value}
    return by_path


def without(texts: Mapping[str, Any], paths: set[str], above: str = "") -> Texts:
    """Return texts without those at the given paths, and without groups that this empties."""
    kept: Texts = {}
    for key, value in texts.items():
        path = f"{above}.{key}" if above else key
        rest = without(value, paths, path) if isinstance(value, Mapping) else value
        if path not in paths and rest != {}:
            kept[key] = rest
    return kept
