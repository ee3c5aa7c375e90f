"""Generator of the quotations in docs/troubleshooting.md, from locales/en/main.json.

A quotation is a comment with the key of a text, and the text after it:
<!-- reasons.no_lines -->`No edge is strong enough to be a line.` The key of a log message, which is
only in the source, is "log"; a test checks that the source has the message.
"""

import re
from collections.abc import Sequence

from ..models.reasons import OWN, PLACEHOLDER
from .comfyui import PACK
from .locale_files import ENGLISH, flat, read

PAGE = PACK / "docs" / "troubleshooting.md"
LOG = "log"
QUOTE = re.compile(r"<!-- ([\w.]+) -->`([^`]*)`")


def with_quotations(page: str) -> str:
    """Return the page with up-to-date quotations."""
    texts = {
        key: PLACEHOLDER.sub(lambda match: match[4] or match[0], text)  # the plural form
        for key, text in flat(read(ENGLISH, "main.json")[OWN]).items()
    }

    def quote(match: re.Match[str]) -> str:
        return match[0] if match[1] == LOG else f"<!-- {match[1]} -->`{texts[match[1]]}`"

    return QUOTE.sub(quote, page)


def generate(chosen: Sequence[str] = ()) -> None:
    """Write the quotations of the page."""
    PAGE.write_text(with_quotations(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(PAGE)
