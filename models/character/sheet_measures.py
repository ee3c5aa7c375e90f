"""Measures of a character sheet's references, and the report on them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..frames import Absence
from ..measure import Measure, Value, short
from ..measurement import Better, Measurement
from ..report import Report, WorstFrame
from .better_detector import advised, all_codes, with_advice
from .detection import IdentityModel
from .embedders.palette import BACKEND as PALETTE
from .references import ReferenceStatus, indices_with
from .visibility import (
    NO_REFERENCE,
    REFERENCES_SEEN,
    REFERENCES_UNMARKED,
    REFERENCES_UNSEEN,
    REFERENCES_USABLE,
    VISIBLE_SHARE,
)

if TYPE_CHECKING:
    from .sheet import Character

CALIBRATION_LEAST = 3  # references; two have only one distance, which shows no spread

ALIKE_IN_LOOKS = "references_alike"
ONE_UNLIKE = "reference_different"
SOME_UNLIKE = "references_different"
ONE_REFERENCE = "one_reference"
PUBLISHED = "threshold_published"
CROWDED = "references_crowded"
CHOSEN = "references_chosen"


def sheet_report(character: "Character", model: IdentityModel) -> Report:
    """Return the report on a character's references: their similarity, threshold and usability."""
    statuses = [ReferenceStatus(each) for each in character.statuses]
    one_character = _one_character(
        character, model, indices_with(statuses, ReferenceStatus.OUTLIER)
    )
    measurements = (
        one_character,
        _threshold(character, model, statuses),
        _usable_share(character, model, statuses),
        *_several_people(statuses, model),
    )
    worst = None
    if one_character.worst_frame is not None:
        worst = WorstFrame(
            one_character.worst_frame, one_character.reason_code, one_character.reason
        )
    return Report("character", measurements, frames=len(statuses), worst=worst)


def unmeasured_sheet(model: IdentityModel, absence: Absence, references: int) -> Report:
    """Return the report on references that can't be measured at all, for the reason given."""
    measures = (ONE_CHARACTER, THRESHOLD, VISIBLE_SHARE)
    measurements = tuple(_by_embedder(model, each).absent(absence) for each in measures)
    return Report("character", measurements, frames=references)


def _one_character(
    character: "Character", model: IdentityModel, outliers: Sequence[int]
) -> Measurement:
    """Measure the least similar reference against the published threshold.

    The calibrated threshold comes from these references, so it can't judge them.
    """
    published = model.embedder.threshold
    details = {
        "character": character.name,
        "calibrated": character.calibrated,
        "outliers": outliers,
        "model": character.model,
    }
    measure = replace(_by_embedder(model, ONE_CHARACTER), threshold=published)
    result = measure.evaluate(character, model, outliers)
    return measure.measurement(result, character.similarities, details)


def least_alike(
    character: "Character", model: IdentityModel, outliers: Sequence[int]
) -> Value | Absence:
    """Return the similarity of the reference that is least like the others.

    Args:
        character: character of the sheet.
        model: the identity model; its published threshold is the limit.
        outliers: numbers of the references that are unlike the others.
    """
    similarities = [each for each in character.similarities if each is not None]
    if not any(character.usable):
        absence = Absence(NO_REFERENCE, {"character": character.name})
        return advised(absence, model.better_detector)
    if not similarities:
        return Absence(ONE_REFERENCE)
    facts = {
        "reference": _joined(outliers),
        "similarity": short(min(similarities)),
        "threshold": short(model.embedder.threshold),
    }
    fail_reason = ONE_UNLIKE if len(outliers) == 1 else SOME_UNLIKE
    pass_reason = ALIKE_IN_LOOKS if character.backend == PALETTE else None
    return Value(min(similarities), facts, fail_reason if outliers else pass_reason)


def _threshold(
    character: "Character", model: IdentityModel, statuses: Sequence[ReferenceStatus]
) -> Measurement:
    similar = sum(character.usable) - len(indices_with(statuses, ReferenceStatus.OUTLIER))
    note = model.embedder.threshold_note
    return _by_embedder(model, THRESHOLD).measured(
        character.threshold,
        None if character.calibrated else PUBLISHED,
        {"references": similar, "least": CALIBRATION_LEAST, "note": note},
    )


def _usable_share(
    character: "Character", model: IdentityModel, statuses: Sequence[ReferenceStatus]
) -> Measurement:
    count, usable = len(statuses), sum(character.usable)
    without_person = indices_with(statuses, ReferenceStatus.NOBODY, ReferenceStatus.TOO_SMALL)
    reason = REFERENCES_SEEN if usable == count else REFERENCES_USABLE
    values: dict[str, Any] = {"references": count, "usable": usable}
    if without_person:
        values = {**values, "references": _joined(without_person)}
        # Without any usable reference, the measurement that decides says what to do.
        better = model.better_detector if usable else None
        reason, values = with_advice(REFERENCES_UNSEEN, values, better)
        if model.marks is not None:
            reason = REFERENCES_UNMARKED
    by_status = {each.value: indices_with(statuses, each) for each in ReferenceStatus}
    return replace(VISIBLE_SHARE, backend=model.detector_name).measured(
        usable / count,
        reason,
        values,
        per_frame=[float(each) for each in character.usable],
        details={status: numbers for status, numbers in by_status.items() if numbers},
    )


def _several_people(
    statuses: Sequence[ReferenceStatus], model: IdentityModel
) -> tuple[Measurement, ...]:
    """Return the measurement of references with several people; empty if there are none."""
    unused = indices_with(statuses, ReferenceStatus.SEVERAL)
    chosen = indices_with(statuses, ReferenceStatus.CHOSEN)
    if not unused and not chosen:
        return ()
    measure = replace(SEVERAL_PEOPLE, backend=model.detector_name, high=float(len(statuses)))
    reason, facts = CROWDED if unused else CHOSEN, {"references": _joined(unused or chosen)}
    return (measure.measured(len(unused) + len(chosen), reason, facts),)


def _by_embedder(model: IdentityModel, measure: Measure) -> Measure:
    return replace(measure, backend=model.embedder.name)


def _joined(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


# The threshold is the embedder's published one; `_one_character` fills it in.
ONE_CHARACTER = Measure(
    "one_character",
    unit="similarity",
    better=Better.HIGHER,
    required=True,
    answers_to="Similarity of the least similar reference to the others",
    function=least_alike,
    passes="references_one",
    reasons=(ALIKE_IN_LOOKS, ONE_UNLIKE, SOME_UNLIKE),
    absences=(ONE_REFERENCE, *all_codes(NO_REFERENCE)),
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
