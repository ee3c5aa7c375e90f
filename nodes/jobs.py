"""What is remembered of a prompt."""

from typing import Any
from uuid import uuid4

import torch
from comfy_api.latest import io

from ..models.frames import InputError, as_fps, as_frames
from ..models.jobs.events import ArtifactWritten
from ..models.jobs.files import (
    FORMATS,
    Destination,
    embedded_facts,
    save_animation,
    save_stills,
)
from ..models.jobs.job import Artifact, Job, new_job
from ..models.jobs.naming import DEFAULT_TEMPLATE, file_prefix
from ..models.jobs.recorder import open_recorder
from ..models.report import Report
from . import comfyui
from .sockets import JobSocket, ReportSocket


class AnimeJob(io.ComfyNode):
    """Marks the prompt it is in as a job that is remembered."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeJob",
            display_name="Job (Anime)",
            category="Anime Production/Job",
            description="Put one of these into a workflow, connected or not, and every run of it "
            "is remembered in the database: its graph, times, reports, files, and how it ended. "
            "Nothing waits for the database.",
            search_aliases=["track", "remember", "project", "shot", "database", "history"],
            is_output_node=True,
            not_idempotent=True,
            inputs=[
                io.String.Input(
                    "project", default="", optional=True, tooltip="The production it belongs to."
                ),
                io.String.Input(
                    "scene", default="", optional=True, tooltip="The scene, such as 03."
                ),
                io.String.Input(
                    "shot", default="", optional=True, tooltip="The shot of the scene, such as 012."
                ),
                io.String.Input(
                    "character", default="", optional=True, tooltip="Who is to be seen."
                ),
                io.String.Input(
                    "tags",
                    default="",
                    optional=True,
                    tooltip="Words to find it by, separated by commas.",
                ),
            ],
            outputs=[
                JobSocket.Output("job", tooltip="This run, for Save Job: its files are its own."),
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, **inputs: Any) -> str:
        return uuid4().hex  # every prompt is a job of its own

    @classmethod
    def execute(
        cls,
        project: str = "",
        scene: str = "",
        shot: str = "",
        character: str = "",
        tags: str = "",
    ) -> io.NodeOutput:
        job = new_job(comfyui.prompt_id(), project, scene, shot, character, tags)
        open_recorder(comfyui.private_directory()).begin(job)
        return io.NodeOutput(job, ui={"anime_job": [{"id": str(job.id)}]})


class AnimeJobSave(io.ComfyNode):
    """Saves a job's pictures into ComfyUI's output folder and remembers the files."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeJobSave",
            display_name="Save Job (Anime)",
            category="Anime Production/Job",
            description="Saves pictures into ComfyUI's output folder with the workflow, the job "
            "and the report inside, and remembers each file with the job.",
            search_aliases=["save", "save image", "save animation", "webp"],
            is_output_node=True,
            not_idempotent=True,
            inputs=[
                JobSocket.Input("job", tooltip="From Job: whose files these are."),
                io.Image.Input(
                    "images",
                    optional=True,
                    tooltip="What to save. Without pictures nothing is written.",
                ),
                ReportSocket.Input(
                    "report",
                    optional=True,
                    tooltip="What was measured of them; written into the files. The job has the "
                    "reports of all its nodes without this.",
                ),
                io.Float.Input(
                    "fps",
                    default=12.0,
                    min=0.1,
                    max=240.0,
                    step=0.5,
                    optional=True,
                    tooltip="Frames per second of an animation.",
                ),
                io.String.Input(
                    "filename",
                    default=DEFAULT_TEMPLATE,
                    optional=True,
                    tooltip="Folders and name below the output folder. {project}, {scene}, {shot}, "
                    "{character}, {tags} and {job} (its id) are filled in, empty ones left out; a "
                    "number follows.",
                ),
                io.Combo.Input(
                    "format",
                    options=list(FORMATS),
                    default=FORMATS[0],
                    optional=True,
                    tooltip="png: a file for each frame. webp: one animation.",
                ),
            ],
            outputs=[],
        )

    @classmethod
    def fingerprint_inputs(cls, **inputs: Any) -> str:
        return uuid4().hex  # saving twice means two files

    @classmethod
    def execute(
        cls,
        job: Job,
        images: torch.Tensor | None = None,
        report: Report | None = None,
        fps: float = 12.0,
        filename: str = DEFAULT_TEMPLATE,
        format: str = FORMATS[0],
    ) -> io.NodeOutput:
        rate = as_fps(fps)
        prefix = file_prefix(filename, job)
        if images is None:
            return io.NodeOutput(ui={"images": []})
        if not len(as_frames(images)):
            remedy = "Connect frames, or leave it unconnected."
            raise InputError("images", "at least one frame", "none", remedy)
        height, width = images.shape[1:3]
        folder, name, counter, _ = comfyui.save_image_path(prefix, width, height)
        to = Destination(comfyui.output_directory(), folder, name, counter)
        facts: dict[str, Any] = {}
        if comfyui.metadata_wanted():
            facts = embedded_facts(job, report, cls.hidden.prompt, cls.hidden.extra_pnginfo)
        recorder = open_recorder(comfyui.private_directory())
        if format == "webp":
            artifacts = [save_animation(images, rate, to, facts)]
        else:
            artifacts = list(save_stills(images, to, facts))
        for artifact in artifacts:
            recorder.record(ArtifactWritten(job, artifact))
        return io.NodeOutput(ui=_shown(artifacts))


def _shown(artifacts: list[Artifact]) -> dict[str, list[Any]]:
    """The files as the editor shows them."""
    images = []
    for artifact in artifacts:
        subfolder, _, name = artifact.path.rpartition("/")
        images.append({"filename": name, "subfolder": subfolder, "type": "output"})
    return {"images": images, "animated": [any(each.frames > 1 for each in artifacts)]}
