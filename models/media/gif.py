"""Writing of clips as GIF: 256 colours for the whole clip, and pixels that are clear or opaque."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ..frames import InputError
from .clip import Clip
from .durations import durations
from .tags import gif_comment

TICKS = 100  # of a second
TICK = 10  # milliseconds
FASTEST = 50  # frames per second; browsers play a frame of one tick as one of ten
ENDLESS = 0
COLOURS = 255  # the last of 256 is the clear one
CLEAR = 255
OPAQUE_FROM = 128  # levels of alpha
SAMPLED_FRAMES = 32  # frames from which the colours are chosen, spread over the clip
SAMPLED_PIXELS = 1 << 20  # pixels in all of them
# Levels of the ordered dither. It is the same in all frames, so that nothing boils, and smaller
# than the steps between the colours of a drawing, so that flat colours stay flat.
DITHER = 6.0
KEEP, CLEAR_BEFORE_NEXT = 0, 2  # how a frame ends
BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])


def write_gif(path: Path, clip: Clip, facts: Mapping[str, Any]) -> None:
    """Write a clip as a GIF that plays endlessly.

    Args:
        path: path of the file.
        clip: frames of any size; their sound is left out.
        facts: metadata by key; an empty mapping writes none.

    Raises:
        InputError: the frame rate is higher than a GIF can have.
    """
    if clip.rate > TICKS:
        remedy = "Save it in another format, or with a lower fps."
        raise InputError("fps", f"at most {TICKS} for a gif", f"{float(clip.rate):g}", remedy)
    palette = _palette(clip)
    pictures = [_indexed(each, palette) for each in clip.levels()]
    ticks = durations(len(clip), clip.rate, TICKS)
    clear = {"transparency": CLEAR, "disposal": CLEAR_BEFORE_NEXT} if clip.has_alpha else {}
    pictures[0].save(
        path,
        "GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=[TICK * each for each in ticks],
        loop=ENDLESS,
        comment=gif_comment(facts),
        optimize=False,
        **clear,
    )


def _palette(clip: Clip) -> Image.Image:
    """Return a picture with the colours of the whole clip.

    One palette for all frames keeps what stands still the same from frame to frame.
    """
    chosen = np.unique(np.linspace(0, len(clip) - 1, SAMPLED_FRAMES).round().astype(int))
    step = max(1, round((len(chosen) * clip.width * clip.height / SAMPLED_PIXELS) ** 0.5))
    part = Clip(clip.images[chosen][:, ::step, ::step], clip.rate)
    pixels = np.concatenate([_opaque(each) for each in part.levels()])
    if not len(pixels):
        pixels = np.zeros((1, 3), np.uint8)
    return Image.fromarray(pixels[None]).quantize(COLOURS, Image.Quantize.MEDIANCUT, kmeans=2)


def _opaque(levels: np.ndarray) -> np.ndarray:
    """Return the colours of the pixels that a GIF shows, shape (pixels, 3)."""
    pixels = levels.reshape(-1, levels.shape[-1])
    if levels.shape[-1] == 4:
        pixels = pixels[pixels[:, 3] >= OPAQUE_FROM, :3]
    return np.ascontiguousarray(pixels)


def _indexed(levels: np.ndarray, palette: Image.Image) -> Image.Image:
    """Return a frame in the colours of a palette."""
    height, width = levels.shape[:2]
    pattern = np.tile((BAYER + 0.5) / BAYER.size - 0.5, (height // 4 + 1, width // 4 + 1))
    offsets = (pattern[:height, :width, None] * DITHER).round()
    dithered = (levels[..., :3] + offsets).clip(0, 255).astype(np.uint8)
    indexed = Image.fromarray(dithered).quantize(palette=palette, dither=Image.Dither.NONE)
    if levels.shape[-1] == 4:
        indices = np.where(levels[..., 3] < OPAQUE_FROM, CLEAR, np.asarray(indexed))
        clear = Image.fromarray(indices.astype(np.uint8))
        clear.putpalette(indexed.getpalette() or [])
        return clear
    return indexed
