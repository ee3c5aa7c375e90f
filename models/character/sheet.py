"""A character sheet: who the character is, from reference pictures."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as functional

from ..frames import Absence, unmeasurable
from ..report import Better, Measure, Measurement, Report, WorstFrame
from . import palette
from .figure import DETECTOR, chunks, find_figures

CALIBRATION_LEAST = 3  # references; two give one distance, and no spread
# A frame may be this much further from the references than a reference is from its nearest one.
GAP_ALLOWED = 3.0
THUMBNAIL = 160  # px, the longer side

ONE_CHARACTER = Measure(
    "one_character",
    unit="similarity",
    better=Better.HIGHER,
    low=0.0,
    high=1.0,
    backend=palette.BACKEND,
    threshold=palette.DEFAULT_THRESHOLD,
    required=True,
)
THRESHOLD = Measure(
    "threshold",
    unit="similarity",
    better=Better.HIGHER,
    low=0.0,
    high=1.0,
    backend=palette.BACKEND,
)
VISIBLE_SHARE = Measure(
    "visible_share",
    unit="share",
    better=Better.HIGHER,
    low=0.0,
    high=1.0,
    backend=DETECTOR,
)


@dataclass(frozen=True, eq=False)
class Sight:
    """What was seen in some frames, on the CPU.

    Attributes:
        embeddings: unit vectors, shape (frames, dimensions).
        boxes: left, top, right, bottom as shares of the picture, shape (frames, 4).
        visible: whether a figure stands out, one for each frame.
    """

    embeddings: torch.Tensor
    boxes: torch.Tensor
    visible: tuple[bool, ...]


@dataclass(frozen=True, eq=False)
class Character:
    """A character that frames can be scored against.

    Attributes:
        name: what people call it.
        backend: what made the embeddings; only embeddings of one backend are comparable.
        embeddings: of the usable references, unit vectors, shape (references, dimensions).
        threshold: similarity from which a frame shows this character.
        usual: how alike the references are to one another; 1.0 where there are too few to tell.
        calibrated: whether the references set the threshold, or the backend's default holds.
        pictures: all references made small, RGB in 0–1, shape (references, height, width, 3).
        boxes: of all references, shape (references, 4), as shares of the picture.
        similarities: of each reference to the one most like it; None where nobody is visible, or
            there is no other.
        visible: whether a figure stands out in each reference, and it is used.
    """

    name: str
    backend: str
    embeddings: torch.Tensor
    threshold: float
    usual: float
    calibrated: bool
    pictures: torch.Tensor
    boxes: torch.Tensor
    similarities: tuple[float | None, ...]
    visible: tuple[bool, ...]


def look_at(
    frames: torch.Tensor,
    device: torch.device | None = None,
    report_progress: Callable[[int, int], None] | None = None,
) -> Sight:
    """Find and describe the figure of every frame, a few frames at a time.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3), at least one.
        device: where to compute; None where the frames are.
        report_progress: called with (frames done, frames in all); what it raises ends the work.

    Returns:
        What was seen.
    """
    embeddings, boxes, visible = [], [], []
    for chunk in chunks(frames, device):
        figures = find_figures(chunk)
        embeddings.append(palette.embed(figures).cpu())
        boxes.append(figures.boxes.cpu())
        visible += figures.visible.tolist()
        if report_progress is not None:
            report_progress(len(visible), len(frames))
    return Sight(torch.cat(embeddings), torch.cat(boxes), tuple(visible))


def make_character(
    name: str,
    references: torch.Tensor,
    device: torch.device | None = None,
    report_progress: Callable[[int, int], None] | None = None,
) -> tuple[Character, Report]:
    """Make a character of reference pictures, and say whether they show one character.

    Every usable reference is kept, so that a back view is compared with the back view. From
    `CALIBRATION_LEAST` usable ones on, how alike they are sets the threshold.

    Args:
        name: what people call the character.
        references: RGB in 0–1, shape (references, height, width, 3).
        device: where to compute; None where the references are.
        report_progress: called with (references done, references in all).

    Returns:
        The character, and a report whose frames are the references. A character without a usable
        reference can be scored against too: everything is then NOT_MEASURED.
    """
    absence = unmeasurable(references)
    if absence is not None:
        measurements = tuple(m.absent(absence) for m in (ONE_CHARACTER, THRESHOLD, VISIBLE_SHARE))
        report = Report("character", measurements, frames=len(references))
        return _nobody(name, references), report

    sight = look_at(references, device, report_progress)
    similarities = _leave_one_out(sight)
    known = [each for each in similarities if each is not None]
    calibrated = len(known) >= CALIBRATION_LEAST
    threshold = _calibrated_threshold(known) if calibrated else palette.DEFAULT_THRESHOLD
    mean = sum(known) / len(known) if calibrated else 1.0
    character = Character(
        name=name,
        backend=palette.BACKEND,
        embeddings=sight.embeddings[list(sight.visible)],
        threshold=threshold,
        usual=mean if mean > threshold else 1.0,
        calibrated=calibrated,
        pictures=_thumbnails(references),
        boxes=sight.boxes,
        similarities=similarities,
        visible=sight.visible,
    )
    return character, _report(character)


def _nobody(name: str, references: torch.Tensor) -> Character:
    """A character that nothing is known of."""
    return Character(
        name=name,
        backend=palette.BACKEND,
        embeddings=torch.zeros(0, 0),
        threshold=palette.DEFAULT_THRESHOLD,
        usual=1.0,
        calibrated=False,
        pictures=_thumbnails(references),
        boxes=torch.zeros(len(references), 4),
        similarities=(None,) * len(references),
        visible=(False,) * len(references),
    )


def _leave_one_out(sight: Sight) -> tuple[float | None, ...]:
    """Similarity of each usable reference to the other one most like it."""
    if sum(sight.visible) < 2:
        return (None,) * len(sight.visible)
    alike = palette.similarities(sight.embeddings, sight.embeddings)
    alike[:, ~torch.tensor(sight.visible)] = -1
    alike.fill_diagonal_(-1)
    nearest = alike.amax(dim=1).tolist()
    return tuple(n if v else None for n, v in zip(nearest, sight.visible, strict=True))


def _calibrated_threshold(similarities: list[float]) -> float:
    """Threshold from how far references are from their nearest one; an odd one changes nothing."""
    gap = 1 - torch.tensor(similarities).median().item()
    return min(max(1 - GAP_ALLOWED * gap, palette.LOOSEST_THRESHOLD), palette.STRICTEST_THRESHOLD)


def _thumbnails(references: torch.Tensor) -> torch.Tensor:
    height, width = references.shape[1:3]
    scale = min(1.0, THUMBNAIL / max(height, width, 1))
    size = (max(round(height * scale), 1), max(round(width * scale), 1))
    if not references.numel():
        return torch.zeros(len(references), *size, 3)
    small = functional.interpolate(references.movedim(-1, 1), size=size, mode="area")
    return small.movedim(1, -1).nan_to_num(0.0, 1.0, 0.0).cpu()


def _report(character: Character) -> Report:
    """Are the references one character, which threshold holds, and which are unusable?"""
    count, usable = len(character.visible), sum(character.visible)
    one, worst = _one_character(character)
    unseen = [str(i) for i, visible in enumerate(character.visible) if not visible]
    return Report(
        "character",
        (
            one,
            THRESHOLD.measured(
                character.threshold,
                "threshold_calibrated" if character.calibrated else "threshold_published",
                {"references": usable, "least": CALIBRATION_LEAST},
            ),
            VISIBLE_SHARE.measured(
                usable / count,
                "references_unseen" if unseen else "references_seen",
                {"references": ", ".join(unseen) if unseen else count},
                per_frame=[float(each) for each in character.visible],
            ),
        ),
        frames=count,
        worst=worst,
    )


def _one_character(character: Character) -> tuple[Measurement, WorstFrame | None]:
    """The least alike reference, judged by the backend's default.

    Not by the calibrated threshold: references would be judged by themselves.
    """
    details = {"character": character.name, "calibrated": character.calibrated}
    similarities = character.similarities
    known = [(each, index) for index, each in enumerate(similarities) if each is not None]
    if not known:
        absence = Absence("one_reference")
        if not any(character.visible):
            absence = Absence("no_reference", {"character": character.name})
        return ONE_CHARACTER.absent(absence, similarities, details), None
    least, reference = min(known)
    alike = least >= palette.DEFAULT_THRESHOLD
    measurement = ONE_CHARACTER.measured(
        least,
        "references_alike" if alike else "reference_different",
        {
            "reference": reference,
            "similarity": round(least, 3),
            "threshold": palette.DEFAULT_THRESHOLD,
        },
        similarities,
        details,
    )
    return measurement, WorstFrame(reference, measurement.reason_code, measurement.reason)


def scale_of(character: Character, measure: Measure) -> Measure:
    """A similarity measure on the character's own scale: 50 points at its threshold, 100 where
    the references are as alike as to one another."""
    return replace(
        measure,
        backend=character.backend,
        threshold=character.threshold,
        high=character.usual,
    )
