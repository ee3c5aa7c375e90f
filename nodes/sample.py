"""The node Sample Clip, which draws a clip with faults of known strength."""

import torch
from comfy_api.latest import io

from ..models.frames import as_fps
from ..models.sample.sample_clip import Faults, draw_clip
from . import comfyui


class AnimeSampleClip(io.ComfyNode):
    """Node that draws a clip of a simple anime character, with faults of known strength."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeSampleClip",
            display_name="Sample Clip (Anime)",
            category="Anime Production/Sample",
            description="Draws a simple anime character in motion without any model, so that every "
            "measure can be tried on known faults. By default the clip has no fault.",
            search_aliases=["test clip", "example animation", "sample character", "dummy frames"],
            inputs=[
                io.Int.Input(
                    "frames",
                    default=24,
                    min=1,
                    max=2000,
                    optional=True,
                    tooltip="Number of frames. The clip loops if it is the period or a multiple of "
                    "it.",
                ),
                io.Int.Input(
                    "width", default=384, min=64, max=2048, optional=True, tooltip="Width, px."
                ),
                io.Int.Input(
                    "height", default=384, min=64, max=2048, optional=True, tooltip="Height, px."
                ),
                io.Float.Input(
                    "fps",
                    default=12.0,
                    min=0.1,
                    max=120.0,
                    step=0.5,
                    optional=True,
                    tooltip="Frames per second at which the clip is meant to play. The value is "
                    "passed on.",
                ),
                io.Int.Input(
                    "period",
                    default=24,
                    min=2,
                    max=2000,
                    optional=True,
                    tooltip="Frames after which the motion repeats exactly.",
                ),
                io.Int.Input(
                    "character",
                    default=0,
                    min=0,
                    max=3,
                    optional=True,
                    tooltip="Number of the character. The four differ in colours and shape.",
                ),
                io.Int.Input(
                    "seed",
                    default=0,
                    min=0,
                    max=0xFFFFFFFFFFFFFFFF,
                    optional=True,
                    control_after_generate=True,
                    tooltip="Seed of the background, the moment of the motion and the flicker. The "
                    "same seed gives the same pixels.",
                ),
                io.Float.Input(
                    "seam_jump",
                    default=0.0,
                    min=0.0,
                    max=64.0,
                    step=0.5,
                    optional=True,
                    tooltip="Fault: steps of motion missing between the last frame and the first.",
                ),
                io.Float.Input(
                    "flicker",
                    default=0.0,
                    min=0.0,
                    max=64.0,
                    step=0.5,
                    optional=True,
                    tooltip="Fault: brightness that jumps from drawing to drawing, root mean "
                    "square in grey levels of 255.",
                ),
                io.Int.Input(
                    "hold",
                    default=1,
                    min=1,
                    max=48,
                    optional=True,
                    tooltip="Number of frames that each drawing is held: 1 on ones, 2 on twos, 3 "
                    "on threes.",
                ),
                io.Float.Input(
                    "blur",
                    default=0.0,
                    min=0.0,
                    max=32.0,
                    step=0.1,
                    optional=True,
                    tooltip="Fault: softness, standard deviation of a Gaussian in px.",
                ),
                io.Float.Input(
                    "drift",
                    default=0.0,
                    min=0.0,
                    max=1.0,
                    step=0.05,
                    optional=True,
                    tooltip="Fault: how far the character turns into another one by the last "
                    "frame; 1 is all the way.",
                ),
            ],
            outputs=[
                io.Image.Output("frames", tooltip="The clip."),
                io.Float.Output("fps", tooltip="Frame rate of the clip, as given."),
            ],
        )

    @classmethod
    def execute(
        cls,
        frames: int = 24,
        width: int = 384,
        height: int = 384,
        fps: float = 12.0,
        period: int = 24,
        character: int = 0,
        seed: int = 0,
        seam_jump: float = 0.0,
        flicker: float = 0.0,
        hold: int = 1,
        blur: float = 0.0,
        drift: float = 0.0,
    ) -> io.NodeOutput:
        rate = as_fps(fps)
        faults = Faults(seam_jump=seam_jump, flicker=flicker, hold=hold, blur=blur, drift=drift)
        clip: torch.Tensor = draw_clip(
            frames, width, height, period, character, seed, faults, comfyui.progress()
        )
        return io.NodeOutput(comfyui.to_intermediate(clip), rate)
