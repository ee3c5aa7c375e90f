"""Are these still the characters? A clip against character sheets, frame by frame."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from ..frames import Absence, InputError, unmeasurable
from ..measure import Measure
from ..measurement import Measurement, frozen
from ..report import Report, WorstFrame
from .appearance import Appearance, Presence, unknown
from .assignment import Assignment, assign
from .character_in_clip import CharacterInClip
from .character_measures import MEASURES, Measures, absent_measures, measures_of, measures_of_all
from .detection import Box, Embedder, IdentityModel
from .detections import Detections, look_at
from .report_boxes import STRANGERS, boxes_as_details
from .sheet import Character
from .similarity import SIMILARITY, scale_of
from .tracks import follow
from .visibility import NO_REFERENCE

SUBJECT = "character"
MOST_CHARACTERS = 8


@dataclass(frozen=True, eq=False)
class CharacterResult:
    """A scored clip.

    Attributes:
        report: what came of it.
        appearances: how each character appears, in the order in which they were given.
        strangers: for each frame, the boxes of those who are none of them.
    """

    report: Report
    appearances: tuple[Appearance, ...]
    strangers: tuple[tuple[Box, ...], ...]


def score_characters(
    frames: torch.Tensor,
    characters: Sequence[Character],
    model: IdentityModel,
    least_similarity: float | None = None,
    report_progress: Callable[[int, int], None] | None = None,
    measures: Sequence[Measure] = MEASURES,
    leeway: float = 1.0,
) -> CharacterResult:
    """Compare everybody in every frame with the references of some characters.

    A frame is as similar as it is to the reference most like it: a back view to the back view.
    With one character the measurements have their plain names, `similarity`, `drift` and so on;
    with several the character's name follows, `similarity: Rin`, and a number where two have one
    name, `similarity: Rin 2`. `missing` and `doubled` are of all together.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3), on any device.
        characters: from `make_character`, one to `MOST_CHARACTERS`.
        model: what to look with; the one that the characters were made with.
        least_similarity: the threshold of all characters, instead of their own.
        report_progress: called with (frames done, frames in all); what it raises ends the work.
        measures: `MEASURES`, as a profile wants them.
        leeway: how much further from its references a frame may be than a character's own
            threshold allows, as a factor; `least_similarity` goes before it.

    Returns:
        Report, appearances and strangers.

    Raises:
        InputError: none or too many characters, one that was made with another model, or a
            threshold that isn't one.
    """
    _check(characters, model, least_similarity)
    named = _with_names_of_their_own(characters)
    if least_similarity is not None:
        named = [_with_threshold(each, least_similarity, calibrated=False) for each in named]
    elif leeway != 1.0:
        named = [_with_leeway(each, leeway) for each in named]
    wanted = {measure.name: measure for measure in measures}
    absence = unmeasurable(frames)
    if absence is not None:
        return _unmeasured(absence, named, model, len(frames), wanted)
    if not any(len(each.embeddings) for each in named):
        absence = Absence(NO_REFERENCE, {"character": ", ".join(each.name for each in named)})
        return _unmeasured(absence, named, model, len(frames), wanted)

    detections = look_at(frames, model, report_progress)
    similarities = _similarities(detections, named, model.embedder)
    points = _points(similarities, named)
    assignment = assign(points, detections.rows, follow(detections, model.embedder))
    appearances = tuple(
        _appearance(each, index, detections, similarities, points, assignment)
        for index, each in enumerate(named)
    )
    strangers = tuple(
        tuple(detections.people[each].box for each in row) for row in assignment.strangers
    )
    report = _report(named, appearances, model, detections, wanted)
    report = _with_strangers(report, strangers)
    return CharacterResult(report, appearances, strangers)


def _with_strangers(report: Report, strangers: Sequence[Sequence[Box]]) -> Report:
    """Add the boxes of strangers to the details of the report's first measurement."""
    first, *others = report.measurements
    details = frozen({**first.details, **boxes_as_details(STRANGERS, strangers)})
    return replace(report, measurements=(replace(first, details=details), *others))


def _check(
    characters: Sequence[Character], model: IdentityModel, least_similarity: float | None
) -> None:
    if not 1 <= len(characters) <= MOST_CHARACTERS:
        expected = f"1 to {MOST_CHARACTERS} characters"
        remedy = "Connect character sheets, or score some of the characters in a second node."
        raise InputError("characters", expected, str(len(characters)), remedy)
    for character in characters:
        if character.model != model.key:
            raise InputError(
                "character",
                f"a character made with {model.key}",
                f"{character.name}, one made by {character.model}",
                "Descriptions of different backends, weights or regions can't be compared: make "
                "its sheet again with this identity model, or connect the model of the sheet.",
            )
    if least_similarity is not None and not (
        math.isfinite(least_similarity) and 0 < least_similarity <= 1
    ):
        remedy = "1 is the same picture; leave it out for the threshold of the sheet."
        raise InputError(
            "min_similarity", "a similarity above 0, up to 1", str(least_similarity), remedy
        )


def _with_names_of_their_own(characters: Sequence[Character]) -> list[Character]:
    """The characters with a number after a name that another one before has."""
    taken: Counter[str] = Counter()
    named = []
    for character in characters:
        name = character.name
        while taken[name]:
            taken[character.name] += 1
            name = f"{character.name} {taken[character.name]}"
        taken[name] += 1
        named.append(replace(character, name=name))
    return named


def _with_leeway(character: Character, leeway: float) -> Character:
    threshold = max(1 - leeway * (1 - character.threshold), 0.0)
    return _with_threshold(character, threshold, character.calibrated)


def _with_threshold(character: Character, threshold: float, calibrated: bool) -> Character:
    usual = character.usual if character.usual > threshold else 1.0
    return replace(character, threshold=threshold, usual=usual, calibrated=calibrated)


def _similarities(
    detections: Detections, characters: Sequence[Character], embedder: Embedder
) -> torch.Tensor:
    """Of everybody to each character's nearest reference, NaN where it has none."""
    table = torch.full((len(detections.people), len(characters)), torch.nan)
    for index, character in enumerate(characters):
        if len(character.embeddings) and len(detections.people):
            alike = embedder.similarities(detections.embeddings, character.embeddings)
            table[:, index] = alike.amax(dim=1)
    return table


def _points(similarities: torch.Tensor, characters: Sequence[Character]) -> np.ndarray:
    """The similarities on each character's own scale, as a report scores them."""
    points = np.full(tuple(similarities.shape), np.nan)
    for index, character in enumerate(characters):
        scale = scale_of(character, SIMILARITY).absent(Absence("no_frames"))
        for person, value in enumerate(similarities[:, index].tolist()):
            if not math.isnan(value):
                points[person, index] = replace(scale, value=value).score
    return points


def _appearance(
    character: Character,
    index: int,
    detections: Detections,
    similarities: torch.Tensor,
    points: np.ndarray,
    assignment: Assignment,
) -> Appearance:
    if not len(character.embeddings):
        return unknown(character.name, character.threshold, len(detections.rows))
    seen, same = assignment.seen[index], assignment.same[index]
    people = [None if person is None else detections.people[person] for person in seen]
    standing = {True: Presence.SAME, False: Presence.DIFFERENT}
    return Appearance(
        name=character.name,
        threshold=character.threshold,
        presences=tuple(
            Presence.NOT_VISIBLE if person is None else standing[alike]
            for person, alike in zip(seen, same, strict=True)
        ),
        similarities=tuple(None if p is None else similarities[p, index].item() for p in seen),
        points=tuple(None if p is None else float(points[p, index]) for p in seen),
        boxes=tuple(None if each is None else each.box for each in people),
        confidences=tuple(None if each is None else each.confidence for each in people),
        people=seen,
        doubled=tuple(
            tuple(detections.people[p].box for p in row) for row in assignment.doubled[index]
        ),
    )


def _report(
    characters: Sequence[Character],
    appearances: Sequence[Appearance],
    model: IdentityModel,
    detections: Detections,
    measures: Measures,
) -> Report:
    """How alike each character is, who is missing or doubled, then the rest; the worst of all."""
    first: list[Measurement] = []
    further: list[Measurement] = []
    worst: list[tuple[float, WorstFrame]] = []
    for character, appearance in zip(characters, appearances, strict=True):
        if len(character.embeddings):
            clip = CharacterInClip(appearance, character, model, detections)
            own = measures_of(clip, measures)
        else:
            absence = Absence(NO_REFERENCE, {"character": character.name})
            own = absent_measures(character, model, absence, len(detections.rows), measures)
        similarity, frame = own[0], own[0].worst_frame
        if frame is not None and similarity.score is not None:
            look_at_it = WorstFrame(frame, similarity.reason_code, similarity.reason)
            worst.append((similarity.score, look_at_it))
        own = _named(own, character, len(characters))
        first.append(own[0])
        further += own[1:]
    of_all = measures_of_all(appearances, model, detections, measures)
    lowest = min(worst, key=lambda each: each[0])[1] if worst else None
    return Report(SUBJECT, (*first, *of_all, *further), len(detections.rows), worst=lowest)


def _named(
    measurements: Sequence[Measurement], character: Character, count: int
) -> tuple[Measurement, ...]:
    """Measurements with the character's name behind theirs, where there are several."""
    if count == 1:
        return tuple(measurements)
    return tuple(replace(each, name=f"{each.name}: {character.name}") for each in measurements)


def _unmeasured(
    absence: Absence,
    characters: Sequence[Character],
    model: IdentityModel,
    count: int,
    measures: Measures,
) -> CharacterResult:
    measurements: list[Measurement] = []
    for each in characters:
        absent = absent_measures(each, model, absence, count, measures)
        measurements += _named(absent, each, len(characters))
    appearances = tuple(unknown(each.name, each.threshold, count) for each in characters)
    report = Report(SUBJECT, tuple(measurements), frames=count)
    return CharacterResult(report, appearances, ((),) * count)
