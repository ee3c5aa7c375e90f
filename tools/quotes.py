"""Quotations of the pack's texts in docs/troubleshooting.md, written from locales/en/main.json.

A quotation is a comment with the text's key, and the text:
<!-- reasons.no_lines -->`No edge is strong enough to be a line.` One of the program's own messages
has "log" for a key; a test looks for it in the source.
"""

import re
from collections.abc import Sequence

from ..models.reasons import OWN, PLACEHOLDER
from .comfyui import PACK
from .locale_files import ENGLISH, flat, read

PAGE = PACK / "docs" / "troubleshooting.md"
LOG = "log"
QUOTE = re.compile(r"<!-- ([\w.]+) -->`([^`]*)`")


def written(page: str) -> str:
    """Return the page with its quotations written anew."""
    texts = {
        key: PLACEHOLDER.sub(lambda found: found[4] or found[0], text)  # the plural form
        for key, text in flat(read(ENGLISH, "main.json")[OWN]).items()
    }

    def quote(match: re.Match[str]) -> str:
        return match[0] if match[1] == LOG else f"<!-- {match[1]} -->`{texts[match[1]]}`"

    return QUOTE.sub(quote, page)


def generate(chosen: Sequence[str] = ()) -> None:
    """Write the quotations of the page."""
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(PAGE)
