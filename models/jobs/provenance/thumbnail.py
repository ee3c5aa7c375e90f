"""Thumbnails of the files that a job wrote, which the database stores with the files' names."""

from PIL import Image

from ...media.small_webp import small_webp

LONGEST_SIDE = 192  # px
MOST_BYTES = 8192


def thumbnail(picture: Image.Image) -> bytes | None:
    """Return a picture as a small WebP.

    Args:
        picture: picture of any size and mode.

    Returns:
        WebP of at most `MOST_BYTES` bytes whose longest side has at most `LONGEST_SIDE` px; None if
        no quality makes it small enough.
    """
    small = small_webp(picture, LONGEST_SIDE, MOST_BYTES)
    return None if small is None else small.webp
