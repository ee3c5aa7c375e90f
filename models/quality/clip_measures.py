"""List of the measures of a clip, in the order in which a person should read them.

A measure is required if it shows a fault in any shot and can be measured in any shot: soft lines,
flicker, flashes, pumping, and a slide show. Shaking cameras, boiling lines, missing drawings and
fades can be intended, so their measures have a threshold but decide nothing unless a profile
requires them. A threshold is the value from which people see the fault, from the source named
beside it. A measure without such a source has no threshold.
"""

from .along_time import STILL_MEASURES
from .temporal.cadence import DRAWING_RATE, DROPPED, DUPLICATES
from .temporal.light import DRIFT, FLASH, FLICKER, LOCAL_FLICKER, PUMPING
from .temporal.motion import BOILING, MOTION, SCENES, SMOOTHNESS, SPEED, WARPING_ERROR
from .temporal.steadiness import JITTER

TEMPORAL_MEASURES = (
    FLICKER,
    FLASH,
    PUMPING,
    DRAWING_RATE,
    DUPLICATES,
    DROPPED,
    JITTER,
    BOILING,
    LOCAL_FLICKER,
    DRIFT,
    WARPING_ERROR,
    SMOOTHNESS,
    SPEED,
    MOTION,
    SCENES,
)
MEASURES = (*STILL_MEASURES, *TEMPORAL_MEASURES)
