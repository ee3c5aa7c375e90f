"""All measures of a loop's seam, in the order in which a report shows them."""

from .colour import SEAM_COLOUR
from .hold import SEAM_HOLD
from .motion import CONTINUITY, MOTION
from .position import SEAM_POSITION
from .sharpness import SEAM_SHARPNESS
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
