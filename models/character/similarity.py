"""Similarity of a character to its references, in the frame that is least similar to them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..frames import Absence
from ..measure import Measure, Value, short
from ..measurement import Better, Measurement
from ..scoring import rounded_score
from .appearance import Presence, first_lost_frame
from .better_detector import advised, all_codes
from .report_boxes import DOUBLED, boxes_as_details
from .visibility import NO_REFERENCE

if TYPE_CHECKING:
    from .character_in_clip import CharacterInClip
    from .sheet import Character

# Share of frames. A clip that shows the character in fewer of them has no verdict on it.
LEAST_VISIBLE_SHARE = 0.5
# Distance of the bad end of the scale, in distances that the threshold allows. With the palette,
# pictures of other characters are 2 to 3.7 times as far away, half of them up to 2.8 times.
UNUSABLE = 3.0
LEAST_ROOM = 0.05  # similarity between the bad end and a threshold near 1

DIFFERENT = "character_different"
LOST = "character_lost"
SELDOM_VISIBLE = "seldom_visible"
SELDOM_SEEN = "seldom_seen"
SELDOM_MARKED = "seldom_marked"


def least_similarity(clip: "CharacterInClip") -> Value | Absence:
    """Return the similarity of the least similar visible frame.

    The minimum decides, not a mean, because a single wrong frame matters, and the frames may be
    unrelated stills.
    """
    appearance, count = clip.appearance, clip.frames
    visible, presences = len(appearance.visible_frames), appearance.presences
    facts: dict[str, Any] = {"character": appearance.name, "visible": visible}
    if not visible or visible < LEAST_VISIBLE_SHARE * count:
        least = max(-int(-LEAST_VISIBLE_SHARE * count // 1), 1)  # rounded up
        reason = SELDOM_VISIBLE if visible == clip.frames_with_people else SELDOM_SEEN
        if clip.model.marks is not None:
            reason = SELDOM_MARKED
        facts |= {"frames": count, "least": least}
        return advised(Absence(reason, facts), clip.model.better_detector)
    lowest, lost_frame = min(clip.similarities), first_lost_frame(presences)
    facts |= {
        "similarity": short(lowest),
        "threshold": short(clip.character.threshold),
        "different": presences.count(Presence.DIFFERENT),
        "frame": lost_frame,
    }
    is_never_same = Presence.SAME not in presences
    failing = DIFFERENT if lost_frame is None or is_never_same else LOST
    return Value(lowest, facts, failing=failing)


def similarity_measurement(clip: "CharacterInClip", measure: Measure) -> Measurement:
    """Return the measurement of similarity, with presences, boxes and scores of every frame.

    Args:
        clip: one character in a clip.
        measure: `SIMILARITY`, or the same with the threshold of a profile.
    """
    measure = on_scale_of_character(clip.character, measure)
    similarities = clip.appearance.similarities
    return measure.measurement(measure.evaluate(clip), similarities, _details(clip, measure))


def _details(clip: "CharacterInClip", measure: Measure) -> Mapping[str, Any]:
    appearance, model = clip.appearance, clip.model
    scale = measure.absent(Absence("no_frames"))
    scores = [scale.score_of(each) for each in appearance.similarities]
    return {
        "character": appearance.name,
        "model": model.key,
        "detector": model.detector_name,
        "references": len(clip.character.embeddings),
        "calibrated": clip.character.calibrated,
        "presence": [each.value for each in appearance.presences],
        "points": [None if each is None else rounded_score(each, 1) for each in scores],
        "boxes": [_rounded(each) for each in appearance.boxes],
        "confidence": [None if c is None else round(c, 3) for c in appearance.confidences],
        "lost_from": first_lost_frame(appearance.presences),
        **boxes_as_details(DOUBLED, appearance.doubled),
    }


def _rounded(box: tuple[float, ...] | None) -> list[float] | None:
    return None if box is None else [round(each, 4) for each in box]


def on_scale_of_character(character: "Character", measure: Measure) -> Measure:
    """Return a similarity measure with the scale of a character.

    The limit is the character's threshold, and the good end is the usual similarity of its
    references to one another. At the bad end a frame is `UNUSABLE` times as far from the references
    as the threshold allows.
    """
    unusable = 1 - UNUSABLE * (1 - character.threshold)
    return replace(
        measure,
        backend=character.backend,
        threshold=character.threshold,
        low=max(min(unusable, character.threshold - LEAST_ROOM), 0.0),
        high=character.usual,
    )


# Backend, threshold and upper end of the scale are the character's; `on_scale_of_character` fills
# them in.
SIMILARITY = Measure(
    "similarity",
    unit="similarity",
    better=Better.HIGHER,
    required=True,
    answers_to="Similarity to the references in the least similar visible frame",
    function=least_similarity,
    passes="character_same",
    reasons=(DIFFERENT, LOST),
    absences=(
        *all_codes(SELDOM_VISIBLE),
        *all_codes(SELDOM_SEEN),
        SELDOM_MARKED,
        *all_codes(NO_REFERENCE),
    ),
)
