"""Nodes that save characters in the character library and load them by name."""

from typing import Any

from comfy_api.latest import io

from ..models.character.library import (
    SavedCharacter,
    find_character,
    library_fingerprint,
    list_characters,
    load_character,
    save_character,
    version_record,
)
from ..models.character.sheet import Character
from ..models.jobs.recording.events import CharacterSaved
from ..models.jobs.recording.recorder import open_recorder
from ..models.node_types import NOTHING_SAVED
from ..models.node_ui import own_ui
from . import comfyui
from .inputs import refusal
from .sockets import CharacterSocket
from .thumbnails import reference_thumbnails


class AnimeCharacterSave(io.ComfyNode):
    """Node that saves a character as a new version, unless the library has the same one."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeCharacterSave",
            display_name="Save Character (Anime)",
            category="Anime Production/Character",
            description="Saves a character in the library under its name, so that other workflows "
            "load it without its references. Every version is kept. Saving the same character "
            "again adds no version.",
            search_aliases=["character library", "store", "remember", "identity"],
            is_output_node=True,
            inputs=[
                CharacterSocket.Input(
                    "character", tooltip="From a Character Sheet. It is saved under its name."
                ),
            ],
            outputs=[
                CharacterSocket.Output(
                    "character", tooltip="The same character, for the next node."
                ),
                io.String.Output(
                    "where", tooltip="Folder of the version that holds the character."
                ),
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, **inputs: Any) -> str:
        # The result is cached only while the library stays as this node left it: another workflow
        # may save a newer version of this name, and a user may delete the folder.
        return library_fingerprint(comfyui.characters_directory())

    @classmethod
    def execute(cls, character: Character) -> io.NodeOutput:
        saved = save_character(comfyui.characters_directory(), character)
        # A version that existed before is recorded too: its folder may be a copy from another
        # machine. The database stores each version once.
        recorder = open_recorder(comfyui.private_directory())
        recorder.record(CharacterSaved(version_record(saved, character)))
        saved_version = {"name": saved.label.name, "version": saved.version, "new": saved.is_new}
        return io.NodeOutput(
            character, str(saved.path), ui=own_ui("anime_character", saved_version)
        )


class AnimeCharacterLoad(io.ComfyNode):
    """Node that loads a character from the library."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        names = list_characters(comfyui.characters_directory())
        return io.Schema(
            node_id="AnimeCharacterLoad",
            display_name="Load Character (Anime)",
            category="Anime Production/Character",
            description="Loads a character from the library exactly as it was saved. Score frames "
            "against it with the same identity model.",
            search_aliases=["character library", "saved character", "identity"],
            inputs=[
                io.Combo.Input(
                    "name",
                    options=list(names) or [NOTHING_SAVED],
                    tooltip="Name of the character. One that was just saved is listed after R "
                    "(refresh).",
                ),
                io.Int.Input(
                    "version",
                    default=0,
                    min=0,
                    max=999_999,
                    optional=True,
                    tooltip="Version of the character, counted from 1. 0: the newest.",
                ),
            ],
            outputs=[
                CharacterSocket.Output(
                    "character", tooltip="The character, to score frames against."
                ),
                io.String.Output(
                    "info", tooltip="Version, references, threshold and model, in words."
                ),
            ],
        )

    @classmethod
    def validate_inputs(cls, name: str | None = None, version: int | None = None) -> bool | str:
        return refusal(lambda text: _saved_character(text, version), name)

    @classmethod
    def fingerprint_inputs(cls, name: str | None = None, version: int | None = 0) -> str:
        if name is None or version is None:  # The value comes over a link.
            return library_fingerprint(comfyui.characters_directory())
        return str(_saved_character(name, version).label.id)

    @classmethod
    def execute(cls, name: str, version: int = 0) -> io.NodeOutput:
        saved = _saved_character(name, version)
        character = load_character(comfyui.characters_directory(), str(name), saved.version)
        info = _description(saved, character)
        return io.NodeOutput(character, info, ui=reference_thumbnails(character))


def _saved_character(name: str, version: int | None) -> SavedCharacter:
    """Return a version of a character in the library; 0 and None mean the newest.

    Raises:
        ValueError: the library has no such character or version; the text is for the user.
    """
    return find_character(comfyui.characters_directory(), str(name), version or None)


def _description(saved: SavedCharacter, character: Character) -> str:
    source = "set by its references" if character.calibrated else "published for its model"
    return (
        f"{saved.label.name}, version {saved.version},"
        f" saved {saved.label.saved_at:%Y-%m-%d %H:%M} UTC.\n"
        f"{sum(character.usable)} of {len(character.usable)} references are used.\n"
        f"Least similarity for the same character: {character.threshold:.3f}, {source}.\n"
        f"Identity model: {character.model}."
    )
