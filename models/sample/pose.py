"""The character's motion: where everything is at a point of the cycle."""

from dataclasses import dataclass
from math import cos, pi, radians, sin

import numpy as np

HEAD = np.array([256.0, 206.0])  # middle of the head at rest, in units
NECK = np.array([0.0, 96.0])  # the joint about which the head tilts, from the middle of the head
LOOSE_FROM, LOOSE_TO = -40.0, 170.0  # y on the head between which hair goes from stiff to loose
BLINK = 0.2  # share of the cycle that a blink takes


@dataclass(frozen=True)
class Pose:
    """One moment of the motion; lengths in units, angles in radians."""

    angle: float  # where in the cycle, 0–2π
    x: float
    y: float
    tilt: float
    turn: float  # units moved sideways by a point, per unit that it lies nearer to us
    nod: float  # the same, downwards
    breath: float  # how far the shoulders are lifted
    lean: float  # how far the body has moved sideways
    lids: float  # 0 closed – 1 open
    sway: float  # size of the hair's own motion

    def on_head(self, points: np.ndarray, depth: float = 0.0) -> np.ndarray:
        """Take points on the head to the drawing; `depth` is how near to us they lie."""
        moved = points + np.array([self.turn, self.nod]) * depth - NECK
        turned = np.array([[cos(self.tilt), sin(self.tilt)], [-sin(self.tilt), cos(self.tilt)]])
        return moved @ turned + NECK + HEAD + [self.x, self.y]

    def on_hair(
        self,
        points: np.ndarray,
        depth: float = 0.0,
        loose: np.ndarray | None = None,
        delay: float = 0.0,
    ) -> np.ndarray:
        """Take points of the hair to the drawing; looser ones follow later and swing wider.

        Args:
            points: on the head, shape (points, 2).
            depth: how near to us they lie.
            loose: 0 (as stiff as the head) – 1 and above for each point; by default from how far
                down it hangs.
            delay: further lag in radians, so that strands don't swing as one.
        """
        if loose is None:
            loose = (points[:, 1] - LOOSE_FROM) / (LOOSE_TO - LOOSE_FROM)
        loose = np.clip(loose, 0.0, 1.3)
        lag = 0.9 + 1.5 * loose + delay
        swing = np.cos(self.angle - lag) + 0.3 * np.cos(2 * self.angle - 1.7 * lag)
        lift = np.sin(self.angle - lag) + 0.3 * np.sin(2 * self.angle - lag)
        reach = self.sway * loose**1.4
        return self.on_head(points, depth) + np.stack([reach * swing, 0.3 * reach * lift], axis=1)

    def on_body(self, points: np.ndarray) -> np.ndarray:
        """Take points on the body to the drawing."""
        return points + np.array([self.lean, -self.breath])


def pose_at(cycle: float, blink_at: float = 0.6, sway: float = 15.0) -> Pose:
    """The pose at a point of the cycle.

    Every part moves in an ellipse with a second harmonic of its own phase: the motion has no
    turning point at which the picture stands still, and no picture comes twice in a cycle. The
    phases were chosen so that the picture's speed of change stays within a factor of 2.5.

    Args:
        cycle: the point, in cycles; poses repeat after each whole one.
        blink_at: the point of the cycle at which the eyes are closed.
        sway: how wide the hair swings, in units.
    """
    cycle %= 1.0
    a = 2 * pi * cycle
    return Pose(
        angle=a,
        x=8.0 * cos(a) + 1.2 * cos(2 * a + 1.35),
        y=4.2 * sin(a - 0.6) + 1.0 * sin(2 * a + 2.3),
        tilt=radians(2.6 * cos(a - 1.3) + 0.5 * cos(2 * a)),
        turn=0.09 * cos(a + 0.6) + 0.02 * cos(2 * a + 0.6),
        nod=0.05 * sin(a - 1.1),
        breath=3.5 * sin(a - 0.9),
        lean=3.0 * cos(a + 1.0),
        lids=_lids((cycle - blink_at) % 1.0),
        sway=sway,
    )


def _lids(since: float) -> float:
    """How open the eyes are, by the share of the cycle since they were closed."""
    distance = min(since, 1.0 - since) / (BLINK / 2)
    return 1.0 if distance >= 1 else sin(distance * pi / 2) ** 2
