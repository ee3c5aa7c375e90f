"""The reasons' sentences in the languages of the editor."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from .reasons import REASONS, sentence

LOCALES = Path(__file__).resolve().parents[1] / "locales"  # served by ComfyUI at /i18n
OWN = "animeProduction"  # key of `main.json` below which the texts are that only this pack knows


def reason_text(code: str, values: Mapping[str, Any], language: str) -> str:
    """The sentence of a reason in a language.

    Args:
        code: a key of `REASONS`.
        values: what its placeholders stand for.
        language: as the editor names it: `ja`, `zh`.

    Returns:
        The sentence; the English one where the language has none.

    Raises:
        KeyError: no such code, or a placeholder without its value.
    """
    template = reason_templates(language).get(code)
    return sentence(code, values) if template is None else template.format(**values)


@cache
def reason_templates(language: str) -> Mapping[str, str]:
    """The templates of a language by code; the English ones where nothing is translated."""
    if language not in languages():
        return REASONS
    texts = json.loads((LOCALES / language / "main.json").read_text(encoding="utf-8"))
    return dict(texts[OWN]["reasons"])


def languages() -> tuple[str, ...]:
    """The languages that there are texts in."""
    return tuple(sorted(path.parent.name for path in LOCALES.glob("*/main.json")))
