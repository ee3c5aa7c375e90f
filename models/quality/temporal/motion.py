"""Motion in a clip: its speed and evenness, and the changes of the picture that aren't motion."""

from statistics import median

from ...frames import Absence
from ...measure import Measure, Value, short
from ...measurement import Better
from ...perceptual.structural import BACKEND, USUAL_STEP
from .findings import Findings
from .light import GREY_LEVELS
from .step_flow import FLOW, NOTHING_TO_FOLLOW

PERCENT = 100
NOTHING_STILL = "nothing_still"


def _boiling(findings: Findings) -> Value | Absence:
    boiling = [None if each is None else each.boiling for each in findings.clip_steps.triplets]
    return findings.median_value(boiling, GREY_LEVELS, NOTHING_STILL)


def _speed(findings: Findings) -> Value | Absence:
    steps = findings.clip_steps.steps
    speeds = [None, *(None if step is None else step.speed for step in steps)]
    return findings.median_value(speeds, PERCENT)


def _smoothness(findings: Findings) -> Value | Absence:
    triplets = [each for each in findings.clip_steps.triplets if each is not None]
    motion = sum(triplet.motion for triplet in triplets)
    if motion <= 0:
        return Absence(NOTHING_TO_FOLLOW, counts=False)
    smoothness = 1 - sum(triplet.motion_change for triplet in triplets) / motion
    speed = _speed(findings)
    median_speed = speed.number if isinstance(speed, Value) else None
    per_drawing = [
        None if each is None or not each.motion else 1 - each.motion_change / each.motion
        for each in findings.clip_steps.triplets
    ]
    return Value(
        smoothness,
        {"percent": short(PERCENT * smoothness), "speed": short(median_speed or 0.0)},
        per_frame=findings.pattern.along_frames(per_drawing),
        details={"speed": median_speed},
    )


def _warping_error(findings: Findings) -> Value | Absence:
    steps = findings.clip_steps.steps
    errors = [None, *(None if step is None else step.warping_error for step in steps)]
    measured = [error for error in errors if error is not None]
    if not measured:
        return Absence(NOTHING_TO_FOLLOW, counts=False)
    mean = sum(measured) / len(measured)
    per_frame = findings.pattern.along_frames(errors)
    return Value(mean, {"error": short(mean)}, per_frame=per_frame)


def _motion(findings: Findings) -> Value:
    typical_step = median(findings.differences)
    per_frame = findings.pattern.along_frames([0.0, *findings.differences], held_value=0.0)
    return Value(typical_step, {"step": short(typical_step)}, per_frame=per_frame)


def _scenes(findings: Findings) -> Value:
    starts = [findings.pattern.drawings[scene.start] for scene in findings.scenes]
    facts = {"scenes": len(starts), "starts": ", ".join(map(str, starts[1:]))}
    reason = ONE_SCENE if len(starts) == 1 else None
    return Value(len(starts), facts, reason, details={"starts": starts})


BOILING = Measure(
    "boiling",
    unit="grey levels",
    better=Better.LOWER,
    high=24.0,
    backend=FLOW,
    required=True,
    threshold=8.0,
    answers_to="Lines and areas that stand still but change from drawing to drawing, apart from "
    "changes of light, in grey levels",
    function=_boiling,
    passes="boiling",
    fails="boiling_seen",
    absences=(NOTHING_STILL,),
)
WARPING_ERROR = Measure(
    "warping_error",
    unit="squared RGB",
    better=Better.LOWER,
    high=0.1,
    backend=FLOW,
    answers_to="Difference from the drawing before, after the motion is followed; covered areas "
    "are left out (Lai 2018). Squared RGB of 0–1",
    function=_warping_error,
    passes="warping_error",
    absences=(NOTHING_TO_FOLLOW,),
)
SMOOTHNESS = Measure(
    "smoothness",
    unit="of motion",
    better=Better.HIGHER,
    backend=FLOW,
    answers_to="Share of the motion that is even. Read it together with `speed` and `motion`",
    function=_smoothness,
    passes="smoothness",
    absences=(NOTHING_TO_FOLLOW,),
)
SPEED = Measure(
    "speed",
    unit="% of shorter side",
    better=Better.HIGHER,
    high=10.0,
    backend=FLOW,
    answers_to="Mean speed of the fastest 5 % of the pixels, in % of the shorter side per drawing",
    function=_speed,
    passes="speed",
    absences=(NOTHING_TO_FOLLOW,),
)
MOTION = Measure(
    "motion",
    unit="ΔE",
    better=Better.HIGHER,
    high=20.0,
    backend=BACKEND,
    answers_to="Median difference between a drawing and the one before, in ΔE",
    function=_motion,
    passes=USUAL_STEP,
)
ONE_SCENE = "one_scene"
SCENES = Measure(
    "scenes",
    unit="scenes",
    better=Better.LOWER,
    high=10.0,
    backend=BACKEND,
    answers_to="Number of scenes, divided by cuts",
    function=_scenes,
    passes="scenes",
    reasons=(ONE_SCENE,),
)
