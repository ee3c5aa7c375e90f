"""Nodes that make a character from references and score whether frames still show it."""

from collections.abc import Mapping
from typing import Any

import torch
from comfy_api.latest import io

from ..models.character.character_score import MOST_CHARACTERS, SUBJECT, score_characters
from ..models.character.detection import IdentityModel
from ..models.character.detections import MOST_FRAMES
from ..models.character.marks import marked_model, read_marks
from ..models.character.sheet import Character, make_character
from ..models.frames import as_frames
from ..models.profile import DEFAULT
from ..models.where_it_ran import with_places
from . import comfyui
from .answers import REPORT_OUTPUT, SCORED_OUTPUTS, report_ui, scored_output, with_snapshots
from .graphics_memory import CHARACTER_BYTES, device_with_room
from .identity import MODEL_INPUT, connected_model, networks_of
from .partial_reports import partial_reports
from .profiles import ProfiledNode, chosen_measures, chosen_profile, profile_input
from .sockets import BoxesSocket, CharacterSocket
from .thumbnails import reference_thumbnails

MARK_INPUTS = (
    io.Mask.Input(
        "masks",
        optional=True,
        tooltip="Masks of the character: one for each picture, or one for all. Only what they mark "
        "is looked at, and no detector is used. From SAM 3, another detector, or painted.",
    ),
    BoxesSocket.Input(
        "boxes",
        optional=True,
        # Without it the editor makes a widget of this type, which always sends a box of 512 px.
        extra_dict={"forceInput": True},
        tooltip="Boxes around whole people, as detectors such as RT-DETR give them. Each is looked "
        "at as one person, and no other detector is used. With masks, a person is the part of the "
        "mask in its box.",
    ),
)


class AnimeCharacterSheet(io.ComfyNode):
    """Node that makes a character from references and reports whether they show one character."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeCharacterSheet",
            display_name="Character Sheet (Anime)",
            category="Anime Production/Character",
            description="Learns a character from reference pictures. Says whether they show one "
            "character, and which of them can't be used. Without an Identity Model it needs no "
            "weights, and compares looks, not identity.",
            search_aliases=[
                *("character reference", "identity", "face", "consistency", "same character"),
                *("consistent character", "character consistency", "model sheet"),
                *(
                    "reference sheet",
                    "turnaround",
                    "same face",
                    "同じキャラ",
                    "角色一致性",
                    "三视图",
                ),
            ],
            is_output_node=True,
            inputs=[
                io.Image.Input(
                    "references",
                    tooltip="Pictures that show only this character, best on plain backgrounds. "
                    "One is enough. Three or more set the threshold themselves.",
                ),
                io.String.Input(
                    "name",
                    default="character",
                    optional=True,
                    tooltip="Name of the character in reports and pictures.",
                ),
                MODEL_INPUT,
                *MARK_INPUTS,
            ],
            outputs=[
                CharacterSocket.Output(
                    "character", tooltip="The character, to score frames against."
                ),
                REPORT_OUTPUT,
            ],
        )

    @classmethod
    def execute(
        cls,
        references: torch.Tensor,
        name: str = "character",
        model: IdentityModel | None = None,
        masks: torch.Tensor | None = None,
        boxes: Any = None,
    ) -> io.NodeOutput:
        pictures = as_frames(references, "references")
        marks = read_marks(masks, boxes, pictures, "references")
        identity = marked_model(connected_model(model), marks)
        device_with_room(pictures, CHARACTER_BYTES, MOST_FRAMES)
        character, report = make_character(name, pictures, identity, comfyui.progress())
        report = with_snapshots(with_places(report, networks_of(identity)), references)
        ui = {**report_ui(report), **reference_thumbnails(character)}
        return io.NodeOutput(character, report, ui=ui)


class AnimeCharacterScore(ProfiledNode):
    """Node that scores whether every frame still shows the character of a sheet."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeCharacterScore",
            display_name="Character Score (Anime)",
            category="Anime Production/Character",
            description="Compares every frame with a character sheet: same, different, or not "
            "visible. Says at which frame a character is lost, and how it drifts.",
            search_aliases=[
                *("same character", "identity", "drift", "consistency", "off model"),
                *("consistent character", "character consistency", "identity drift", "likeness"),
                *("face likeness", "similarity score", "face similarity", "similarity percentage"),
                *("同じキャラ", "キャラクターの一貫性", "角色一致性"),
            ],
            is_output_node=True,
            inputs=[
                io.Image.Input(
                    "images", tooltip="The frames of one clip, in order, or some stills."
                ),
                CharacterSocket.Input(
                    "character", tooltip="From a Character Sheet, or a Load Character."
                ),
                MODEL_INPUT,
                io.Autogrow.Input(
                    "more_characters",
                    template=io.Autogrow.TemplatePrefix(
                        CharacterSocket.Input("character", tooltip="Another character."),
                        prefix="character",
                        min=0,
                        max=MOST_CHARACTERS - 1,
                    ),
                    optional=True,
                    tooltip="Further characters of the same clip, each with its own references.",
                ),
                io.Float.Input(
                    "min_similarity",
                    default=0.0,
                    min=0.0,
                    max=1.0,
                    step=0.01,
                    optional=True,
                    tooltip="Least similarity at which a frame shows the character. 0: the "
                    "threshold of its sheet, which the profile makes stricter or more lenient.",
                ),
                profile_input(),
                *MARK_INPUTS,
            ],
            outputs=[*SCORED_OUTPUTS],
        )

    @classmethod
    def execute(
        cls,
        images: torch.Tensor,
        character: Character,
        model: IdentityModel | None = None,
        more_characters: Mapping[str, Character | None] | None = None,
        min_similarity: float = 0.0,
        profile: str = DEFAULT,
        masks: torch.Tensor | None = None,
        boxes: Any = None,
    ) -> io.NodeOutput:
        frames = as_frames(images)
        marks = read_marks(masks, boxes, frames)
        more = [each for each in (more_characters or {}).values() if each is not None]
        identity = marked_model(connected_model(model), marks)
        device_with_room(frames, CHARACTER_BYTES, MOST_FRAMES)
        result = score_characters(
            frames,
            [character, *more],
            identity,
            min_similarity or None,
            comfyui.progress(),
            chosen_measures(profile, SUBJECT),
            chosen_profile(profile).leeway,
            partial_reports(),
        )
        return scored_output(with_places(result.report, networks_of(identity)), images=images)
