"""Character score: comparison of a clip with character sheets, frame by frame."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from ..frames import Absence, InputError, unmeasurable
from ..measure import Measure
from ..measurement import Measurement, frozen
from ..partial_reports import ShowPartial
from ..report import Report, WorstFrame
from ..rgb_frames import Frames
from .appearance import Appearance, Presence, unmeasured_appearance
from .assignment import Assignment, assign, points_of
from .character_in_clip import CharacterInClip
from .character_measures import (
    MEASURES,
    Measures,
    absent_measurements,
    measure_cast,
    measure_character,
)
from .detection import Box, Embedder, IdentityModel
from .detections import Detections, detect_people
from .marks import remedy_for_sheet
from .report_boxes import STRANGERS, boxes_as_details
from .sheet import Character
from .tracks import track_people
from .visibility import NO_REFERENCE

SUBJECT = "character"
MOST_CHARACTERS = 8


@dataclass(frozen=True, eq=False)
class CharacterResult:
    """Result of a character score.

    Attributes:
        report: measurements of the clip.
        appearances: appearance of each character, in the order of the input.
        strangers: for each frame, the boxes of the people who are none of the characters.
    """

    report: Report
    appearances: tuple[Appearance, ...]
    strangers: tuple[tuple[Box, ...], ...]


def score_characters(
    frames: Frames,
    characters: Sequence[Character],
    model: IdentityModel,
    least_similarity: float | None = None,
    report_progress: Callable[[int, int], None] | None = None,
    measures: Sequence[Measure] = MEASURES,
    leeway: float = 1.0,
    show_partial: ShowPartial = None,
) -> CharacterResult:
    """Compare every person in every frame with the references of some characters.

    The similarity of a frame is its similarity to the most similar reference, so that a back view
    is compared with the back view. With one character the measurements have their plain names, such
    as `similarity` and `drift`. With several, the character's name follows (`similarity: Rin`), and
    a number if two characters have the same name (`similarity: Rin 2`). `missing` and `doubled` are
    measured for all characters together.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3), on any device.
        characters: one to `MOST_CHARACTERS` characters of `make_character`.
        model: detector and embedder, the same that the characters were made with.
        least_similarity: threshold of all characters, above 0 and up to 1; None for their own.
        report_progress: called with (frames done, frames in all); what it raises ends the work.
        measures: `MEASURES`, or the same with the thresholds of a profile.
        leeway: factor of the distance from the references that a character's own threshold allows:
            2 allows twice the distance. It has no effect if `least_similarity` is given.
        show_partial: called after each batch of frames.

    Returns:
        Report, appearances and strangers.

    Raises:
        InputError: there are no or too many characters, one was made with another model, or
            `least_similarity` is out of range.

    Examples:
        A clip in which the drawn character turns into another one is a FAIL:

        >>> from ..sample.sample_clip import Faults, draw_clip
        >>> from .identity import WITHOUT_WEIGHTS, choose_identity_model
        >>> from .declaration import Resources
        >>> from .registry import FOLDERS
        >>> from .sheet import make_character
        >>> resources = Resources({folder: {} for folder in FOLDERS}, torch.device("cpu"))
        >>> model = choose_identity_model(WITHOUT_WEIGHTS, resources)
        >>> references = draw_clip(3, 96, 96, period=3, character=0, seed=1)
        >>> rin, _ = make_character("Rin", references, model)
        >>> clip = draw_clip(4, 96, 96, period=4, character=0, seed=1)
        >>> score_characters(clip, [rin], model).report.verdict.value
        'PASS'
        >>> drifting = draw_clip(4, 96, 96, period=4, character=0, seed=1, faults=Faults(drift=1.0))
        >>> result = score_characters(drifting, [rin], model)
        >>> result.report.verdict.value
        'FAIL'
        >>> result.appearances[0].presences[0].value, result.appearances[0].presences[-1].value
        ('same', 'different')
    """
    _check_input(characters, model, least_similarity)
    named = _with_unique_names(characters)
    if least_similarity is not None:
        named = [_with_threshold(each, least_similarity, calibrated=False) for each in named]
    elif leeway != 1.0:
        named = [_with_leeway(each, leeway) for each in named]
    measures_by_name = {measure.name: measure for measure in measures}
    absence = unmeasurable(frames)
    if absence is not None:
        return _unmeasured(absence, named, model, len(frames), measures_by_name)
    if not any(len(each.embeddings) for each in named):
        absence = Absence(NO_REFERENCE, {"character": ", ".join(each.name for each in named)})
        return _unmeasured(absence, named, model, len(frames), measures_by_name)

    def show_detections(detections_so_far: Callable[[], Detections]) -> None:
        if show_partial is not None:
            show_partial(
                lambda: _result(detections_so_far(), named, model, measures_by_name).report
            )

    detections = detect_people(frames, model, report_progress, show_detections)
    return _result(detections, named, model, measures_by_name)


def _result(
    detections: Detections,
    named: Sequence[Character],
    model: IdentityModel,
    measures: Measures,
) -> CharacterResult:
    """Return the result for the people of a clip, or of its beginning.

    Args:
        detections: all people of the frames.
        named: characters with unique names and their thresholds.
        model: detector and embedder that made the detections.
        measures: measures by name.
    """
    similarities = _similarities(detections, named, model.embedder)
    points = _points(similarities, named)
    assignment = assign(points, detections.rows, track_people(detections, model.embedder))
    appearances = tuple(
        _appearance(each, index, detections, similarities, assignment)
        for index, each in enumerate(named)
    )
    strangers = tuple(
        tuple(detections.people[each].box for each in row) for row in assignment.strangers
    )
    report = _report(named, appearances, model, detections, measures)
    report = _with_strangers(report, strangers)
    return CharacterResult(report, appearances, strangers)


def _with_strangers(report: Report, strangers: Sequence[Sequence[Box]]) -> Report:
    """Return the report with the boxes of strangers in the details of its first measurement."""
    first, *further = report.measurements
    details = frozen({**first.details, **boxes_as_details(STRANGERS, strangers)})
    return replace(report, measurements=(replace(first, details=details), *further))


def _check_input(
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
                f"{character.name}, made with {character.model}",
                "Embeddings of different backends, weights or regions can't be compared. "
                + remedy_for_sheet(character.model, model),
            )
    if least_similarity is not None and not (
        math.isfinite(least_similarity) and 0 < least_similarity <= 1
    ):
        remedy = "1 is the same picture. Leave it out to use the threshold of the sheet."
        raise InputError(
            "min_similarity", "a similarity above 0, up to 1", str(least_similarity), remedy
        )


def _with_unique_names(characters: Sequence[Character]) -> list[Character]:
    """Return the characters, with a number after each name that an earlier character has."""
    uses: Counter[str] = Counter()
    named = []
    for character in characters:
        name = character.name
        while uses[name]:
            uses[character.name] += 1
            name = f"{character.name} {uses[character.name]}"
        uses[name] += 1
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
    """Return the similarity of each person to each character's most similar reference.

    Returns:
        Shape (people, characters); NaN for a character without a usable reference.
    """
    table = torch.full((len(detections.people), len(characters)), torch.nan)
    for index, character in enumerate(characters):
        if len(character.embeddings) and len(detections.people):
            alike = embedder.similarities(detections.embeddings, character.embeddings)
            table[:, index] = alike.amax(dim=1)
    return table


def _points(similarities: torch.Tensor, characters: Sequence[Character]) -> np.ndarray:
    """Return the similarities as points of each character's own scale, for the assignment."""
    points = np.full(tuple(similarities.shape), np.nan)
    for index, character in enumerate(characters):
        for person, value in enumerate(similarities[:, index].tolist()):
            if not math.isnan(value):
                points[person, index] = points_of(value, character.threshold, character.usual)
    return points


def _appearance(
    character: Character,
    index: int,
    detections: Detections,
    similarities: torch.Tensor,
    assignment: Assignment,
) -> Appearance:
    if not len(character.embeddings):
        return unmeasured_appearance(character.name, character.threshold, len(detections.rows))
    people, same = assignment.people[index], assignment.same[index]
    assigned = [None if person is None else detections.people[person] for person in people]
    presence_if_visible = {True: Presence.SAME, False: Presence.DIFFERENT}
    return Appearance(
        name=character.name,
        threshold=character.threshold,
        presences=tuple(
            Presence.NOT_VISIBLE if person is None else presence_if_visible[is_same]
            for person, is_same in zip(people, same, strict=True)
        ),
        similarities=tuple(None if p is None else similarities[p, index].item() for p in people),
        boxes=tuple(None if each is None else each.box for each in assigned),
        confidences=tuple(None if each is None else each.confidence for each in assigned),
        people=people,
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
    """Return the report of all characters.

    It begins with the similarity of each character. The measurements of all characters together
    follow, then the other measurements of each. Its worst frame is the one with the lowest
    similarity on its character's scale.
    """
    first: list[Measurement] = []
    further: list[Measurement] = []
    worst: list[tuple[float, WorstFrame]] = []
    for character, appearance in zip(characters, appearances, strict=True):
        if len(character.embeddings):
            clip = CharacterInClip(appearance, character, model, detections)
            own = measure_character(clip, measures)
        else:
            absence = Absence(NO_REFERENCE, {"character": character.name})
            own = absent_measurements(character, model, absence, len(detections.rows), measures)
        similarity, frame = own[0], own[0].worst_frame
        if frame is not None and similarity.score is not None:
            worst_frame = WorstFrame(frame, similarity.reason_code, similarity.reason)
            worst.append((similarity.score, worst_frame))
        own = _with_name(own, character, len(characters))
        first.append(own[0])
        further += own[1:]
    together = measure_cast(appearances, model, detections, measures)
    lowest = min(worst, key=lambda each: each[0])[1] if worst else None
    return Report(SUBJECT, (*first, *together, *further), len(detections.rows), worst=lowest)


def _with_name(
    measurements: Sequence[Measurement], character: Character, count: int
) -> tuple[Measurement, ...]:
    """Return measurements; if there are several characters, their names end in the character's."""
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
    for character in characters:
        absent = absent_measurements(character, model, absence, count, measures)
        measurements += _with_name(absent, character, len(characters))
    appearances = tuple(
        unmeasured_appearance(each.name, each.threshold, count) for each in characters
    )
    report = Report(SUBJECT, tuple(measurements), frames=count)
    return CharacterResult(report, appearances, ((),) * count)
