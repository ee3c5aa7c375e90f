"""Small pictures of what a job wrote, which go into the database with the files' names."""

from io import BytesIO

from PIL import Image

LONGEST_SIDE = 192  # px
MOST_BYTES = 8192
QUALITIES = (80, 60, 40, 20, 5)  # of WebP; noise alone needs more than the first
EFFORT = 4


def thumbnail(picture: Image.Image) -> bytes | None:
    """A picture as a small WebP.

    Args:
        picture: of any size and mode.

    Returns:
        At most `MOST_BYTES`, no side longer than `LONGEST_SIDE`; None where that can't be done.
    """
    small = picture.convert("RGBA" if "A" in picture.getbands() else "RGB")
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    for quality in QUALITIES:
        stream = BytesIO()
        small.save(stream, "WEBP", quality=quality, method=EFFORT)
        if stream.tell() <= MOST_BYTES:
            return stream.getvalue()
    return None
