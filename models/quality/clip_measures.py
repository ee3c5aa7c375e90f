"""All that is measured of a clip, in the order in which a person should read it.

What is required is what is a fault in any shot and can be told in any shot: soft lines, flicker,
flashes, pumping, and a slide show. Shaking cameras, lines that boil, drawings left out and fades
are also means of expression, so they are measured, have a threshold, and decide nothing unless a
profile wants it. Thresholds are where people begin to see it, from the literature named beside
them; where there is none, the measure has no threshold.
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
