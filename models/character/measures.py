"""What is measured of a character in a clip, and of all characters together."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch

from ..frames import Absence
from ..report import Better, Measure, Measurement, Verdict, WorstFrame
from .appearance import Appearance, Presence, lost_from
from .consistency import begins_to_fall, slope, subject_consistency
from .detection import IdentityModel
from .report_boxes import DOUBLED as DOUBLED_BOXES
from .report_boxes import boxes_as_details
from .sheet import VISIBLE_SHARE, Character, scale_of
from .sight import Sight

# With the character out of sight in more than half of the frames there is no verdict on the clip.
LEAST_VISIBLE_SHARE = 0.5
DRIFT_LEAST = 6  # visible frames: two in each third
SLOPE_LEAST = 3  # visible frames; a line goes through any two
SLOPE_FRAMES = 100  # that the slope is told over: that over one frame has too many zeros to read
# Twice in one frame is a fault of the picture. A detector that draws two boxes around somebody in
# a frame or two is not.
DOUBLED_ALLOWED = 0.1

SIMILARITY = Measure(
    "similarity",
    unit="similarity",
    better=Better.HIGHER,
    low=0.0,
    high=1.0,
    backend="",
    required=True,
)
DRIFT = Measure("drift", unit="similarity", better=Better.HIGHER, low=-1.0, high=0.0, backend="")
DRIFT_SLOPE = Measure(
    "drift_slope",
    unit=f"similarity/{SLOPE_FRAMES} frames",
    better=Better.HIGHER,
    low=-1.0,
    high=0.0,
    backend="",
)
CONSISTENCY = Measure(
    "subject_consistency", unit="cosine", better=Better.HIGHER, low=0.0, high=1.0, backend=""
)
MISSING = Measure("missing", unit="share", better=Better.LOWER, low=0.0, high=1.0, backend="")
DOUBLED = Measure(
    "doubled",
    unit="share",
    better=Better.LOWER,
    low=0.0,
    high=1.0,
    backend="",
    threshold=DOUBLED_ALLOWED,
    required=True,
)
OF_A_CHARACTER = (SIMILARITY, DRIFT, DRIFT_SLOPE, CONSISTENCY, VISIBLE_SHARE)
MEASURES = (*OF_A_CHARACTER, MISSING, DOUBLED)

Measures = Mapping[str, Measure]  # `MEASURES` by name, as a profile wants them


def absent_measures(
    character: Character,
    model: IdentityModel,
    absence: Absence,
    count: int,
    measures: Measures,
) -> tuple[Measurement, ...]:
    """The measurements of a character of which nothing can be measured."""
    similarity = scale_of(character, measures[SIMILARITY.name]).absent(
        absence, (None,) * count, {"character": character.name}
    )
    others = (measures[each.name] for each in OF_A_CHARACTER[1:])
    return (similarity, *(_by(model, each).absent(absence) for each in others))


def measures_of(
    appearance: Appearance,
    character: Character,
    model: IdentityModel,
    sight: Sight,
    measures: Measures,
) -> tuple[tuple[Measurement, ...], WorstFrame | None]:
    """Everything that is measured of one character, and the frame to look at first.

    The verdict is that of the least similar visible frame: a maker wants to see a single wrong
    frame too, and a batch may be stills of which one is wrong.
    """
    visible, count = appearance.visible, len(sight.rows)
    anybody = sum(len(row) > 0 for row in sight.rows)
    values = {"character": appearance.name, "visible": len(visible), "frames": count}
    share = _by(model, measures[VISIBLE_SHARE.name]).measured(
        len(visible) / count,
        "visible_share" if len(visible) == anybody else "seen_share",
        values,
        [float(each is not None) for each in appearance.similarities],
        {"too_small": [frame for frame, each in enumerate(sight.too_small) if each]},
    )
    scale = scale_of(character, measures[SIMILARITY.name])
    similarity, worst = _similarity(appearance, character, model, anybody, scale)
    people = [person for person in appearance.people if person is not None]
    drift, drift_slope, consistency = (
        _by(model, measures[each.name]) for each in (DRIFT, DRIFT_SLOPE, CONSISTENCY)
    )
    measurements = (
        similarity,
        _drift(appearance, drift),
        _slope(appearance, drift_slope),
        _consistency(appearance, consistency, sight.embeddings[people]),
        share,
    )
    return measurements, worst


def _similarity(
    appearance: Appearance,
    character: Character,
    model: IdentityModel,
    anybody: int,
    measure: Measure,
) -> tuple[Measurement, WorstFrame | None]:
    """The least similar visible frame against the threshold."""
    presences, similarities = appearance.presences, appearance.similarities
    count, lost, visible = len(presences), lost_from(presences), appearance.visible
    details = {
        "character": appearance.name,
        "model": model.key,
        "detector": model.detector.name,
        "references": len(character.embeddings),
        "calibrated": character.calibrated,
        "presence": [each.value for each in presences],
        "points": [None if each is None else round(each, 1) for each in appearance.points],
        "boxes": [_rounded(each) for each in appearance.boxes],
        "confidence": [None if c is None else round(c, 3) for c in appearance.confidences],
        "lost_from": lost,
        **boxes_as_details(DOUBLED_BOXES, appearance.doubled),
    }
    if not visible or len(visible) < LEAST_VISIBLE_SHARE * count:
        least = max(-int(-LEAST_VISIBLE_SHARE * count // 1), 1)  # rounded up
        code = "seldom_visible" if len(visible) == anybody else "seldom_seen"
        values: dict[str, Any] = {"visible": len(visible), "frames": count, "least": least}
        values["character"] = appearance.name
        return measure.absent(Absence(code, values), similarities, details), None
    lowest, frame = min((s, frame) for frame, s in enumerate(similarities) if s is not None)
    code = "character_same"
    if presences[frame] is Presence.DIFFERENT:
        always = Presence.SAME not in presences
        code = "character_different" if lost is None or always else "character_lost"
    values = {
        "character": appearance.name,
        "similarity": round(lowest, 3),
        "threshold": round(character.threshold, 3),
        "different": presences.count(Presence.DIFFERENT),
        "visible": len(visible),
        "frame": lost,
    }
    similarity = measure.measured(lowest, code, values, similarities, details)
    assert (similarity.verdict is Verdict.PASS) == (code == "character_same")
    return similarity, WorstFrame(frame, similarity.reason_code, similarity.reason)


def _drift(appearance: Appearance, measure: Measure) -> Measurement:
    """Typical similarity of the last third of the visible frames less that of the first."""
    seen = [each for each in appearance.similarities if each is not None]
    if len(seen) < DRIFT_LEAST:
        values: dict[str, Any] = {"least": DRIFT_LEAST, "visible": len(seen)}
        return measure.absent(Absence("too_short_for_drift", values))
    third = len(seen) // 3
    change = sum(seen[-third:]) / third - sum(seen[:third]) / third
    start = begins_to_fall(appearance.visible, seen)
    values = {"character": appearance.name, "change": f"{change:+.3f}", "frame": start}
    code = "drift" if start is None else "drift_from"
    return measure.measured(change, code, values, details={"from": start})


def _slope(appearance: Appearance, measure: Measure) -> Measurement:
    """How fast likeness changes over the whole clip."""
    visible = appearance.visible
    if len(visible) < SLOPE_LEAST:
        values: dict[str, Any] = {"least": SLOPE_LEAST, "visible": len(visible)}
        return measure.absent(Absence("too_short_for_slope", values))
    seen = [each for each in appearance.similarities if each is not None]
    change = SLOPE_FRAMES * slope(visible, seen)
    values = {"character": appearance.name, "change": f"{change:+.3f}"}
    return measure.measured(change, "drift_slope", values)


def _consistency(appearance: Appearance, measure: Measure, embeddings: torch.Tensor) -> Measurement:
    """How alike the frames are among one another, whoever it is that they show."""
    value = subject_consistency(embeddings)
    if value is None:
        return measure.absent(Absence("too_few_frames", {"frames": len(embeddings), "least": 2}))
    values = {"character": appearance.name, "visible": len(embeddings)}
    return measure.measured(value, "subject_consistency", values)


def measures_of_all(
    appearances: Sequence[Appearance], model: IdentityModel, sight: Sight, measures: Measures
) -> tuple[Measurement, ...]:
    """Who is missing, where several were asked for; who is there twice, where several are seen.

    A detector that never sees more than one person can't tell whether somebody is there twice.
    """
    anybody = [frame for frame, row in enumerate(sight.rows) if row]
    several = len(appearances) > 1
    missing, doubled = (_by(model, measures[each.name]) for each in (MISSING, DOUBLED))
    measurements = (_missing(appearances, missing, anybody),) if several else ()
    return (*measurements, *(_doubled(appearances, doubled, anybody) if sight.most > 1 else ()))


def _missing(
    appearances: Sequence[Appearance], measure: Measure, anybody: list[int]
) -> Measurement:
    """Share of the frames that show anybody in which somebody who was asked for isn't found."""
    if not anybody:
        return measure.absent(Absence("nobody_seen"))
    known = [each for each in appearances if Presence.UNKNOWN not in each.presences]
    missing = {
        each.name: [f for f in anybody if each.presences[f] is not Presence.SAME] for each in known
    }
    return _named(measure, missing, anybody, "cast_missing", "cast_complete", "missing")


def _doubled(
    appearances: Sequence[Appearance], measure: Measure, anybody: list[int]
) -> tuple[Measurement, ...]:
    """Share of the frames that show anybody in which somebody is there twice."""
    doubled = {each.name: [f for f in anybody if each.doubled[f]] for each in appearances}
    told = _named(measure, doubled, anybody, "doubled", "nobody_doubled", "doubled")
    twice, seen = set().union(*doubled.values()), set(anybody)
    frames = range(len(appearances[0].presences))
    per_frame = tuple(float(frame in twice) if frame in seen else None for frame in frames)
    return (replace(told, per_frame=per_frame),)


def _named(
    measure: Measure,
    frames: dict[str, list[int]],
    among: list[int],
    some: str,
    none: str,
    key: str,
) -> Measurement:
    """A share of frames, with who it is and where."""
    concerned = set().union(*frames.values())
    told = "; ".join(
        f"{name} in {len(which)} of {len(among)}, from frame {which[0]} on"
        for name, which in frames.items()
        if which
    )
    return measure.measured(
        len(concerned) / len(among),
        some if concerned else none,
        {key: told} if concerned else {},
        details={"frames": {name: which for name, which in frames.items() if which}},
    )


def _by(model: IdentityModel, measure: Measure) -> Measure:
    detected = measure.name == VISIBLE_SHARE.name
    return replace(measure, backend=(model.detector if detected else model.embedder).name)


def _rounded(box: tuple[float, ...] | None) -> list[float] | None:
    return None if box is None else [round(each, 4) for each in box]
