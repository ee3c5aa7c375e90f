"""Index of all measures, by the subject of their report.

Each measure is declared beside its function, and each family lists its measures. Importing this
module loads the code of every measure, so other modules import it only when they need it.
"""

from collections.abc import Mapping
from types import MappingProxyType

from .character.character_measures import MEASURES as CHARACTER
from .loop.loop_measures import ALL_MEASURES as LOOP
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
"""Measures whose limits a profile can set, by subject, in the order in which reports list them."""
