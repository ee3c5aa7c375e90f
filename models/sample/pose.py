"""Motion of the sample characters: the pose at each point of a cycle, for the drawing code."""

from dataclasses import dataclass
from math import cos, pi, radians, sin

import numpy as np

HEAD = np.array([256.0, 206.0])  # middle of the head at rest, in units
NECK = np.array([0.0, 96.0])  # joint that the head tilts about, from the middle of the head
# y on the head: hair is as stiff as the head at LOOSE_FROM, and fully loose at LOOSE_TO.
LOOSE_FROM, LOOSE_TO = -40.0, 170.0
BLINK = 0.2  # share of the cycle that a blink takes


@dataclass(frozen=True)
class Pose:
    """Pose of a character at one moment; lengths are in units, angles in radians."""

    angle: float  # position in the cycle, 0–2π
    x: float  # how far the head has moved to the right
    y: float  # how far the head has moved downwards
    tilt: float  # angle by which the head leans sideways
    turn: float  # units that a point moves sideways for each unit that it lies nearer to the viewer
    nod: float  # units that a point moves downwards for each unit that it lies nearer to the viewer
    breath: float  # how far the shoulders are lifted
    lean: float  # how far the body has moved sideways
    lids: float  # how far the eyes are open: 0 closed, 1 open
    sway: float  # size of the hair's own motion

    def on_head(self, points: np.ndarray, depth: float = 0.0) -> np.ndarray:
        """Return points of the head as points of the drawing.

        Args:
            points: measured from the middle of the head, shape (points, 2).
            depth: how near to the viewer they lie, in units.
        """
        moved = points + np.array([self.turn, self.nod]) * depth - NECK
        rotation = np.array([[cos(self.tilt), sin(self.tilt)], [-sin(self.tilt), cos(self.tilt)]])
        return moved @ rotation + NECK + HEAD + [self.x, self.y]

    def on_hair(
        self,
        points: np.ndarray,
        depth: float = 0.0,
        looseness: np.ndarray | None = None,
        delay: float = 0.0,
    ) -> np.ndarray:
        """Return points of the hair as points of the drawing.

        Looser points follow the head later and swing wider.

        Args:
            points: measured from the middle of the head, shape (points, 2).
            depth: how near to the viewer they lie, in units.
            looseness: for each point, 0 (as stiff as the head) to 1 and above. By default it
                grows with how far down the point hangs.
            delay: further lag in radians, so that the strands don't swing together.
        """
        if looseness is None:
            looseness = (points[:, 1] - LOOSE_FROM) / (LOOSE_TO - LOOSE_FROM)
        looseness = np.clip(looseness, 0.0, 1.3)
        lag = 0.9 + 1.5 * looseness + delay
        swing = np.cos(self.angle - lag) + 0.3 * np.cos(2 * self.angle - 1.7 * lag)
        lift = np.sin(self.angle - lag) + 0.3 * np.sin(2 * self.angle - lag)
        reach = self.sway * looseness**1.4
        return self.on_head(points, depth) + np.stack([reach * swing, 0.3 * reach * lift], axis=1)

    def on_body(self, points: np.ndarray) -> np.ndarray:
        """Return points of the body at rest as points of the drawing."""
        return points + np.array([self.lean, -self.breath])


def pose_at(cycle: float, blink_at: float = 0.6, sway: float = 15.0) -> Pose:
    """Return the pose at a point of the cycle.

    Every part moves in an ellipse with a second harmonic of its own phase. So the motion has no
    turning point at which the picture stands still, and no picture appears twice in a cycle. The
    phases were chosen so that the picture's speed of change stays within a factor of 2.5.

    Args:
        cycle: position in the cycle, in cycles; poses repeat after each whole one.
        blink_at: position in the cycle at which the eyes are closed, 0–1.
        sway: how wide the hair swings, in units.
    """
    cycle %= 1.0
    phase = 2 * pi * cycle
    return Pose(
        angle=phase,
        x=8.0 * cos(phase) + 1.2 * cos(2 * phase + 1.35),
        y=4.2 * sin(phase - 0.6) + 1.0 * sin(2 * phase + 2.3),
        tilt=radians(2.6 * cos(phase - 1.3) + 0.5 * cos(2 * phase)),
        turn=0.09 * cos(phase + 0.6) + 0.02 * cos(2 * phase + 0.6),
        nod=0.05 * sin(phase - 1.1),
        breath=3.5 * sin(phase - 0.9),
        lean=3.0 * cos(phase + 1.0),
        lids=_lids((cycle - blink_at) % 1.0),
        sway=sway,
    )


def _lids(since_closed: float) -> float:
    """Return how far the eyes are open, 0–1, from the share of the cycle since they were closed."""
    distance = min(since_closed, 1.0 - since_closed) / (BLINK / 2)
    return 1.0 if distance >= 1 else sin(distance * pi / 2) ** 2
