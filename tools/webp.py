"""Writer of screenshots as small WebP files."""

from io import BytesIO
from pathlib import Path

from PIL import Image

QUALITY = 82


def save(png: bytes, path: Path) -> Path:
    """Write a screenshot as WebP and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.open(BytesIO(png)).convert("RGB").save(path, "WEBP", quality=QUALITY, method=6)
    return path
