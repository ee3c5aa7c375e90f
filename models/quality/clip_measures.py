"""List of the measures of a clip, in the order in which a person should read them.

A measure is required if it shows a fault in any shot. Where a shot doesn't allow it to be taken, it
is absent and doesn't count. A threshold is the value from which people see the fault, from the
source named beside it, or a value between those of clips that a maker would keep and those of the
same clips with the fault planted (docs/ladders.md).
"""

from .along_time import STILL_MEASURES
from .temporal.cadence import DRAWING_RATE, DUPLICATES
from .temporal.dropped import DROPPED
from .temporal.followed_colour import DRIFT
from .temporal.ghosting import GHOSTING
from .temporal.light import FLASH, FLICKER, LOCAL_FLICKER, PUMPING
from .temporal.melting import MELTING
from .temporal.motion import BOILING, MOTION, SCENES, SMOOTHNESS, SPEED, WARPING_ERROR
from .temporal.pops import POP
from .temporal.softening import SOFTENING
from .temporal.steadiness import JITTER

TEMPORAL_MEASURES = (
    FLICKER,
    LOCAL_FLICKER,
    FLASH,
    PUMPING,
    GHOSTING,
    MELTING,
    POP,
    SOFTENING,
    DRIFT,
    JITTER,
    BOILING,
    DRAWING_RATE,
    DUPLICATES,
    DROPPED,
    WARPING_ERROR,
    SMOOTHNESS,
    SPEED,
    MOTION,
    SCENES,
)
MEASURES = (*STILL_MEASURES, *TEMPORAL_MEASURES)
