"""List of the measures of a still, in the order in which a person should read them.

The help page of the node gives the values of clean cels, sketches and painted backgrounds, and the
faults that no measure detects. A measure is required if it shows a picture that is certainly
broken; the other measures are reported and decide nothing. No threshold was fitted to the judgement
of people.
"""

from ..sharpness import EDGE_WIDTH
from .banding import BANDING
from .blocks import BLOCKINESS
from .borders import BORDERS, CONTENT
from .colourfulness import COLOURFULNESS
from .direction import BLUR_DIRECTION
from .exposure import CLIPPED, CONTRAST, CRUSHED
from .learned import LEARNED
from .noise import NOISE
from .posterisation import POSTERISATION
from .resolution import RESOLUTION
from .ringing import RINGING

MEASURES = (
    EDGE_WIDTH,
    RESOLUTION,
    NOISE,
    BANDING,
    POSTERISATION,
    BLOCKINESS,
    CLIPPED,
    CRUSHED,
    CONTENT,
    BORDERS,
    BLUR_DIRECTION,
    RINGING,
    CONTRAST,
    COLOURFULNESS,
    *LEARNED,
)
