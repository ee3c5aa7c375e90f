"""A character sheet: who the character is, from reference pictures."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as functional

from ..frames import unmeasurable
from ..report import Report
from .detection import Embedder, IdentityModel
from .detections import chunks, look_at
from .references import References, ReferenceStatus, judge_references
from .sheet_measures import CALIBRATION_LEAST, sheet_report, unmeasured_sheet

# A frame may be this much further from the references than a reference is from its nearest one.
GAP_ALLOWED = 3.0
THUMBNAIL = 160  # px, the longer side


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
        statuses: what became of each reference, a value of `ReferenceStatus` as plain text.
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
    statuses: tuple[str, ...]

    @property
    def visible(self) -> tuple[bool, ...]:
        """Whether each reference shows somebody, and is used."""
        return tuple(ReferenceStatus(each).usable for each in self.statuses)


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
        judged = References(nobody, (ReferenceStatus.NOBODY,) * len(references), nobody)
        character = _character(name, references, model, judged, None, torch.zeros(0, 0))
        return character, unmeasured_sheet(model, absence, len(references))

    detections = look_at(references, model, report_progress)
    judged = judge_references(detections, model.embedder)
    boxes = torch.zeros(len(references), 4)
    for index, person in enumerate(judged.people):
        if person is not None:
            boxes[index] = torch.tensor(detections.people[person].box)
    usable = [person for person in judged.people if person is not None]
    character = _character(name, references, model, judged, boxes, detections.embeddings[usable])
    return character, sheet_report(character, model)


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
        statuses=tuple(each.value for each in judged.statuses),
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
