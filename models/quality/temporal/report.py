"""What a walk over a clip found, as measurements."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from ...frames import Absence
from ...holds import HoldPattern
from ...report import Better, Measure, Measurement, Verdict
from .cadence import missing_drawings, repeated_frames, usual_lengths
from .light import FLASHED, LEAST_PUMPING, Light, drift, flashes, flicker, light_of, pumping
from .measures import (
    BOILING,
    DRAWING_RATE,
    DRIFT,
    DROPPED,
    DUPLICATES,
    FLASH,
    FLICKER,
    JITTER,
    LOCAL_FLICKER,
    MOTION,
    PUMPING,
    SCENES,
    SMOOTHNESS,
    SPEED,
    WARPING_ERROR,
    Measures,
)
from .steadiness import shaking, usual_shaking
from .steps import Walk

GREY_LEVELS = 255
PERCENT = 100
PerDrawing = Sequence[float | None]


@dataclass(frozen=True)
class Findings:
    """All that the measurements are made from.

    Attributes:
        walk: along the drawings.
        pattern: how they are held.
        scenes: the drawings of each.
        motion: from each drawing to the next, ΔE.
        fps: frames per second.
    """

    walk: Walk
    pattern: HoldPattern
    scenes: list[range]
    motion: list[float]
    fps: float


def temporal_measurements(found: Findings, measures: Measures) -> tuple[Measurement, ...]:
    """The measurements, in the order in which a person should read them.

    Args:
        found: at least 3 drawings.
        measures: by name, as a profile wants them.
    """
    lights = [light_of(found.walk, scene) for scene in found.scenes]
    flashed = [flashes(light) for light in lights]
    parts = [
        *_light(found, lights, flashed, measures),
        *_cadence(found, measures),
        *_steadiness(found, measures),
        *_motion(found, measures),
    ]
    order = list(measures)
    return tuple(sorted(parts, key=lambda part: order.index(part.name)))


def told(
    measure: Measure,
    value: float,
    codes: tuple[str, str],
    values: Mapping[str, object],
    per_frame: PerDrawing = (),
    details: Mapping[str, object] | None = None,
) -> Measurement:
    """A measurement that says the first of two sentences, or the second where it fails."""
    result = measure.measured(value, codes[0], values, per_frame, details)
    if result.verdict is Verdict.FAIL:
        return measure.measured(value, codes[1], values, per_frame, details)
    return result


def inapplicable(measure: Measure, code: str, **values: object) -> Measurement:
    """What this clip has no occasion for: absent, and not counted."""
    return replace(measure, required=False).absent(Absence(code, values))


def _light(
    found: Findings, lights: list[Light], flashed: list[np.ndarray], measures: Measures
) -> list[Measurement]:
    frames = _frames(found.pattern)
    flash = np.concatenate(flashed)
    strongest = float(flash.max())
    at = found.pattern.drawings[int(flash.argmax())]
    said: dict[str, object] = {"percent": round(PERCENT * strongest), "frame": at}
    parts = [
        told(
            measures[FLASH.name],
            strongest,
            ("no_flash", "flashes"),
            said,
            frames(flash.tolist()),
            {"frames": [found.pattern.drawings[i] for i in np.flatnonzero(flash >= FLASHED)]},
        )
    ]
    off = np.concatenate([flicker(*pair) for pair in zip(lights, flashed, strict=True)])
    known = off[np.isfinite(off)]
    if len(known):
        strength = float(np.sqrt(np.mean(known**2)))
        parts.append(
            told(
                measures[FLICKER.name],
                strength,
                ("steady_light", "flickers"),
                {"levels": round(strength, 2)},
                frames([None if math.isnan(each) else abs(each) for each in off]),
            )
        )
    else:
        parts.append(measures[FLICKER.name].absent(_few(found)))
    local = [None if each is None else each.local_light for each in found.walk.passages]
    parts.append(_usual(found, measures[LOCAL_FLICKER.name], local, "local_flicker", GREY_LEVELS))
    pumped = [pumping(*pair) for pair in zip(lights, flashed, strict=True)]
    strongest_pump = max((each for each in pumped if each is not None), default=None)
    measure = measures[PUMPING.name]
    if strongest_pump is None:
        most = max(len(light.luma) for light in lights)
        values = {"drawings": most, "least": LEAST_PUMPING}
        parts.append(inapplicable(measure, "too_few_drawings", **values))
    else:
        levels, period = strongest_pump
        said = {"levels": round(levels, 2), "drawings": round(period, 1)}
        details = {"period_drawings": period}
        parts.append(told(measure, levels, ("no_pumping", "pumps"), said, details=details))
    far = max(drift(*pair) for pair in zip(lights, flashed, strict=True))
    said = {"difference": round(far, 1)}
    parts.append(told(measures[DRIFT.name], far, ("no_drift", "drifts"), said))
    return parts


def _cadence(found: Findings, measures: Measures) -> list[Measurement]:
    pattern, frames = found.pattern, _frames(found.pattern)
    rate = found.fps / pattern.typical
    rhythm = {
        "hold": pattern.typical,
        "usual_holds": usual_lengths(pattern),
        "lengths": pattern.lengths,
    }
    drawing_rate = told(
        measures[DRAWING_RATE.name],
        rate,
        ("enough_drawings", "few_drawings"),
        {"rate": round(rate, 1), "hold": pattern.typical},
        details=rhythm,
    )
    extra = repeated_frames(pattern)
    share = PERCENT * sum(extra) / pattern.frames
    said = {"frames": sum(extra), "hold": usual_lengths(pattern)[-1]}
    duplicates = told(
        measures[DUPLICATES.name],
        share,
        ("no_duplicates", "duplicates"),
        said,
        frames([float(each) for each in extra], held=0.0),
    )
    missing, judged = missing_drawings(found.walk)
    if not judged:
        return [drawing_rate, duplicates, inapplicable(measures[DROPPED.name], "no_even_motion")]
    at = [pattern.drawings[place] for place in missing]
    dropped = told(
        measures[DROPPED.name],
        PERCENT * len(missing) / judged,
        ("none_dropped", "dropped"),
        {"drawings": len(missing), "steps": judged},
        frames([float(place in missing) for place in range(len(pattern.drawings))], held=0.0),
        {"frames": at, "judged": judged},
    )
    return [drawing_rate, duplicates, dropped]


def _steadiness(found: Findings, measures: Measures) -> list[Measurement]:
    off = shaking(found.walk.passages)
    usual = usual_shaking(off)
    if usual is None:
        jitter = inapplicable(measures[JITTER.name], "no_texture")
    else:
        share = PERCENT * usual
        jitter = told(
            measures[JITTER.name],
            share,
            ("steady_picture", "shakes"),
            {"percent": round(share, 3)},
            _frames(found.pattern)([None if each is None else PERCENT * each for each in off]),
        )
    boils = [None if each is None else each.boiling for each in found.walk.passages]
    return [jitter, _usual(found, measures[BOILING.name], boils, "boiling", GREY_LEVELS)]


def _motion(found: Findings, measures: Measures) -> list[Measurement]:
    frames = _frames(found.pattern)
    steps = [None, *found.walk.steps]
    errors = [None if each is None else each.warping_error for each in steps]
    speeds = [None if each is None else each.speed for each in steps]
    passages = [each for each in found.walk.passages if each is not None]
    moved = sum(each.moved for each in passages)
    speed = _usual(found, measures[SPEED.name], speeds, "speed", PERCENT)
    smoothness = inapplicable(measures[SMOOTHNESS.name], "nothing_to_follow")
    if moved > 0:
        even = 1 - sum(each.uneven for each in passages) / moved
        smoothness = measures[SMOOTHNESS.name].measured(
            even,
            "smoothness",
            {"percent": round(PERCENT * even), "speed": round(speed.value or 0.0, 2)},
            frames(
                [
                    None if each is None or not each.moved else 1 - each.uneven / each.moved
                    for each in found.walk.passages
                ]
            ),
            {"speed": speed.value},
        )
    usual = median(found.motion)
    known = [each for each in errors if each is not None]
    warping = inapplicable(measures[WARPING_ERROR.name], "nothing_to_follow")
    if known:
        mean = sum(known) / len(known)
        values = {"error": round(mean, 5)}
        warping = measures[WARPING_ERROR.name].measured(
            mean, "warping_error", values, frames(errors)
        )
    motion = measures[MOTION.name].measured(
        usual, "motion", {"step": round(usual, 2)}, frames([0.0, *found.motion], held=0.0)
    )
    starts = [found.pattern.drawings[scene.start] for scene in found.scenes]
    count = len(starts)
    code = "one_scene" if count == 1 else "scenes"
    scenes = measures[SCENES.name].measured(
        count,
        code,
        {"scenes": count, "starts": ", ".join(map(str, starts[1:]))},
        details={"starts": starts},
    )
    return [warping, smoothness, speed, motion, scenes]


def _usual(
    found: Findings, measure: Measure, values: PerDrawing, code: str, scale: float
) -> Measurement:
    """The median over the drawings; of a measure with a threshold the second sentence `…_seen`.

    What can be told of fewer than half of the drawings is no usual value.
    """
    known = [each * scale for each in values if each is not None]
    looked_at = sum(each is not None for each in found.walk.passages)
    if not known or len(known) < looked_at / 2:
        return inapplicable(measure, "nothing_still" if code == "boiling" else "nothing_to_follow")
    usual = median(known)
    codes = (code, f"{code}_seen" if measure.threshold is not None else code)
    per_frame = _frames(found.pattern)([None if each is None else each * scale for each in values])
    return told(measure, usual, codes, {"value": round(usual, 2)}, per_frame)


def _few(found: Findings) -> Absence:
    most = max(len(scene) for scene in found.scenes)
    return Absence("too_few_drawings", {"drawings": most, "least": 3})


def _frames(pattern: HoldPattern) -> Callable[..., list[float | None]]:
    """Values of drawings as values of frames: a held frame has its drawing's, or `held`."""

    def spread(values: PerDrawing, held: float | None = None) -> list[float | None]:
        frames: list[float | None] = []
        for value, length in zip(values, pattern.lengths, strict=True):
            frames += [value, *[value if held is None else held] * (length - 1)]
        return frames

    return spread


def worst_frame(part: Measurement) -> int | None:
    """The frame at which a measurement is worst; None where it has no frames."""
    known = [(value, frame) for frame, value in enumerate(part.per_frame) if value is not None]
    if not known:
        return None
    pick = min if part.better is Better.HIGHER else max
    return pick(known, key=lambda each: each[0])[1]
