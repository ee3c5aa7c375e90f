"""Nodes that score how clean clips and still pictures are."""

from pathlib import Path

import torch
from comfy_api.latest import io

from ..models.frames import as_fps, as_frames
from ..models.profile import DEFAULT
from ..models.quality.clip_quality import SUBJECT as CLIP
from ..models.quality.clip_quality import score_clip_quality
from ..models.quality.still import learned
from ..models.quality.still.still_quality import BATCH, PIXELS, score_still_quality
from ..models.quality.still.still_quality import SUBJECT as STILL
from ..models.where_it_ran import with_places
from . import comfyui
from .answers import SCORED_OUTPUTS, scored_output
from .graphics_memory import STILL_BYTES, device_with_room
from .inputs import FPS_INPUT
from .lists import refuse_single_frames
from .partial_reports import partial_reports
from .profiles import ProfiledNode, chosen_measures, profile_input


class AnimeClipQuality(ProfiledNode):
    """Node that scores how clean a clip is: sharp lines, steady light, evenly timed drawings."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeClipQuality",
            display_name="Clip Quality (Anime)",
            category="Anime Production/Quality",
            description="Finds the hold pattern and the scenes, then measures from drawing to "
            "drawing: sharpness, noise and blocks, flicker apart from motion, flashes, pumping, "
            "ghosts, melting, pops, soft drawings, drift of colour, shake, boiling, repeated and "
            "missing drawings, smoothness, motion.",
            search_aliases=[
                *("flicker", "blurry", "sharpness", "video quality", "on twos", "jitter", "flash"),
                *("duplicate frames", "dropped frames", "boiling", "warping error", "smoothness"),
                *("ghosting", "melting", "pop", "soft frames", "colour drift", "noise"),
                *("clip check", "check clip", "flickering", "temporal consistency", "color shift"),
                *("color drift", "shaking", "ちらつき", "闪烁", "抖动"),
            ],
            is_output_node=True,
            inputs=[
                io.Image.Input("images", tooltip="The frames of one clip, in order."),
                FPS_INPUT,
                profile_input(),
            ],
            outputs=[*SCORED_OUTPUTS],
        )

    @classmethod
    def execute(
        cls, images: torch.Tensor, fps: float = 12.0, profile: str = DEFAULT
    ) -> io.NodeOutput:
        refuse_single_frames(images)
        measures = chosen_measures(profile, CLIP)
        report = score_clip_quality(
            as_frames(images), as_fps(fps), measures, comfyui.progress(), partial_reports()
        )
        return scored_output(report, images=images)


class AnimeStillQuality(ProfiledNode):
    """Node that scores how clean pictures are, each picture on its own."""

    FOLDERS = tuple(each.name for each in learned.CLASSIFIERS)

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeStillQuality",
            display_name="Still Quality (Anime)",
            category="Anime Production/Quality",
            description="Measures how clean pictures are: sharpness of lines, real resolution, "
            "noise, bands, blocks, lost light, blank pictures. It also reports borders, kind of "
            "blur, ripples, contrast and colour. It is made for drawings: flat colour is not a "
            "fault.",
            search_aliases=[
                *("blurry", "noise", "banding", "jpeg", "image quality", "aesthetic", "sharpness"),
                *("sharp", "blur detection", "aesthetic score", "quality score", "quality check"),
                *("ぼけ", "模糊检测"),
            ],
            is_output_node=True,
            inputs=[
                io.Image.Input(
                    "images",
                    tooltip="Pictures. Each is judged for itself, and the worst one decides.",
                ),
                profile_input(),
            ],
            outputs=[*SCORED_OUTPUTS],
        )

    @classmethod
    def execute(cls, images: torch.Tensor, profile: str = DEFAULT) -> io.NodeOutput:
        frames = as_frames(images)
        measures = chosen_measures(profile, STILL)
        networks = learned.open_installed(_classifier_files(), comfyui.device())
        report = score_still_quality(
            frames,
            measures,
            networks,
            device_with_room(frames, STILL_BYTES, BATCH, PIXELS),
            comfyui.progress(),
            partial_reports(),
        )
        places = {each.classifier.model: each for each in networks.ready}
        return scored_output(with_places(report, places), images=images)


def _classifier_files() -> dict[str, dict[str, Path]]:
    """Return the installed files of the networks that score stills, by the name of their folder."""
    return {each.name: comfyui.weights(each.name) for each in learned.CLASSIFIERS}
