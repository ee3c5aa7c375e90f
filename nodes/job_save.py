"""The node Save Job, which writes a job's files into ComfyUI's output folder."""

from typing import Any
from uuid import uuid4

import torch
from comfy_api.latest import Input, io

from ..models.frames import as_fps
from ..models.jobs.job import Artifact, Job, new_job
from ..models.jobs.provenance.files import embedded_facts
from ..models.jobs.provenance.naming import DEFAULT_TEMPLATE, file_prefix
from ..models.jobs.recording.events import ArtifactWritten
from ..models.jobs.recording.recorder import open_recorder
from ..models.media.formats import FORMATS
from ..models.media.notes import Note
from ..models.media.sizes import ODD_SIZES, REFUSE
from ..models.media.suffixes import AUDIO, OTHER, VIDEO
from ..models.node_ui import own_ui
from ..models.report import Report
from . import comfyui
from .answers import NodeUi
from .inputs import fps_input, refusal
from .job_files import checked_contents, saved_files
from .sockets import JobSocket, ReportSocket

PNG = next(iter(FORMATS))
SHOWN_AS = {AUDIO: "audio", OTHER: "files"}  # ComfyUI's keys of `ui`; everything else is `images`


class AnimeJobSave(io.ComfyNode):
    """Node that saves a job's pictures and videos and records the files with the job."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeJobSave",
            display_name="Save Job (Anime)",
            category="Anime Production/Job",
            description="Saves pictures, videos and sound into ComfyUI's output folder with the "
            "workflow, the job and the report inside, and remembers each file with the job.",
            search_aliases=[
                *("save", "save image", "save animation", "save video", "save audio", "webp"),
                *("mp4", "webm", "apng", "gif", "transparent", "alpha"),
            ],
            is_output_node=True,
            not_idempotent=True,
            inputs=[
                JobSocket.Input("job", tooltip="From Job: the job that the files belong to."),
                io.Image.Input(
                    "images",
                    optional=True,
                    tooltip="Pictures to save. Without pictures, video and audio nothing is "
                    "written.",
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
                    default=PNG,
                    optional=True,
                    tooltip="File format of the images. png: one file for each frame. webp, webp "
                    "lossless, apng, gif: one animation. mp4, webm: one video. png, webp lossless "
                    "and apng lose nothing; mp4 and gif keep no soft transparency.",
                ),
                io.Video.Input(
                    "video",
                    optional=True,
                    tooltip="A video to save as mp4, with its sound.",
                ),
                io.Audio.Input(
                    "audio",
                    optional=True,
                    tooltip="Sound of the images. It is written into their mp4 or webm. For other "
                    "formats it is saved beside them as flac.",
                ),
                io.Combo.Input(
                    "odd_sizes",
                    options=list(ODD_SIZES),
                    default=REFUSE,
                    optional=True,
                    tooltip="What an mp4 does with an odd width or height, which it can't have. "
                    "refuse: an error. pad: the last row or column is repeated. crop: it is left "
                    "out.",
                ),
                io.Boolean.Input(
                    "report_file",
                    default=False,
                    optional=True,
                    tooltip="Also write the report as a JSON file beside the files, for programs "
                    "that only see files.",
                ),
            ],
            outputs=[],
        )

    @classmethod
    def validate_inputs(cls, filename: str | None = None) -> bool | str:
        return refusal(lambda text: file_prefix(text, new_job(None)), filename)

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
        format: str = PNG,
        video: Input.Video | None = None,
        audio: dict[str, Any] | None = None,
        odd_sizes: str = REFUSE,
        report_file: bool = False,
    ) -> io.NodeOutput:
        prefix = file_prefix(filename, job)
        contents = checked_contents(images, as_fps(fps), FORMATS[format], video, audio, odd_sizes)
        facts: dict[str, Any] = {}
        if comfyui.writes_metadata():
            facts = embedded_facts(job, report, cls.hidden.prompt, cls.hidden.extra_pnginfo)
        recorder = open_recorder(comfyui.private_directory())
        artifacts = []
        written_report = report if report_file else None
        for saved in saved_files(contents, prefix, facts, job, written_report):
            recorder.record(ArtifactWritten(job, saved.artifact, saved.thumbnail))
            artifacts.append(saved.artifact)
        notes = [*contents.notes]
        if report_file and report is None:
            notes.append(Note("no_report"))
        if not artifacts:
            notes.append(Note("nothing_saved"))
        left_out = recorder.left_out(job.id)
        texts = [] if left_out is None else [left_out.message]
        return io.NodeOutput(ui=_ui(artifacts, notes, texts))


def _ui(artifacts: list[Artifact], notes: list[Note], texts: list[str]) -> NodeUi:
    """Return the `ui` that shows files in the editor and lists them for other programs.

    The editor plays a video only with `animated`, and takes every animation that is no WebP or PNG
    for a video.
    """
    ui = NodeUi({"images": []})
    for artifact in artifacts:
        subfolder, _, name = artifact.path.rpartition("/")
        place = {"filename": name, "subfolder": subfolder, "type": "output"}
        ui.setdefault(SHOWN_AS.get(artifact.kind, "images"), []).append(place)
    animated = any(
        each.kind == VIDEO or ((each.frames or 1) > 1 and not each.path.endswith(".gif"))
        for each in artifacts
    )
    ui["animated"] = [animated]
    ui.update(own_ui("anime_notes", *(each.to_dict() for each in notes)))
    texts = [*texts, *(each.text for each in notes)]
    if texts:
        ui["text"] = texts
    return ui
