"""All measures, by the subject of the report that they belong to, and all that they can say.

A measure is declared beside its function; a family lists its declarations. This page is the index.
Importing it loads all that measures: other modules of the pack import it late.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from .character.character_measures import MEASURES as CHARACTER
from .character.sheet_measures import MEASURES as SHEET
from .loop.closing.closing_measures import MEASURES as CLOSING
from .loop.find import LOOP_DISTANCE
from .loop.loop_measures import MEASURES as LOOP
from .measure import Measure
from .quality.clip_measures import MEASURES as CLIP
from .quality.compare.comparison_measures import MEASURES as COMPARISON
from .quality.compare.pairs import RESIZED
from .quality.still.still_measures import MEASURES as STILL

MEASURES: Mapping[str, tuple[Measure, ...]] = MappingProxyType(
    {
        "character": CHARACTER,
        "loop": LOOP,
        "still_quality": STILL,
        "clip_quality": CLIP,
        "comparison": COMPARISON,
    }
)
"""Those that a profile can move, by subject, in the order in which a person should read them."""

FACTS = (RESIZED, LOOP_DISTANCE, *CLOSING, *SHEET)
"""Measures that only explain: they have no threshold and no profile."""


def all_measures() -> Iterator[Measure]:
    """Return every declared measure, some more than once."""
    for family in MEASURES.values():
        yield from family
    yield from FACTS
