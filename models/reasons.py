"""English sentences of reasons by code: the same that the editor shows."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

ENGLISH = Path(__file__).resolve().parents[1] / "locales" / "en" / "main.json"
OWN = "animeProduction"  # key of the texts that only this pack knows


@cache
def sentences() -> Mapping[str, str]:
    """Return every sentence that a report can say, with `{placeholders}`, by code."""
    texts = json.loads(ENGLISH.read_text(encoding="utf-8"))
    return dict(texts[OWN]["reasons"])


def sentence(code: str, values: Mapping[str, Any]) -> str:
    """Return the English sentence of a reason.

    Args:
        code: a key of `sentences()`.
        values: what its placeholders stand for.

    Raises:
        KeyError: no such code, or a placeholder without its value.
    """
    return sentences()[code].format(**values)
