"""Is it clean?"""

import torch
from comfy_api.latest import io

from ..models.frames import as_fps, as_frames
from ..models.quality.clip import score_clip_quality
from . import comfyui
from .answers import PASS_OUTPUT, PLOT_OUTPUT, REPORT_OUTPUT, SCORE_OUTPUT, scored
from .inputs import FPS_INPUT


class AnimeClipQuality(io.ComfyNode):
    """Scores how clean a clip is: sharp lines, steady light, enough drawings."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeClipQuality",
            display_name="Clip Quality (Anime)",
            category="Anime Production/Quality",
            description="Measures the sharpness of the lines, flicker apart from motion, and how "
            "many drawings a second there are. Knows that anime is drawn on ones, twos and threes.",
            search_aliases=["flicker", "blurry", "sharpness", "video quality", "on twos"],
            is_output_node=True,
            inputs=[
                io.Image.Input("images", tooltip="The frames of one clip, in order."),
                FPS_INPUT,
            ],
            outputs=[REPORT_OUTPUT, PLOT_OUTPUT, SCORE_OUTPUT, PASS_OUTPUT],
        )

    @classmethod
    def execute(cls, images: torch.Tensor, fps: float = 12.0) -> io.NodeOutput:
        report = score_clip_quality(as_frames(images), as_fps(fps), comfyui.progress())
        return scored(report)
