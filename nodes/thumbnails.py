"""Thumbnails that a node shows in the editor."""

from typing import Any

from comfy_api.latest import io, ui

from ..models.character.sheet import Character

MOST_THUMBNAILS = 8  # the contact sheet shows all references


def reference_thumbnails(character: Character) -> dict[str, list[Any]]:
    """Return a node's `ui` with a character's first references, saved as temporary files."""
    pictures = character.pictures[:MOST_THUMBNAILS]
    if not len(pictures):
        return {}
    files = ui.ImageSaveHelper.save_images(
        pictures, "anime_reference", io.FolderType.temp, cls=None, compress_level=1
    )
    return {"anime_references": [dict(each) for each in files]}
