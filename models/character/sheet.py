"""A character sheet: who the character is, from reference pictures."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as functional

from ..frames import Absence, unmeasurable
from ..report import Better, Measure, Measurement, Report, WorstFrame
from .detection import Embedder, IdentityModel
from .embedders.palette import BACKEND as PALETTE
from .references import References, Standing, judge_references, listed
from .sight import chunks, look_at

CALIBRATION_LEAST = 3  # references; two give one distance, and no spread
# A frame may be this much further from the references than a reference is from its nearest one.
GAP_ALLOWED = 3.0
THUMBNAIL = 160  # px, the longer side

# Backend and threshold are the model's, and filled in when it's known.
ONE_CHARACTER = Measure(
    "one_character",
    unit="similarity",
    better=Better.HIGHER,
    low=0.0,
    high=1.0,
    backend="",
    required=True,
)
THRESHOLD = Measure(
    "threshold", unit="similarity", better=Better.HIGHER, low=0.0, high=1.0, backend=""
)
VISIBLE_SHARE = Measure(
    "visible_share", unit="share", better=Better.HIGHER, low=0.0, high=1.0, backend=""
)
SEVERAL_PEOPLE = Measure(
    "several_people", unit="references", better=Better.LOWER, low=0.0, high=1.0, backend=""
)


@dataclass(frozen=True, eq=False)
class Character:
    """A character that frames can be scored against.

    Attributes:
        name: what people call it.
        backend: what made the embeddings, as in reports.
        model: the whole of `IdentityModel.key`; only embeddings of one model are comparable.
        embeddings: of the usable references, shape (references, dimensions).
        threshold: similarity from which a frame shows this character.
        usual: how alike the references are to one another; 1.0 where there are too few to tell.
        calibrated: whether the references set the threshold, or the published one holds.
        pictures: all references made small, RGB in 0–1, shape (references, height, width, 3).
        boxes: of whom each reference shows, shape (references, 4), as shares of the picture; zeros
            where it isn't used.
        similarities: of each reference to the one most like it; None where it isn't used, or
            there is no other.
        standings: what became of each reference, a value of `Standing` as plain text.
    """

    name: str
    backend: str
    model: str
    embeddings: torch.Tensor
    threshold: float
    usual: float
    calibrated: bool
    pictures: torch.Tensor
    boxes: torch.Tensor
    similarities: tuple[float | None, ...]
    standings: tuple[str, ...]

    @property
    def visible(self) -> tuple[bool, ...]:
        """Whether each reference shows somebody, and is used."""
        return tuple(Standing(each).usable for each in self.standings)


def make_character(
    name: str,
    references: torch.Tensor,
    model: IdentityModel,
    report_progress: Callable[[int, int], None] | None = None,
) -> tuple[Character, Report]:
    """Make a character of reference pictures, and say whether they show one character.

    Every usable reference is kept, so that a back view is compared with the back view. From
    `CALIBRATION_LEAST` on that look like one character, how alike they are sets the threshold.
    A reference that is unlike the others is kept too, and named: only its maker knows whether it
    is another view or somebody else.

    Args:
        name: what people call the character.
        references: RGB in 0–1, shape (references, height, width, 3), on any device.
        model: what to look with.
        report_progress: called with (references done, references in all); what it raises ends
            the work.

    Returns:
        The character, and a report whose frames are the references. A character without a usable
        reference can be scored against too: everything is then NOT_MEASURED.
    """
    absence = unmeasurable(references)
    if absence is not None:
        nobody = (None,) * len(references)
        judged = References(nobody, (Standing.NOBODY,) * len(references), nobody)
        character = _character(name, references, model, judged, None, torch.zeros(0, 0))
        measures = (ONE_CHARACTER, THRESHOLD, VISIBLE_SHARE)
        absent = tuple(_of(model.embedder, each).absent(absence) for each in measures)
        return character, Report("character", absent, frames=len(references))

    sight = look_at(references, model, report_progress)
    judged = judge_references(sight, model.embedder)
    boxes = torch.zeros(len(references), 4)
    for index, person in enumerate(judged.people):
        if person is not None:
            boxes[index] = torch.tensor(sight.people[person].box)
    usable = [person for person in judged.people if person is not None]
    character = _character(name, references, model, judged, boxes, sight.embeddings[usable])
    return character, _report(character, model)


def _character(
    name: str,
    references: torch.Tensor,
    model: IdentityModel,
    judged: References,
    boxes: torch.Tensor | None,
    embeddings: torch.Tensor,
) -> Character:
    published = model.embedder.threshold
    alike = [each for each in judged.similarities if each is not None and each >= published]
    calibrated = len(alike) >= CALIBRATION_LEAST
    middle = torch.tensor(alike).median().item() if calibrated else 1.0
    threshold = _calibrated_threshold(middle, model.embedder) if calibrated else published
    return Character(
        name=name,
        backend=model.embedder.name,
        model=model.key,
        embeddings=embeddings if len(embeddings) else torch.zeros(0, 0),
        threshold=threshold,
        usual=middle if middle > threshold else 1.0,
        calibrated=calibrated,
        pictures=_thumbnails(references),
        boxes=torch.zeros(len(references), 4) if boxes is None else boxes,
        similarities=judged.similarities,
        standings=tuple(each.value for each in judged.standings),
    )


def _calibrated_threshold(similarity: float, embedder: Embedder) -> float:
    """Threshold from how far a usual reference is from its nearest one."""
    loosest, strictest = embedder.threshold_bounds
    return min(max(1 - GAP_ALLOWED * (1 - similarity), loosest), strictest)


def _thumbnails(references: torch.Tensor) -> torch.Tensor:
    height, width = references.shape[1:3]
    scale = min(1.0, THUMBNAIL / max(height, width, 1))
    size = (max(round(height * scale), 1), max(round(width * scale), 1))
    if not references.numel():
        return torch.zeros(len(references), *size, 3)
    small = [
        functional.interpolate(each.movedim(-1, 1), size=size, mode="area").cpu()
        for each in chunks(references)
    ]
    return torch.cat(small).movedim(1, -1).nan_to_num(0.0, 1.0, 0.0).contiguous()


def _report(character: Character, model: IdentityModel) -> Report:
    """Are the references one character, which threshold holds, and which are unusable?"""
    standings = [Standing(each) for each in character.standings]
    count, usable = len(standings), sum(character.visible)
    one, worst = _one_character(character, model)
    unseen = listed(standings, Standing.NOBODY, Standing.TOO_SMALL)
    details = {each.value: listed(standings, each) for each in Standing if listed(standings, each)}
    code = "references_seen" if usable == count else "references_usable"
    share = replace(VISIBLE_SHARE, backend=model.detector.name).measured(
        usable / count,
        "references_unseen" if unseen else code,
        {"references": _joined(unseen) if unseen else count, "usable": usable},
        per_frame=[float(each) for each in character.visible],
        details=details,
    )
    threshold = _of(model.embedder, THRESHOLD).measured(
        character.threshold,
        "threshold_calibrated" if character.calibrated else "threshold_published",
        {
            "references": usable - len(listed(standings, Standing.OUTLIER)),
            "least": CALIBRATION_LEAST,
            "note": model.embedder.threshold_note,
        },
    )
    crowds = _several_people(standings, model)
    return Report("character", (one, threshold, share, *crowds), frames=count, worst=worst)


def _one_character(
    character: Character, model: IdentityModel
) -> tuple[Measurement, WorstFrame | None]:
    """The least alike reference, judged by the published threshold.

    Not by the calibrated one: references would be judged by themselves.
    """
    similarities, published = character.similarities, model.embedder.threshold
    outliers = listed([Standing(each) for each in character.standings], Standing.OUTLIER)
    details = {
        "character": character.name,
        "calibrated": character.calibrated,
        "outliers": outliers,
        "model": character.model,
    }
    measure = replace(_of(model.embedder, ONE_CHARACTER), threshold=published)
    known = [(each, index) for index, each in enumerate(similarities) if each is not None]
    if not known:
        absence = Absence("one_reference")
        if not any(character.visible):
            absence = Absence("no_reference", {"character": character.name})
        return measure.absent(absence, similarities, details), None
    least, reference = min(known)
    code = "reference_different" if len(outliers) == 1 else "references_different"
    if not outliers:
        code = "references_alike" if character.backend == PALETTE else "references_one"
    values = {
        "reference": _joined(outliers),
        "similarity": round(least, 3),
        "threshold": round(published, 3),
    }
    measurement = measure.measured(least, code, values, similarities, details)
    return measurement, WorstFrame(reference, measurement.reason_code, measurement.reason)


def _several_people(standings: list[Standing], model: IdentityModel) -> tuple[Measurement, ...]:
    """Which references show several people; nothing where none does."""
    unused, chosen = listed(standings, Standing.SEVERAL), listed(standings, Standing.CHOSEN)
    if not unused and not chosen:
        return ()
    code = "references_crowded" if unused else "references_chosen"
    values = {"references": _joined(unused or chosen)}
    measure = replace(
        SEVERAL_PEOPLE, backend=model.detector.name, high=float(max(len(standings), 1))
    )
    return (measure.measured(len(unused) + len(chosen), code, values),)


def _of(embedder: Embedder, measure: Measure) -> Measure:
    return replace(measure, backend=embedder.name)


def _joined(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


def scale_of(character: Character, measure: Measure) -> Measure:
    """A similarity measure on the character's own scale: 50 points at its threshold, 100 where
    the references are as alike as to one another."""
    return replace(
        measure,
        backend=character.backend,
        threshold=character.threshold,
        high=character.usual,
    )
