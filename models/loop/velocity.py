"""Measure of a loop's seam: the share of the motion that turns back there."""

import numpy as np
import torch

from ..image_ops.flow import mean_length
from ..image_ops.grey_clip import GreyPictures
from ..measure import Measure, Value, short
from ..measurement import Better

# Share of the clip's usual speed that may turn back at once. In sample clips started at any frame,
# no clean seam was above 0.11, and hardly any clip that was played back and forth was below 0.4. A
# swing that eases into its turning point has little speed left there.
TURN_LIMIT = 0.3
# Quantile of the turning inside the clip that stands for its own turning. Gusts turn leaves and
# cloth back at full speed, at some drawings only, so the median doesn't show it. Of 120 loops of
# gusts that turn within three drawings, 22 % were above the limit with the median and 7 % with this
# quantile. Of calmer clips that run on for two drawings, about as many are found as before.
OWN_TURNING = 0.8
# Bad end of the scale, and the largest possible value: the motion turns back completely.
LARGEST_TURN = 1.0
# Number of drawings at most, evenly spread, whose own turning is measured for comparison.
MOST_DRAWINGS = 32
# px per drawing at the size of the flow. At a lower speed only noise has a direction.
LEAST_SPEED = 0.02
# A clip plays back and forth if its pictures before and after a turning point differ by at most
# this share of the usual difference between neighbours.
MIRRORED = 0.35
LEAST_MIRRORED = 6  # drawings; in a cycle of four, two poses may look alike by chance
# A ball rests at its top and bounces at the ground; a pendulum rests at both ends. If at one of the
# turning points less than this share of the usual speed turns back, the motion rests there, and the
# way back belongs to the motion.
RESTING = 0.1

TURNS_A_LITTLE = "seam_turns_a_little"
TURNS_BACK = "seam_turns_back"
BACK_AND_FORTH = "plays_back_and_forth"


def seam_velocity(pictures: GreyPictures) -> Value:
    """Measure how much motion turns back at the seam, beyond what turns anywhere in the clip.

    The optical flow gives the motion into each drawing and out of it, on that drawing's own
    pixels. If the motion continues, the two are alike; if it turns back, they are opposite. A jump
    of any size doesn't count here, because the motion keeps its direction. A clip that plays back
    and forth is judged at its turning points, which may lie far from the seam: if the motion turns
    at full speed at both, it was reversed by playing the clip backwards.

    Args:
        pictures: one of each drawing, in the order in which they play, at least 3; the seam lies
            between the last and the first.

    Returns:
        The share of the usual speed that turns back. `per_frame` holds the share that turns at
        each drawing beyond the clip's own turning, None for a frame at which it was not measured.
    """
    count = len(pictures)
    turning_points = _turning_points(pictures)
    beside = [place % count for point in turning_points for place in range(point - 1, point + 2)]
    measured = sorted({0, 1, count - 2, count - 1, *pictures.spread(MOST_DRAWINGS), *beside})
    pictures.prepare_flows([(place, place + side) for place in measured for side in (1, -1)])
    flows = {drawing: _flows(pictures, drawing) for drawing in measured}
    speeds = {
        drawing: (mean_length(out) + mean_length(back)) / 2
        for drawing, (out, back) in flows.items()
    }
    inside = [drawing for drawing in measured if 0 < drawing < count - 1]
    usual = max(float(np.median([speeds[drawing] for drawing in inside])), LEAST_SPEED)
    turns = {}
    for drawing, (out, back) in flows.items():
        neighbours = [speeds.get((drawing + side) % count, usual) for side in (-1, 1)]
        # A swing slows down before it turns; a clip that is played backwards turns at full speed.
        ease = min(1.0, speeds[drawing] / max(float(np.mean(neighbours)), LEAST_SPEED))
        turns[drawing] = _reversed_speed(out, back) * ease / max(usual, speeds[drawing])
    usual_turning, own_turning = np.quantile([turns[place] for place in inside], [0.5, OWN_TURNING])
    value = max(0.0, max(turns[0], turns[count - 1]) - float(own_turning))
    # Both turning points count, wherever the seam lies, as a clip that is played back and forth may
    # start at any frame. The motion rests at a drawing that is held for longer than usual.
    holds = np.diff([*pictures.indices, pictures.frames + pictures.indices[0]])
    rests = np.minimum(1.0, np.median(holds) / holds)
    # A clip that turns back anywhere is judged by what is usual, as its turning points are its own.
    at_points = {
        point: max(0.0, turns[point] - float(usual_turning)) * float(rests[point])
        for point in turning_points
    }
    if at_points and min(at_points.values()) >= RESTING:
        value = max(value, *at_points.values())
    excess = {drawing: max(0.0, turn - float(own_turning)) for drawing, turn in turns.items()}
    excess |= {point: turn for point, turn in at_points.items() if point not in (0, count - 1)}
    per_frame: list[float | None] = [None] * pictures.frames
    for drawing, turn in excess.items():
        per_frame[pictures.indices[drawing]] = turn
    return Value(
        value,
        {"percent": short(100 * value)},
        reason=None if value <= TURN_LIMIT else TURNS_A_LITTLE,
        failing=BACK_AND_FORTH if turning_points else TURNS_BACK,
        per_frame=per_frame,
        details={
            "usual_speed": usual,
            "own_turning": float(own_turning),
            "turning_frames": [pictures.indices[point] for point in turning_points],
        },
    )


def _flows(pictures: GreyPictures, drawing: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the flow from a drawing to the next one and to the one before."""
    return pictures.flow(drawing, drawing + 1), pictures.flow(drawing, drawing - 1)


def _reversed_speed(out: np.ndarray, back: np.ndarray) -> float:
    """Return the speed that turns back, px: 0 if the motion continues, all of it if it is reversed.

    If the motion continues, the two flows are opposite (`back` = −`out`); if it is reversed, they
    are equal. The result is weighted by how equal they are as a whole, so that unrelated pictures,
    whose flows point in any direction, don't count as turning back.

    Args:
        out: flow to the next drawing, px, shape (height, width, 2).
        back: flow to the drawing before, px, shape (height, width, 2).
    """
    onward, turned = mean_length(out - back), mean_length(out + back)
    opposite = (turned - onward) / max(turned + onward, 1e-6)
    return (turned - onward) / 2 * opposite if opposite > 0 else 0.0


def _turning_points(pictures: GreyPictures) -> list[int]:
    """Return the two drawings at which a clip that plays back and forth turns, else none.

    Such a clip looks the same forwards and backwards from a drawing, or from a gap between two
    drawings: for some number c, every drawing i is like drawing c − i, counted in a circle.
    """
    count = len(pictures)
    if count < LEAST_MIRRORED:
        return []
    cells = pictures.thumbnails()
    distances = torch.cdist(cells, cells)
    places = torch.arange(count)
    mirrored = (places[:, None] - places) % count  # row c, column i: the drawing c − i
    asymmetry = distances[places.expand(count, count), mirrored].mean(dim=1)
    usual = distances[places, (places + 1) % count].median()
    best = int(asymmetry.argmin())
    if asymmetry[best] > MIRRORED * usual:
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
