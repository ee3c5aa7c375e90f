"""Does the motion go on through the seam, or does it turn back there?"""

import numpy as np

from ..pixels.flow import GreyPictures, optical_flow
from ..report import Better, Measure, Measurement

# Share of the clip's usual speed that turns back at once. Over sample clips started anywhere, no
# clean seam came above 0.11 and hardly one that was played back below 0.4; a swing that eases
# into its turning point has little speed left there.
TURN_LIMIT = 0.3
# Twice what there can be: to turn back wholly is bad, to jump by ten steps is worse.
LARGEST_TURN = 2.0
# Drawings whose own turning is measured for comparison; of longer clips as many, evenly spread.
MOST_DRAWINGS = 64
# px per drawing at the size of the flow; slower than that, noise has a direction and nothing else.
LEAST_SPEED = 0.02
# The picture before the last turn is the one after it to within this share of the usual
# difference between neighbours: then the clip is its own way back.
MIRRORED = 0.35

SEAM_VELOCITY = Measure(
    "seam_velocity",
    unit="of usual speed",
    better=Better.LOWER,
    low=0.0,
    high=LARGEST_TURN,
    backend="flow-dis",
    threshold=TURN_LIMIT,
    required=True,
)


def seam_velocity(pictures: GreyPictures) -> Measurement:
    """How much of the motion turns back at the seam, beyond what turns anywhere in the clip.

    Motion into each drawing and out of it, by optical flow on that drawing's own pixels. Where it
    goes on, the two are alike; where it turns back, opposite. A jump doesn't matter here: however
    far, it has a direction.

    Args:
        pictures: one of each drawing in the order in which they play, at least 3; the seam lies
            between the last and the first.

    Returns:
        The measurement; its `per_frame` hold the share that turns at each drawing, None where it
        wasn't measured.
    """
    count = len(pictures)
    spread = np.linspace(0, count - 1, min(count, MOST_DRAWINGS)).round().astype(int)
    measured = sorted({0, 1, count - 2, count - 1, *spread.tolist()})
    flows = {drawing: _flows(pictures, drawing) for drawing in measured}
    speeds = {drawing: (_length(out) + _length(back)) / 2 for drawing, (out, back) in flows.items()}
    inside = [drawing for drawing in measured if 0 < drawing < count - 1]
    usual = max(float(np.median([speeds[drawing] for drawing in inside])), LEAST_SPEED)
    turns = {}
    for drawing, (out, back) in flows.items():
        beside = [speeds.get((drawing + side) % count, usual) for side in (-1, 1)]
        # A swing has slowed down when it turns; what is played backwards turns at full speed.
        ease = min(1.0, speeds[drawing] / max(float(np.mean(beside)), LEAST_SPEED))
        turns[drawing] = _turned_back(out, back) * ease / max(usual, speeds[drawing])
    own = float(np.median([turns[drawing] for drawing in inside]))
    value = max(0.0, max(turns[0], turns[count - 1]) - own)
    per_frame: list[float | None] = [None] * pictures.frames
    for drawing, turn in turns.items():
        per_frame[pictures.indices[drawing]] = turn
    code = "seam_flow"
    if value > TURN_LIMIT:
        code = "plays_back_and_forth" if _is_mirrored(pictures, count) else "seam_turns_back"
    return SEAM_VELOCITY.measured(
        value,
        code,
        {"percent": round(100 * value)},
        per_frame,
        {"usual_speed": usual, "own_turning": own},
    )


def _flows(pictures: GreyPictures, drawing: int) -> tuple[np.ndarray, np.ndarray]:
    """Where a drawing's pixels go next, and where they came from."""
    here = pictures[drawing]
    return optical_flow(here, pictures[drawing + 1]), optical_flow(here, pictures[drawing - 1])


def _turned_back(out: np.ndarray, back: np.ndarray) -> float:
    """Speed (px) that turns back: 0 where motion goes on, all of it where it is reversed.

    Motion that goes on comes from the opposite side (`back` = −`out`), one that is reversed from
    where it goes. Weighted by how opposite the two are as a whole: unrelated pictures, whose
    flows point anywhere, don't turn back.
    """
    onward, turned = _length(out - back), _length(out + back)
    opposite = (turned - onward) / max(turned + onward, 1e-6)
    return (turned - onward) / 2 * opposite if opposite > 0 else 0.0


def _length(flow: np.ndarray) -> float:
    return float(np.linalg.norm(flow, axis=-1).mean())


def _is_mirrored(pictures: GreyPictures, count: int) -> bool:
    """Whether the clip's second half is its first half backwards, about the first or last drawing
    or the gap between them."""
    step = np.mean([_difference(pictures, i, i + 1) for i in range(min(count - 1, MOST_DRAWINGS))])
    reach = range(1, min(count // 2, MOST_DRAWINGS))
    return any(
        np.mean([_difference(pictures, i, turn - i) for i in reach]) <= MIRRORED * step
        for turn in (0, -1, -2)
    )


def _difference(pictures: GreyPictures, one: int, other: int) -> float:
    return float(np.abs(pictures[one].astype(np.int16) - pictures[other]).mean())
