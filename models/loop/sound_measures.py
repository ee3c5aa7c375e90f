"""Measures of a loop's sound: clicks and steps at the seam, and its length beside the clip's."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property

import numpy as np

from ..frame_rate import exact_rate
from ..frames import Absence
from ..measure import Measure, Value, short
from ..measurement import Better, Verdict
from ..report import Report, WorstFrame
from ..sound.clicks import Click, find_click
from ..sound.clicks import least_seconds as least_for_clicks
from ..sound.edits import SMALL_LACK
from ..sound.sound import Sound
from ..sound.steps import LEAST_SECONDS, SeamStep, seam_step
from ..sound.times import first_sample

SILENT = 2.0**-13  # peak of full scale, -78 dB: a few steps of 16 bits, which nobody hears
ANEW = "seam_sound_anew"
LOUDER, QUIETER, OTHER = "seam_sound_louder", "seam_sound_quieter", "seam_sound_other"
SHORTER, LONGER = "sound_shorter", "sound_longer"
TOO_SHORT, IS_SILENT = "sound_too_short", "sound_silent"


@dataclass(frozen=True, eq=False)
class LoopSound:
    """Sound of a loop as it plays: cut off at the clip's end, or followed by silence.

    Attributes:
        sound: sound of the clip as it was given.
        frames: number of frames of the clip.
        fps: frames per second.
    """

    sound: Sound
    frames: int
    fps: float

    @property
    def samples(self) -> int:
        """Number of samples that the clip lasts."""
        return first_sample(self.frames, exact_rate(self.fps), self.sound.rate)

    @property
    def excess(self) -> float:
        """Seconds by which the sound is longer than the clip; below 0 if it is shorter."""
        return (self.sound.samples - self.samples) / self.sound.rate

    @cached_property
    def waveform(self) -> np.ndarray:
        """Samples that play in one round, in double precision, shape (channels, samples).

        A lack of at most `SMALL_LACK` is no silence: players begin the next round at the end of
        such a sound.
        """
        played = self.sound.waveform[:, : self.samples].float().cpu().numpy().astype(np.float64)
        lack = self.samples - played.shape[-1]
        if lack <= SMALL_LACK * self.sound.rate:
            return played
        return np.pad(played, ((0, 0), (0, lack)))

    @cached_property
    def absence(self) -> Absence | None:
        """Reason why no seam of the sound can be measured, or None."""
        if not self.waveform.size:
            return Absence("no_frames")
        if np.abs(self.waveform).max() < SILENT:
            return Absence(IS_SILENT, counts=False)
        seconds = self.waveform.shape[-1] / self.sound.rate
        least = max(LEAST_SECONDS, least_for_clicks())
        if seconds < least:
            return Absence(TOO_SHORT, {"seconds": short(seconds), "least": short(least)})
        return None

    @cached_property
    def click(self) -> Click:
        """Jump of the waveform at the seam, and where the sound ends if it ends early."""
        end = self.sound.samples
        places = (0, end) if end < self.waveform.shape[-1] else (0,)
        return find_click(self.waveform, self.sound.rate, places)

    @cached_property
    def step(self) -> SeamStep:
        """Step of level and spectrum over the seam."""
        return seam_step(self.waveform, self.sound.rate)


def seam_click(loop: LoopSound) -> Value | Absence:
    """Measure how far the waveform jumps at the seam, as a multiple of its own largest jump."""
    if loop.absence is not None:
        return loop.absence
    click = loop.click
    values = {"times": short(click.ratio)}
    return Value(click.ratio, values, details={"jump": click.jump, "own": click.own})


def seam_sound(loop: LoopSound) -> Value | Absence:
    """Measure the step of level and spectrum at the seam, as a multiple of its own largest step."""
    if loop.absence is not None:
        return loop.absence
    step = loop.step
    failing = OTHER
    if step.is_of_level:
        failing = LOUDER if step.louder > 0 else QUIETER
    values = {"times": short(step.ratio), "level": short(abs(step.louder))}
    passing = ANEW if step.begins_anew else None
    return Value(step.ratio, values, passing, details=asdict(step), failing=failing)


def sound_length(loop: LoopSound) -> Value:
    """Measure the difference between the lengths of the sound and of the clip, in seconds."""
    difference = abs(loop.excess)
    values = {"seconds": short(difference)}
    if difference <= SMALL_LACK:
        return Value(difference, values)
    return Value(difference, values, LONGER if loop.excess > 0 else SHORTER)


# The limits were set on one half of 65 sounds, made and real ones, whose seam was an ordinary place
# of theirs: the largest jump there was 0.63, the largest step 1.56. See docs/measures.md.
SEAM_CLICK = Measure(
    "seam_click",
    unit="of its own jumps",
    better=Better.LOWER,
    high=8.0,
    backend="linear-prediction",
    threshold=1.0,
    required=True,
    answers_to="Sound: a click at the seam, a jump of the waveform that the sound has nowhere else",
    function=seam_click,
    passes="seam_click",
    fails="seam_clicks",
    absences=(IS_SILENT, TOO_SHORT),
)
SEAM_SOUND = Measure(
    "seam_sound",
    unit="of its own steps",
    better=Better.LOWER,
    high=5.0,
    backend="third-octaves",
    threshold=1.6,
    required=True,
    answers_to="Sound that is louder, quieter or another one behind the seam, beside its own steps",
    function=seam_sound,
    passes="seam_sound",
    reasons=(ANEW, LOUDER, QUIETER, OTHER),
    absences=(IS_SILENT, TOO_SHORT),
)
SOUND_LENGTH = Measure(
    "sound_length",
    unit="s",
    better=Better.LOWER,
    high=10.0,
    backend="frame-times",
    answers_to="Difference between the lengths of sound and clip, in seconds. Does not affect the "
    "verdict",
    function=sound_length,
    passes="sound_length",
    reasons=(SHORTER, LONGER),
)
MEASURES = (SEAM_CLICK, SEAM_SOUND, SOUND_LENGTH)
NAMES = frozenset(each.name for each in MEASURES)


def with_sound(
    report: Report,
    sound: Sound | None,
    fps: float,
    measures: Sequence[Measure] = MEASURES,
    before: LoopSound | None = None,
) -> Report:
    """Return the report on a loop with the measurements of its sound.

    If the pictures loop and the sound doesn't, the sound is the main cause.

    Args:
        report: report of `score_loop` on the pictures.
        sound: sound of the loop; None if it has none, and then the report stays as it is.
        fps: frames per second.
        measures: measures of a loop with the thresholds of a profile; those of pictures are left
            out here.
        before: sound of the clip before it was made into a loop, of which `sound_length` is
            measured; None for the sound itself.
    """
    if sound is None:
        return report
    loop = LoopSound(sound, report.frames or 0, fps)
    chosen = [each for each in measures if each.name in NAMES]
    sources = {SOUND_LENGTH.name: before or loop}
    parts = [each.measurement(each.evaluate(sources.get(each.name, loop))) for each in chosen]
    cause = next((each for each in parts if each.verdict is Verdict.FAIL and each.required), None)
    worst = report.worst
    if cause is not None and report.verdict is not Verdict.FAIL:
        worst = WorstFrame(loop.frames - 1, cause.reason_code, cause.reason)
    return replace(report, measurements=(*report.measurements, *parts), worst=worst)
