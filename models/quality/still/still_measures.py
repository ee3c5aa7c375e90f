"""List of the measures of a still, in the order in which a person should read them.

The help page of the node gives the values of clean cels, sketches and painted backgrounds, and the
faults that no measure detects. A measure is required if it shows a picture that is certainly
broken; the other measures are reported and decide nothing. No threshold was fitted to the judgement
of people.
"""

from types import MappingProxyType

from ..sharpness import EDGE_WIDTH, edge_width_numbers
from .banding import BANDING, banding_numbers
from .blocks import BLOCKINESS, step_numbers
from .borders import BORDERS, CONTENT, bar_numbers, content_numbers
from .colourfulness import COLOURFULNESS, colourfulness_numbers
from .direction import BLUR_DIRECTION, direction_numbers
from .dither import colour_counts
from .exposure import CLIPPED, CONTRAST, CRUSHED, clipped_numbers, contrast_numbers
from .learned import LEARNED
from .noise import NOISE, noise_numbers
from .posterisation import POSTERISATION, code_counts
from .resolution import RESOLUTION, spectra
from .ringing import RINGING, ripple_numbers

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
# Functions of the numbers that the measures need, by name of the measure: those of the grey
# pictures and those of the colour planes. What isn't listed is read when its measure asks for it.
NUMBERS_OF_GREY = MappingProxyType(
    {
        NOISE.name: noise_numbers,
        EDGE_WIDTH.name: edge_width_numbers,
        RESOLUTION.name: spectra,
        BANDING.name: banding_numbers,
        BLOCKINESS.name: step_numbers,
        BLUR_DIRECTION.name: direction_numbers,
        RINGING.name: ripple_numbers,
        CONTRAST.name: contrast_numbers,
    }
)
NUMBERS_OF_PLANES = MappingProxyType(
    {
        NOISE.name: colour_counts,  # a dithered picture has no noise
        POSTERISATION.name: code_counts,
        CLIPPED.name: clipped_numbers,
        CONTENT.name: content_numbers,
        BORDERS.name: bar_numbers,
        COLOURFULNESS.name: colourfulness_numbers,
    }
)
