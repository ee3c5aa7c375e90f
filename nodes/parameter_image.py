"""The node Parameter: Picture or Clip, a named file that a production fills in, as frames."""

from typing import Any

import torch
from comfy_api.latest import io

from ..models.frames import InputError, as_fps, as_frames
from ..models.media.reading import read_media
from . import comfyui
from .inputs import fps_input, text_input
from .parameter_nodes import ALIASES, CATEGORY, NAME_INPUT


class AnimeParameterImage(io.ComfyNode):
    """Node that outputs the frames of a picture or a clip from a file in ComfyUI's folders."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeParameterImage",
            display_name="Parameter: Picture or Clip (Anime)",
            category=CATEGORY,
            description="Named file of a workflow that becomes a phase of a production, such as "
            "the still of the previous phase. A picture, an animated WebP or a video is loaded as "
            "frames.",
            search_aliases=[*ALIASES, "load image", "load video", "load webp"],
            inputs=[
                NAME_INPUT,
                text_input(
                    "value",
                    "File in ComfyUI's input folder, with its subfolders. Add [output] or [temp] "
                    "for a file in those folders: shot/still_00001_.png [output]. Empty: fallback "
                    "is used.",
                ),
                io.Image.Input(
                    "fallback",
                    optional=True,
                    lazy=True,
                    tooltip="Frames to use if no file is named.",
                ),
                fps_input(
                    "Frames per second for a still or the fallback, which have no rate of "
                    "their own."
                ),
            ],
            outputs=[
                io.Image.Output("images", tooltip="The frames; a still gives one."),
                io.Float.Output("fps", tooltip="Frames per second of the file."),
                io.AnyType.Output(
                    "file", tooltip="Name of the file, for a loader's list of files."
                ),
            ],
        )

    @classmethod
    def validate_inputs(cls, value: str | None = None) -> bool | str:
        if not value:
            return True
        return True if comfyui.annotated_file(value) is not None else str(_missing(value))

    @classmethod
    def check_lazy_status(cls, value: str = "", **inputs: Any) -> list[str]:
        """Return the inputs to compute: the fallback, if it is connected and no file is named."""
        needs_fallback = not value and "fallback" in inputs and inputs["fallback"] is None
        return ["fallback"] if needs_fallback else []

    @classmethod
    def fingerprint_inputs(cls, value: str | None = None, **inputs: Any) -> str:
        """Return a text that changes when the file is written again."""
        path = comfyui.annotated_file(value) if value else None
        if path is None:
            return ""
        state = path.stat()
        return f"{state.st_mtime_ns} {state.st_size}"

    @classmethod
    def execute(
        cls,
        name: str = "",
        value: str = "",
        fallback: torch.Tensor | None = None,
        fps: float = 12.0,
    ) -> io.NodeOutput:
        rate = as_fps(fps)
        if not value:
            if fallback is None:
                remedy = "Write a file's name, or connect frames to fallback."
                raise InputError(name or "value", "a file, or a fallback", "neither", remedy)
            return io.NodeOutput(as_frames(fallback, "fallback")[:], rate, "")
        path = comfyui.annotated_file(value)
        if path is None:
            raise _missing(value)
        media = read_media(path, keep_alpha=False)
        frames = comfyui.to_intermediate(media.frames)
        return io.NodeOutput(frames, media.fps or rate, value)


def _missing(file: str) -> InputError:
    expected = "a file in ComfyUI's input folder, or in another with [output] or [temp] behind it"
    remedy = "Write its folders too, such as shot/still_00001_.png [output]."
    return InputError("value", expected, f"{file!r}, which does not exist", remedy)
