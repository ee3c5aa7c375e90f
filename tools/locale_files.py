"""Functions that read and write the texts in locales/, which ComfyUI serves to the editor."""

import json
from collections.abc import Mapping
from typing import Any

from .comfyui import PACK

LOCALES = PACK / "locales"
ENGLISH = "en"
# ComfyUI reads these files of a language and no others.
FILES = ("main.json", "nodeDefs.json", "settings.json", "commands.json")

Texts = dict[str, Any]  # texts, or groups of texts, by key


def languages() -> tuple[str, ...]:
    """Return the languages that have texts, English among them."""
    return tuple(sorted(path.parent.name for path in LOCALES.glob("*/main.json")))


def read(language: str, file: str) -> Texts:
    """Return the texts of a file; empty if the language has no such file.

    Raises:
        SystemExit: the file is no valid JSON; the message names the file and the place in it.
    """
    path = LOCALES / language / file
    if not path.is_file():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise SystemExit(f"{path} is no valid JSON: {error}. Correct it.") from error


def write(language: str, file: str, texts: Texts) -> None:
    """Write a file of a language."""
    path = LOCALES / language / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(texts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def flat(texts: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return texts by the path of their keys, joined by dots.

    Args:
        texts: texts, or groups of texts, by key.
        prefix: path of the group that `texts` is.
    """
    by_path: dict[str, str] = {}
    for key, value in texts.items():
        path = f"{prefix}.{key}" if prefix else key
        by_path |= flat(value, path) if isinstance(value, Mapping) else {path: value}
    return by_path


def remove_texts(texts: Mapping[str, Any], paths: set[str], prefix: str = "") -> Texts:
    """Return a copy without the texts at some paths, and without groups that are then empty.

    Args:
        texts: texts, or groups of texts, by key.
        paths: paths to remove, in the form of `flat`.
        prefix: path of the group that `texts` is.
    """
    remaining: Texts = {}
    for key, value in texts.items():
        path = f"{prefix}.{key}" if prefix else key
        new_value = remove_texts(value, paths, path) if isinstance(value, Mapping) else value
        if path not in paths and new_value != {}:
            remaining[key] = new_value
    return remaining
