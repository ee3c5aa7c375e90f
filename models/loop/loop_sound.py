"""Sound of a clip after Find Loop or Close Loop, and the measurement that says what was done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..frame_rate import exact_rate
from ..measure import Measure, short
from ..measurement import Better, Measurement
from ..report import Report
from ..sound.edits import Crossfade, Cut, Edit, EditedSound, Extension, ThereAndBack, edited, joined
from ..sound.sound import Sound
from .sound_measures import MEASURES, SEAM_CLICK, LoopSound, with_sound

KEPT, FITTED, MENDED = "sound_kept", "sound_fitted", "sound_mended"
CUT, FADED, BACK = "sound_cut", "sound_faded", "sound_back"
# Reasons for added frames, by the place in the source that their sound comes from.
FILLED = {"after": "sound_goes_on", "before": "sound_leads_in", "again": "sound_again"}
SOUND_EDIT = Measure(
    "sound_edit",
    unit="s",
    better=Better.LOWER,
    high=1000.0,
    backend="frame-times",
    reasons=(KEPT, FITTED, MENDED, CUT, FADED, BACK, *FILLED.values()),
)


@dataclass(frozen=True)
class Editing:
    """Edits that made a loop of a clip, for its sound.

    Attributes:
        frames: number of frames of the clip before.
        frames_after: number of frames of the loop.
        fps: frames per second.
        edits: the edits in their order; empty if no frame was moved.
    """

    frames: int
    frames_after: int
    fps: float
    edits: tuple[Edit, ...] = ()


def with_loop_sound(
    report: Report, sound: Sound | None, editing: Editing, measures: Sequence[Measure] = MEASURES
) -> tuple[Report, Sound | None]:
    """Return the report on a loop with the measurements of its sound, and that sound.

    A clip that was not changed keeps its sound. Only if it clicks at the seam its ends are joined,
    and if it is longer or shorter than the clip it is fitted.

    Args:
        report: report on the pictures of the loop.
        sound: sound of the clip before the edits, or None.
        editing: edits of the clip.
        measures: measures of a loop with the thresholds of a profile.

    Returns:
        The report, with `sound_length` of the sound as it was given; and the sound of the loop, the
        given one itself if it didn't change. Without a sound, the report as it is and None.
    """
    if sound is None:
        return report, None
    after, edit = _edited(sound, editing, measures)
    before = LoopSound(sound, editing.frames, editing.fps)
    report = with_sound(report, after.sound, editing.fps, measures, before)
    return replace(report, measurements=(*report.measurements, edit)), after.sound


def _edited(
    sound: Sound, editing: Editing, measures: Sequence[Measure]
) -> tuple[EditedSound, Measurement]:
    """Return the sound of the loop, and the measurement that says how it was made."""
    fps = exact_rate(editing.fps)
    after = edited(sound, editing.frames, fps, editing.edits)
    code = _reason_code(editing.edits, after)
    if not editing.edits:
        code = KEPT if after.sound is sound else FITTED
        if _clicks(LoopSound(after.sound, editing.frames_after, editing.fps), measures):
            after, code = EditedSound(joined(sound, editing.frames, fps)), MENDED
    last = editing.edits[-1] if editing.edits else None
    frames = last.frames if isinstance(last, Crossfade | Extension) else 0
    values = {"seconds": short(after.sound.seconds), "part": short(frames / float(fps))}
    return after, SOUND_EDIT.measured(after.sound.seconds, code, values)


def _reason_code(edits: Sequence[Edit], after: EditedSound) -> str:
    last = edits[-1] if edits else None
    if isinstance(last, Crossfade):
        return FADED
    if isinstance(last, Extension):
        return FILLED[after.filled_from]
    return BACK if isinstance(last, ThereAndBack) else CUT


def _clicks(loop: LoopSound, measures: Sequence[Measure]) -> bool:
    """Return True if the sound of a loop clicks at the seam; False if that can't be measured."""
    if loop.absence is not None:
        return False
    measure = next(each for each in measures if each.name == SEAM_CLICK.name)
    return measure.fails_at(loop.click.ratio)


def cut_editing(start: int, length: int, frames: int, fps: float) -> Editing:
    """Return the editing of a clip of which one part stays; none if that is the whole clip.

    Args:
        start: first frame of the part.
        length: number of frames of the part.
        frames: number of frames of the clip.
        fps: frames per second.
    """
    is_whole = length == frames
    edits: tuple[Edit, ...] = () if is_whole else (Cut(start, start + length),)
    return Editing(frames, length, fps, edits)
