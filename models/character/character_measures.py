"""All that is measured of a character in a clip, and of all characters together."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..frames import Absence
from ..measure import Measure
from ..measurement import Measurement
from .appearance import Appearance
from .cast import DOUBLED, MISSING, CastInClip
from .character_in_clip import CharacterInClip
from .consistency import CONSISTENCY
from .detection import IdentityModel
from .detections import Detections
from .drift import DRIFT, DRIFT_SLOPE
from .sheet import Character
from .similarity import SIMILARITY, scale_of, similarity_measurement
from .visibility import VISIBLE_SHARE

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
    """Return the measurements of a character of which nothing can be measured."""
    similarity = scale_of(character, measures[SIMILARITY.name]).absent(
        absence, (None,) * count, {"character": character.name}
    )
    others = (measures[each.name] for each in OF_A_CHARACTER[1:])
    return (similarity, *(_by(model, each).absent(absence) for each in others))


def measures_of(clip: CharacterInClip, measures: Measures) -> tuple[Measurement, ...]:
    """Return everything that is measured of one character, its similarity first."""
    others = (_by(clip.model, measures[each.name]) for each in OF_A_CHARACTER[1:])
    similarity = similarity_measurement(clip, measures[SIMILARITY.name])
    return (similarity, *(each.measurement(each.evaluate(clip)) for each in others))


def measures_of_all(
    appearances: Sequence[Appearance],
    model: IdentityModel,
    detections: Detections,
    measures: Measures,
) -> tuple[Measurement, ...]:
    """Return who is missing, where several were asked for; who is there twice, where several are.

    A detector that never sees more than one person can't tell whether somebody is there twice.
    """
    cast = CastInClip(appearances, [frame for frame, row in enumerate(detections.rows) if row])
    several = (MISSING,) if len(appearances) > 1 else ()
    crowded = (DOUBLED,) if detections.most > 1 else ()
    taken = (_by(model, measures[each.name]) for each in (*several, *crowded))
    return tuple(each.measurement(each.evaluate(cast)) for each in taken)


def _by(model: IdentityModel, measure: Measure) -> Measure:
    detected = measure.name == VISIBLE_SHARE.name
    return replace(measure, backend=(model.detector if detected else model.embedder).name)
