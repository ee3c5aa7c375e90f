"""Measure by which Close Loop reports its gain in the score; it never decides a verdict."""

from ...measure import Measure
from ...measurement import Better
from ...perceptual.structural import BACKEND

UNNEEDED = "closing_unneeded"
LOOPS = "closing_loops"
NO_LOOP = "closing_no_loop"
IN_VAIN = "closing_in_vain"
NOTHING_TO_DO = "closing_nothing_to_do"
CLOSING = Measure(
    "closing",
    unit="points",
    better=Better.HIGHER,
    low=-100.0,
    high=100.0,
    backend=BACKEND,
    reasons=(UNNEEDED, LOOPS, NO_LOOP, IN_VAIN, NOTHING_TO_DO),
)
