"""Small WebP pictures that have a largest size in bytes."""

from io import BytesIO
from typing import NamedTuple

from PIL import Image

# WebP qualities, tried in this order; a picture that isn't noise already fits at the first.
QUALITIES = (80, 60, 40, 20, 5)
EFFORT = 4  # WebP's own default


class SmallWebp(NamedTuple):
    """WebP of a picture.

    Attributes:
        webp: bytes of the file.
        width: width in px.
        height: height in px.
    """

    webp: bytes
    width: int
    height: int


def small_webp(
    picture: Image.Image, longest_side: int, most_bytes: int, effort: int = EFFORT
) -> SmallWebp | None:
    """Return a picture as a small WebP; alpha is kept.

    Args:
        picture: picture of any size and mode.
        longest_side: most px of the longer side; a smaller picture keeps its size.
        most_bytes: most bytes of the file.
        effort: 0 (fastest) to 6 (smallest file).

    Returns:
        The WebP, or None if no quality makes it small enough.

    Examples:
        >>> small_webp(Image.new("L", (400, 100), 128), 200, 1000)[1:]
        (200, 50)
    """
    small = picture.convert("RGBA" if "A" in picture.getbands() else "RGB")
    small.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS)
    for quality in QUALITIES:
        stream = BytesIO()
        small.save(stream, "WEBP", quality=quality, method=effort)
        if stream.tell() <= most_bytes:
            return SmallWebp(stream.getvalue(), small.width, small.height)
    return None
