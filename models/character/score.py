"""Is this still the character? A clip against a character sheet, frame by frame."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import torch

from ..frames import Absence, InputError, unmeasurable
from ..report import Better, Measure, Measurement, Report, Verdict, WorstFrame
from . import palette
from .figure import DETECTOR
from .sheet import VISIBLE_SHARE, Character, Sight, look_at, scale_of

# With the character out of sight in more than half of the frames there is no verdict on the clip.
LEAST_VISIBLE_SHARE = 0.5
DRIFT_LEAST = 6  # visible frames: two in each third

SIMILARITY = Measure(
    "similarity",
    unit="similarity",
    better=Better.HIGHER,
    low=0.0,
    high=1.0,
    backend=palette.BACKEND,
    threshold=palette.DEFAULT_THRESHOLD,
    required=True,
)
DRIFT = Measure(
    "drift",
    unit="similarity",
    better=Better.HIGHER,
    low=-1.0,
    high=0.0,
    backend=palette.BACKEND,
)


class Presence(str, Enum):
    """Who is in a frame."""

    SAME = "same"
    DIFFERENT = "different"
    NOT_VISIBLE = "not visible"
    UNKNOWN = "not measured"  # nothing to compare with, or nothing to look at


@dataclass(frozen=True, eq=False)
class CharacterResult:
    """A scored clip.

    Attributes:
        report: what came of it.
        similarities: to the nearest reference, for each frame; None where nobody is visible.
        presences: who is in each frame.
        boxes: left, top, right, bottom of the figure as shares of the picture, shape (frames, 4).
    """

    report: Report
    similarities: tuple[float | None, ...]
    presences: tuple[Presence, ...]
    boxes: torch.Tensor


def score_character(
    frames: torch.Tensor,
    character: Character,
    device: torch.device | None = None,
    report_progress: Callable[[int, int], None] | None = None,
) -> CharacterResult:
    """Compare the figure of every frame with a character's references.

    A frame is as similar as it is to the reference most like it. The verdict is that of the least
    similar visible frame: a maker wants to see a single wrong frame too, and a batch may be stills
    of which one is wrong. A frame with nobody visible is neither.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        character: from `make_character`.
        device: where to compute; None where the frames are.
        report_progress: called with (frames done, frames in all); what it raises ends the work.

    Returns:
        Report, similarities, presences and boxes.

    Raises:
        InputError: the character was made by another backend.
    """
    if character.backend != palette.BACKEND:
        remedy = "Make the character sheet again with this backend."
        expected = f"a character made by the backend {palette.BACKEND}"
        raise InputError("character", expected, f"one made by {character.backend}", remedy)
    absence = unmeasurable(frames)
    if absence is None and not len(character.embeddings):
        absence = Absence("no_reference", {"character": character.name})
    if absence is not None:
        return _unmeasured(absence, character, len(frames))
    sight = look_at(frames, device, report_progress)
    return _result(sight, character)


def _unmeasured(absence: Absence, character: Character, count: int) -> CharacterResult:
    similarity = scale_of(character, SIMILARITY).absent(
        absence, (None,) * count, {"character": character.name}
    )
    others = (DRIFT.absent(absence), VISIBLE_SHARE.absent(absence))
    report = Report("character", (similarity, *others), frames=count)
    boxes = torch.tensor([[0.0, 0.0, 1.0, 1.0]]).expand(count, 4)
    return CharacterResult(report, (None,) * count, (Presence.UNKNOWN,) * count, boxes)


def _result(sight: Sight, character: Character) -> CharacterResult:
    nearest = palette.similarities(sight.embeddings, character.embeddings).amax(dim=1).tolist()
    similarities = tuple(s if v else None for s, v in zip(nearest, sight.visible, strict=True))
    presences = tuple(_presence(each, character.threshold) for each in similarities)
    visible, count = sum(sight.visible), len(sight.visible)
    similarity, worst = _similarity(similarities, presences, character)
    report = Report(
        "character",
        (
            similarity,
            _drift(similarities, character),
            VISIBLE_SHARE.measured(
                visible / count,
                "visible_share",
                {"visible": visible, "frames": count},
                [float(each) for each in sight.visible],
            ),
        ),
        frames=count,
        worst=worst,
    )
    return CharacterResult(report, similarities, presences, sight.boxes)


def _presence(similarity: float | None, threshold: float) -> Presence:
    if similarity is None:
        return Presence.NOT_VISIBLE
    return Presence.SAME if similarity >= threshold else Presence.DIFFERENT


def lost_from(presences: Sequence[Presence]) -> int | None:
    """The first frame from which no visible frame shows the character any more, if there is one."""
    first = None
    for frame in reversed(range(len(presences))):
        if presences[frame] is Presence.SAME:
            break
        if presences[frame] is Presence.DIFFERENT:
            first = frame
    return first


def _similarity(
    similarities: Sequence[float | None],
    presences: Sequence[Presence],
    character: Character,
) -> tuple[Measurement, WorstFrame | None]:
    """The least similar visible frame against the threshold."""
    count, lost = len(similarities), lost_from(presences)
    measure = scale_of(character, SIMILARITY)
    details = {
        "character": character.name,
        "detector": DETECTOR,
        "references": len(character.embeddings),
        "calibrated": character.calibrated,
        "presence": [each.value for each in presences],
        "lost_from": lost,
    }
    seen = [(each, frame) for frame, each in enumerate(similarities) if each is not None]
    if len(seen) < LEAST_VISIBLE_SHARE * count:
        least = -int(-LEAST_VISIBLE_SHARE * count // 1)  # rounded up
        values: dict[str, Any] = {"visible": len(seen), "frames": count, "least": least}
        return measure.absent(Absence("seldom_visible", values), similarities, details), None
    lowest, frame = min(seen)
    code = "character_same"
    if presences[frame] is Presence.DIFFERENT:
        always = Presence.SAME not in presences
        code = "character_different" if lost is None or always else "character_lost"
    values = {
        "character": character.name,
        "similarity": round(lowest, 3),
        "threshold": round(character.threshold, 3),
        "different": sum(each is Presence.DIFFERENT for each in presences),
        "visible": len(seen),
        "frame": lost,
    }
    similarity = measure.measured(lowest, code, values, similarities, details)
    assert (similarity.verdict is Verdict.PASS) == (code == "character_same")
    return similarity, WorstFrame(frame, similarity.reason_code, similarity.reason)


def _drift(similarities: Sequence[float | None], character: Character) -> Measurement:
    """Typical similarity of the last third of the visible frames less that of the first."""
    seen = [each for each in similarities if each is not None]
    if len(seen) < DRIFT_LEAST:
        values: dict[str, Any] = {"least": DRIFT_LEAST, "visible": len(seen)}
        return DRIFT.absent(Absence("too_short_for_drift", values))
    third = len(seen) // 3
    first, last = torch.tensor(seen[:third]), torch.tensor(seen[-third:])
    change = last.mean().item() - first.mean().item()
    values = {"character": character.name, "change": f"{change:+.3f}"}
    return DRIFT.measured(change, "drift", values)
