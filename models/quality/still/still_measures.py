"""All that is measured of a still, in the order in which a person should read it.

What clean cels, sketches and painted backgrounds measure, and what none of these can know, stands
in the node's help page. What is required is what is surely broken; everything else is told, not
judged. No limit was fitted to people's judgement.
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
