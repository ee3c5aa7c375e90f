"""Small pictures that a node shows in the editor."""

from typing import Any

from comfy_api.latest import io, ui

from ..models.character.sheet import Character

MOST_SHOWN = 8  # the contact sheet has them all


def references_of(character: Character) -> dict[str, list[Any]]:
    """A character's first references as a node's `ui`: temporary files, small as they are kept."""
    pictures = character.pictures[:MOST_SHOWN]
    if not len(pictures):
        return {}
    files = ui.ImageSaveHelper.save_images(
        pictures, "anime_reference", io.FolderType.temp, cls=None, compress_level=1
    )
    return {"anime_references": [dict(each) for each in files]}
