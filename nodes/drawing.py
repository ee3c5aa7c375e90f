"""Nodes that draw measurements as pictures; each shows its picture and also outputs it."""

from typing import Any

import torch
from comfy_api.latest import io, ui

from ..models.character.pictures import contact_sheet, overlay
from ..models.character.sheet import Character
from ..models.frames import as_frames
from ..models.loop.distance_map import draw_distance_map
from ..models.plot import plot_report
from ..models.quality.compare.pairs import REFUSE, paired
from ..models.quality.compare.picture import draw_differences
from ..models.report import Report
from . import comfyui
from .inputs import RESIZE_INPUT, text_input
from .sockets import CharacterSocket, ReportSocket

CATEGORY = "Anime Production/Drawing"


class AnimeReportPlot(io.ComfyNode):
    """Node that draws a report: verdict, measurements, and their curves over the frames."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeReportPlot",
            display_name="Report Plot (Anime)",
            category=CATEGORY,
            description="Draws a report as a picture: the verdict, the measurements with their "
            "reasons, and the curves of those that have a value for every frame.",
            search_aliases=["plot", "chart", "graph", "curve", "show report", "visualize"],
            is_output_node=True,
            inputs=[
                ReportSocket.Input("report", tooltip="Report to draw, from any scoring node."),
                text_input(
                    "measurement",
                    "Name of the only measurement to draw, such as flicker. Empty: those that "
                    "matter most for the verdict.",
                ),
            ],
            outputs=[io.Image.Output("plot", tooltip="One picture of 960×540 pixels.")],
        )

    @classmethod
    def execute(cls, report: Report, measurement: str = "") -> io.NodeOutput:
        return _picture_output(cls, plot_report(report, measurement.strip()))


class AnimeCharacterOverlay(io.ComfyNode):
    """Node that draws the detections of a Character Score into every frame."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeCharacterOverlay",
            display_name="Character Overlay (Anime)",
            category=CATEGORY,
            description="Draws into every frame what the Character Score saw: a box with name and "
            "similarity around each character, and boxes around other people and doubled figures.",
            search_aliases=["bounding box", "draw boxes", "annotate", "who is where"],
            is_output_node=True,
            inputs=[
                io.Image.Input("images", tooltip="The frames that went into the Character Score."),
                ReportSocket.Input("report", tooltip="The report of the Character Score."),
            ],
            outputs=[io.Image.Output("overlay", tooltip="The frames with the boxes in them.")],
        )

    @classmethod
    def execute(cls, images: torch.Tensor, report: Report) -> io.NodeOutput:
        return _picture_output(cls, overlay(as_frames(images), report))


class AnimeCharacterContactSheet(io.ComfyNode):
    """Node that draws all references of a character side by side."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeCharacterContactSheet",
            display_name="Character Contact Sheet (Anime)",
            category=CATEGORY,
            description="Draws all references of a character on one sheet: what was seen in each, "
            "how similar they are, and which of them can't be used.",
            search_aliases=["references", "character sheet", "overview", "grid"],
            is_output_node=True,
            inputs=[
                CharacterSocket.Input(
                    "character", tooltip="From a Character Sheet, or a Load Character."
                ),
            ],
            outputs=[io.Image.Output("contact_sheet", tooltip="One picture of all references.")],
        )

    @classmethod
    def execute(cls, character: Character) -> io.NodeOutput:
        return _picture_output(cls, contact_sheet(character))


class AnimeDifferencePicture(io.ComfyNode):
    """Node that draws where pictures differ from their references."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeDifferencePicture",
            display_name="Difference Picture (Anime)",
            category=CATEGORY,
            description="Draws the colour difference of every pixel in ΔE₀₀: black is the same, "
            "purple 1 (can just be seen), red 2.5 to 5, orange 10, pale yellow 20 and more.",
            search_aliases=["difference", "heatmap", "before after", "what changed", "diff"],
            is_output_node=True,
            inputs=[
                io.Image.Input("images", tooltip="Pictures to look at: the results."),
                io.Image.Input(
                    "references",
                    tooltip="Pictures to compare with: one for each image, in the same order, or "
                    "one for all.",
                ),
                RESIZE_INPUT,
            ],
            outputs=[
                io.Image.Output(
                    "difference", tooltip="One picture of the differences for each pair."
                )
            ],
        )

    @classmethod
    def execute(
        cls, images: torch.Tensor, references: torch.Tensor, resize: str = REFUSE
    ) -> io.NodeOutput:
        pairs = paired(
            as_frames(images), as_frames(references, "references"), resize, comfyui.device()
        )
        return _picture_output(cls, draw_differences(pairs))


class AnimeLoopMap(io.ComfyNode):
    """Node that draws the distance map of a Find Loop with its scored candidates."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeLoopMap",
            display_name="Loop Map (Anime)",
            category=CATEGORY,
            description="Draws how different the frames of a clip are, by the start and the length "
            "of a loop. Dark means similar. The candidates are numbered; those that loop are "
            "green.",
            search_aliases=["distance map", "self similarity", "loop search", "heatmap"],
            is_output_node=True,
            inputs=[ReportSocket.Input("report", tooltip="Report of a Find Loop.")],
            outputs=[io.Image.Output("map", tooltip="One picture of 960×540 pixels.")],
        )

    @classmethod
    def execute(cls, report: Report) -> io.NodeOutput:
        return _picture_output(cls, draw_distance_map(report))


def _picture_output(node: type[io.ComfyNode], pictures: torch.Tensor) -> io.NodeOutput:
    """Return pictures as the node's output and as its preview in the editor."""
    # ComfyUI can't save a preview of an empty batch.
    preview: dict[str, Any] = {"images": [], "animated": [False]}
    if len(pictures):
        preview = ui.PreviewImage(pictures, cls=node).as_dict()
    return io.NodeOutput(comfyui.to_intermediate(pictures), ui=preview)
