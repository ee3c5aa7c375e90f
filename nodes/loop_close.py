"""The node Close Loop, which changes a clip so that it loops."""

from collections.abc import Mapping
from typing import Any

import torch
from comfy_api.latest import io

from ..models.frames import as_fps, as_frames
from ..models.loop.close import METHODS, close_loop
from ..models.loop.seam import SUBJECT
from ..models.profile import DEFAULT
from ..models.sound.sound import as_sound, audio_of
from ..models.where_it_ran import with_places
from . import comfyui
from .answers import REPORT_OUTPUT, node_output, or_blocked, report_ui, with_snapshots
from .inputs import BACKEND_INPUT, FPS_INPUT, chosen_backend
from .lists import refuse_single_frames
from .profiles import ProfiledNode, chosen_measures, profile_input


class AnimeLoopClose(ProfiledNode):
    """Node that changes a clip so that its last frame leads to its first."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeLoopClose",
            display_name="Close Loop (Anime)",
            category="Anime Production/Loop",
            description="Makes a clip loop: drops a repeated frame, takes out a drift of light, "
            "trims the ends, or blends across the seam. auto takes the mildest method that works, "
            "judged by the loop's score. The report says what was done and how far the score "
            "rose.",
            search_aliases=[
                *("make loop", "seamless", "crossfade", "trim loop", "ping pong", "seamless loop"),
                *("looping video", "closed loop", "loop point", "boomerang", "pingpong"),
                *("cross fade", "ループ", "ループ動画", "循环", "无缝循环"),
            ],
            is_output_node=True,
            inputs=[
                io.Image.Input(
                    "images",
                    tooltip="The frames of one clip, in order; 4 or more. Alpha is kept.",
                ),
                FPS_INPUT,
                io.Combo.Input(
                    "method",
                    options=list(METHODS),
                    default="auto",
                    optional=True,
                    tooltip="auto: the mildest method that works; if none helps, the clip stays "
                    "unchanged. trim: cut the ends; at least half stays. crossfade: fade the end "
                    "into the start; the clip gets shorter by blend_frames. flow_morph: add "
                    "blend_frames drawn along the optical flow. colour: take out a drift of light "
                    "and colour. ping_pong: play it forwards and backwards; auto never does that.",
                ),
                io.Int.Input(
                    "blend_frames",
                    default=4,
                    min=1,
                    max=1000,
                    optional=True,
                    tooltip="Number of frames that crossfade blends or flow_morph adds, at most "
                    "half of the clip. For auto it is the upper limit. A held drawing counts with "
                    "all its frames.",
                ),
                BACKEND_INPUT,
                profile_input(),
                io.Audio.Input(
                    "audio",
                    optional=True,
                    tooltip="Sound of the clip. It is cut, faded or extended as the frames are, "
                    "and its ends are joined so that it does not click.",
                ),
            ],
            outputs=[
                io.Image.Output(
                    "images",
                    tooltip="The closed clip; the report has its length. Frames away from the seam "
                    "are unchanged, except with colour.",
                ),
                REPORT_OUTPUT,
                io.Audio.Output(
                    "audio",
                    tooltip="The sound of the closed clip; the report says what was done. Without "
                    "a sound nothing comes out, and the connected nodes do not run.",
                ),
            ],
        )

    @classmethod
    def execute(
        cls,
        images: torch.Tensor,
        fps: float = 12.0,
        method: str = "auto",
        blend_frames: int = 4,
        backend: str = "auto",
        profile: str = DEFAULT,
        audio: Mapping[str, Any] | None = None,
    ) -> io.NodeOutput:
        refuse_single_frames(images)
        sound = None if audio is None else as_sound(audio)
        network = chosen_backend(backend, as_frames(images))
        closed = close_loop(
            images,
            as_fps(fps),
            method,
            blend_frames,
            network,
            comfyui.progress(),
            chosen_measures(profile, SUBJECT),
            sound,
        )
        report = with_places(closed.report, {network.name: network})
        report = with_snapshots(report, closed.images)
        closed_audio = audio_of(closed.sound, sound, audio)
        return node_output(closed.images, report, or_blocked(closed_audio), ui=report_ui(report))
