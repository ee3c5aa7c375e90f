"""What is measured of a clip over time, which of it counts, and what it takes to pass.

What counts (`required`) is what is a fault in any shot and can be told in any shot: flicker,
flashes, pumping, and a slide show. Shaking cameras, lines that boil, drawings left out
and fades are also means of expression, so they are measured, have a threshold, and decide nothing
unless a profile wants it. Thresholds are where people begin to see it, from the literature named
beside them; where there is none, the measure has no threshold.
"""

from collections.abc import Mapping

from ...perceptual.structural import BACKEND as STRUCTURAL
from ...report import Better, Measure

FLOW = "flow-dis"
LOWER, HIGHER = Better.LOWER, Better.HIGHER

# Brightness that alternates by 1 % is seen at 6–12 changes a second (Kelly 1961): 1.5 levels of
# standard deviation come to that.
FLICKER = Measure("flicker", "grey levels", LOWER, 0.0, 12.0, FLOW, 1.5, True)
# In a part of the picture; how much of it comes from following motion badly isn't known.
LOCAL_FLICKER = Measure("local_flicker", "grey levels", LOWER, 0.0, 12.0, FLOW)
# The general flash of WCAG 2.2 (from ITU-R BT.1702): there and back by a tenth of the largest
# luminance. From mid grey that is a quarter of the way to white or to black.
FLASH = Measure("flash", "of the way", LOWER, 0.0, 1.0, FLOW, 0.25, True)
# Once or twice a second the eye takes about twice the change to see it (Kelly 1961).
PUMPING = Measure("pumping", "grey levels", LOWER, 0.0, 24.0, FLOW, 3.0, True)
# Twice the 2.3 ΔE that can just be seen side by side (Mahy et al. 1994): over a clip nothing
# stands side by side, but the next shot does.
DRIFT = Measure("drift", "ΔE", LOWER, 0.0, 20.0, "mean-colour", 4.6)
# At 24 frames a second most anime is on twos (12 drawings a second, the whole score), limited
# animation goes down to fours; below that it is a slide show.
DRAWING_RATE = Measure("drawing_rate", "drawings/s", HIGHER, 0.0, 12.0, STRUCTURAL, 6.0, True)
# Of all frames; a drawing that stays too long once in fifty frames is a stumble every two seconds.
DUPLICATES = Measure("duplicates", "% of frames", LOWER, 0.0, 25.0, STRUCTURAL, 2.0)
# Of the steps that can be judged; as for duplicates.
DROPPED = Measure("dropped", "% of steps", LOWER, 0.0, 25.0, FLOW, 2.0)
# Of the shorter side. One arcminute, what the eye resolves, is a tenth of a percent of a picture's
# height from three heights away (ITU-R BT.500's distance for HD); displacements of twice that go
# back and forth by about five of them.
JITTER = Measure("jitter", "% of shorter side", LOWER, 0.0, 2.0, FLOW, 0.2)
# Pixels of what is still; 1.2 % of contrast, about what is seen of fine detail that changes.
BOILING = Measure("boiling", "grey levels", LOWER, 0.0, 12.0, FLOW, 3.0)
SMOOTHNESS = Measure("smoothness", "of motion", HIGHER, 0.0, 1.0, FLOW)
WARPING_ERROR = Measure("warping_error", "squared RGB", LOWER, 0.0, 0.1, FLOW)
MOTION = Measure("motion", "ΔE", HIGHER, 0.0, 20.0, STRUCTURAL)
SPEED = Measure("speed", "% of shorter side", HIGHER, 0.0, 10.0, FLOW)
SCENES = Measure("scenes", "scenes", LOWER, 0.0, 10.0, STRUCTURAL)

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
Measures = Mapping[str, Measure]
