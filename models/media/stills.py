"""Writing of pictures as PNG, and of clips as animated WebP, by Pillow."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from .clip import Clip
from .durations import durations
from .tags import exif_of, png_texts

PNG_COMPRESSION = 4  # as in ComfyUI; level 9 takes three times as long for files 2 % smaller
WEBP_QUALITY, WEBP_EFFORT = 90, 4
LOSSLESS_EFFORT = 70  # of the compression; the colours are exact at any
WEBP_TICKS = 1000  # of a second
ENDLESS = 0


def write_png(path: Path, picture: Image.Image, facts: Mapping[str, Any]) -> None:
    """Write a picture as a PNG, without loss, also of what is under transparent pixels.

    Args:
        path: path of the file.
        picture: the picture.
        facts: metadata by key; an empty mapping writes none.
    """
    picture.save(path, "PNG", pnginfo=png_texts(facts), compress_level=PNG_COMPRESSION)


def write_webp(path: Path, clip: Clip, facts: Mapping[str, Any]) -> None:
    """Write a clip as an animated WebP that plays endlessly; colours lose a little, alpha nothing.

    Args:
        path: path of the file.
        clip: frames of any size; their sound is left out.
        facts: metadata by key; an empty mapping writes none.
    """
    _write_webp(path, clip, facts, lossless=False, quality=WEBP_QUALITY)


def write_lossless_webp(path: Path, clip: Clip, facts: Mapping[str, Any]) -> None:
    """Write a clip as an animated WebP without loss of what can be seen; see `write_webp`."""
    _write_webp(path, clip, facts, lossless=True, quality=LOSSLESS_EFFORT)


def _write_webp(
    path: Path, clip: Clip, facts: Mapping[str, Any], lossless: bool, quality: int
) -> None:
    # Where loss is allowed, what is under transparent pixels would bleed into their surroundings.
    pictures = clip.pictures() if lossless else map(Image.fromarray, clip.levels())
    first, *further = pictures
    first.save(
        path,
        "WEBP",
        save_all=True,
        append_images=further,
        duration=durations(len(clip), clip.rate, WEBP_TICKS),
        loop=ENDLESS,
        exif=exif_of(facts),
        lossless=lossless,
        exact=lossless,
        quality=quality,
        method=WEBP_EFFORT,
    )
