"""Characters that outlive a prompt: saved in a library, and loaded by name."""

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
from . import comfyui
from .sockets import CharacterSocket
from .thumbnails import references_of

NOTHING_SAVED = "(nothing saved yet)"  # a combo without a value could not be sent at all


class AnimeCharacterSave(io.ComfyNode):
    """Saves a character in the library, as a new version unless it is there already."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeCharacterSave",
            display_name="Save Character (Anime)",
            category="Anime Production/Character",
            description="Keeps a character in the library under its name, so that other workflows "
            "load it without its references. Every version is kept; saving the same again adds "
            "none.",
            search_aliases=["character library", "store", "remember", "identity"],
            is_output_node=True,
            inputs=[
                CharacterSocket.Input(
                    "character", tooltip="From a Character Sheet; its name is what it is saved as."
                ),
            ],
            outputs=[
                CharacterSocket.Output("character", tooltip="The same character, to go on with."),
                io.String.Output("where", tooltip="The folder of the version that holds it."),
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, **inputs: Any) -> str:
        # Cached only while the library is as this node left it: another workflow may have saved
        # another version of the name since, or somebody removed it.
        return library_fingerprint(comfyui.characters_directory())

    @classmethod
    def execute(cls, character: Character) -> io.NodeOutput:
        saved = save_character(comfyui.characters_directory(), character)
        # Said again for one that was there: it may have come with a copied folder, and the
        # database counts a version once.
        recorder = open_recorder(comfyui.private_directory())
        recorder.record(CharacterSaved(version_record(saved, character)))
        shown = {"name": saved.label.name, "version": saved.version, "new": saved.is_new}
        return io.NodeOutput(character, str(saved.path), ui={"anime_character": [shown]})


class AnimeCharacterLoad(io.ComfyNode):
    """Loads a character from the library."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        names = list_characters(comfyui.characters_directory())
        return io.Schema(
            node_id="AnimeCharacterLoad",
            display_name="Load Character (Anime)",
            category="Anime Production/Character",
            description="Takes a character from the library, exactly as it was saved: score frames "
            "against it with the same identity model.",
            search_aliases=["character library", "saved character", "identity"],
            inputs=[
                io.Combo.Input(
                    "name",
                    options=list(names) or [NOTHING_SAVED],
                    tooltip="Which character. One that was just saved is listed after R (refresh).",
                ),
                io.Int.Input(
                    "version",
                    default=0,
                    min=0,
                    max=999_999,
                    optional=True,
                    tooltip="Which of its versions, counted from 1; 0 is the newest.",
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
        if name is None:
            return True  # linked: known when the prompt runs
        try:
            _find(name, version)
        except ValueError as error:
            return str(error)
        return True

    @classmethod
    def fingerprint_inputs(cls, name: str | None = None, version: int | None = 0) -> str:
        if name is None or version is None:  # linked
            return library_fingerprint(comfyui.characters_directory())
        return str(_find(name, version).label.id)

    @classmethod
    def execute(cls, name: str, version: int = 0) -> io.NodeOutput:
        saved = _find(name, version)
        character = load_character(comfyui.characters_directory(), str(name), saved.version)
        info = _in_words(saved, character)
        return io.NodeOutput(character, info, ui=references_of(character))


def _find(name: str, version: int | None) -> SavedCharacter:
    """Raises ValueError with a sentence for the user where it isn't there."""
    return find_character(comfyui.characters_directory(), str(name), version or None)


def _in_words(saved: SavedCharacter, character: Character) -> str:
    source = "set by its references" if character.calibrated else "published for its model"
    return (
        f"{saved.label.name}, version {saved.version},"
        f" saved {saved.label.saved_at:%Y-%m-%d %H:%M} UTC.\n"
        f"{sum(character.usable)} of {len(character.usable)} references are used.\n"
        f"The same from a similarity of {character.threshold:.3f} on, {source}.\n"
        f"Identity model: {character.model}."
    )
