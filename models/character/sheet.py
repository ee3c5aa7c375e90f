"""Character sheets: a character made from reference pictures, for scoring frames against it."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from ..frames import unmeasurable
from ..image_ops.area_mean import area_mean
from ..report import Report
from ..rgb_frames import Frames
from .detection import Embedder, IdentityModel
from .detections import chunks, detect_people
from .references import JudgedReferences, ReferenceStatus, judge_references
from .sheet_measures import CALIBRATION_LEAST, sheet_report, unmeasured_sheet

# Largest distance of a frame from the references, in distances of the references from one another.
GAP_ALLOWED = 3.0
THUMBNAIL = 160  # px of the longer side


@dataclass(frozen=True, eq=False)
class Character:
    """A character that frames can be scored against.

    Attributes:
        name: name of the character.
        backend: name of the embedder that made the embeddings, as in reports.
        model: `IdentityModel.key`; only embeddings of one model are comparable.
        embeddings: embeddings of the usable references, shape (references, dimensions).
        threshold: similarity from which a frame shows this character.
        usual: median similarity of the references to one another, the upper end of the character's
            scale; 1.0 if there are too few references.
        calibrated: True if the references set the threshold, False if it is the published one.
        pictures: thumbnails of all references, RGB in 0–1, shape (references, height, width, 3).
        boxes: box of the person in each reference as shares of the picture, shape (references, 4);
            zeros for a reference that isn't used.
        similarities: similarity of each reference to the most similar other one; None if the
            reference isn't used or there is no other.
        statuses: status of each reference, a value of `ReferenceStatus` as plain text.
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
    def usable(self) -> tuple[bool, ...]:
        """For each reference, True if frames are compared with it."""
        return tuple(ReferenceStatus(each).usable for each in self.statuses)

    def __str__(self) -> str:
        """Return name, references, threshold and model as an English line."""
        origin = "set by the references" if self.calibrated else "the published one"
        return (
            f"{self.name}: {sum(self.usable)} of {len(self.usable)} references are used, "
            f"threshold {self.threshold:.3f} ({origin}), model {self.model}"
        )


def make_character(
    name: str,
    references: Frames,
    model: IdentityModel,
    report_progress: Callable[[int, int], None] | None = None,
) -> tuple[Character, Report]:
    """Make a character from reference pictures, and report whether they show one character.

    Every usable reference is kept, so that a back view is compared with the back view. If at least
    `CALIBRATION_LEAST` of them look like one character, their similarity sets the threshold. A
    reference that is unlike the others is kept too, and the report names it: only the user knows
    whether it is another view or another character.

    Args:
        name: name of the character.
        references: RGB in 0–1, shape (references, height, width, 3), on any device.
        model: detector and embedder.
        report_progress: called with (references done, references in all); what it raises ends
            the work.

    Returns:
        The character, and a report whose frames are the references. Frames can also be scored
        against a character without a usable reference: all measures are then NOT_MEASURED.

    Examples:
        A sheet from four drawings of a sample character, without any weights:

        >>> from ..sample.sample_clip import draw_clip
        >>> from .declaration import Resources
        >>> from .identity import WITHOUT_WEIGHTS, choose_identity_model
        >>> from .registry import FOLDERS
        >>> resources = Resources({folder: {} for folder in FOLDERS}, torch.device("cpu"))
        >>> model = choose_identity_model(WITHOUT_WEIGHTS, resources)
        >>> references = draw_clip(4, 96, 96, period=4, character=0, seed=1)
        >>> rin, report = make_character("Rin", references, model)
        >>> rin.usable, rin.calibrated
        ((True, True, True, True), True)
        >>> report.verdict.value
        'PASS'
    """
    absence = unmeasurable(references)
    if absence is not None:
        absent = (None,) * len(references)
        judged = JudgedReferences(absent, (ReferenceStatus.NOBODY,) * len(references), absent)
        character = _character(name, references, model, judged, None, torch.zeros(0, 0))
        return character, unmeasured_sheet(model, absence, len(references))

    detections = detect_people(references, model, report_progress)
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
    references: Frames,
    model: IdentityModel,
    judged: JudgedReferences,
    boxes: torch.Tensor | None,
    embeddings: torch.Tensor,
) -> Character:
    published = model.embedder.threshold
    similar = [each for each in judged.similarities if each is not None and each >= published]
    calibrated = len(similar) >= CALIBRATION_LEAST
    median = torch.tensor(similar).median().item() if calibrated else 1.0
    threshold = _calibrated_threshold(median, model.embedder) if calibrated else published
    return Character(
        name=name,
        backend=model.embedder.name,
        model=model.key,
        embeddings=embeddings if len(embeddings) else torch.zeros(0, 0),
        threshold=threshold,
        usual=median if median > threshold else 1.0,
        calibrated=calibrated,
        pictures=_thumbnails(references),
        boxes=torch.zeros(len(references), 4) if boxes is None else boxes,
        similarities=judged.similarities,
        statuses=tuple(each.value for each in judged.statuses),
    )


def _calibrated_threshold(similarity: float, embedder: Embedder) -> float:
    """Return the threshold for references with this median similarity to their nearest ones."""
    loosest, strictest = embedder.threshold_bounds
    return min(max(1 - GAP_ALLOWED * (1 - similarity), loosest), strictest)


def _thumbnails(references: Frames) -> torch.Tensor:
    height, width = references.shape[1:3]
    scale = min(1.0, THUMBNAIL / max(height, width, 1))
    size = (max(round(height * scale), 1), max(round(width * scale), 1))
    if 0 in references.shape:
        return torch.zeros(len(references), *size, 3)
    small = [area_mean(each.movedim(-1, 1), size).cpu() for each in chunks(references)]
    return torch.cat(small).movedim(1, -1).nan_to_num(0.0, 1.0, 0.0).contiguous()
