"""Writes the texts that docs/troubleshooting.md quotes from locales/en/main.json anew.

`python -m anime_production.tests.write_quotes`, run from the directory that holds the link
`anime_production` to the checkout. A quotation is a comment with the text's key and the text:
<!-- reasons.no_lines -->`No edge is strong enough to be a line.` One of the program's own messages
has "log" for a key; a test looks for it in the source.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from anime_production.tools.comfyui import PACK

PAGE = PACK / "docs" / "troubleshooting.md"
LOG = "log"
QUOTE = re.compile(r"<!-- ([\w.]+) -->`([^`]*)`")


def texts() -> dict[str, str]:
    """Return the English texts of the pack by their keys, such as `reasons.no_lines`."""
    path = PACK / "locales" / "en" / "main.json"
    return _flat(json.loads(path.read_text(encoding="utf-8"))["animeProduction"])


def _flat(texts: Mapping[str, Any], above: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in texts.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{above}{key}.")
        else:
            flat[above + key] = value
    return flat


def written(page: str) -> str:
    """Return the page with its quotations written anew."""
    known = texts()

    def quote(match: re.Match[str]) -> str:
        return match[0] if match[1] == LOG else f"<!-- {match[1]} -->`{known[match[1]]}`"

    return QUOTE.sub(quote, page)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
