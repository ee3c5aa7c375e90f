"""Does the motion go on through the seam, or does it turn back there?"""

import numpy as np
import torch

from ..image_ops.flow import GreyPictures, mean_length
from ..measure import Measure, Value, short
from ..measurement import Better

# Share of the clip's usual speed that turns back at once. Over sample clips started anywhere, no
# clean seam came above 0.11 and hardly one that was played back below 0.4; a swing that eases
# into its turning point has little speed left there.
TURN_LIMIT = 0.3
# Twice what there can be: to turn back wholly is bad, to jump by ten steps is worse.
LARGEST_TURN = 2.0
# Drawings whose own turning is measured for comparison, at most; evenly spread.
MOST_DRAWINGS = 32
# px per drawing at the size of the flow; slower than that, noise has a direction and nothing else.
LEAST_SPEED = 0.02
# The picture before the last turn is the one after it to within this share of the usual
# difference between neighbours: then the clip is its own way back.
MIRRORED = 0.35
LEAST_MIRRORED = 6  # drawings; a cycle of four may pass two poses that look alike
# A ball rests at its top and bounces at the ground, a pendulum rests at both ends: where at least
# one end is slower than this share of the usual speed, the way back is the motion's own.
RESTING = 0.1

TURNS_A_LITTLE = "seam_turns_a_little"
TURNS_BACK = "seam_turns_back"
BACK_AND_FORTH = "plays_back_and_forth"


def seam_velocity(pictures: GreyPictures) -> Value:
    """Measure how much motion turns back at the seam, beyond what turns anywhere in the clip.

    Motion into each drawing and out of it, by optical flow on that drawing's own pixels. Where it
    goes on, the two are alike; where it turns back, opposite. A jump doesn't matter here: however
    far, it has a direction. A clip that is its own way back is judged where it turns, which may
    be far from the seam: at full speed on both ends it was played back and forth.

    Args:
        pictures: one of each drawing in the order in which they play, at least 3; the seam lies
            between the last and the first.

    Returns:
        The share; its `per_frame` hold the share that turns at each drawing, less what turns
        anywhere, None where it wasn't measured.
    """
    count = len(pictures)
    ends = _mirror_ends(pictures)
    beside = [place % count for end in ends for place in (end - 1, end, end + 1)]
    measured = sorted({0, 1, count - 2, count - 1, *pictures.spread(MOST_DRAWINGS), *beside})
    flows = {drawing: _flows(pictures, drawing) for drawing in measured}
    speeds = {
        drawing: (mean_length(out) + mean_length(back)) / 2
        for drawing, (out, back) in flows.items()
    }
    inside = [drawing for drawing in measured if 0 < drawing < count - 1]
    usual = max(float(np.median([speeds[drawing] for drawing in inside])), LEAST_SPEED)
    turns = {}
    for drawing, (out, back) in flows.items():
        near = [speeds.get((drawing + side) % count, usual) for side in (-1, 1)]
        # A swing has slowed down when it turns; what is played backwards turns at full speed.
        ease = min(1.0, speeds[drawing] / max(float(np.mean(near)), LEAST_SPEED))
        turns[drawing] = _turned_back(out, back) * ease / max(usual, speeds[drawing])
    own = float(np.median([turns[drawing] for drawing in inside]))
    value = max(0.0, max(turns[0], turns[count - 1]) - own)
    # Both ends, wherever the seam lies: a clip played back and forth is so from any frame on.
    # A drawing that is held for longer than the others is where the motion rests.
    holds = np.diff([*pictures.indices, pictures.frames + pictures.indices[0]])
    rests = np.minimum(1.0, np.median(holds) / holds)
    beyond = {drawing: max(0.0, turn - own) for drawing, turn in turns.items()}
    at_ends = {end: beyond[end] * float(rests[end]) for end in ends}
    if at_ends and min(at_ends.values()) >= RESTING:
        value = max(value, *at_ends.values())
    beyond |= {end: turn for end, turn in at_ends.items() if end not in (0, count - 1)}
    per_frame: list[float | None] = [None] * pictures.frames
    for drawing, turn in beyond.items():
        per_frame[pictures.indices[drawing]] = turn
    return Value(
        value,
        {"percent": short(100 * value)},
        reason=None if value <= TURN_LIMIT else TURNS_A_LITTLE,
        failing=BACK_AND_FORTH if ends else TURNS_BACK,
        per_frame=per_frame,
        details={
            "usual_speed": usual,
            "own_turning": own,
            "turning_frames": [pictures.indices[end] for end in ends],
        },
    )


def _flows(pictures: GreyPictures, drawing: int) -> tuple[np.ndarray, np.ndarray]:
    """Where a drawing's pixels go next, and where they came from."""
    return pictures.flow(drawing, drawing + 1), pictures.flow(drawing, drawing - 1)


def _turned_back(out: np.ndarray, back: np.ndarray) -> float:
    """Speed (px) that turns back: 0 where motion goes on, all of it where it is reversed.

    Motion that goes on comes from the opposite side (`back` = −`out`), one that is reversed from
    where it goes. Weighted by how opposite the two are as a whole: unrelated pictures, whose
    flows point anywhere, don't turn back.
    """
    onward, turned = mean_length(out - back), mean_length(out + back)
    opposite = (turned - onward) / max(turned + onward, 1e-6)
    return (turned - onward) / 2 * opposite if opposite > 0 else 0.0


def _mirror_ends(pictures: GreyPictures) -> list[int]:
    """The two drawings at which a clip that is its own way back turns; none for any other clip.

    Such a clip has a drawing, or a gap between two, on both sides of which it looks the same all
    the way round: drawing i is like drawing c − i.
    """
    count = len(pictures)
    if count < LEAST_MIRRORED:
        return []
    cells = pictures.thumbnails()
    distances = torch.cdist(cells, cells)
    places = torch.arange(count)
    mirrored = (places[:, None] - places) % count  # by the sum c, and i
    apart = distances[places.expand(count, count), mirrored].mean(dim=1)
    usual = distances[places, (places + 1) % count].median()
    best = int(apart.argmin())
    if apart[best] > MIRRORED * usual:
        return []
    return [best // 2, (best + count) // 2 % count]


SEAM_VELOCITY = Measure(
    "seam_velocity",
    unit="of usual speed",
    better=Better.LOWER,
    high=LARGEST_TURN,
    backend="flow-dis",
    threshold=TURN_LIMIT,
    required=True,
    answers_to="Motion that turns back at the seam, or a clip that plays back and forth: share of "
    "the usual speed",
    function=lambda seam: seam_velocity(seam.pictures),
    passes="seam_flow",
    reasons=(TURNS_A_LITTLE, TURNS_BACK, BACK_AND_FORTH),
)
