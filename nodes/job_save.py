"""The node Save Job, which writes a job's files into ComfyUI's output folder."""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import uuid4

import torch
from comfy_api.latest import Input, InputImpl, Types, io

from ..models.frames import InputError, as_fps, as_frames
from ..models.jobs.job import Artifact, Job
from ..models.jobs.provenance.files import (
    FORMATS,
    Destination,
    SavedFile,
    embedded_facts,
    save_animation,
    save_stills,
    save_video,
)
from ..models.jobs.provenance.naming import DEFAULT_TEMPLATE, file_prefix
from ..models.jobs.recording.events import ArtifactWritten
from ..models.jobs.recording.recorder import open_recorder
from ..models.report import Report
from . import comfyui
from .inputs import fps_input
from .sockets import JobSocket, ReportSocket

VIDEO_FORMAT = "mp4"
# Largest denominator of a video's frame rate: NTSC rates such as 24000/1001 are exact with it.
LARGEST_DENOMINATOR = 1001


class AnimeJobSave(io.ComfyNode):
    """Node that saves a job's pictures and videos and records the files with the job."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeJobSave",
            display_name="Save Job (Anime)",
            category="Anime Production/Job",
            description="Saves pictures and videos into ComfyUI's output folder with the workflow, "
            "the job and the report inside, and remembers each file with the job.",
            search_aliases=["save", "save image", "save animation", "save video", "webp", "mp4"],
            is_output_node=True,
            not_idempotent=True,
            inputs=[
                JobSocket.Input("job", tooltip="From Job: the job that the files belong to."),
                io.Image.Input(
                    "images",
                    optional=True,
                    tooltip="Pictures to save. Without pictures and video nothing is written.",
                ),
                ReportSocket.Input(
                    "report",
                    optional=True,
                    tooltip="Report on these pictures. It gives the job's verdict and is written "
                    "into the files. Without it the job still has the reports of all its nodes.",
                ),
                fps_input("Frames per second of an animation. A video has its own rate."),
                io.String.Input(
                    "filename",
                    default=DEFAULT_TEMPLATE,
                    optional=True,
                    tooltip="Folders and file name below the output folder. {project}, {episode}, "
                    "{scene}, {shot}, {character}, {tags} and {job} (its id) are filled in, and "
                    "empty ones are left out. A number is added.",
                ),
                io.Combo.Input(
                    "format",
                    options=list(FORMATS),
                    default=FORMATS[0],
                    optional=True,
                    tooltip="File format of the images. png: one file for each frame. webp: one "
                    "animation. mp4: one video.",
                ),
                io.Video.Input(
                    "video",
                    optional=True,
                    tooltip="A video to save as mp4, with its sound.",
                ),
            ],
            outputs=[],
        )

    @classmethod
    def fingerprint_inputs(cls, **inputs: Any) -> str:
        return uuid4().hex  # Two runs write two files, so the result is never cached.

    @classmethod
    def execute(
        cls,
        job: Job,
        images: torch.Tensor | None = None,
        report: Report | None = None,
        fps: float = 12.0,
        filename: str = DEFAULT_TEMPLATE,
        format: str = FORMATS[0],
        video: Input.Video | None = None,
    ) -> io.NodeOutput:
        rate = as_fps(fps)
        prefix = file_prefix(filename, job)
        if images is not None:
            _check_images(images, format)
        facts: dict[str, Any] = {}
        if comfyui.writes_metadata():
            facts = embedded_facts(job, report, cls.hidden.prompt, cls.hidden.extra_pnginfo)
        recorder = open_recorder(comfyui.private_directory())
        artifacts = []
        for saved in _saved_files(images, rate, format, video, prefix, facts):
            recorder.record(ArtifactWritten(job, saved.artifact, saved.thumbnail))
            artifacts.append(saved.artifact)
        left_out = recorder.left_out(job.id)
        text = {} if left_out is None else {"text": [left_out.message]}
        return io.NodeOutput(ui={**_artifacts_ui(artifacts), **text})


def _check_images(images: torch.Tensor, format: str) -> None:
    height, width = as_frames(images).shape[1:3]
    if not len(images):
        remedy = "Connect frames, or leave the input unconnected."
        raise InputError("images", "at least one frame", "none", remedy)
    if format == VIDEO_FORMAT and (height % 2 or width % 2):
        remedy = "Crop or pad the images by a pixel, or save them as webp."
        raise InputError(
            "images", "an even width and height for an mp4", f"{width}×{height}", remedy
        )


def _saved_files(
    images: torch.Tensor | None,
    fps: float,
    format: str,
    video: Input.Video | None,
    prefix: str,
    facts: Mapping[str, Any],
) -> Iterator[SavedFile]:
    """Write the images and the video, and yield each file when it is written."""
    if images is not None:
        destination = _destination(prefix, *reversed(images.shape[1:3]))
        if format == VIDEO_FORMAT:
            yield save_video(_writer(_as_video(images, fps)), destination, facts)
        elif format == "webp":
            yield save_animation(images, fps, destination, facts)
        else:
            yield from save_stills(images, destination, facts)
    if video is not None:
        destination = _destination(prefix, *video.get_dimensions())
        yield save_video(_writer(video), destination, facts)


def _destination(prefix: str, width: int, height: int) -> Destination:
    folder, name, counter, _ = comfyui.save_image_path(prefix, width, height)
    return Destination(comfyui.output_directory(), folder, name, counter)


def _as_video(images: torch.Tensor, fps: float) -> Input.Video:
    """Return a batch as ComfyUI's video type."""
    rate = Fraction(fps).limit_denominator(LARGEST_DENOMINATOR)
    frames = as_frames(images)
    pictures = frames[:] if frames.is_finite else frames[:].nan_to_num(0.0)
    return InputImpl.VideoFromComponents(Types.VideoComponents(images=pictures, frame_rate=rate))


def _writer(video: Input.Video) -> Callable[[Path, dict[str, Any] | None], None]:
    """Return a function that writes a video with metadata to a path."""

    def write(path: Path, metadata: dict[str, Any] | None) -> None:
        video.save_to(
            str(path),
            format=Types.VideoContainer.MP4,
            codec=Types.VideoCodec.H264,
            metadata=metadata,
        )

    return write


def _artifacts_ui(artifacts: list[Artifact]) -> dict[str, list[Any]]:
    """Return the `ui` that shows files in the editor; it plays a video only with `animated`."""
    images = []
    for artifact in artifacts:
        subfolder, _, name = artifact.path.rpartition("/")
        images.append({"filename": name, "subfolder": subfolder, "type": "output"})
    animated = any(each.kind == "video" or (each.frames or 1) > 1 for each in artifacts)
    return {"images": images, "animated": [animated]}
