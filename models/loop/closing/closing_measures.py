"""What closing a clip says of itself in a report; nothing of it is judged."""

from ...measure import Measure, Reason
from ...measurement import Better
from ...perceptual.structural import BACKEND
from .colour import COLOUR
from .crossfade import CROSSFADE
from .flow_morph import FLOW_MORPH
from .ping_pong import PING_PONG
from .repeat import REPEAT
from .trim import TRIM

UNNEEDED = Reason("closing_unneeded", "It loops already: nothing was changed.")
LOOPS = Reason(
    "closing_loops", "Closed by {methods}: it loops, its score went from {before} to {after}."
)
NO_LOOP = Reason(
    "closing_no_loop",
    "Changed by {methods}: its score went from {before} to {after}, but it does not loop yet.",
)
IN_VAIN = Reason(
    "closing_in_vain", "Nothing that was tried made it loop better: the clip is unchanged."
)
NOTHING_TO_DO = Reason(
    "closing_nothing_to_do", "{methods} found nothing to make better: the clip is unchanged."
)
CLOSING = Measure(
    "closing",
    unit="points",
    better=Better.HIGHER,
    low=-100.0,
    high=100.0,
    backend=BACKEND,
    reasons=(UNNEEDED, LOOPS, NO_LOOP, IN_VAIN, NOTHING_TO_DO),
)
MEASURES = (CLOSING, REPEAT, TRIM, CROSSFADE, FLOW_MORPH, COLOUR, PING_PONG)
