"""Metadata in files: the workflow, the job and the report, where the format has room for them."""

import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo
from PIL.TiffTags import ASCII, lookup

# EXIF tags from which ComfyUI reads the metadata of a WebP: the prompt from the first, everything
# else from the second and the tags below it.
EXIF_PROMPT, EXIF_FIRST = 0x0110, 0x010F
PROMPT = "prompt"


def png_texts(facts: Mapping[str, Any]) -> PngInfo:
    """Return facts as the texts of a PNG, from which ComfyUI reads a workflow."""
    information = PngInfo()
    for key, value in facts.items():
        information.add_text(key, json.dumps(value))
    return information


def exif_of(facts: Mapping[str, Any]) -> Image.Exif:
    """Return facts as the EXIF data of a WebP, from which ComfyUI reads a workflow."""
    exif = Image.Exif()
    other_facts = {key: value for key, value in facts.items() if key != PROMPT}
    if PROMPT in facts:
        exif[EXIF_PROMPT] = f"{PROMPT}:{json.dumps(facts[PROMPT])}"
    # EXIF has tags in between that hold numbers.
    tags = (tag for tag in range(EXIF_FIRST, 0, -1) if lookup(tag).type in (None, ASCII))
    for tag, (key, value) in zip(tags, other_facts.items(), strict=False):
        exif[tag] = f"{key}:{json.dumps(value)}"
    return exif


def gif_comment(facts: Mapping[str, Any]) -> bytes:
    """Return facts as the comment of a GIF: one JSON object in ASCII; empty without facts."""
    return json.dumps(facts).encode("ascii") if facts else b""


def write_tags(container: Any, facts: Mapping[str, Any]) -> None:
    """Write facts as the tags of a video or a sound file.

    Args:
        container: PyAV's container, before its first packet.
        facts: metadata by key.
    """
    for key, value in facts.items():
        container.metadata[key] = json.dumps(value)


def read_facts(path: Path) -> dict[str, Any]:
    """Return the metadata that Save Job wrote into a file, whatever its format.

    Args:
        path: path of a picture, an animation, a video or a sound file.

    Returns:
        Values by key, such as `workflow`, `prompt`, `anime_job` and `anime_report`. Texts that are
        no JSON are left out.

    Raises:
        OSError: the file can't be read; PyAV's errors are OSErrors too.
    """
    try:
        with Image.open(path) as picture:
            texts = _texts_of(picture)
    except UnidentifiedImageError:
        av: Any = importlib.import_module("av")
        with av.open(str(path)) as container:
            # Matroska writes the names of tags in capitals.
            texts = {key.lower(): value for key, value in container.metadata.items()}
    facts = {}
    for key, text in texts.items():
        try:
            facts[key] = json.loads(text)
        except (ValueError, TypeError, RecursionError):
            continue
    return facts


def _texts_of(picture: Image.Image) -> dict[str, Any]:
    """Return the texts of a picture by key."""
    comment = picture.info.get("comment")
    if picture.format == "GIF" and isinstance(comment, bytes):
        try:
            values = json.loads(comment)
        except ValueError:
            return {}
        return {key: json.dumps(each) for key, each in values.items()}
    texts = {str(key): value for key, value in picture.info.items() if isinstance(value, str)}
    for value in picture.getexif().values():
        if isinstance(value, str) and ":" in value:
            key, _, text = value.partition(":")
            texts[key] = text
    return texts
