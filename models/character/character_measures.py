"""All measures of a character in a clip, and of all its characters together."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..frames import Absence
from ..measure import Measure
from ..measurement import Measurement
from .appearance import Appearance
from .better_detector import advised
from .cast import DOUBLED, MISSING, CastInClip
from .character_in_clip import CharacterInClip
from .consistency import CONSISTENCY
from .detection import IdentityModel
from .detections import Detections
from .drift import DRIFT, DRIFT_SLOPE
from .sheet import Character
from .similarity import SIMILARITY, on_scale_of_character, similarity_measurement
from .visibility import VISIBLE_SHARE

PER_CHARACTER = (SIMILARITY, DRIFT, DRIFT_SLOPE, CONSISTENCY, VISIBLE_SHARE)
MEASURES = (*PER_CHARACTER, MISSING, DOUBLED)

Measures = Mapping[str, Measure]  # `MEASURES` by name, with the thresholds of a profile


def absent_measurements(
    character: Character,
    model: IdentityModel,
    absence: Absence,
    count: int,
    measures: Measures,
) -> tuple[Measurement, ...]:
    """Return the measurements of a character for which nothing can be measured.

    Only the first one says what to do, so that the report doesn't repeat it.

    Args:
        character: sheet of the character.
        model: the identity model.
        absence: reason why nothing can be measured.
        count: number of frames.
        measures: measures by name.
    """
    similarity = on_scale_of_character(character, measures[SIMILARITY.name]).absent(
        advised(absence, model.better_detector), (None,) * count, {"character": character.name}
    )
    further = (measures[each.name] for each in PER_CHARACTER[1:])
    return (similarity, *(_with_backend(model, each).absent(absence) for each in further))


def measure_character(clip: CharacterInClip, measures: Measures) -> tuple[Measurement, ...]:
    """Return all measurements of one character, its similarity first."""
    further = (_with_backend(clip.model, measures[each.name]) for each in PER_CHARACTER[1:])
    similarity = similarity_measurement(clip, measures[SIMILARITY.name])
    return (similarity, *(each.measurement(each.evaluate(clip)) for each in further))


def measure_cast(
    appearances: Sequence[Appearance],
    model: IdentityModel,
    detections: Detections,
    measures: Measures,
) -> tuple[Measurement, ...]:
    """Return the measurements of all characters together.

    `missing` is measured for two characters or more, `doubled` if a frame shows two people or
    more: a detector that never finds a second person can't tell that a character is doubled.
    """
    cast = CastInClip(appearances, [frame for frame, row in enumerate(detections.rows) if row])
    missing = (MISSING,) if len(appearances) > 1 else ()
    doubled = (DOUBLED,) if detections.most_people > 1 else ()
    possible = (_with_backend(model, measures[each.name]) for each in (*missing, *doubled))
    return tuple(each.measurement(each.evaluate(cast)) for each in possible)


def _with_backend(model: IdentityModel, measure: Measure) -> Measure:
    """Return a measure whose backend is the part of the model that it depends on."""
    is_of_detector = measure.name == VISIBLE_SHARE.name
    return replace(measure, backend=model.detector_name if is_of_detector else model.embedder.name)
