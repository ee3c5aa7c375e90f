"""Clips of a drawn character in motion, with faults planted at a known strength."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from ..dependency import require
from ..frames import InputError
from .canvas import SUPERSAMPLING, Canvas
from .characters import CHARACTERS, Character, between
from .drawing import draw_character
from .pose import Pose, pose_at
from .scenery import Scenery, draw_scenery, random_scenery

LEAST_SIDE = 64  # below this the eyes are a few pixels
SCENE, FLICKER = 0, 1  # independent streams of random numbers from one seed


@dataclass(frozen=True)
class Faults:
    """What is wrong with a clip, each at a known strength; the defaults are a clean clip."""

    seam_jump: float = 0.0  # steps of motion missing at the seam
    flicker: float = 0.0  # grey levels (of 255), RMS of a random brightness change per drawing
    hold: int = 1  # frames each drawing is held
    blur: float = 0.0  # px, standard deviation of a Gaussian
    drift: float = 0.0  # 0–1 of the way to another character, reached at the last frame


def draw_clip(
    frames: int,
    width: int,
    height: int,
    period: int,
    character: int,
    seed: int,
    faults: Faults = Faults(),
    report_progress: Callable[[int, int], None] | None = None,
) -> torch.Tensor:
    """Draw an anime-style character in periodic motion.

    With `frames` a multiple of `period` and no faults it is an exact loop: the frame after the
    last one would be the first, to the bit. The same arguments give the same pixels.

    Args:
        frames: how many, from 1.
        width: pixels, from 64.
        height: pixels, from 64.
        period: frames after which the motion repeats, from 2.
        character: 0–3.
        seed: chooses the background, the moment of the cycle that the clip starts at, when the
            eyes blink, how wide the hair swings, and the random numbers of the flicker.
        faults: what to spoil.
        report_progress: called with (frames done, frames in all) after each frame; what it raises
            ends the drawing.

    Returns:
        RGB in 0–1, float32, shape (frames, height, width, 3), on the CPU.

    Raises:
        InputError: an argument outside its range, or not finite.
    """
    _check_clip(frames, width, height, period, character, seed)
    _check_faults(faults)
    take = _take(seed)
    background = draw_scenery(take.scenery, width * SUPERSAMPLING, height * SUPERSAMPLING)
    first, second = CHARACTERS[character], CHARACTERS[(character + 1) % len(CHARACTERS)]
    brightness = flicker_offsets(frames, faults.hold, faults.flicker, seed)
    clip = np.empty((frames, height, width, 3), np.float32)
    for frame in range(frames):
        drawing = drawing_of(frame, faults.hold)
        if drawing < frame:
            clip[frame] = clip[drawing]
        else:
            cycle = take.start + cycle_of(drawing, frames, period, faults.seam_jump)
            pose = pose_at(cycle, take.blink_at, take.sway)
            drift = faults.drift * drawing / max(frames - 1, 1)
            picture = _draw(between(first, second, drift), pose, background)
            picture = _blurred(picture, faults.blur) + brightness[frame]
            np.clip(picture, 0, 1, out=clip[frame])
        if report_progress is not None:
            report_progress(frame + 1, frames)
    return torch.from_numpy(clip)


def drawing_of(frame: int, hold: int) -> int:
    """The frame whose drawing is shown at a frame, where each is held for `hold` frames."""
    return frame - frame % hold


def cycle_of(frame: int, frames: int, period: int, seam_jump: float) -> float:
    """How far into its cycle the motion is at a frame, 0–1, counted from frame 0.

    The motion is slowed a little, so that from the last frame on to the first it has
    1 + `seam_jump` steps to go (with `frames` a multiple of `period`).
    """
    slowed = period * (1 + seam_jump / frames)
    return math.fmod(frame, slowed) / slowed  # fmod is exact: frame `period` falls on 0


def flicker_offsets(frames: int, hold: int, strength: float, seed: int) -> np.ndarray:
    """What the flicker adds to each frame, in 0–1 units of brightness.

    Zero on average over the clip and exactly `strength` grey levels in root mean square, unless
    the clip is a single drawing, which nothing can flicker against.

    Returns:
        float32, shape (frames,).
    """
    random = np.random.default_rng([seed, FLICKER])
    offsets = random.standard_normal(frames)[[drawing_of(i, hold) for i in range(frames)]]
    offsets -= offsets.mean()
    if strength == 0 or frames <= hold:
        return np.zeros(frames, np.float32)
    return (offsets * (strength / 255 / np.sqrt(np.mean(offsets**2)))).astype(np.float32)


@dataclass(frozen=True)
class _Take:
    """What a seed decides: nothing of who the character is."""

    start: float  # where in the cycle frame 0 lies
    blink_at: float
    sway: float
    scenery: Scenery


def _take(seed: int) -> _Take:
    random = np.random.default_rng([seed, SCENE])
    return _Take(
        start=float(random.uniform()),
        blink_at=float(random.uniform()),
        sway=float(random.uniform(13.0, 18.0)),
        scenery=random_scenery(random),
    )


def _draw(character: Character, pose: Pose, background: np.ndarray) -> np.ndarray:
    """One picture: RGB in 0–1, float32, from a background at the canvas's resolution."""
    canvas = Canvas(background)
    draw_character(canvas, character, pose)
    return canvas.finished().astype(np.float32) / np.float32(255)


def _blurred(picture: np.ndarray, deviation: float) -> np.ndarray:
    if deviation == 0:
        return picture
    return require("cv2").GaussianBlur(picture, (0, 0), deviation)


def _check_clip(
    frames: int, width: int, height: int, period: int, character: int, seed: int
) -> None:
    last = len(CHARACTERS) - 1
    for name, value, least, remedy in (
        ("frames", frames, 1, "Ask for at least one frame."),
        ("width", width, LEAST_SIDE, "The face is not legible in fewer pixels."),
        ("height", height, LEAST_SIDE, "The face is not legible in fewer pixels."),
        ("period", period, 2, "A motion needs two different drawings at least."),
        ("character", character, 0, f"The characters are numbered 0 to {last}."),
        ("seed", seed, 0, "Take any whole number from 0 on."),
    ):
        if value < least:
            raise InputError(name, f"a whole number from {least}", str(value), remedy)
    if character > last:
        remedy = f"The characters are numbered 0 to {last}."
        raise InputError("character", f"a whole number from 0 to {last}", str(character), remedy)


def _check_faults(faults: Faults) -> None:
    for name, value, least, most in (
        ("seam_jump", faults.seam_jump, 0, math.inf),
        ("flicker", faults.flicker, 0, math.inf),
        ("hold", faults.hold, 1, math.inf),
        ("blur", faults.blur, 0, math.inf),
        ("drift", faults.drift, 0, 1),
    ):
        if not math.isfinite(value) or not least <= value <= most:
            to = "" if math.isinf(most) else f" to {most}"
            none = f"{least} is none of this fault."
            raise InputError(name, f"a finite number from {least}{to}", str(value), none)
