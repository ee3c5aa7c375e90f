"""What the report of a character sheet says of its references."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..frames import Absence
from ..measure import Measure, Value
from ..measurement import Better, Measurement
from ..report import Report, WorstFrame
from .detection import IdentityModel
from .embedders.palette import BACKEND as PALETTE
from .references import ReferenceStatus, listed
from .visibility import (
    NO_REFERENCE,
    REFERENCES_SEEN,
    REFERENCES_UNSEEN,
    REFERENCES_USABLE,
    VISIBLE_SHARE,
)

if TYPE_CHECKING:
    from .sheet import Character

CALIBRATION_LEAST = 3  # references; two give one distance, and no spread

ALIKE_IN_LOOKS = "references_alike"
ONE_UNLIKE = "reference_different"
SOME_UNLIKE = "references_different"
ONE_REFERENCE = "one_reference"
PUBLISHED = "threshold_published"
CROWDED = "references_crowded"
CHOSEN = "references_chosen"


def sheet_report(character: "Character", model: IdentityModel) -> Report:
    """Return the report on a character's references: one character, threshold, unusable ones."""
    statuses = [ReferenceStatus(each) for each in character.statuses]
    one = _one_character(character, model, listed(statuses, ReferenceStatus.OUTLIER))
    parts = (
        one,
        _threshold(character, model, statuses),
        _share(character, model, statuses),
        *_several_people(statuses, model),
    )
    worst = None
    if one.worst_frame is not None:
        worst = WorstFrame(one.worst_frame, one.reason_code, one.reason)
    return Report("character", parts, frames=len(statuses), worst=worst)


def unmeasured_sheet(model: IdentityModel, absence: Absence, references: int) -> Report:
    """Return the report on references that can't be looked at."""
    measures = (ONE_CHARACTER, THRESHOLD, VISIBLE_SHARE)
    parts = tuple(_by_embedder(model, each).absent(absence) for each in measures)
    return Report("character", parts, frames=references)


def _one_character(
    character: "Character", model: IdentityModel, outliers: Sequence[int]
) -> Measurement:
    """Judge the least alike reference by the published threshold.

    Not by the calibrated one: references would be judged by themselves.
    """
    published = model.embedder.threshold
    details = {
        "character": character.name,
        "calibrated": character.calibrated,
        "outliers": outliers,
        "model": character.model,
    }
    measure = replace(_by_embedder(model, ONE_CHARACTER), threshold=published)
    result = measure.evaluate(character, published, outliers)
    return measure.measurement(result, character.similarities, details)


def least_alike(
    character: "Character", published: float, outliers: Sequence[int]
) -> Value | Absence:
    """Return the similarity of the reference that is least like the others.

    Args:
        character: the character.
        published: the embedder's threshold.
        outliers: numbers of the references that are unlike the others.
    """
    known = [each for each in character.similarities if each is not None]
    if not any(character.visible):
        return Absence(NO_REFERENCE, {"character": character.name})
    if not known:
        return Absence(ONE_REFERENCE)
    facts = {
        "reference": _joined(outliers),
        "similarity": round(min(known), 3),
        "threshold": round(published, 3),
    }
    unlike = ONE_UNLIKE if len(outliers) == 1 else SOME_UNLIKE
    alike = ALIKE_IN_LOOKS if character.backend == PALETTE else None
    return Value(min(known), facts, unlike if outliers else alike)


def _threshold(
    character: "Character", model: IdentityModel, statuses: Sequence[ReferenceStatus]
) -> Measurement:
    agreeing = sum(character.visible) - len(listed(statuses, ReferenceStatus.OUTLIER))
    note = model.embedder.threshold_note
    return _by_embedder(model, THRESHOLD).measured(
        character.threshold,
        None if character.calibrated else PUBLISHED,
        {"references": agreeing, "least": CALIBRATION_LEAST, "note": note},
    )


def _share(
    character: "Character", model: IdentityModel, statuses: Sequence[ReferenceStatus]
) -> Measurement:
    count, usable = len(statuses), sum(character.visible)
    unseen = listed(statuses, ReferenceStatus.NOBODY, ReferenceStatus.TOO_SMALL)
    reason = REFERENCES_SEEN if usable == count else REFERENCES_USABLE
    by_status = {each.value: listed(statuses, each) for each in ReferenceStatus}
    return replace(VISIBLE_SHARE, backend=model.detector.name).measured(
        usable / count,
        REFERENCES_UNSEEN if unseen else reason,
        {"references": _joined(unseen) if unseen else count, "usable": usable},
        per_frame=[float(each) for each in character.visible],
        details={status: numbers for status, numbers in by_status.items() if numbers},
    )


def _several_people(
    statuses: Sequence[ReferenceStatus], model: IdentityModel
) -> tuple[Measurement, ...]:
    """Return which references show several people; nothing where none does."""
    unused = listed(statuses, ReferenceStatus.SEVERAL)
    chosen = listed(statuses, ReferenceStatus.CHOSEN)
    if not unused and not chosen:
        return ()
    measure = replace(SEVERAL_PEOPLE, backend=model.detector.name, high=float(len(statuses)))
    reason, facts = CROWDED if unused else CHOSEN, {"references": _joined(unused or chosen)}
    return (measure.measured(len(unused) + len(chosen), reason, facts),)


def _by_embedder(model: IdentityModel, measure: Measure) -> Measure:
    return replace(measure, backend=model.embedder.name)


def _joined(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


# The threshold is the embedder's published one.
ONE_CHARACTER = Measure(
    "one_character",
    unit="similarity",
    better=Better.HIGHER,
    required=True,
    answers_to="Similarity of the least similar reference to the others",
    function=least_alike,
    passes="references_one",
    reasons=(ALIKE_IN_LOOKS, ONE_UNLIKE, SOME_UNLIKE),
    absences=(ONE_REFERENCE, NO_REFERENCE),
)
THRESHOLD = Measure(
    "threshold",
    unit="similarity",
    better=Better.HIGHER,
    answers_to="Similarity from which a frame shows the character",
    passes="threshold_calibrated",
    reasons=(PUBLISHED,),
)
SEVERAL_PEOPLE = Measure(
    "several_people",
    unit="references",
    better=Better.LOWER,
    answers_to="Number of references that show several people. The scale ends at the number of "
    "references",
    reasons=(CROWDED, CHOSEN),
)
MEASURES = (ONE_CHARACTER, THRESHOLD, VISIBLE_SHARE, SEVERAL_PEOPLE)
