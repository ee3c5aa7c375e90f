"""All measures of a loop, in the order in which a report shows them."""

from .colour import SEAM_COLOUR
from .hold import SEAM_HOLD
from .motion import CONTINUITY, MOTION
from .position import SEAM_POSITION
from .sharpness import SEAM_SHARPNESS
from .sound_measures import MEASURES as SOUND
from .velocity import SEAM_VELOCITY

MEASURES = (
    SEAM_POSITION,
    SEAM_VELOCITY,
    SEAM_COLOUR,
    SEAM_HOLD,
    CONTINUITY,
    MOTION,
    SEAM_SHARPNESS,
)
"""Measures of the pictures, which every report on a loop has."""

ALL_MEASURES = (*MEASURES, *SOUND)
"""Measures of the pictures and of the sound; those of the sound need one."""
