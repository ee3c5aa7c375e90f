"""Light over time, measured apart from motion: flicker, flashes and pumping."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...frames import Absence
from ...measure import Measure, Value, short
from ...measurement import Better
from .step_flow import FLOW, NOTHING_TO_FOLLOW

if TYPE_CHECKING:
    from .clip_steps import ClipSteps
    from .findings import Findings

GREY_LEVELS = 255
# Drawings on either side that predict the light of a drawing. A flash lasts up to three drawings.
AROUND = 3
# Changes of light that all drawings have are no flashes: so many times the median share of the
# other drawings is subtracted from the share of each drawing.
USUAL_TIMES = 3.0
# Share of the way to white or black from which a drawing counts as a flash, and is left out of the
# other measures.
FLASHED = 0.1
SHORTEST_PERIOD = 6.0  # drawings; a shorter period is flicker
LEAST_CYCLES = 1.5  # fewer cycles in a scene are a single rise or fall of light
LEAST_PUMPING = 9  # drawings: the shortest period times the fewest cycles
STEPS_PER_CYCLE = 12  # frequencies tried between n and n + 1 cycles in a scene
# Share of the variance above which a periodic change counts as pumping. In pure noise, the period
# that fits best explains about a third by chance.
HALF = 0.5


@dataclass(frozen=True)
class Light:
    """Light of one scene.

    Attributes:
        drawings: drawings of the scene, among those of the clip.
        luma: luma of each drawing, 0–1, shape (drawings,): the mean luma of the first drawing plus
            the changes that were measured along the motion. So things that move don't change it.
        level: mean luma of each drawing, 0–1, shape (drawings,).
    """

    drawings: range
    luma: np.ndarray
    level: np.ndarray


def scene_light(clip_steps: "ClipSteps", drawings: range) -> Light:
    """Return the light of a scene, given as places among the drawings of the clip."""
    steps = [clip_steps.steps[drawing] for drawing in drawings[:-1]]
    changes = [step.light[3].item() for step in steps if step is not None]
    means = clip_steps.means[drawings.start : drawings.stop]
    luma = np.cumsum([means[0, 3].item(), *changes])
    return Light(drawings, luma, means[:, 3].numpy())


def flashes(light: Light) -> np.ndarray:
    """Return how strongly each drawing flashes to white or to black.

    A flash goes to white or black and back within three drawings. A ramp, a step and a fade are no
    flashes.

    Returns:
        Share of the way from the light around a drawing to white or black, 0–1, shape (drawings,).
    """
    count = len(light.luma)
    windows = [slice(max(0, i - AROUND), i + AROUND + 1) for i in range(count)]
    change = light.luma - [_expected_luma(light.luma, i) for i in range(count)]
    around = np.array([np.median(light.level[window]) for window in windows])
    distance = np.where(change > 0, np.maximum(1 - around, 1e-3), -np.maximum(around, 1e-3))
    shares = change / distance
    usual_shares = np.array(
        [np.median(np.delete(shares, i)) if count > 1 else 0.0 for i in range(count)]
    )
    return (shares - USUAL_TIMES * usual_shares).clip(0, 1)


def _expected_luma(luma: np.ndarray, place: int) -> float:
    """Return the luma that a drawing should have according to the drawings around it.

    It is the median of the drawing and up to `AROUND` drawings on either side. Near the ends of a
    longer scene it lies on a straight line through the drawings that are there.
    """
    count = len(luma)
    if AROUND <= place < count - AROUND or count < 2 * AROUND:
        return float(np.median(luma[max(0, place - AROUND) : place + AROUND + 1]))
    start = min(max(0, place - AROUND), count - 2 * AROUND)
    time = np.arange(start, min(count, start + 2 * AROUND + 1))
    first, second = np.triu_indices(len(time), 1)
    values = luma[time]
    # The median of the slopes of all pairs (Theil, Sen), which a flash among them doesn't change.
    slope = np.median((values[second] - values[first]) / (second - first))
    return float(np.median(values - slope * time) + slope * place)


def flicker(light: Light, flash_shares: np.ndarray) -> np.ndarray:
    """Return the distance of each drawing's light from the line between its neighbours.

    A fade is a line, so it is no flicker. A flash has its own measure, so it is NaN here. If the
    light of each drawing varies independently, the root mean square of the result is the standard
    deviation of the light.

    Args:
        light: light of a scene.
        flash_shares: result of `flashes` for it.

    Returns:
        Grey levels, shape (drawings,); NaN at the first and the last drawing, at a flash and
        beside it.
    """
    distances = np.full(len(light.luma), np.nan)
    luma = np.where(flash_shares >= FLASHED, np.nan, light.luma) * GREY_LEVELS
    if len(luma) > 2:
        distances[1:-1] = luma[1:-1] - (luma[:-2] + luma[2:]) / 2
    return distances / math.sqrt(1.5)  # independent changes add variances of 1 + 1/4 + 1/4


def pumping(light: Light, flash_shares: np.ndarray) -> tuple[float, float] | None:
    """Return the strength and the period of the slow periodic part of a scene's light.

    A straight line plus the sinusoid that fits best is fitted to the luma. The strength is the root
    mean square of the sinusoid times a weight. The weight is 0 if the sinusoid explains half of the
    variance or less, and rises to 1 if it explains everything, because random flicker contains a
    little of every period.

    Args:
        light: light of a scene.
        flash_shares: result of `flashes` for it.

    Returns:
        Strength in grey levels, and period in drawings. None if the scene has fewer than
        `LEAST_PUMPING` drawings that are no flash.
    """
    usable = flash_shares < FLASHED
    time = np.flatnonzero(usable).astype(np.float64)
    luma = light.luma[usable] * GREY_LEVELS
    if len(luma) < LEAST_PUMPING:
        return None
    line = np.stack([np.ones_like(time), time], axis=1)
    variance = _residual(line, luma)
    least_residual, period = variance, SHORTEST_PERIOD
    length = float(len(light.luma))
    for cycles in np.arange(LEAST_CYCLES, length / SHORTEST_PERIOD + 1e-9, 1 / STEPS_PER_CYCLE):
        angle = 2 * np.pi * cycles / length * time
        residual = _residual(np.column_stack([line, np.cos(angle), np.sin(angle)]), luma)
        if residual < least_residual:
            least_residual, period = residual, float(length / cycles)
    if variance < 1e-9:
        return 0.0, period
    share = 1 - least_residual / variance
    return math.sqrt(variance - least_residual) * max(0.0, (share - HALF) / (1 - HALF)), float(
        period
    )


def _residual(basis: np.ndarray, values: np.ndarray) -> float:
    """Return the mean square of the residuals of a least-squares fit."""
    fitted = basis @ np.linalg.lstsq(basis, values, rcond=None)[0]
    return float(np.mean((values - fitted) ** 2))


def _flash(findings: "Findings") -> Value:
    shares = findings.flash_shares
    drawings, strongest = findings.pattern.drawings, float(shares.max())
    facts = {"percent": short(100 * strongest), "frame": drawings[int(shares.argmax())]}
    details = {"frames": [drawings[place] for place in np.flatnonzero(shares >= FLASHED)]}
    return Value(
        strongest, facts, per_frame=findings.pattern.along_frames(shares.tolist()), details=details
    )


def _flicker(findings: "Findings") -> Value | Absence:
    distances = np.concatenate([flicker(*each) for each in findings.lights])
    measured = distances[np.isfinite(distances)]
    if not len(measured):
        longest = max(len(scene) for scene in findings.scenes)
        return Absence("too_few_drawings", {"drawings": longest, "least": 3})
    strength = float(np.sqrt(np.mean(measured**2)))
    levels = [None if math.isnan(each) else abs(each) for each in distances]
    facts = {"levels": short(strength)}
    return Value(strength, facts, per_frame=findings.pattern.along_frames(levels))


def _local_flicker(findings: "Findings") -> Value | Absence:
    triplets = findings.clip_steps.triplets
    local = [None if triplet is None else triplet.local_flicker for triplet in triplets]
    return findings.median_value(local, GREY_LEVELS)


def _pumping(findings: "Findings") -> Value | Absence:
    scene_pumping = [pumping(*each) for each in findings.lights]
    strongest = max((each for each in scene_pumping if each is not None), default=None)
    if strongest is None:
        longest = max(len(light.luma) for light, _ in findings.lights)
        values = {"drawings": longest, "least": LEAST_PUMPING}
        return Absence("too_few_drawings", values, counts=False)
    levels, period = strongest
    facts = {"levels": short(levels), "drawings": short(period)}
    return Value(levels, facts, details={"period_drawings": period})


FLICKER = Measure(
    "flicker",
    unit="grey levels",
    better=Better.LOWER,
    high=12.0,
    backend=FLOW,
    # People see brightness that alternates by 1 % at 6–12 changes a second (Kelly 1961). That is a
    # standard deviation of 1.5 levels.
    threshold=1.5,
    required=True,
    answers_to="Brightness that jumps from drawing to drawing, measured along the motion, in grey "
    "levels of 255",
    function=_flicker,
    passes="steady_light",
    fails="flickers",
)
FLASH = Measure(
    "flash",
    unit="of the way",
    better=Better.LOWER,
    backend=FLOW,
    # WCAG 2.2 (from ITU-R BT.1702) defines a general flash as a change there and back by a tenth of
    # the greatest luminance. From mid grey that is a quarter of the way to white or to black.
    threshold=0.25,
    required=True,
    answers_to="Flash: up to three drawings turn towards white or black and come back. Share of "
    "the way to white or black",
    function=_flash,
    passes="no_flash",
    fails="flashes",
)
PUMPING = Measure(
    "pumping",
    unit="grey levels",
    better=Better.LOWER,
    high=24.0,
    backend=FLOW,
    # At one or two changes a second, people need about twice the change to see it (Kelly 1961).
    threshold=3.0,
    required=True,
    answers_to="Brightness that slowly rises and falls, with a period of 6 drawings or more, in "
    "grey levels",
    function=_pumping,
    passes="no_pumping",
    fails="pumps",
)
LOCAL_FLICKER = Measure(
    "local_flicker",
    unit="grey levels",
    better=Better.LOWER,
    high=24.0,
    backend=FLOW,
    threshold=6.0,
    required=True,
    answers_to="Brightness that jumps only in parts of the picture, in grey levels",
    function=_local_flicker,
    absences=(NOTHING_TO_FOLLOW,),
    passes="local_flicker",
    fails="flickers_locally",
)
