"""A node that writes and shows a video as another pack does."""

import os
from fractions import Fraction
from typing import Any

import folder_paths
import torch
from comfy_api.latest import InputImpl, Types, io


class TestVideoCombine(io.ComfyNode):
    """A video as VideoHelperSuite's VHS_VideoCombine (8fe3aac) saves and shows it.

    The entry in `gifs` has more than ComfyUI's own have, and with sound there is a second file.
    """

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return io.Schema(
            node_id="TestVideoCombine",
            category="Test",
            inputs=[
                io.Image.Input("images"),
                io.Float.Input("frame_rate", default=8.0),
                io.String.Input("filename_prefix", default="AnimateDiff"),
                io.Boolean.Input("save_output", default=True),
                io.Audio.Input("audio", optional=True),
            ],
            is_output_node=True,
        )

    @classmethod
    def execute(
        cls,
        images: torch.Tensor,
        frame_rate: float,
        filename_prefix: str,
        save_output: bool,
        audio: Any = None,
    ) -> io.NodeOutput:
        """Write the video, and with sound a second one, which alone is shown."""
        get_folder = (
            folder_paths.get_output_directory if save_output else folder_paths.get_temp_directory
        )
        folder, name, counter, subfolder, _ = folder_paths.get_save_image_path(
            filename_prefix, get_folder()
        )
        rate = Fraction(frame_rate).limit_denominator(1001)
        names = [f"{name}_{counter:05}.mp4"]
        if audio is not None:
            names.append(f"{name}_{counter:05}-audio.mp4")
        for file_name, sound in zip(names, (None, audio), strict=False):
            parts = Types.VideoComponents(images=images, frame_rate=rate, audio=sound)
            InputImpl.VideoFromComponents(parts).save_to(os.path.join(folder, file_name))
        shown = {
            "filename": names[-1],
            "subfolder": subfolder,
            "type": "output" if save_output else "temp",
            "format": "video/h264-mp4",
            "frame_rate": frame_rate,
            "workflow": f"{name}_{counter:05}.png",
            "fullpath": os.path.join(folder, names[-1]),
        }
        return io.NodeOutput(ui={"gifs": [shown]})
