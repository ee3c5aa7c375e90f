"""The node Find Loop, which finds the part of a clip that loops best."""

from collections.abc import Mapping
from typing import Any

import torch
from comfy_api.latest import io

from ..models.frames import as_fps, as_frames
from ..models.image_ops.part import own_part
from ..models.loop.find import find_loops
from ..models.loop.loop_sound import cut_editing, with_loop_sound
from ..models.loop.seam import SUBJECT
from ..models.profile import DEFAULT
from ..models.sound.sound import as_sound, audio_of
from ..models.where_it_ran import with_places
from . import comfyui
from .answers import REPORT_OUTPUT, node_output, or_blocked, report_ui, with_snapshots
from .inputs import BACKEND_INPUT, FPS_INPUT, chosen_backend
from .lists import refuse_single_frames
from .profiles import ProfiledNode, chosen_measures, profile_input


class AnimeLoopFind(ProfiledNode):
    """Node that finds the part of a clip that loops best."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeLoopFind",
            display_name="Find Loop (Anime)",
            category="Anime Production/Loop",
            description="Compares all frames of a clip with each other and cuts out the part whose "
            "end continues into its start, in pose and in motion. If nothing loops, the report "
            "says so and the nearest part comes out.",
            search_aliases=[
                *("loop detection", "find loop", "perfect loop", "gif loop", "trim", "loop point"),
                *("looping video", "seamless loop", "ループ", "ループ動画", "循环"),
            ],
            is_output_node=True,
            inputs=[
                io.Image.Input("images", tooltip="The frames of one clip, in order."),
                FPS_INPUT,
                io.Int.Input(
                    "min_frames",
                    default=8,
                    min=4,
                    max=10000,
                    optional=True,
                    tooltip="Length of the shortest loop to look for, in frames.",
                ),
                io.Int.Input(
                    "max_frames",
                    default=0,
                    min=0,
                    max=10000,
                    optional=True,
                    tooltip="Length of the longest loop to look for, in frames. 0: as long as the "
                    "clip. A smaller number makes the search of a long clip faster.",
                ),
                io.Int.Input(
                    "top_k",
                    default=3,
                    min=1,
                    max=20,
                    optional=True,
                    tooltip="Number of different loops that the report and the map show.",
                ),
                BACKEND_INPUT,
                profile_input(),
                io.Audio.Input(
                    "audio",
                    optional=True,
                    tooltip="Sound of the clip. It is cut to the frames of the loop, and its ends "
                    "are joined so that it does not click.",
                ),
            ],
            outputs=[
                io.Image.Output("loop", tooltip="The frames of the best loop."),
                REPORT_OUTPUT,
                io.Int.Output("start", tooltip="First frame of the best loop, counted from 0."),
                io.Int.Output("length", tooltip="Number of frames of the best loop."),
                io.Audio.Output(
                    "audio",
                    tooltip="The sound of the best loop. Without a sound nothing comes out, and "
                    "the connected nodes do not run.",
                ),
            ],
        )

    @classmethod
    def execute(
        cls,
        images: torch.Tensor,
        fps: float = 12.0,
        min_frames: int = 8,
        max_frames: int = 0,
        top_k: int = 3,
        backend: str = "auto",
        profile: str = DEFAULT,
        audio: Mapping[str, Any] | None = None,
    ) -> io.NodeOutput:
        if 0 < max_frames < min_frames:
            raise ValueError(
                f"AnimeLoopFind: max_frames ({max_frames}) is smaller than min_frames "
                f"({min_frames}); give a larger max_frames or a smaller min_frames."
            )
        refuse_single_frames(images)
        sound = None if audio is None else as_sound(audio)
        frames, fps = as_frames(images), as_fps(fps)
        measures = chosen_measures(profile, SUBJECT)
        network = chosen_backend(backend, frames)
        search = find_loops(
            frames,
            fps,
            min_frames,
            max_frames or None,
            top_k,
            network,
            comfyui.progress(),
            measures,
        )
        loop = own_part(images, search.start, search.length)
        editing = cut_editing(search.start, search.length, len(images), fps)
        report, loop_sound = with_loop_sound(search.report, sound, editing, measures)
        report = with_snapshots(with_places(report, {network.name: network}), loop)
        return node_output(
            loop,
            report,
            search.start,
            search.length,
            or_blocked(audio_of(loop_sound, sound, audio)),
            ui=report_ui(report),
        )
