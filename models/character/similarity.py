"""How like its references a character is, in the frame that is least like them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..frames import Absence
from ..measure import Measure, Value
from ..measurement import Better, Measurement
from .appearance import Presence, lost_from
from .report_boxes import DOUBLED, boxes_as_details
from .visibility import NO_REFERENCE

if TYPE_CHECKING:
    from .character_in_clip import CharacterInClip
    from .sheet import Character

# With the character out of sight in more than half of the frames there is no verdict on the clip.
LEAST_VISIBLE_SHARE = 0.5

DIFFERENT = "character_different"
LOST = "character_lost"
SELDOM_VISIBLE = "seldom_visible"
SELDOM_SEEN = "seldom_seen"


def least_similarity(clip: "CharacterInClip") -> Value | Absence:
    """Return the similarity of the least similar visible frame.

    A maker wants to see a single wrong frame too, and a batch may be stills of which one is wrong.
    """
    appearance, count = clip.appearance, clip.frames
    visible, presences = len(appearance.visible), appearance.presences
    facts: dict[str, Any] = {"character": appearance.name, "visible": visible}
    if not visible or visible < LEAST_VISIBLE_SHARE * count:
        least = max(-int(-LEAST_VISIBLE_SHARE * count // 1), 1)  # rounded up
        absence = SELDOM_VISIBLE if visible == clip.frames_with_people else SELDOM_SEEN
        return Absence(absence, {**facts, "frames": count, "least": least})
    lowest, lost = min(clip.similarities), lost_from(presences)
    facts |= {
        "similarity": round(lowest, 3),
        "threshold": round(clip.character.threshold, 3),
        "different": presences.count(Presence.DIFFERENT),
        "frame": lost,
    }
    always = Presence.SAME not in presences
    return Value(lowest, facts, failing=DIFFERENT if lost is None or always else LOST)


def similarity_measurement(clip: "CharacterInClip", measure: Measure) -> Measurement:
    """Return the measurement of similarity, whose details hold everything frame by frame.

    Args:
        clip: the character in it.
        measure: `SIMILARITY`, as a profile wants it.
    """
    measure = scale_of(clip.character, measure)
    similarities = clip.appearance.similarities
    return measure.measurement(measure.evaluate(clip), similarities, _details(clip))


def _details(clip: "CharacterInClip") -> Mapping[str, Any]:
    appearance, model = clip.appearance, clip.model
    return {
        "character": appearance.name,
        "model": model.key,
        "detector": model.detector.name,
        "references": len(clip.character.embeddings),
        "calibrated": clip.character.calibrated,
        "presence": [each.value for each in appearance.presences],
        "points": [None if each is None else round(each, 1) for each in appearance.points],
        "boxes": [_rounded(each) for each in appearance.boxes],
        "confidence": [None if c is None else round(c, 3) for c in appearance.confidences],
        "lost_from": lost_from(appearance.presences),
        **boxes_as_details(DOUBLED, appearance.doubled),
    }


def _rounded(box: tuple[float, ...] | None) -> list[float] | None:
    return None if box is None else [round(each, 4) for each in box]


def scale_of(character: "Character", measure: Measure) -> Measure:
    """Return a similarity measure on the character's own scale.

    It has 50 points at its threshold, 100 where the references are as alike as to one another.
    """
    return replace(
        measure,
        backend=character.backend,
        threshold=character.threshold,
        high=character.usual,
    )


# Backend, threshold and the scale's upper end are the character's.
SIMILARITY = Measure(
    "similarity",
    unit="similarity",
    better=Better.HIGHER,
    required=True,
    answers_to="Similarity to the references in the least similar visible frame",
    function=least_similarity,
    passes="character_same",
    reasons=(DIFFERENT, LOST),
    absences=(SELDOM_VISIBLE, SELDOM_SEEN, NO_REFERENCE),
)
