"""All measures, by the subject of the report that they belong to.

A measure is declared beside its function; a family lists its declarations. This page is the index.
Importing it loads all that measures: other modules of the pack import it late.
"""

from collections.abc import Mapping
from types import MappingProxyType

from .character.character_measures import MEASURES as CHARACTER
from .loop.loop_measures import MEASURES as LOOP
from .measure import Measure
from .quality.clip_measures import MEASURES as CLIP
from .quality.compare.comparison_measures import MEASURES as COMPARISON
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
