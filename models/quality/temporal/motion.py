"""Motion over a clip: how evenly it goes on, how fast, and what it doesn't explain."""

from statistics import median

from ...frames import Absence
from ...measure import Measure, Value
from ...measurement import Better
from ...perceptual.structural import BACKEND, USUAL_STEP
from .clip_steps import FLOW, NOTHING_TO_FOLLOW
from .findings import Findings
from .light import GREY_LEVELS

PERCENT = 100
NOTHING_STILL = "nothing_still"


def _boiling(found: Findings) -> Value | Absence:
    boils = [None if each is None else each.boiling for each in found.walk.passages]
    return found.usual(boils, GREY_LEVELS, NOTHING_STILL)


def _speed(found: Findings) -> Value | Absence:
    speeds = [None, *(None if each is None else each.speed for each in found.walk.steps)]
    return found.usual(speeds, PERCENT)


def _smoothness(found: Findings) -> Value | Absence:
    passages = [each for each in found.walk.passages if each is not None]
    moved = sum(each.moved for each in passages)
    if moved <= 0:
        return Absence(NOTHING_TO_FOLLOW, counts=False)
    even = 1 - sum(each.uneven for each in passages) / moved
    speed = _speed(found)
    usual = speed.number if isinstance(speed, Value) else None
    per_drawing = [
        None if each is None or not each.moved else 1 - each.uneven / each.moved
        for each in found.walk.passages
    ]
    return Value(
        even,
        {"percent": round(PERCENT * even), "speed": round(usual or 0.0, 2)},
        per_frame=found.pattern.along_frames(per_drawing),
        details={"speed": usual},
    )


def _warping_error(found: Findings) -> Value | Absence:
    errors = [None, *(None if each is None else each.warping_error for each in found.walk.steps)]
    known = [each for each in errors if each is not None]
    if not known:
        return Absence(NOTHING_TO_FOLLOW, counts=False)
    mean = sum(known) / len(known)
    return Value(mean, {"error": round(mean, 5)}, per_frame=found.pattern.along_frames(errors))


def _motion(found: Findings) -> Value:
    usual = median(found.motion)
    per_frame = found.pattern.along_frames([0.0, *found.motion], held_value=0.0)
    return Value(usual, {"step": round(usual, 2)}, per_frame=per_frame)


def _scenes(found: Findings) -> Value:
    starts = [found.pattern.drawings[scene.start] for scene in found.scenes]
    facts = {"scenes": len(starts), "starts": ", ".join(map(str, starts[1:]))}
    reason = ONE_SCENE if len(starts) == 1 else None
    return Value(len(starts), facts, reason, details={"starts": starts})


BOILING = Measure(
    "boiling",
    unit="grey levels",
    better=Better.LOWER,
    high=12.0,
    backend=FLOW,
    threshold=3.0,  # 1.2 % of contrast, about what is seen of fine detail that changes
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
