"""The node Job, which marks a prompt as a job that the database remembers."""

from typing import Any
from uuid import uuid4

from comfy_api.latest import io

from ..models.jobs.job import new_job
from ..models.jobs.recording.recorder import open_recorder
from ..models.jobs.recording.tracking import Tracking
from ..models.node_ui import own_ui
from ..models.settings import TRACKING
from . import comfyui
from .inputs import text_input
from .sockets import JobSocket

NOT_TRACKED = (
    f"Tracking is off ({TRACKING.variable}): this run is not remembered. Its files are saved all"
    " the same."
)


class AnimeJob(io.ComfyNode):
    """Node that marks its prompt as a job, so that the database remembers it."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeJob",
            display_name="Job (Anime)",
            category="Anime Production/Job",
            description="Put one into a workflow, connected or not, and every run is remembered in "
            "the database: its graph, times, reports, files, and how it ended. Rendering never "
            "waits for the database.",
            search_aliases=["track", "remember", "project", "shot", "database", "history"],
            is_output_node=True,
            not_idempotent=True,
            inputs=[
                text_input("project", "Project that the run belongs to."),
                text_input("scene", "Scene, such as 03."),
                text_input("shot", "Shot of the scene, such as 012."),
                text_input("character", "Character in the picture."),
                text_input("tags", "Words to find the job by, separated by commas."),
                text_input("episode", "Episode, such as 01."),
            ],
            outputs=[
                JobSocket.Output(
                    "job",
                    tooltip="This run as a job. Connect it to Save Job, whose "
                    "files then belong to it.",
                ),
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, **inputs: Any) -> str:
        return uuid4().hex  # Every prompt is its own job, so the result is never cached.

    @classmethod
    def execute(
        cls,
        project: str = "",
        scene: str = "",
        shot: str = "",
        character: str = "",
        tags: str = "",
        episode: str = "",
    ) -> io.NodeOutput:
        job_with_names = new_job(
            comfyui.prompt_id(), project, scene, shot, character, tags, episode
        )
        recorder = open_recorder(comfyui.private_directory())
        job = recorder.begin(job_with_names)
        ui: dict[str, list[Any]] = {**own_ui("anime_job", {"id": str(job.id)})}
        if recorder.tracking is Tracking.OFF:
            ui["text"] = [NOT_TRACKED]
        elif (left_out := recorder.left_out(job.id)) is not None:
            ui["text"] = [left_out.message]
        return io.NodeOutput(job, ui=ui)
