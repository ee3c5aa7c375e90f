"""Edits of a clip's frames that its sound follows, and the sound after them."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import torch

from ..image_ops.part import own_part
from .fade import mixed
from .joins import extended, fade_length, joined_ends, padded, there_and_back
from .sound import Sound
from .times import first_sample

# A sound may end this much before its clip, in seconds: containers and codecs cut sound into blocks
# of 10 to 50 ms, and not into frames. Such a lack is filled with sound, a larger one with silence.
SMALL_LACK = 0.05


@dataclass(frozen=True)
class Cut:
    """Some consecutive frames of the clip stay.

    Attributes:
        start: first frame that stays.
        end: frame after the last one that stays.
    """

    start: int
    end: int


@dataclass(frozen=True)
class Crossfade:
    """The end of the clip is laid over its start.

    Attributes:
        left: number of frames that are left; the later ones are laid over the start.
        frames: number of frames at the start over which they fade.
    """

    left: int
    frames: int


@dataclass(frozen=True)
class Extension:
    """Frames are added at the end.

    Attributes:
        frames: number of added frames.
    """

    frames: int


@dataclass(frozen=True)
class ThereAndBack:
    """The clip is played forwards and then backwards.

    Attributes:
        first: number of frames of the first drawing, which is not repeated.
        last: number of frames of the last drawing, which is not repeated.
    """

    first: int
    last: int


Edit = Cut | Crossfade | Extension | ThereAndBack


@dataclass(frozen=True, eq=False)
class EditedSound:
    """Sound after the edits of its clip.

    Attributes:
        sound: the sound; the given one itself if nothing was changed.
        filled_from: source of the sound in added frames: `after` or `before` if it lies there in
            the source, `again` for the clip's own last part; "" if no frames were added.
    """

    sound: Sound
    filled_from: str = ""


def fitted(sound: Sound, frames: int, fps: Fraction) -> Sound:
    """Return the sound of exactly the time of a clip's frames, beginning at its first one.

    A longer sound is cut off. A shorter one gets its last part again if less than `SMALL_LACK` is
    missing, else silence. No end is joined.

    Args:
        sound: sound of the clip.
        frames: number of frames of the clip.
        fps: frames per second.
    """
    samples = first_sample(frames, fps, sound.rate)
    lack = samples - sound.samples
    if lack == 0:
        return sound
    if lack < 0:
        return Sound(own_part(sound.waveform, 0, samples, axis=-1), sound.rate)
    fill = extended if _is_small(lack, sound) else padded
    count = lack if fill is extended else samples
    return Sound(fill(sound.waveform, count, sound.rate), sound.rate)


def frames_of(sound: Sound, start: int, end: int, fps: Fraction) -> Sound:
    """Return the sound of some consecutive frames, exact to the sample; silence where it has ended.

    Args:
        sound: sound of the whole clip.
        start: first frame.
        end: frame after the last one.
        fps: frames per second.
    """
    first, last = (first_sample(frame, fps, sound.rate) for frame in (start, end))
    whole = sound if last <= sound.samples else fitted(sound, end, fps)
    return Sound(own_part(whole.waveform, first, last - first, axis=-1), sound.rate)


def joined(sound: Sound, frames: int, fps: Fraction) -> Sound:
    """Return the sound of a whole clip with its ends joined; see `joined_ends`."""
    return edited(sound, frames, fps, (Cut(0, frames),)).sound


def edited(sound: Sound, frames: int, fps: Fraction, edits: Sequence[Edit]) -> EditedSound:
    """Return the sound of a clip that was made into a loop, with its ends joined.

    Args:
        sound: sound of the clip as it was.
        frames: number of frames of the clip as it was.
        fps: frames per second.
        edits: edits of the clip, in their order; cuts come before the other ones. Without edits the
            sound is fitted to the clip and not joined.

    Raises:
        ValueError: a cut comes after another edit.
    """
    if not edits:
        return EditedSound(fitted(sound, frames, fps))
    start, end = 0, frames
    last: Edit = Cut(0, frames)
    for edit in edits:
        if not isinstance(last, Cut):
            raise ValueError("An edit that adds or mixes sound is the last one.")
        last = edit
        if isinstance(edit, Cut):
            start, end = start + edit.start, start + edit.end
    source = _Source.of(sound, frames, fps, start, end)
    if isinstance(last, Crossfade):
        return EditedSound(Sound(source.crossfaded(last), sound.rate))
    if isinstance(last, Extension):
        return source.longer(last)
    if isinstance(last, ThereAndBack):
        return EditedSound(Sound(source.there_and_back(last), sound.rate))
    loop = joined_ends(source.loop, source.before, source.after, sound.rate)
    return EditedSound(Sound(loop, sound.rate))


@dataclass(frozen=True, eq=False)
class _Source:
    """A clip's sound, divided at the frames that stay.

    Attributes:
        loop: samples of the frames that stay, shape (channels, samples).
        before: samples before them.
        after: samples behind them, also behind the clip's end if the sound is longer.
        frames: number of frames that stay.
        fps: frames per second.
        rate: sample rate in Hz.
    """

    loop: torch.Tensor
    before: torch.Tensor
    after: torch.Tensor
    frames: int
    fps: Fraction
    rate: int

    @classmethod
    def of(cls, sound: Sound, frames: int, fps: Fraction, start: int, end: int) -> "_Source":
        rate = sound.rate
        if sound.samples < first_sample(frames, fps, rate):
            sound = fitted(sound, frames, fps)
        # The length is that of so many frames from 0, so that it fits the new clip's own times. By
        # that it may be a sample longer than what the source still has.
        length = first_sample(end - start, fps, rate)
        first = min(first_sample(start, fps, rate), sound.samples - length)
        before, loop, after = sound.waveform.tensor_split([first, first + length], dim=-1)
        return cls(loop, before, after, end - start, fps, rate)

    def _sample(self, frame: int) -> int:
        return first_sample(frame, self.fps, self.rate)

    def crossfaded(self, edit: Crossfade) -> torch.Tensor:
        """Return the sound with its end faded into its start, over the same time as the frames."""
        left = self._sample(edit.left)
        head, tail = self.loop[:, :left], self.loop[:, left:]
        tail = torch.cat([tail, self.after], dim=-1)
        fade = min(self._sample(edit.frames), tail.shape[-1], left)
        if fade < 1:
            return head
        return torch.cat([mixed(tail[:, :fade], head[:, :fade]), head[:, fade:]], dim=-1)

    def longer(self, edit: Extension) -> EditedSound:
        """Return the sound with the added time filled from what is there.

        What followed in the source goes on; else what led to the start leads to it again; else the
        last part is played again.
        """
        count = self._sample(self.frames + edit.frames) - self.loop.shape[-1]
        fade = fade_length(self.loop.shape[-1], self.rate)
        before, after = self.before, self.after
        if after.shape[-1] >= count + fade:
            loop, name = torch.cat([self.loop, after[:, :count]], dim=-1), "after"
            after = after[:, count:]
        elif before.shape[-1] >= count + fade:
            lead = before[:, -count - fade :]
            join = mixed(self.loop[:, -fade:], lead[:, :fade])
            loop = torch.cat([self.loop[:, :-fade], join, lead[:, fade:]], dim=-1)
            # The added samples led to the start in the source, so the ends fit already.
            return EditedSound(Sound(loop, self.rate), "before")
        else:
            loop, name = extended(self.loop, count, self.rate), "again"
            after = after[:, :0]
        return EditedSound(Sound(joined_ends(loop, before, after, self.rate), self.rate), name)

    def there_and_back(self, edit: ThereAndBack) -> torch.Tensor:
        """Return the sound forwards and backwards; it turns in the middle of both end drawings."""
        samples = self._sample(2 * self.frames - edit.first - edit.last)
        first = self._sample(edit.first) // 2
        course = there_and_back(self.loop, first, first + samples // 2, self.rate)
        if samples % 2:  # one sample that has no mirror image: the one at the turn comes once more
            turn = first + samples // 2
            parts = (course[:, :turn], course[:, turn - 1 : turn], course[:, turn:])
            course = torch.cat(parts, dim=-1)
        return course


def _is_small(lack: int, sound: Sound) -> bool:
    return lack <= SMALL_LACK * sound.rate and 2 * lack <= sound.samples
