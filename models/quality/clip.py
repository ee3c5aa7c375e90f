"""Is a clip clean: sharp lines, steady light, enough drawings?"""

from collections.abc import Callable
from statistics import median

import torch

from ..frames import Absence, unmeasurable
from ..holds import HoldPattern, hold_pattern
from ..perceptual.structural import BACKEND as STRUCTURAL
from ..perceptual.structural import step_distances, structural_features
from ..report import Better, Measure, Measurement, Report, Verdict, WorstFrame
from .flicker import brightness_curve, flicker_per_frame
from .sharpness import edge_width

LEAST_FRAMES = 3
LEAST_DRAWINGS = 3

# Edges wider than this read as soft at the picture's own size: a Gaussian blur of 1.6 px.
EDGE_WIDTH_LIMIT = 4.0
SHARP, SOFTEST = 1.0, 10.0
# Brightness that alternates by 1 % is seen at 6–12 changes a second (Kelly 1961): 1.5 levels of
# standard deviation come to that.
FLICKER_LIMIT = 1.5
WORST_FLICKER = 12.0
# At 24 frames a second most anime is on twos (12 drawings a second, the whole score), limited
# animation goes down to fours; below that it is a slide show.
LEAST_DRAWING_RATE = 6.0
FULL_DRAWING_RATE = 12.0
LIVELY_MOTION = 20.0

EDGE_WIDTH = Measure(
    "edge_width",
    unit="px",
    better=Better.LOWER,
    low=SHARP,
    high=SOFTEST,
    backend="edge-width",
    threshold=EDGE_WIDTH_LIMIT,
    required=True,
)
FLICKER = Measure(
    "flicker",
    unit="grey levels",
    better=Better.LOWER,
    low=0.0,
    high=WORST_FLICKER,
    backend="brightness",
    threshold=FLICKER_LIMIT,
    required=True,
)
DRAWING_RATE = Measure(
    "drawing_rate",
    unit="drawings/s",
    better=Better.HIGHER,
    low=0.0,
    high=FULL_DRAWING_RATE,
    backend=STRUCTURAL,
    threshold=LEAST_DRAWING_RATE,
    required=True,
)
MOTION = Measure(
    "motion",
    unit="ΔE",
    better=Better.HIGHER,
    low=0.0,
    high=LIVELY_MOTION,
    backend=STRUCTURAL,
)


def score_clip_quality(
    frames: torch.Tensor, fps: float, report_progress: Callable[[int, int], None] | None = None
) -> Report:
    """Score how clean a clip is, between its drawings (held frames removed).

    Required: `edge_width` (sharpness of lines), `flicker` (light that jumps without motion), and
    `drawing_rate` (drawings a second). Beside them `motion`, which has no threshold: a frozen clip
    is told, not praised, since without motion `drawing_rate` is absent.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        fps: frames per second.
        report_progress: called with (frames done, frames in all); may raise to stop.

    Returns:
        A report of subject `clip_quality`.
    """
    absence = unmeasurable(frames)
    if absence is not None:
        measures = (EDGE_WIDTH, FLICKER, DRAWING_RATE, MOTION)
        parts = tuple(measure.absent(absence) for measure in measures)
        return Report("clip_quality", parts, len(frames), fps)
    edges = _edges(edge_width(frames))
    temporal = _temporal(frames, fps, report_progress)
    worst = next((_worst(each) for each in (*temporal, edges) if _worst(each)), None)
    return Report("clip_quality", (edges, *temporal), len(frames), fps, worst)


def _temporal(
    frames: torch.Tensor, fps: float, report_progress: Callable[[int, int], None] | None
) -> tuple[Measurement, ...]:
    short = unmeasurable(frames, LEAST_FRAMES)
    if short is not None:
        return tuple(measure.absent(short) for measure in (FLICKER, DRAWING_RATE, MOTION))
    features = structural_features(frames, report_progress)
    pattern = hold_pattern(step_distances(features)[:-1])
    drawings = list(pattern.drawings)
    motion = _motion(step_distances(features[drawings])[:-1], pattern)
    if len(drawings) < LEAST_DRAWINGS:
        few = Absence("too_few_drawings", {"drawings": len(drawings), "least": LEAST_DRAWINGS})
        absence = Absence("nothing_moves") if len(drawings) == 1 else few
        return (FLICKER.absent(absence), DRAWING_RATE.absent(absence), motion)
    flicker = _flicker(brightness_curve(frames)[drawings], pattern)
    return (flicker, _drawing_rate(pattern, fps), motion)


def _worst(measurement: Measurement) -> WorstFrame | None:
    """The frame with the highest value of a measurement that fails."""
    if measurement.verdict is not Verdict.FAIL or not measurement.per_frame:
        return None
    values = [-1.0 if value is None else value for value in measurement.per_frame]
    frame = max(range(len(values)), key=values.__getitem__)
    return WorstFrame(frame, measurement.reason_code, measurement.reason)


def _edges(widths: list[float | None]) -> Measurement:
    known = [width for width in widths if width is not None]
    if not known:
        return EDGE_WIDTH.absent(Absence("no_lines"), per_frame=widths)
    width = median(known)
    code = "soft_lines" if width > EDGE_WIDTH_LIMIT else "sharp_lines"
    return EDGE_WIDTH.measured(width, code, {"width": round(width, 2)}, per_frame=widths)


def _flicker(brightness: torch.Tensor, pattern: HoldPattern) -> Measurement:
    off = flicker_per_frame(brightness)
    strength = off.square().mean().sqrt().item()
    per_frame: list[float | None] = [None] * pattern.frames
    for drawing, value in zip(pattern.drawings[1:-1], off.abs().tolist(), strict=True):
        per_frame[drawing] = value
    code = "flickers" if strength > FLICKER_LIMIT else "steady_light"
    return FLICKER.measured(strength, code, {"levels": round(strength, 2)}, per_frame)


def _drawing_rate(pattern: HoldPattern, fps: float) -> Measurement:
    rate = fps / pattern.typical
    return DRAWING_RATE.measured(
        rate,
        "few_drawings" if rate < LEAST_DRAWING_RATE else "enough_drawings",
        {"rate": round(rate, 1), "hold": pattern.typical},
        details={"hold": pattern.typical, "lengths": pattern.lengths},
    )


def _motion(steps: torch.Tensor, pattern: HoldPattern) -> Measurement:
    per_frame = [0.0] * pattern.frames  # a held frame is its drawing again
    for drawing, step in zip(pattern.drawings[1:], steps.tolist(), strict=True):
        per_frame[drawing] = step
    usual = steps.median().item() if len(steps) else 0.0
    code = "motion" if len(steps) else "nothing_moves"
    return MOTION.measured(usual, code, {"step": round(usual, 2)}, per_frame)
