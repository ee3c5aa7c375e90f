"""Thumbnails of the files that a job wrote, which the database stores with the files' names."""

from io import BytesIO

from PIL import Image

LONGEST_SIDE = 192  # px
MOST_BYTES = 8192
# WebP qualities, tried in this order; a picture that isn't noise already fits at the first.
QUALITIES = (80, 60, 40, 20, 5)
EFFORT = 4


def thumbnail(picture: Image.Image) -> bytes | None:
    """Return a picture as a small WebP.

    Args:
        picture: picture of any size and mode.

    Returns:
        WebP of at most `MOST_BYTES` bytes whose longest side has at most `LONGEST_SIDE` px; None if
        no quality makes it small enough.
    """
    small = picture.convert("RGBA" if "A" in picture.getbands() else "RGB")
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    for quality in QUALITIES:
        stream = BytesIO()
        small.save(stream, "WEBP", quality=quality, method=EFFORT)
        if stream.tell() <= MOST_BYTES:
            return stream.getvalue()
    return None
