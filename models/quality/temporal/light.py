"""Light over time, apart from what moves: flicker, flashes, pumping, drift."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...frames import Absence
from ...image_ops.colour import lab_from_rgb
from ...measure import Measure, Value, short
from ...measurement import Better
from .clip_steps import FLOW, NOTHING_TO_FOLLOW, Walk

if TYPE_CHECKING:
    from .findings import Findings

GREY_LEVELS = 255
# Drawings on either side that say what the light of a drawing should be: a flash lasts up to three.
AROUND = 3
# What other drawings do anyway is no flash: so many times their usual distance from that.
USUAL_TIMES = 3.0
FLASHED = 0.1  # of the way to white or black; from there on a drawing is left out elsewhere
SHORTEST_PERIOD = 6.0  # drawings; faster is flicker
LEAST_CYCLES = 1.5  # a light that goes up once, or down, is a change of light
LEAST_PUMPING = 9  # drawings: the shortest period, so many times
STEPS_A_CYCLE = 12  # frequencies tried in each cycle over the clip
HALF = 0.5  # of the variance; chance finds about a third of noise in one of the periods


@dataclass(frozen=True)
class Light:
    """The light of one scene.

    Attributes:
        drawings: of the clip.
        luma: of each drawing, 0–1, along what can be followed: blind to what moves.
        level: mean luma of each drawing, 0–1.
        lab: mean colour of each drawing, CIELAB, shape (drawings, 3).
    """

    drawings: range
    luma: np.ndarray
    level: np.ndarray
    lab: np.ndarray


def light_of(walk: Walk, drawings: range) -> Light:
    """Light along a scene: the first drawing's mean, then the changes of what can be followed."""
    steps = [walk.steps[place] for place in drawings[:-1]]
    changes = [step.light[3].item() for step in steps if step is not None]
    means = walk.means[drawings.start : drawings.stop]
    luma = np.cumsum([means[0, 3].item(), *changes])
    return Light(drawings, luma, means[:, 3].numpy(), lab_from_rgb(means[:, :3]).numpy())


def flashes(light: Light) -> np.ndarray:
    """How far each drawing flashes to white or to black: share of the way from what is around it.

    A flash goes and comes back within three drawings. A ramp, a step and a fade are none.

    Returns:
        Shares in 0–1, shape (drawings,).
    """
    count = len(light.luma)
    near = [slice(max(0, i - AROUND), i + AROUND + 1) for i in range(count)]
    off = light.luma - [_expected(light.luma, i) for i in range(count)]
    around = np.array([np.median(light.level[each]) for each in near])
    way = np.where(off > 0, off / np.maximum(1 - around, 1e-3), -off / np.maximum(around, 1e-3))
    usual = np.array([np.median(np.delete(way, i)) if count > 1 else 0.0 for i in range(count)])
    return (way - USUAL_TIMES * usual).clip(0, 1)


def _expected(luma: np.ndarray, place: int) -> float:
    """What the drawings around a place say: their median; near an end the line through them."""
    count = len(luma)
    if AROUND <= place < count - AROUND or count < 2 * AROUND:
        return float(np.median(luma[max(0, place - AROUND) : place + AROUND + 1]))
    start = min(max(0, place - AROUND), count - 2 * AROUND)
    time = np.arange(start, min(count, start + 2 * AROUND + 1))
    first, second = np.triu_indices(len(time), 1)
    values = luma[time]
    # The median of all pairs' slopes, which a flash among them doesn't bend (Theil, Sen).
    slope = np.median((values[second] - values[first]) / (second - first))
    return float(np.median(values - slope * time) + slope * place)


def flicker(light: Light, flashed: np.ndarray) -> np.ndarray:
    """How far each drawing's light lies off the line between its neighbours, in grey levels.

    A fade is a line, so it is no flicker; a flash has its own measure, so NaN stands there. For
    independent changes of standard deviation s the root mean square is s.

    Returns:
        Shape (drawings,), NaN at the first and the last.
    """
    off = np.full(len(light.luma), np.nan)
    luma = np.where(flashed >= FLASHED, np.nan, light.luma) * GREY_LEVELS
    if len(luma) > 2:
        off[1:-1] = luma[1:-1] - (luma[:-2] + luma[2:]) / 2
    return off / math.sqrt(1.5)  # variance 1 + 1/4 + 1/4 of independent ones


def pumping(light: Light, flashed: np.ndarray) -> tuple[float, float] | None:
    """Slow light that comes and goes: the periodic part of a scene's light.

    The sinusoid, on a line, that fits best; of its strength as much counts as its share of the
    variance exceeds a half: random flicker has a bit of every period.

    Returns:
        Root mean square in grey levels, and the period in drawings; None where the scene is too
        short to hold one and a half of the shortest.
    """
    known = flashed < FLASHED
    time = np.flatnonzero(known).astype(np.float64)
    luma = light.luma[known] * GREY_LEVELS
    if len(luma) < LEAST_PUMPING:
        return None
    line = np.stack([np.ones_like(time), time], axis=1)
    variance = _left(line, luma)
    best, period = variance, SHORTEST_PERIOD
    length = float(len(light.luma))
    for cycles in np.arange(LEAST_CYCLES, length / SHORTEST_PERIOD + 1e-9, 1 / STEPS_A_CYCLE):
        angle = 2 * np.pi * cycles / length * time
        left = _left(np.column_stack([line, np.cos(angle), np.sin(angle)]), luma)
        if left < best:
            best, period = left, length / cycles
    if variance < 1e-9:
        return 0.0, period
    share = 1 - best / variance
    return math.sqrt(variance - best) * max(0.0, (share - HALF) / (1 - HALF)), float(period)


def _left(basis: np.ndarray, values: np.ndarray) -> float:
    """Mean square that a least-squares fit leaves."""
    fitted = basis @ np.linalg.lstsq(basis, values, rcond=None)[0]
    return float(np.mean((values - fitted) ** 2))


def drift(light: Light, flashed: np.ndarray) -> float:
    """How far the colour goes in a scene: ΔE between the ends of the line through it.

    Less what chance makes of so many drawings whose colour flickers: twice the standard error.
    """
    known = flashed < FLASHED
    time, lab = np.flatnonzero(known), light.lab[known]
    if len(time) < 3:
        return 0.0
    line = np.polyfit(time, lab, 1)
    left = lab - time[:, None] * line[0] - line[1]
    spread = float(np.sqrt(np.square(left).sum() / (len(time) - 2)))
    error = spread / float(np.sqrt(np.square(time - time.mean()).sum()))
    slope = max(0.0, float(np.linalg.norm(line[0])) - 2 * error)
    return slope * float(time[-1] - time[0])


def _flash(found: "Findings") -> Value:
    shares = np.concatenate([flashed for _, flashed in found.lights])
    drawings, strongest = found.pattern.drawings, float(shares.max())
    facts = {"percent": short(100 * strongest), "frame": drawings[int(shares.argmax())]}
    details = {"frames": [drawings[place] for place in np.flatnonzero(shares >= FLASHED)]}
    return Value(
        strongest, facts, per_frame=found.pattern.along_frames(shares.tolist()), details=details
    )


def _flicker(found: "Findings") -> Value | Absence:
    off = np.concatenate([flicker(*each) for each in found.lights])
    known = off[np.isfinite(off)]
    if not len(known):
        most = max(len(scene) for scene in found.scenes)
        return Absence("too_few_drawings", {"drawings": most, "least": 3})
    strength = float(np.sqrt(np.mean(known**2)))
    levels = [None if math.isnan(each) else abs(each) for each in off]
    facts = {"levels": short(strength)}
    return Value(strength, facts, per_frame=found.pattern.along_frames(levels))


def _local_flicker(found: "Findings") -> Value | Absence:
    local = [None if each is None else each.local_light for each in found.walk.passages]
    return found.usual(local, GREY_LEVELS)


def _pumping(found: "Findings") -> Value | Absence:
    pumped = [pumping(*each) for each in found.lights]
    strongest = max((each for each in pumped if each is not None), default=None)
    if strongest is None:
        most = max(len(light.luma) for light, _ in found.lights)
        values = {"drawings": most, "least": LEAST_PUMPING}
        return Absence("too_few_drawings", values, counts=False)
    levels, period = strongest
    facts = {"levels": short(levels), "drawings": short(period)}
    return Value(levels, facts, details={"period_drawings": period})


def _drift(found: "Findings") -> Value:
    far = max(drift(*each) for each in found.lights)
    return Value(far, {"difference": short(far)})


FLICKER = Measure(
    "flicker",
    unit="grey levels",
    better=Better.LOWER,
    high=12.0,
    backend=FLOW,
    # Brightness that alternates by 1 % is seen at 6–12 changes a second (Kelly 1961): 1.5 levels of
    # standard deviation come to that.
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
    # The general flash of WCAG 2.2 (from ITU-R BT.1702): there and back by a tenth of the largest
    # luminance. From mid grey that is a quarter of the way to white or to black.
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
    # Once or twice a second the eye takes about twice the change to see it (Kelly 1961).
    threshold=3.0,
    required=True,
    answers_to="Brightness that slowly rises and falls, with a period of 6 drawings or more, in "
    "grey levels",
    function=_pumping,
    passes="no_pumping",
    fails="pumps",
)
# How much of it comes from following motion badly isn't known: no threshold.
LOCAL_FLICKER = Measure(
    "local_flicker",
    unit="grey levels",
    better=Better.LOWER,
    high=12.0,
    backend=FLOW,
    answers_to="Brightness that jumps only in parts of the picture, in grey levels",
    function=_local_flicker,
    absences=(NOTHING_TO_FOLLOW,),
    passes="local_flicker",
)
DRIFT = Measure(
    "drift",
    unit="ΔE",
    better=Better.LOWER,
    high=20.0,
    backend="mean-colour",
    # Twice the 2.3 ΔE that can just be seen side by side (Mahy et al. 1994): over a clip nothing
    # stands side by side, but the next shot does.
    threshold=4.6,
    answers_to="Change of the mean colour from start to end, in ΔE",
    function=_drift,
    passes="no_drift",
    fails="drifts",
)
