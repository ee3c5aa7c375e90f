"""The node Loop Score, which measures whether a clip loops."""

from collections.abc import Mapping
from typing import Any

import torch
from comfy_api.latest import io

from ..models.frames import as_fps, as_frames
from ..models.loop.preview import seam_preview
from ..models.loop.seam import SUBJECT, score_loop
from ..models.loop.sound_measures import with_sound
from ..models.profile import DEFAULT
from ..models.sound.sound import as_sound
from ..models.where_it_ran import with_places
from . import comfyui
from .answers import SCORED_OUTPUTS, scored_output
from .inputs import BACKEND_INPUT, FPS_INPUT, chosen_backend
from .lists import refuse_single_frames
from .profiles import ProfiledNode, chosen_measures, profile_input


class AnimeLoopScore(ProfiledNode):
    """Node that scores whether the step from the last frame to the first is like any other."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeLoopScore",
            display_name="Loop Score (Anime)",
            category="Anime Production/Loop",
            description="Compares the step from the last frame to the first with the clip's own "
            "steps. A jump, a stutter, motion that turns back, a drift of light or colour, a "
            "broken hold pattern or a frozen picture is not a loop.",
            search_aliases=[
                *("seamless", "loop", "seam", "does it loop", "perfect loop", "seamless loop"),
                *("loop point", "looping video", "first and last frame"),
                *(
                    "first frame same as last frame",
                    "ループ動画",
                    "ループ",
                    "継ぎ目",
                    "循环",
                    "无缝循环",
                    "首尾帧",
                ),
            ],
            is_output_node=True,
            inputs=[
                io.Image.Input("images", tooltip="The frames of one clip, in order; 4 or more."),
                FPS_INPUT,
                BACKEND_INPUT,
                profile_input(),
                io.Audio.Input(
                    "audio",
                    optional=True,
                    tooltip="Sound of the clip. The report then says too whether the sound loops: "
                    "whether it clicks or jumps at the seam.",
                ),
            ],
            outputs=[
                *SCORED_OUTPUTS,
                io.Image.Output(
                    "seam_preview",
                    tooltip="Animation of the frames around the seam in playing order: the last "
                    "ones, then the first. Beside it stands the change from the last frame to the "
                    "first, four times as strong.",
                ),
            ],
        )

    @classmethod
    def execute(
        cls,
        images: torch.Tensor,
        fps: float = 12.0,
        backend: str = "auto",
        profile: str = DEFAULT,
        audio: Mapping[str, Any] | None = None,
    ) -> io.NodeOutput:
        refuse_single_frames(images)
        sound = None if audio is None else as_sound(audio)
        frames, network = as_frames(images), chosen_backend(backend, images)
        measures = chosen_measures(profile, SUBJECT)
        report = score_loop(
            frames,
            as_fps(fps),
            network,
            comfyui.progress(),
            measures=measures,
        )
        report = with_sound(report, sound, as_fps(fps), measures)
        report = with_places(report, {network.name: network})
        preview = comfyui.to_intermediate(seam_preview(frames))
        return scored_output(report, preview, images=images)
