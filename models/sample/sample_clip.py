"""Sample clips: a drawn character in motion, with faults of known strength, to test measures."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from ..dependency import require
from ..frames import InputError
from .canvas import SUPERSAMPLING, Canvas
from .characters import CHARACTERS, Character, blend_characters
from .drawing import draw_character
from .pose import Pose, pose_at
from .scenery import Scenery, draw_scenery, random_scenery

LEAST_SIDE = 64  # below this the eyes are a few pixels
SCENE, FLICKER = 0, 1  # appended to the seed, so that the two random sequences are independent


@dataclass(frozen=True)
class Faults:
    """Faults of a clip, each with its strength; the defaults give a clean clip."""

    seam_jump: float = 0.0  # steps of motion missing at the seam
    flicker: float = 0.0  # grey levels (of 255), RMS of a random brightness change per drawing
    hold: int = 1  # number of frames for which each drawing is held
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

    If `frames` is a multiple of `period` and there are no faults, the clip is an exact loop: the
    frame after the last one would be the first, to the bit. The same arguments give the same
    pixels.

    Args:
        frames: number of frames, from 1.
        width: width in pixels, from 64.
        height: height in pixels, from 64.
        period: frames after which the motion repeats, from 2.
        character: number of the character, 0–3.
        seed: chooses the background, the moment of the cycle that the clip starts at, when the
            eyes blink, how wide the hair swings, and the random numbers of the flicker.
        faults: faults to add, with their strengths.
        report_progress: called with (frames done, all frames) after each frame; an exception that
            it raises ends the drawing.

    Returns:
        RGB in 0–1, float32, shape (frames, height, width, 3), on the CPU.

    Raises:
        InputError: an argument is outside its range, or not finite.

    Examples:
        Draw an exact loop, and the same clip with three steps of motion missing at its seam.

        >>> clip = draw_clip(12, 96, 64, period=12, character=0, seed=7)
        >>> clip.shape
        torch.Size([12, 64, 96, 3])
        >>> broken = draw_clip(12, 96, 64, 12, 0, seed=7, faults=Faults(seam_jump=3.0))
        >>> torch.equal(clip[0], broken[0]), torch.equal(clip[-1], broken[-1])
        (True, False)
    """
    _check_clip(frames, width, height, period, character, seed)
    _check_faults(faults)
    scene = _scene_of_seed(seed)
    background = draw_scenery(scene.scenery, width * SUPERSAMPLING, height * SUPERSAMPLING)
    first, second = CHARACTERS[character], CHARACTERS[(character + 1) % len(CHARACTERS)]
    brightness = flicker_offsets(frames, faults.hold, faults.flicker, seed)
    clip = np.empty((frames, height, width, 3), np.float32)
    for frame in range(frames):
        drawing = drawing_of(frame, faults.hold)
        if drawing < frame:
            clip[frame] = clip[drawing]
        else:
            cycle = scene.start + cycle_of(drawing, frames, period, faults.seam_jump)
            pose = pose_at(cycle, scene.blink_at, scene.sway)
            drift = faults.drift * drawing / max(frames - 1, 1)
            picture = _draw(blend_characters(first, second, drift), pose, background)
            picture = _blurred(picture, faults.blur) + brightness[frame]
            np.clip(picture, 0, 1, out=clip[frame])
        if report_progress is not None:
            report_progress(frame + 1, frames)
    return torch.from_numpy(clip)


def drawing_of(frame: int, hold: int) -> int:
    """Return the first of the `hold` frames that show the same drawing as a frame."""
    return frame - frame % hold


def cycle_of(frame: int, frames: int, period: int, seam_jump: float) -> float:
    """Return the motion's position in its cycle at a frame, 0–1, counted from frame 0.

    The motion is slowed a little, so that the way from the last frame to the first is
    1 + `seam_jump` steps long (if `frames` is a multiple of `period`).
    """
    slowed = period * (1 + seam_jump / frames)
    return math.fmod(frame, slowed) / slowed  # fmod is exact: frame `period` falls on 0


def flicker_offsets(frames: int, hold: int, strength: float, seed: int) -> np.ndarray:
    """Return the brightness that the flicker adds to each frame.

    The offsets are zero on average over the clip, and `strength` grey levels in root mean square.
    A clip of a single drawing does not flicker: its offsets are 0.

    Args:
        frames: number of frames.
        hold: number of frames for which each drawing is held.
        strength: grey levels (of 255), root mean square.
        seed: seed of the random numbers.

    Returns:
        Offsets of values in 0–1, float32, shape (frames,).
    """
    random = np.random.default_rng([seed, FLICKER])
    offsets = random.standard_normal(frames)[[drawing_of(frame, hold) for frame in range(frames)]]
    offsets -= offsets.mean()
    if strength == 0 or frames <= hold:
        return np.zeros(frames, np.float32)
    return (offsets * (strength / 255 / np.sqrt(np.mean(offsets**2)))).astype(np.float32)


@dataclass(frozen=True)
class _Scene:
    """Choices that a seed makes; the character is not among them."""

    start: float  # position of frame 0 in the cycle, 0–1
    blink_at: float  # position in the cycle at which the eyes are closed, 0–1
    sway: float  # how wide the hair swings, in units
    scenery: Scenery


def _scene_of_seed(seed: int) -> _Scene:
    random = np.random.default_rng([seed, SCENE])
    return _Scene(
        start=float(random.uniform()),
        blink_at=float(random.uniform()),
        sway=float(random.uniform(13.0, 18.0)),
        scenery=random_scenery(random),
    )


def _draw(character: Character, pose: Pose, background: np.ndarray) -> np.ndarray:
    """Return one picture, RGB in 0–1, float32, from a background at the canvas's resolution."""
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
        ("period", period, 2, "A motion needs at least two different drawings."),
        ("character", character, 0, f"The characters are numbered 0 to {last}."),
        ("seed", seed, 0, "Give any whole number from 0."),
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
            upper_end = "" if math.isinf(most) else f" to {most}"
            remedy = f"{least} means that the clip has none of this fault."
            raise InputError(name, f"a finite number from {least}{upper_end}", str(value), remedy)
