"""What is measured of a still, on which scale, and what counts.

What each answers to stands in its function's docstring; which values clean cels, sketches and
painted backgrounds have, and what none of them can know, in the node's help page. What is required
is what is surely broken; everything else is told, not judged. No limit was fitted to people's
judgement.
"""

from ...report import Better, Measure
from .learned import AESTHETIC, COMPLETENESS

EDGE_WIDTH = Measure(
    "edge_width",
    unit="px",
    better=Better.LOWER,
    low=1.0,
    high=10.0,
    backend="edge-width",
    threshold=4.0,  # a Gaussian blur of 1.6 px reads as soft at the picture's own size
    required=True,
)
RESOLUTION = Measure(
    "resolution",
    unit="of its size",
    better=Better.HIGHER,
    low=0.0,
    high=1.0,
    backend="step-spectrum",
    threshold=0.75,  # made 1.8 times as large, or worse: twice gives 0.63 to 0.72
    required=True,
)
NOISE = Measure(
    "noise",
    unit="grey levels",
    better=Better.LOWER,
    low=0.0,
    high=30.0,
    backend="immerkaer-calm-blocks",
    threshold=8.0,  # grain that is wanted stays below half of it
    required=True,
)
BANDING = Measure(
    "banding",
    unit="CAMBI",
    better=Better.LOWER,
    low=0.0,
    high=24.0,
    backend="cambi",
    threshold=10.0,  # twice the 5 that its publisher calls slightly annoying
    required=True,
)
BLOCKINESS = Measure(
    "blockiness",
    unit="of other steps",
    better=Better.LOWER,
    low=0.0,
    high=4.0,
    backend="block-steps-8",
    threshold=0.7,  # of flat drawings JPEG of a quality of 15; of painted ones, of 8
    required=True,
)
CLIPPED = Measure(
    "clipped",
    unit="of the picture",
    better=Better.LOWER,
    low=0.0,
    high=1.0,
    backend="exposure",
    threshold=0.9,  # a small figure on white paper leaves more than a tenth
    required=True,
)
CRUSHED = Measure(
    "crushed",
    unit="of the picture",
    better=Better.LOWER,
    low=0.0,
    high=1.0,
    backend="exposure",
    threshold=0.9,
    required=True,
)
CONTENT = Measure(
    "content",
    unit="of the picture",
    better=Better.HIGHER,
    low=0.0,
    high=0.1,
    backend="median-colour",
    threshold=0.005,  # a face that fills a fourteenth of height and of width
    required=True,
)
BORDERS = Measure(
    "borders",
    unit="of the picture",
    better=Better.LOWER,
    low=0.0,
    high=1.0,
    backend="plain-bars",
    threshold=0.02,  # a line or two that a codec adds
)
BLUR_DIRECTION = Measure(
    "blur_direction",
    unit="of the sharpest direction",
    better=Better.LOWER,
    low=1.0,
    high=10.0,
    backend="edge-width-by-direction",
)
RINGING = Measure(
    "ringing",
    unit="grey levels",
    better=Better.LOWER,
    low=0.0,
    high=20.0,
    backend="ripples-by-lines",
)
CONTRAST = Measure(
    "contrast",
    unit="of the range",
    better=Better.HIGHER,
    low=0.0,
    high=1.0,
    backend="luma-quantiles",
)
COLOURFULNESS = Measure(
    "colourfulness",
    unit="M³",
    better=Better.HIGHER,
    low=0.0,
    high=150.0,
    backend="hasler-suesstrunk",
)
PIQE = Measure(
    "piqe",
    unit="PIQE",
    better=Better.LOWER,
    low=0.0,
    high=100.0,
    backend="piqe",
)
ANIME_AESTHETIC = Measure(
    AESTHETIC.name,
    unit="of 6",
    better=Better.HIGHER,
    low=0.0,
    high=6.0,
    backend=AESTHETIC.model,
)
ANIME_COMPLETENESS = Measure(
    COMPLETENESS.name,
    unit="polished",
    better=Better.HIGHER,
    low=0.0,
    high=1.0,
    backend=COMPLETENESS.model,
)
LEARNED = (ANIME_AESTHETIC, ANIME_COMPLETENESS)
MEASURES = (
    EDGE_WIDTH,
    RESOLUTION,
    NOISE,
    BANDING,
    BLOCKINESS,
    CLIPPED,
    CRUSHED,
    CONTENT,
    BORDERS,
    BLUR_DIRECTION,
    RINGING,
    CONTRAST,
    COLOURFULNESS,
    PIQE,
    *LEARNED,
)
